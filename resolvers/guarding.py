"""What stands before an operation: whether its document may be run, what it may cost, and the points it takes."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Literal

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from resolvers.access import ANONYMOUS, Viewer
from resolvers.context import Context
from resolvers.costs import Cost
from resolvers.errors import CostTooHigh, Fault, IntrospectionOff, NotPersisted, NotTrusted
from resolvers.leases import Leases, Usage, account_of
from resolvers.persisted import Reference, TrustedDocuments
from resolvers.plans import Document, Documents, Operation

# What it takes to find a document wrong, which may cost as much time as a large query.
MISTAKE = 5
USAGE: ContextVar[Callable[[], Usage] | None] = ContextVar("usage", default=None)
"""What the operation that runs cost, and what its account has left; None where nothing is counted."""

_SUGGESTION = re.compile(r" Did you mean [^?{}]*\?")


@dataclass(frozen=True)
class Policy:
    """What viewers may do; without a number there is no limit. Budgets are in points a minute."""

    max_cost: int | None = None
    max_cost_anonymous: int | None = None
    budget: int | None = None
    budget_anonymous: int | None = None
    introspection: Literal["all", "keys", "none"] = "all"
    documents: Literal["open", "trusted+keys", "trusted"] = "open"

    def may_introspect(self, viewer: Viewer) -> bool:
        """Whether a viewer may ask for the schema itself."""
        return self.introspection == "all" or (self.introspection == "keys" and viewer is not ANONYMOUS)

    def is_bound(self, viewer: Viewer) -> bool:
        """Whether only trusted documents are run for a viewer."""
        if viewer.documents is not None or self.documents == "trusted":
            return True
        return self.documents == "trusted+keys" and viewer is ANONYMOUS

    def budget_of(self, viewer: Viewer) -> int | None:
        """How many points a viewer has a minute."""
        if self.budget is None:
            return None
        return self.budget_anonymous if viewer is ANONYMOUS else viewer.budget or self.budget

    def most(self, viewer: Viewer) -> int | None:
        """How many points one operation of a viewer may cost: no more than there can ever be in the budget."""
        most = self.max_cost_anonymous if viewer is ANONYMOUS else self.max_cost
        budget = self.budget_of(viewer)
        return most if budget is None or (most is not None and most < budget) else budget


OPEN = Policy()
"""Everybody may do anything."""


class Guard:
    """Lets operations through, or says with a Fault why not."""

    def __init__(self, documents: Documents, policy: Policy = OPEN) -> None:
        self.policy = policy
        self.leases = Leases()
        self.trusted = TrustedDocuments()
        self._documents = documents

    async def text(self, query: str, context: Context) -> str:
        """The text of a document, which may have been asked by its id."""
        if context.is_own or (self.policy.documents == "open" and context.key is None and type(query) is str):
            return query
        viewer = await context.viewer()
        if isinstance(query, Reference):
            text = await self.trusted.text(context.writable(), query, viewer.documents)
            if text is None:
                raise NotPersisted(
                    f"no trusted document has the id {query[:100]!r}; whoever runs this server loads manifests"
                    " (python server.py documents load)"
                )
            return text
        if self.policy.is_bound(viewer) and not await self.trusted.has(context.writable(), query, viewer.documents):
            whose = f"those of {viewer.documents}" if viewer.documents else "those it knows"
            raise NotTrusted(f"this server runs no other documents for you than {whose}; send one by its documentId")
        return query

    async def admit(self, document: Document, operation: Operation, given: VariableValues, context: Context) -> Cost:
        """Take the points for an operation; a Fault when it costs too much, or there are not enough of them."""
        viewer = await context.viewer()
        policy = OPEN if context.is_own else self.policy
        if document.outline.asks_schema and not policy.may_introspect(viewer):
            raise IntrospectionOff(
                "the schema itself is not told here without a key" if policy.introspection == "keys"
                else "the schema itself is not told here"
            )  # fmt: skip
        cost = self._documents.cost(document, operation, given)
        most = policy.most(viewer)
        if most is not None and cost.points > most:
            raise self._too_high(document, operation, given, cost, most)
        budget = policy.budget_of(viewer)
        context.cost, context.usage = cost, None
        context.is_public = viewer is ANONYMOUS and not document.outline.is_personal
        if budget is not None:
            account = _account(viewer, context)
            if not self.leases.spend(account, cost.points):
                await self.leases.take(context.writable(), account, budget, cost.points)
            context.usage = partial(self.leases.usage, account, budget, cost.points, cost.nodes)
        USAGE.set(context.usage)
        return cost

    async def give_back(self, cost: Cost, context: Context) -> None:
        """Undo what `admit` took: the operation will be run another way, and admitted again."""
        viewer = await context.viewer()
        if not context.is_own and self.policy.budget_of(viewer) is not None:
            self.leases.give(_account(viewer, context), cost.points)

    async def mistaken(self, context: Context) -> None:
        """Take the points for having read a document that is wrong."""
        viewer = await context.viewer()
        budget = self.policy.budget_of(viewer)
        if budget is not None:
            await self.leases.take(context.writable(), _account(viewer, context), budget, min(MISTAKE, budget))

    async def told(self, errors: list[GraphQLError], context: Context) -> list[GraphQLError]:
        """The mistakes of a document without what they would tell of the schema to those who may not ask for it."""
        if self.policy.introspection == "all" or all(isinstance(each, Fault) for each in errors):
            return errors
        if self.policy.may_introspect(await context.viewer()):
            return errors
        return [_without_suggestion(each) for each in errors]

    def _too_high(
        self, document: Document, operation: Operation, given: VariableValues, cost: Cost, most: int
    ) -> CostTooHigh:
        costing = self._documents.costing(document, given)
        costing.cost(operation.node, operation.order)
        dearest = ".".join(costing.parts(operation.node).dearest())
        where = f"; the dearest is {dearest}" if dearest else ""
        points = f"{cost.points:,}" if cost.points < 10**15 else "over 10^15"
        return CostTooHigh(
            f"this costs {points} points and may cost {most:,}{where}: ask for smaller pages or fewer levels there"
        )


def _account(viewer: Viewer, context: Context) -> str:
    return account_of(context.client) if viewer is ANONYMOUS else f"key {viewer.name}"


def _without_suggestion(error: GraphQLError) -> GraphQLError:
    message = _SUGGESTION.sub("", error.message)
    if message == error.message:
        return error
    return GraphQLError(
        message, error.nodes, error.source, error.positions, error.path, error.original_error, error.extensions
    )
