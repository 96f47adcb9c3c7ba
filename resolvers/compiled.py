"""The compiled way of running: a query operation becomes one statement in which PostgreSQL writes the answer.

The selection set is walked once. The fields' own functions say what they ask (`resolvers.asks`), as for the batched
way, but from rows that are still in the database (`Handle`); each ask becomes a part of the statement.
"""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.values import VariableValues
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    LargeBinary,
    Select,
    Text,
    case,
    func,
    literal_column,
    select,
    true,
)
from strawberry import Schema

from resolvers.aliased import Aliased, Page
from resolvers.asks import (
    ASKS,
    Among,
    Count,
    Detail,
    Item,
    Items,
    Listing,
    Made,
    Named,
    Nodes,
    OfPage,
    One,
    Place,
    Rows,
    Tally,
)
from resolvers.batched import MAX_ROWS
from resolvers.calls import Called
from resolvers.edges import Columns, Edge, Handle, value_of
from resolvers.given import Given
from resolvers.pages import ALL, Window, choice, default_order, terms_of
from resolvers.selections import Fragments, Selected, asks_nothing, collected
from resolvers.statements import ROOT, count_of, page_of, tally_of
from resolvers.texts import quoted
from resolvers.writing import NULL, Piece, constant, joined, listed, missing, scalar, too_large

# More fields than a document of the largest size names without repeating a fragment; beyond, a statement takes longer
# to make than the batched way to run.
MAX_FIELDS = 2_000
ONE: ColumnElement[int] = literal_column("1")


class NotCompiled(Exception):
    """An operation that only the batched way can run; the message says why."""


