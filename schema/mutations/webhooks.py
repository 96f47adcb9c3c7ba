"""Mutations of the webhooks of the key that sends them. A key needs nothing else, not even the right to write."""

import strawberry

from db.enums import ChangeType
from resolvers.mutations import webhooks as acts
from schema.payloads import Input, mutation, optional, required
from schema.webhooks import Webhook

_WEBHOOK = {"webhook": (Webhook, "The webhook.")}


@strawberry.input(description="An address that is to be told of changes.")
class AddWebhookInput(Input):
    url: str = required("The address, https:// or http://, on the public internet unless the operator allows others.")
    types: list[ChangeType] | None = optional("Only changes of rows of one of these types; of all when not given.")
    under: strawberry.ID | None = optional(
        "Only changes at or below this area or platform, by id; everywhere when not given."
    )
    since: str | None = optional("The cursor of a change, to begin after it; only what is to come by default.")


@strawberry.input(description="A webhook of the key that asks.")
class RemoveWebhookInput(Input):
    webhook: strawberry.ID = required("The webhook.")


@strawberry.input(description="A webhook of the key that asks.")
class PauseWebhookInput(Input):
    webhook: strawberry.ID = required("The webhook.")


@strawberry.input(description="A webhook of the key that asks, paused or given up.")
class ResumeWebhookInput(Input):
    webhook: strawberry.ID = required("The webhook.")


@strawberry.input(description="A webhook of the key that asks, and from where on it is to be told again.")
class ReplayWebhookInput(Input):
    webhook: strawberry.ID = required("The webhook.")
    since: str = required("The cursor of a change; all that came after it is told, in order, whatever was told before.")


@strawberry.type
class WebhookMutations:
    add_webhook = mutation(
        acts.add_webhook,
        "Have an address told of changes, each as it is written, as far as the key sees them.",
        AddWebhookInput,
        {**_WEBHOOK, "secret": (str, "What messages are signed with; it is shown here alone.")},
    )
    remove_webhook = mutation(
        acts.remove_webhook,
        "Tell an address of nothing more.",
        RemoveWebhookInput,
        {"webhook_id": (strawberry.ID, "The id of the webhook that was removed.")},
    )
    pause_webhook = mutation(acts.pause_webhook, "Tell an address of nothing for now.", PauseWebhookInput, _WEBHOOK)
    resume_webhook = mutation(
        acts.resume_webhook,
        "Tell an address of changes again, from where it stood; it need not have been paused or given up.",
        ResumeWebhookInput,
        _WEBHOOK,
    )
    replay_webhook = mutation(
        acts.replay_webhook,
        "Tell an address once more, from a cursor on; resumes it too.",
        ReplayWebhookInput,
        _WEBHOOK,
    )
