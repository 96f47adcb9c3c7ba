"""What is left of a failing document when everything is taken away that it fails without."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import graphql
from documents import Drawn, literal, used_by
from graphql import (
    GraphQLSchema,
)

# What can be taken from a document by itself, beside the items of lists.
PARTS = (
    graphql.ExecutableDefinitionNode,
    graphql.SelectionNode,
    graphql.ArgumentNode,
    graphql.DirectiveNode,
    graphql.ObjectFieldNode,
)


async def shrunk(document: Drawn, fails: Callable[[Drawn], Awaitable[bool]], schema: GraphQLSchema) -> Drawn:
    """What is left of a document that `fails` when nothing can be taken from it that leaves it valid and failing.

    Fragments are replaced by what they ask, and variables by their values, of which more can then be taken.
    """
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for change in (_Blanking, _Taking, _Opening, _Writing):
            place = 0
            while (smaller := _changed(document, change(document, schema, place))) is not None:
                is_valid = bool(smaller.text) and not graphql.validate(schema, graphql.parse(smaller.text))
                if is_valid and await fails(smaller):
                    document, is_smaller = smaller, True
                else:
                    place += 1
    return document


class _Change(graphql.Visitor):
    """A change of a document at one of the places where it can be made."""

    def __init__(self, document: Drawn, schema: GraphQLSchema, place: int) -> None:
        super().__init__()
        self.place = place
        self.parsed: Any = graphql.parse(document.text)
        defined: Any = self.parsed.definitions
        self.fragments = {each.name.value: each for each in defined if each.kind == "fragment_definition"}

    def is_here(self) -> bool:
        """Whether this is the place, which is told once for each place."""
        self.place -= 1
        return self.place == -1


class _Taking(_Change):
    """Takes a part, outer parts before inner ones, and what would be empty without it."""

    def enter(self, node: graphql.Node, key: Any, parent: Any, path: Any, ancestors: list[Any]) -> Any:
        is_part = isinstance(node, PARTS) or (ancestors and isinstance(ancestors[-1], graphql.ListValueNode))
        return graphql.REMOVE if is_part and self.is_here() else None

    def leave(self, node: graphql.Node, *_: Any) -> Any:
        inner = getattr(node, "selection_set", None)
        return graphql.REMOVE if inner is not None and not inner.selections else None


class _Blanking(_Change):
    """Asks an object for no more than its type."""

    def enter_selection_set(self, node: graphql.SelectionSetNode, *_: Any) -> Any:
        name = graphql.FieldNode(name=graphql.NameNode(value="__typename"))
        is_blank = [graphql.print_ast(each) for each in node.selections] == ["__typename"]
        return None if is_blank or not self.is_here() else graphql.SelectionSetNode(selections=(name,))


class _Opening(_Change):
    """Puts what a fragment asks into its place."""

    def enter_selection_set(self, node: graphql.SelectionSetNode, *_: Any) -> Any:
        for index, each in enumerate(node.selections):
            if not isinstance(each, graphql.FieldNode) and self.is_here():
                inner: Any = self.fragments[each.name.value] if isinstance(each, graphql.FragmentSpreadNode) else each
                opened = (*node.selections[:index], *inner.selection_set.selections, *node.selections[index + 1 :])
                return graphql.SelectionSetNode(selections=opened)
        return None


class _Writing(_Change):
    """Writes the value of a variable into its place."""

    def __init__(self, document: Drawn, schema: GraphQLSchema, place: int) -> None:
        super().__init__(document, schema, place)
        operations = [each for each in self.parsed.definitions if each.kind == "operation_definition"]
        self.values: dict[str, Any] = {}
        for each in (one for operation in operations for one in operation.variable_definitions or ()):
            name, type_ = each.variable.name.value, graphql.type_from_ast(schema, each.type)
            if name in document.variables:
                self.values[name] = graphql.parse_value(literal(type_, document.variables[name]))
            elif each.default_value:
                self.values[name] = each.default_value

    def enter_variable(self, node: graphql.VariableNode, key: Any, parent: Any, *_: Any) -> Any:
        is_use = node.name.value in self.values and not isinstance(parent, graphql.VariableDefinitionNode)
        return self.values[node.name.value] if is_use and self.is_here() else None


def _changed(document: Drawn, change: _Change) -> Drawn | None:
    """The document changed, without what it uses no more; None when the place is past the last."""
    left = graphql.visit(change.parsed, change)
    if change.place >= 0:
        return None
    bodies, fragments = list[str](), dict[str, str]()
    for each in left.definitions:
        text = graphql.print_ast(each.selection_set)
        if each.kind == "fragment_definition":
            fragments[each.name.value] = text
        else:
            bodies.append(text)
    kept, used = used_by(" ".join(bodies), fragments)
    variables = {name: value for name, value in document.variables.items() if name in used}
    return replace(document, text=graphql.print_ast(graphql.visit(left, _Keeping(kept, used))), variables=variables)


class _Keeping(graphql.Visitor):
    """Keeps only what has one of some names, of fragments and of declarations of variables."""

    def __init__(self, fragments: Sequence[str], variables: set[str]) -> None:
        super().__init__()
        self.fragments, self.variables = fragments, variables

    def enter_fragment_definition(self, node: graphql.FragmentDefinitionNode, *_: Any) -> Any:
        return None if node.name.value in self.fragments else graphql.REMOVE

    def enter_variable_definition(self, node: graphql.VariableDefinitionNode, *_: Any) -> Any:
        return None if node.variable.name.value in self.variables else graphql.REMOVE