class Compiler:
    """Makes one statement of one operation; used once."""

    def __init__(self, schema: Schema, fragments: Fragments, variables: VariableValues) -> None:
        self.schema = schema
        self.graph = schema._schema
        self.fragments = fragments
        self.variables = variables
        # What is asked, and the calls that ask it, in the order of the document.
        self.asked: list[Any] = []
        self.called: list[Called] = []
        self._fields = 0
        self._aliases = 0

    def statement(self, operation: OperationDefinitionNode) -> Select[Any]:
        """The statement that answers `operation` with one row of one column, its data as bytes."""
        if operation.operation is not OperationType.QUERY:
            raise NotCompiled(f"a {operation.operation.value} is no query")
        root: Any = self.graph.query_type
        selected = collected(self.graph, self.fragments, self.variables, root, [operation.selection_set])
        data = self._object(root, Given(None), selected, 1, [root.name])
        whole = select(joined(data).label("text"))
        # PostgreSQL would otherwise put the whole text in each place where it is used, and make it as often.
        apart = whole.offset(literal_column("0")).subquery()
        return select(func.convert_to(too_large(apart.c.text), quoted("UTF8"), type_=LargeBinary))

    # --- Types

    def _complete(self, type_: GraphQLOutputType, value: Any, nodes: Sequence[FieldNode], rows: int) -> list[Piece]:
        """`value`, of which there are at most `rows`, written as `type_`."""
        is_required = isinstance(type_, GraphQLNonNull)
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        now = value.now if isinstance(value, Given) else value
        if now is None:
            if is_required:
                raise NotCompiled(f"{nodes[0].name.value} has no value")
            return [NULL]
        if isinstance(now, One | Named | Detail):
            text = self._one(inner, value, nodes, rows)
            absent = missing(nodes[0].name.value) if is_required or getattr(now, "missing", None) else quoted(NULL)
            return [func.coalesce(text, absent)]
        if isinstance(now, Rows | Tally):
            return [self._rows(inner, value, nodes, rows)]
        if isinstance(now, Among):
            return [self._among(inner, now, nodes, rows)]
        if isinstance(now, Made):
            return [self._made(inner, value, nodes, rows)]
        if isinstance(now, Count):
            return [count_of(now.edge, value.part("selection"), _from(now.parent), now.weight).scalar_subquery()]
        if isinstance(now, Listing):
            return self._listing(inner, value, nodes, rows)
        if isinstance(now, ColumnElement):
            return self._leaf(now, nodes[0].name.value, is_required=is_required)
        if isinstance(value, Given) and asks_nothing(get_named_type(inner)):
            known = self._known(inner, nodes)
            return [value.bound(Text(), lambda given: constant(known(given)))]
        if isinstance(inner, GraphQLList):
            return self._list(inner, value, nodes, rows)
        if is_leaf_type(inner):
            return [constant(inner.serialize(now))]
        return self._composite(inner, value, nodes, rows)

    def _leaf(self, value: ColumnElement[Any], name: str, *, is_required: bool) -> list[Piece]:
        if not is_required:
            return [case((value.is_(None), quoted(NULL)), else_=joined(scalar(value)))]
        if getattr(value, "nullable", False):
            return [case((value.is_(None), missing(name)), else_=joined(scalar(value)))]
        return scalar(value)

    def _known(self, type_: Any, nodes: Sequence[FieldNode]) -> Callable[[Any], Any]:
        """What writes a value of the program's own, which asks the database nothing, as it stands in the answer."""
        self._count_field()
        inner: Any = get_nullable_type(type_)
        if isinstance(inner, GraphQLList):
            item = self._known(inner.of_type, nodes)
            return lambda values: None if values is None else [item(value) for value in values]
        if is_leaf_type(inner):
            return lambda value: None if value is None else inner.serialize(value)
        parts: list[tuple[str, Callable[[Any], Any]]] = []
        selected = self._collected(inner, [node.selection_set for node in nodes if node.selection_set])
        for key, fields in selected.items():
            field = inner.fields.get(fields[0].name.value)
            parts.append((key, self._attribute(field, fields) if field else lambda _: inner.name))
        return lambda value: None if value is None else {key: part(value) for key, part in parts}

    def _attribute(self, field: GraphQLField, nodes: Sequence[FieldNode]) -> Callable[[Any], Any]:
        name, known = field.extensions["strawberry-definition"].python_name, self._known(field.type, nodes)
        return lambda value: known(getattr(value, name))

    def _list(self, type_: GraphQLList[Any], values: Any, nodes: Sequence[FieldNode], rows: int) -> list[Piece]:
        pieces: list[Piece] = ["["]
        for item in values.items() if isinstance(values, Given) else values:
            pieces += [*([","] if len(pieces) > 1 else []), *self._complete(type_.of_type, item, nodes, rows)]
        return [*pieces, "]"]

    def _composite(self, type_: Any, value: Any, nodes: Sequence[FieldNode], rows: int) -> list[Piece]:
        """An object of `type_`, which may be an interface or a union."""
        sets = [node.selection_set for node in nodes if node.selection_set]
        if not is_abstract_type(type_):
            return self._object(type_, value, self._collected(type_, sets), rows, [type_.name])
        concept = value.concept
        names = dict.fromkeys(concept.type_names.values()) if concept.kind_column else [concept.name]
        # Types of which the same is selected are written alike.
        alike: dict[Any, tuple[GraphQLObjectType, Selected, list[str]]] = {}
        for name in names:
            possible: Any = self.graph.type_map[name]
            selected = self._collected(possible, sets)
            key = tuple((key, tuple(id(node) for node in fields)) for key, fields in selected.items())
            alike.setdefault(key, (possible, selected, []))[2].append(name)
        written = [
            (those, self._object(possible, value, selected, rows, those))
            for possible, selected, those in alike.values()
        ]
        if len(written) == 1:
            return written[0][1]
        choices = []
        for those, pieces in written:
            kinds = [quoted(kind) for kind, name in concept.type_names.items() if name in those]
            choices.append((value[concept.kind_column].in_(kinds), joined(pieces)))
        return [case(*choices)]

    def _collected(self, type_: GraphQLObjectType, sets: Sequence[Any]) -> Selected:
        return collected(self.graph, self.fragments, self.variables, type_, sets)

    def _object(
        self, type_: GraphQLObjectType, source: Any, selected: Selected, rows: int, typenames: Sequence[str]
    ) -> list[Piece]:
        """An object of `type_`, or of one of the types `typenames`, which have what is selected in common."""
        pieces: list[Piece] = []
        for key, nodes in selected.items():
            pieces.append(f'{"," if pieces else "{"}"{key}":')
            if nodes[0].name.value == "__typename":
                pieces += self._typename(source, typenames)
            else:
                pieces += self._field(type_, source, nodes, rows)
        return [*pieces, "}"] if pieces else ["{}"]

    def _typename(self, source: Any, typenames: Sequence[str]) -> list[Piece]:
        self._count_field()
        if len(typenames) == 1:
            return [constant(typenames[0])]
        return ['"', source.concept.typename_of(source.of), '"']

    # --- Fields

    def _field(self, type_: GraphQLObjectType, source: Any, nodes: Sequence[FieldNode], rows: int) -> list[Piece]:
        self._count_field()
        name = nodes[0].name.value
        if name.startswith("__"):
            raise NotCompiled("it asks for the schema itself")
        field = type_.fields[name]
        return self._complete(field.type, self._value(field, source, nodes[0]), nodes, rows)

    def _count_field(self) -> None:
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise NotCompiled(f"it has more than {MAX_FIELDS:,} fields")

    def _value(self, field: GraphQLField, source: Any, node: FieldNode) -> Any:
        """What a field gives: a column, an attribute, or what its function asks."""
        definition = field.extensions["strawberry-definition"]
        if ASKS not in definition.metadata:
            if definition.base_resolver is not None:
                raise NotCompiled(f"{node.name.value} is computed by a program")
            if isinstance(source, Given):
                return source.part(definition.python_name)
            return value_of(source, definition.python_name)
        call = Called(
            field,
            node,
            source.now if isinstance(source, Given) else source,
            source.steps if isinstance(source, Given) and source.steps else None,
        )
        answer = call.answer(self.schema, self.variables, self.asked)
        self.called.append(call)
        self.asked.append(answer)
        return Given(answer, (len(self.asked) - 1,))

    # --- Asks

    def _rows_like(self, like: FromClause) -> Aliased:
        self._aliases += 1
        return Aliased(f"r{self._aliases}", like)

    def _one(self, type_: Any, value: Any, nodes: Sequence[FieldNode], rows: int) -> ColumnElement[str]:
        """The text of a row, null where there is none."""
        ask = value.now if isinstance(value, Given) else value
        if isinstance(ask, Detail):
            is_there = func.num_nonnulls(*(ask.row[name] for name in ask.columns)) > literal_column("0")
            return case((is_there, joined(self._composite(type_, ask.row, nodes, rows))))
        if isinstance(ask, Named):
            return self._named(type_, value, nodes, rows)
        found = [self._led_to(edge, ask.parent, type_, nodes, rows) for edge in ask.edges]
        return func.coalesce(*found) if len(found) > 1 else found[0]

    def _led_to(
        self, edge: Edge, parent: Handle, type_: Any, nodes: Sequence[FieldNode], rows: int
    ) -> ColumnElement[str]:
        row = self._rows_like(edge.target.table)
        text = joined(self._composite(type_, Handle(edge.target, row), nodes, rows))
        if edge.pairs is None:
            first = page_of(edge, Given(ALL), _whole(edge), parent.of, row.wanted_of, 1).subquery(row.name)
            return select(text).select_from(first).scalar_subquery()
        child = edge.target.table.alias(row.name)
        source, reached = edge.reached(None)(parent.of, child)
        return select(text).select_from(source).where(reached).limit(ONE).scalar_subquery()

    def _named(self, type_: Any, value: Given[Named], nodes: Sequence[FieldNode], rows: int) -> ColumnElement[str]:
        ask = value.now
        concept = ask.edge.target
        row = self._rows_like(concept.table)
        text = joined(self._composite(type_, Handle(concept, row), nodes, rows))
        child = concept.table.alias(row.name)
        key = value.part("key").items()
        named = [child.c[name] == part.bound(child.c[name].type) for name, part in zip(ask.columns, key, strict=True)]
        if ask.kind is not None and concept.kind_column is not None:
            kinds = [quoted(kind) for kind, name in concept.type_names.items() if name == ask.kind]
            named.append(child.c[concept.kind_column].in_(kinds))
        chosen = choice(ask.edge, value.part("selection"), child, child)
        return select(text).select_from(child).where(*named, *chosen).limit(ONE).scalar_subquery()

    def _rows(self, type_: Any, value: Given[Any], nodes: Sequence[FieldNode], rows: int) -> ColumnElement[str]:
        ask, item, selection = value.now, type_.of_type, value.part("selection")
        if isinstance(ask, Tally):
            groups = tally_of(ask.edge, selection, ask.groups, ask.via, _from(ask.parent)).subquery()
            text = joined(self._complete(item, _Group(groups), nodes, rows))
            order = [groups.c[name] for name in ask.groups]
            return select(joined(listed(text, order=order))).select_from(groups).scalar_subquery()
        limit = ask.edge.limit
        row = self._rows_like(ask.edge.target.table)
        text = joined(listed(joined(self._complete(item, Handle(ask.edge.target, row), nodes, rows * limit))))
        if ask.expected is not None:
            is_short = func.count() < value.part("expected_count").bound(Integer())
            text = case((is_short, missing(nodes[0].name.value)), else_=text)
        found = page_of(ask.edge, selection, _whole(ask.edge), _from(ask.parent), row.wanted_of, limit)
        return _bounded(select(text.label("text")).select_from(found.subquery(row.name)), rows * limit)

    def _among(self, type_: Any, ask: Among, nodes: Sequence[FieldNode], rows: int) -> ColumnElement[str]:
        row = self._rows_like(ask.edge.target.table)
        text = joined(listed(joined(self._complete(type_.of_type, Handle(ask.edge.target, row), nodes, rows))))
        found = page_of(ask.edge, Given(ALL), _whole(ask.edge), ask.row.of, row.wanted_of, ask.edge.limit)
        return select(text).select_from(found.subquery(row.name)).scalar_subquery()

    def _made(self, type_: Any, value: Given[Made], nodes: Sequence[FieldNode], rows: int) -> ColumnElement[str]:
        ask = value.now
        found = ask.build(value.part("asked"))
        row = self._rows_like(found.subquery())
        item = ask.wrap(ask.asked, Columns(row))
        if ask.limit is None:
            text = joined(self._complete(type_, item, nodes, rows))
            return select(text).select_from(found.subquery(row.name)).scalar_subquery()
        text = joined(self._complete(type_.of_type, item, nodes, rows * ask.limit))
        whole = select(joined(listed(text, order=[row.c["position"]])).label("text"))
        return _bounded(whole.select_from(found.subquery(row.name)), rows * ask.limit)

    def _listing(
        self, type_: GraphQLObjectType, value: Given[Listing], nodes: Sequence[FieldNode], rows: int
    ) -> list[Piece]:
        """A connection: what it has of the page is written over the page's rows, read once."""
        listing = value.now
        edge, limit = listing.edge, listing.window.limit
        selected = self._collected(type_, [node.selection_set for node in nodes if node.selection_set])
        asked = {
            key: self._value(type_.fields[fields[0].name.value], value, fields[0])
            for key, fields in selected.items()
            if not fields[0].name.value.startswith("__")
        }
        row = self._rows_like(edge.target.table)
        page = Page(listing.window, value.part("window"), row)
        page.is_placed = any(isinstance(given.now, Place) for given in asked.values())
        handle = Handle(edge.target, row)
        node = One(listing.through, handle) if listing.through else handle
        pieces: list[Piece] = []
        for key, fields in selected.items():
            pieces.append(f'{"," if pieces else "{"}"{key}":')
            self._count_field()
            if key not in asked:
                pieces.append(constant(type_.name))
                continue
            given, of = asked[key], type_.fields[fields[0].name.value].type
            match given.now:
                case Nodes() | Items():
                    item = node if isinstance(given.now, Nodes) else Item(node, page.cursor)
                    text = joined(self._complete(get_nullable_type(of).of_type, item, fields, rows * limit))
                    pieces += listed(text, is_shown=page.is_shown, order=page.order)
                case Place():
                    pieces += self._complete(of, page.info, fields, rows)
                case _:
                    pieces += self._complete(of, given, fields, rows)
        pieces.append("}" if pieces else "{}")
        if not any(isinstance(given.now, OfPage) for given in asked.values()):
            return pieces
        found = page_of(
            edge, value.part("selection"), page.given, _from(listing.parent), row.wanted_of, limit + page.is_placed
        )
        # One text of all rows, even if nothing in it is of their making.
        whole = select(joined(pieces).label("text")).select_from(page.numbered(found)).having(true())
        return [_bounded(whole, rows * limit)]


class _Group:
    """A group of a tally, whose attributes are columns."""

    def __init__(self, rows: FromClause) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> ColumnElement[Any]:
        return self._rows.c[name]


def _bounded(text: Select[Any], rows: int) -> ColumnElement[str]:
    """The text of one of `rows` in all; where these may be very many, only if it is not too large."""
    if rows <= MAX_ROWS:
        return text.scalar_subquery()
    return select(too_large(text.subquery().c.text)).scalar_subquery()


def _from(parent: Any) -> FromClause:
    return ROOT if parent is None else parent.of


def _whole(edge: Edge) -> Given[Window]:
    return Given(Window(terms_of(edge.target, default_order(edge)), edge.limit))
