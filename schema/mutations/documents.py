"""Mutations of documents and lectures."""

import strawberry

from db.enums import DocumentKind, Visibility
from resolvers.mutations import documents as acts
from schema.payloads import SAMPLE, SHARED_WITH, VISIBILITY, Input, mutation, optional, required
from schema.results import Document


@strawberry.input(description="A document to publish, about one thing at most.")
class PublishDocumentInput(Input):
    kind: DocumentKind = required("What it is.")
    title: str = required("The title.")
    district: str | None = optional("The code of the district that owns it; that of what it is about by default.")
    member: strawberry.ID | None = optional("The member who lectures or wrote it.")
    event: strawberry.ID | None = optional("The event it is about.")
    result: strawberry.ID | None = optional("The result it is about.")
    platform: strawberry.ID | None = optional("The platform it is about.")
    media_type: str | None = optional("Its media type, for example application/pdf.")
    url: str | None = optional("Where it can be read.")
    sha512: str | None = optional("The SHA-512 of the file in hexadecimal.")
    body: str | None = optional("Its text.")
    visibility: Visibility | None = VISIBILITY
    shared_with: list[str] | None = SHARED_WITH
    is_sample: bool = SAMPLE


@strawberry.input(description="A document to withdraw.")
class WithdrawDocumentInput(Input):
    document: strawberry.ID = required("The document.")


@strawberry.type
class DocumentMutations:
    publish_document = mutation(
        acts.publish_document,
        "Publish a report, a press report, a file or a lecture.",
        PublishDocumentInput,
        {"document": (Document, "The document.")},
    )
    withdraw_document = mutation(
        acts.withdraw_document,
        "Withdraw a document.",
        WithdrawDocumentInput,
        {"document_id": (strawberry.ID, "The id it had, by which a cache forgets it.")},
    )
