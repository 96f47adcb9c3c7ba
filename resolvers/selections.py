"""Which fields a selection set has for a type, with fragments opened and `@skip` and `@include` obeyed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_directive_values,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.values import VariableValues

from resolvers.asks import ASKS

Fragments = Mapping[str, FragmentDefinitionNode]
Selected = dict[str, list[FieldNode]]
"""The fields of an object by their name in the answer; several that bear one name are merged."""


def collected(
    schema: GraphQLSchema,
    fragments: Fragments,
    variables: VariableValues,
    type_: GraphQLObjectType,
    sets: Iterable[SelectionSetNode],
) -> Selected:
    """The fields that `sets` together select of an object of `type_`, in the order of the answer."""
    found: Selected = {}
    visited: set[str] = set()

    def visit(selections: Sequence[SelectionNode]) -> None:
        for selection in selections:
            if not is_wanted(selection, variables):
                continue
            if isinstance(selection, FieldNode):
                found.setdefault((selection.alias or selection.name).value, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                if selection.type_condition is None or fits(selection.type_condition.name.value):
                    visit(selection.selection_set.selections)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in visited:
                fragment = fragments[selection.name.value]
                if fits(fragment.type_condition.name.value):
                    visited.add(selection.name.value)
                    visit(fragment.selection_set.selections)

    def fits(name: str) -> bool:
        condition = schema.type_map[name]
        return condition is type_ or (is_abstract_type(condition) and schema.is_sub_type(condition, type_))

    for each in sets:
        visit(each.selections)
    return found


def is_wanted(selection: SelectionNode, variables: VariableValues) -> bool:
    """Whether `@skip` and `@include` leave a selection in."""
    if not selection.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, selection, variables)
    include = get_directive_values(GraphQLIncludeDirective, selection, variables)
    return not (skip and skip["if"]) and not (include and not include["if"])


def asks_nothing(type_: Any) -> bool:
    """Whether values of a type are the program's own throughout."""
    if is_leaf_type(type_):
        return True
    definitions = [field.extensions["strawberry-definition"] for field in getattr(type_, "fields", {}).values()]
    return (
        isinstance(type_, GraphQLObjectType)
        and not any(ASKS in definition.metadata or definition.base_resolver for definition in definitions)
        and all(asks_nothing(get_named_type(field.type)) for field in type_.fields.values())
    )
