"""A client of mutations: it writes the document for an input, and tells what was changed from what was refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Run = Callable[..., Awaitable[Any]]


def document(mutation: str, selection: str) -> str:
    """The document of a mutation that selects the same of its payload wherever it ends well."""
    title = mutation[0].upper() + mutation[1:]
    facts = "... on Failure { message }"
    more = "... on IllegalTransition { current allowed }" if "advance" in mutation or "Status" in mutation else ""
    return (
        f"mutation ($input: {title}Input!) {{ {mutation}(input: $input)"
        f" {{ __typename {facts} {more} ... on {title}Payload {{ cursor {selection} }} }} }}"
    )


@dataclass(frozen=True)
class Teller:
    """Writes through a function that runs a document with variables and gives its data."""

    run: Run

    async def ask(self, query: str, **variables: Any) -> Any:
        """What a query gives."""
        return await self.run(query, variables)

    async def do(self, mutation: str, selection: str, **given: Any) -> Any:
        """What a mutation that must end well gives: its one node where it gives one, else all that is selected."""
        answer = (await self.run(document(mutation, selection), {"input": given}))[mutation]
        assert answer["__typename"] == f"{mutation[0].upper()}{mutation[1:]}Payload", answer
        found = {name: value for name, value in answer.items() if name not in ("__typename", "cursor")}
        return next(iter(found.values())) if len(found) == 1 else found

    async def refused(self, mutation: str, **given: Any) -> Any:
        """The failure that a mutation must end in."""
        answer = (await self.run(document(mutation, ""), {"input": given}))[mutation]
        assert not answer["__typename"].endswith("Payload"), answer
        return answer

    async def platform(self, slug: str) -> str:
        """The id of a platform."""
        found = await self.ask("query ($slug: String!) { platform(slug: $slug) { id } }", slug=slug)
        return str(found["platform"]["id"])

    async def area(self, code: str) -> str:
        """The id of an area."""
        found = await self.ask("query ($code: String!) { area(code: $code) { id } }", code=code)
        return str(found["area"]["id"])

    async def organization(self, district: str, name: str) -> str:
        """The id of a body."""
        found = await self.ask(
            "query ($in: [String!], $text: String) { organizations(where: {district: $in, text: $text}) "
            "{ nodes { id name } } }",
            **{"in": [district], "text": name},
        )
        return str(next(each["id"] for each in found["organizations"]["nodes"] if each["name"] == name))

    async def member(self, district: str, name: str) -> str:
        """The id of a member."""
        found = await self.ask(
            "query ($in: [String!], $text: String) { members(where: {district: $in, text: $text})"
            " { nodes { id name } } }",
            **{"in": [district], "text": name},
        )
        return str(next(each["id"] for each in found["members"]["nodes"] if each["name"] == name))
