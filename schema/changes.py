"""The change log: what was written, by whom and when, for those who keep up with it."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from db.enums import ChangeAction, ChangeType
from resolvers import changes as edges
from resolvers import concepts
from schema.fields import asking, column, to_many
from schema.nodes import Node, connection_type, order_input


@strawberry.type(description="A row that was changed, before and after.")
class ChangedRow:
    type: ChangeType = column("What kind of row it is.")
    action: ChangeAction = column("What was done to it.")
    node_id: strawberry.ID | None = column("The row's global id, also of one that was deleted; null for a link.")
    before: JSON | None = column(
        "The row before, by the names of its fields, what it refers to as global ids; null when it was created."
    )
    after: JSON | None = column("The row after, in the same form; null when it was deleted.")
    node: Node | None = asking(
        edges.node, "The row as it is now, or for a link the row it belongs to; null when that was deleted."
    )


@strawberry.type(description="One write: all the rows it changed, which came into being together.")
class Change:
    log_cursor: str = column("Its place in the log, to go on after with `since`; places have no gaps.", name="cursor")
    at: datetime = column("When it was written, in UTC.")
    author: str = column("Who wrote it: the name of the key.")
    mutation: str = column("The mutation that did it.")
    types: list[ChangeType] = column("What kinds of row were changed.")
    rows = to_many(edges.rows, "The rows, in the order in which they were first changed; at most 10,000.", usual=5)


ChangeConnection = connection_type(Change)
ChangeOrder = order_input(concepts.changes)
