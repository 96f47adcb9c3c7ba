"""A client with a normalised cache that writes, and checks that its cache shows what the server has, without asking."""

import base64
import binascii
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from graphql import (
    GraphQLInterfaceType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

ROOT = Path(__file__).parents[1]
SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
NODE = SCHEMA.type_map["Node"]
# The lists that a client keeps, by field of the query, and how many rows a page of them has.
LISTS = (
    "attendances", "discussions", "documents", "events", "members", "organizations", "platforms", "results",
)  # fmt: skip
PAGE = 2
# Where a thing is found again that is in none of those lists: below these things, which its payload leads to.
BELOW: dict[str, tuple[str, ...]] = {
    "AgendaItem": ("event",),
    "Hosting": ("organization", "platform"),
    "Membership": ("member", "organization", "platform"),
    "ProposalBundle": ("district",),
    "SupervisionCampaign": ("district",),
}

# Where a mutation changes more than the things it gives: the list below one of them that has it, and its type of rows.
MORE = {
    "rescheduleEvent": ("event", "attendances", "Attendance"),
    "setEventStatus": ("event", "attendances", "Attendance"),
    "settleObjection": ("proposal", "assignments", "Assignment"),
}

# What is in no change log.
UNLOGGED = {"setMemberContact"}


def is_thing(type_: Any) -> bool:
    return type_ is NODE or isinstance(type_, GraphQLUnionType) or NODE in getattr(type_, "interfaces", ())


def plain(type_: Any) -> str:
    """The values of a thing that lead nowhere."""
    return _selected(type_, lambda field: is_leaf_type(get_named_type(field.type)))


def whole(type_: Any) -> str:
    """All that a thing has: its values, which things are beside it, and the beginning of each list below it."""
    return _selected(type_, lambda field: True)


def _selected(type_: Any, wanted: Any, inherited: Any = ()) -> str:
    parts = [
        _field(name, field)
        for name, field in type_.fields.items()
        if name not in inherited and wanted(field) and not any(map(is_required_argument, field.args.values()))
    ]
    if isinstance(type_, GraphQLInterfaceType):
        for possible in SCHEMA.get_possible_types(type_):
            own = _selected(possible, wanted, type_.fields)
            parts += [f"... on {possible.name} {{ {own} }}"] if own else []
    return " ".join(parts)


def _field(name: str, field: Any) -> str:
    type_: Any = get_named_type(field.type)
    identity = "{ __typename ... on Node { id } }"
    if is_leaf_type(type_):
        return str(name)
    if type_.name.endswith("Connection"):
        row = get_named_type(type_.fields["nodes"].type)
        return f"{name}(first: 3) {{ totalCount nodes {identity if is_thing(row) else '{ cursor }'} }}"
    if is_thing(type_):
        return f"{name} {identity}"
    parts = [each for each, part in type_.fields.items() if is_leaf_type(get_named_type(part.type))]
    things = [f"{each} {identity}" for each, part in type_.fields.items() if is_thing(get_named_type(part.type))]
    return f"{name} {{ {' '.join(parts + things)} }}"


def fetching(type_: str) -> str:
    """The query for a thing of a type by its id."""
    return f"query ($id: ID!) {{ node(id: $id) {{ __typename ... on {type_} {{ {whole(SCHEMA.type_map[type_])} }} }} }}"


def fetching_values(type_: str) -> str:
    """The query for the values of a thing of a type by its id."""
    return f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_} {{ {plain(SCHEMA.type_map[type_])} }} }} }}"


