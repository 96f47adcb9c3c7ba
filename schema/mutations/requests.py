"""Mutations of citizens' requests, and of matters that several platforms work on."""

import strawberry

from resolvers.mutations import requests as acts
from schema.payloads import SAMPLE, Input, mutation, optional, required
from schema.platforms import Platform
from schema.results import CitizenRequest, Result

_REQUEST = {"citizen_request": (CitizenRequest, "The request.")}


@strawberry.input(description="A problem a citizen raises. No key is needed; a client may raise ten an hour.")
class RaiseCitizenRequestInput(Input):
    platform: strawberry.ID = required("The studio or other platform, at work.")
    title: str = required("What it is about, in a few words.")
    body: str | None = optional("The problem.")
    topics: list[str] | None = optional("What it is about.")
    contact: str | None = optional("How to reach the citizen; kept from the graph and from the change log.")
    is_sample: bool = SAMPLE


@strawberry.input(description="A request to take care of.")
class TakeRequestInput(Input):
    request: strawberry.ID = required("The request.")
    member: strawberry.ID = required("The member who takes care of it.")


@strawberry.input(description="A request to ask a department about.")
class ForwardRequestInput(Input):
    request: strawberry.ID = required("The request.")
    organization: strawberry.ID = required("The department, of the request's district.")
    note: str | None = optional("What it is asked.")


@strawberry.input(description="A reply to a citizen.")
class ReplyToRequestInput(Input):
    request: strawberry.ID = required("The request.")
    reply: str = required("What the citizen is told.")
    organization: strawberry.ID | None = optional("The department that replies; nobody when the member does.")


@strawberry.input(description="How content a citizen is. No key is needed, but the receipt.")
class RateReplyInput(Input):
    receipt: str = required("What raiseCitizenRequest gave.")
    rating: int = required("1–5; from 3 on the request is resolved, below it the member looks at it again.")
    comment: str | None = optional("Why.")


@strawberry.input(description="A platform that joins in a matter.")
class JoinMatterInput(Input):
    result: strawberry.ID = required("The matter.")
    platform: strawberry.ID = required("The platform, of any district and level.")


@strawberry.type
class RequestMutations:
    raise_citizen_request = mutation(
        acts.raise_citizen_request,
        "Raise a problem at an on-line studio.",
        RaiseCitizenRequestInput,
        {**_REQUEST, "receipt": (str, "What the citizen rates the reply with; shown this once.")},
    )
    take_request = mutation(acts.take_request, "Take care of a request.", TakeRequestInput, _REQUEST)
    forward_request = mutation(acts.forward_request, "Ask a department about a request.", ForwardRequestInput, _REQUEST)
    reply_to_request = mutation(acts.reply_to_request, "Reply to a citizen.", ReplyToRequestInput, _REQUEST)
    rate_reply = mutation(acts.rate_reply, "Say how content one is with a reply.", RateReplyInput, _REQUEST)
    join_matter = mutation(
        acts.join_matter,
        "Join in working on a matter, across districts and levels.",
        JoinMatterInput,
        {"result": (Result, "The matter."), "platform": (Platform, "The platform.")},
    )