def listing(field: str) -> dict[str, Any]:
    """A list: its field, its query, its type of edge, and the types of its rows."""
    assert SCHEMA.query_type is not None
    page: Any = get_named_type(SCHEMA.query_type.fields[field].type)
    row: Any = get_named_type(page.fields["nodes"].type)
    query = (
        f"query ($after: String) {{ {field}(first: {PAGE}, after: $after)"
        f" {{ edges {{ node {{ __typename {plain(row)} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    is_interface = isinstance(row, GraphQLInterfaceType)
    types = [each.name for each in SCHEMA.get_possible_types(row)] if is_interface else [row.name]
    edge = get_named_type(page.fields["edges"].type).name
    return {"field": field, "query": query, "edge": edge, "types": types}


def payload_of(mutation: str) -> Any:
    assert SCHEMA.mutation_type is not None
    response: Any = get_named_type(SCHEMA.mutation_type.fields[mutation].type)
    return next(each for each in response.types if each.name.endswith("Payload"))


def writing(mutation: str, given: dict[str, Any]) -> str:
    """The document of a mutation that asks for the whole of what it changed; a Node is what the given id is of."""
    payload, parts = payload_of(mutation), []
    for name, field in payload.fields.items():
        type_: Any = get_named_type(field.type)
        if type_ is NODE:
            parts.append(f"{name} {{ __typename id ... on {type_of(given['id'])} {{ {_whole_of(given['id'])} }} }}")
        elif is_thing(type_):
            below = [f"{each} {{ __typename {whole(_of(type_, each))} }}" for each in BELOW.get(type_.name, ())]
            of, *more = MORE.get(mutation, ("",))
            if of == name:
                below.append(_more(type_, *more))
            parts.append(f"{name} {{ __typename {whole(type_)} {' '.join(below)} }}")
        elif type_.name == "BatchRow":
            parts.append(f"{name} {{ outcome problem rowId node {{ __typename id {_rows(mutation)} }} }}")
        else:
            parts.append(name)
    title = mutation[0].upper() + mutation[1:]
    return (
        f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ __typename ... on Failure {{ message }}"
        f" ... on {payload.name} {{ {' '.join(parts)} }} }} }}"
    )


def _of(type_: Any, field: str) -> Any:
    return get_named_type(type_.fields[field].type)


def _whole_of(id_: str) -> str:
    return whole(SCHEMA.type_map[str(type_of(id_))])


def _more(type_: Any, field: str, row: str) -> str:
    values = f"{{ __typename {plain(SCHEMA.type_map[row])} }}"
    is_paged = _of(type_, field).name.endswith("Connection")
    return f"more: {field}(first: 100) {{ nodes {values} }}" if is_paged else f"{field} {values}"


def _rows(mutation: str) -> str:
    """What is asked of the rows of a batch, which are of the type in its name."""
    type_: Any = SCHEMA.type_map[mutation.removeprefix("upsert").removesuffix("s")]
    return f"... on {type_.name} {{ {whole(type_)} }}"


def type_of(text: Any) -> str | None:
    """The type in a global id; None when it is none."""
    try:
        name = base64.b64decode(text, validate=True).decode().partition(":")[0]
    except (binascii.Error, TypeError, ValueError):
        return None
    return name if name in SCHEMA.type_map else None


def ids_in(value: Any) -> Iterator[str]:
    """The global ids in a value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from ids_in(each)
    elif isinstance(value, str) and type_of(value):
        yield value


def bare(value: Any) -> Any:
    """A value without the names of types, which clients add; an id tells the type as well."""
    if isinstance(value, dict):
        return {name: bare(each) for name, each in value.items() if name != "__typename"}
    return [bare(each) for each in value] if isinstance(value, list) else value


class Caching:
    """Writes through a client with a cache, and asks the server what is true."""

    def __init__(self, process: subprocess.Popen[str], http: httpx.Client) -> None:
        self.process, self.http = process, http
        self.lists = [listing(field) for field in LISTS]
        self.known: dict[str, str] = {}
        self.requests = 0
        self.done: set[str] = set()

    def run(self, how: str, text: str, **variables: Any) -> Any:
        """The data of an operation of the client; of a `read` None when its cache has not all of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"how": how, "text": text, "variables": variables}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["errors"] == [], (answer["errors"], text)
        self.requests = answer["requests"]
        return answer["data"] if how == "write" else bare(answer.get("data"))

    def truth(self, text: str, **variables: Any) -> Any:
        """What the server answers, past all caches."""
        answer = self.http.post("/graphql", json={"query": text, "variables": variables}).json()
        assert "errors" not in answer, (answer["errors"], text)
        return bare(answer["data"])

    def fetch_lists(self) -> None:
        """Two pages of each list, of which some are empty at first."""
        pages = 0
        for list_ in self.lists:
            first = self.run("fetch", list_["query"])[list_["field"]]
            if first["pageInfo"]["hasNextPage"]:
                self.run("fetch", list_["query"], after=first["pageInfo"]["endCursor"])
                assert len(self.rows(list_)) == 2 * PAGE
                pages += 1
        assert pages >= 6

    def rows(self, list_: dict[str, Any]) -> list[Any]:
        """The rows of a list as the cache has them."""
        return [edge["node"] for edge in self.run("read", list_["query"])[list_["field"]]["edges"]]

    def know(self, id_: str) -> None:
        """Fetch a thing, so that it is in the cache."""
        if id_ not in self.known:
            self.known[id_] = str(type_of(id_))
            self.run("fetch", fetching(self.known[id_]), id=id_)

    def do(self, mutation: str, **given: Any) -> Any:
        """What a mutation gives that must end well, once the cache was found to have followed it."""
        for id_ in {*ids_in(given)}:
            self.know(id_)
        before = {id_: self.run("read", fetching(type_), id=id_) for id_, type_ in self.known.items()}
        sent = self.requests
        payload = self.run("write", writing(mutation, given), input=given)[mutation]
        assert payload["__typename"].endswith("Payload"), (mutation, payload)
        self.done.add(mutation)
        self.check_followed(mutation, payload, before)
        assert self.requests == sent + 1, f"{mutation} made the client ask again"
        for id_ in {*ids_in([*self.given(payload)])} - self.known.keys():
            self.know(id_)
        return payload

    def given(self, payload: Any) -> Iterator[str]:
        """The ids of the things that a payload gives whole."""
        for name, value in payload.items():
            for thing in [each["node"] for each in value] if name == "rows" else [value]:
                if isinstance(thing, dict):
                    yield thing["id"]
                    below = [thing[each] for each in BELOW.get(thing["__typename"], ())]
                    yield from [each["id"] for each in below if each]

    def check_followed(self, mutation: str, payload: Any, before: dict[str, Any]) -> None:
        """Fail unless the cache shows of all that was changed what the server has."""
        changed, unseen = False, set()
        for id_ in {*self.given(payload)}:
            true = self.truth(fetching(str(type_of(id_))), id=id_)
            if id_ in self.known:
                assert self.run("read", fetching(self.known[id_]), id=id_) == true, (mutation, id_)
                changed = changed or before[id_] != true
            else:
                unseen.add(id_)
            self.check_listed(mutation, id_, is_new=id_ not in self.known)
        gone = [value for name, value in payload.items() if name.endswith("Id")]
        for id_ in gone:
            assert self.run("read", fetching(self.known.pop(id_)), id=id_) is None, mutation
        for list_ in self.lists:
            assert not {*gone} & {row["id"] for row in self.rows(list_)}, mutation
        assert changed or unseen or gone, f"{mutation} changed nothing that can be seen"
        if mutation not in UNLOGGED:
            self.check_logged(mutation, payload)

    def check_listed(self, mutation: str, id_: str, *, is_new: bool) -> None:
        """Fail unless a thing stands in its list as it is now; what is new has to, or else below a known thing."""
        lists = [list_ for list_ in self.lists if type_of(id_) in list_["types"]]
        for list_ in lists:
            found = [row for row in self.rows(list_) if row["id"] == id_]
            assert len(found) == 1 if is_new else len(found) <= 1, (mutation, list_["field"])
            assert found in ([], [self.plainly(id_)]), mutation
        if is_new and not lists:
            above = [self.run("read", fetching(kind), id=known) for known, kind in self.known.items()]
            assert id_ in [*ids_in(above)], f"{mutation}: {type_of(id_)} {id_} is below nothing known"

    def plainly(self, id_: str) -> Any:
        """The values of a thing that the server has."""
        return self.truth(fetching_values(str(type_of(id_))), id=id_)["node"]

    def check_logged(self, mutation: str, payload: Any) -> None:
        """Fail unless the payload leads to each thing that the change log names, and the cache has followed."""
        query = (
            "query ($since: String) { changes(since: $since, first: 1) { nodes { cursor rows { nodeId action } } } }"
        )
        (entry,) = self.truth(query, since=str(int(payload["cursor"]) - 1))["changes"]["nodes"]
        assert entry["cursor"] == payload["cursor"]
        logged = {row["nodeId"] for row in entry["rows"] if row["nodeId"]}
        assert logged - {*ids_in(payload)} == set(), mutation
        for id_ in logged:
            if id_ in self.known:
                cached = self.run("read", fetching_values(self.known[id_]), id=id_)
                assert cached["node"] == self.plainly(id_), (mutation, id_)
            self.check_listed(mutation, id_, is_new=False)


@contextmanager
def caching(which: str, address: str, key: str) -> Iterator[Caching]:
    """A client of one kind, `urql` or `apollo`, that keeps the lists."""
    node, program = ROOT / ".venv" / "bin" / "node", "tests/clients/caching.mjs"
    lists = json.dumps([listing(field) for field in LISTS])
    process = subprocess.Popen(
        [node, program, which, f"{address}/graphql", key, "schema.graphql", lists],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        headers = {"authorization": f"Bearer {key}"}
        with httpx.Client(base_url=address, headers=headers, timeout=30) as http:
            yield Caching(process, http)
    finally:
        process.kill()
        process.communicate()
