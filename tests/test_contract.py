"""The contract with clients: what is written is what is served, all is described, and no list is endless."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from promises import PROMISED
from strawberry.types.field import StrawberryField

from db import (
    access,
    areas,
    budgets,
    changes,
    contacts,
    discussions,
    events,
    members,
    organizations,
    platforms,
    results,
    trusted,
    usages,
    webhooks,
)
from db.counters import COUNTERS
from db.tables import metadata
from resolvers import concepts
from resolvers.concepts import typed
from resolvers.edges import Concept, Edge
from schema.graph import build_schema

GRAPH = build_schema()
TYPES: dict[str, GraphQLNamedType] = {
    name: type_ for name, type_ in GRAPH._schema.type_map.items() if not name.startswith("__")
}
BATCHES = ("Attendances", "Events", "Members", "Platforms", "Results")
# Lists that are no connection, each with what bounds it.
GUARDED = ("Platform", "Member", "Event", "Result", "Document", "Discussion", "Observation")
BOUNDED = {
    "Query.nodes": "as many as ids are given, at most 100",
    "Query.districts": "the county-level areas of the country",
    "Query.indicators": "a list kept by hand",
    "Query.enumLabels": "the enums of the schema",
    "EnumLabels.values": "the values of an enum",
    "Area.ancestors": "the levels of the tree",
    "Platform.ancestors": "the levels of the tree",
    "Organization.ancestors": "the levels of the tree",
    "Platform.starRatings": "one a year",
    "Event.organizers": "the bodies that hold one event, at most 100",
    "Event.attendanceSummary": "roles times states",
    **{f"{guarded}.sharedWith": "at most 100" for guarded in GUARDED},
    "Result.authors": "at most 100",
    "RequestStatus.steps": "at most 100",
    "Viewer.seesInternalOf": "the districts of the country",
    "Viewer.writesIn": "the districts a key names",
    "Viewer.concepts": "the concepts there are",
    "Result.steps": "at most 100",
    "Result.endorsements": "at most 100",
    "Result.adoptions": "at most 100",
    "DutyReport.byKind": "the kinds of event",
    "DutyReport.results": "the kinds of result",
    "SearchConnection.facets": "the types that can be searched",
    "Rollup.rows": "at most 1,000",
    "Comparison.rows": "the county-level areas of the country",
    "RollupRow.keys": "the dimensions asked for, at most 6",
    "RollupRow.values": "the measures asked for",
    "BatchRefused.problems": "the first 100",
    **{f"Upsert{what}Payload.rows": "at most 1,000" for what in BATCHES},
    "Query.stateMachines": "the kinds of thing that have states",
    "StateMachine.states": "the states of one kind",
    "MachineState.next": "the states of one kind",
    "JointRepliesMissing.organizations": "the departments of one proposal",
    "IllegalTransition.allowed": "the states of one kind",
    "District.dutyRules": "one a kind of event or result",
    "District.replyMeanings": "one a class",
    "Proposal.assignments": "at most 100",
    "Proposal.evaluations": "at most 1,000",
    "Change.rows": "at most 10,000",
    "Change.types": "the types of rows",
    "Query.webhooks": "at most 20 a key",
    "Webhook.types": "the types of rows",
    "Webhook.deliveries": "the last 20",
    "Completeness.missing": "the county-level areas of the country",
    "Member.tags": "texts of one row",
    "Discussion.topics": "texts of one row",
    "Event.topics": "texts of one row",
    "Result.topics": "texts of one row",
    "SupervisionCampaign.focusWorks": "texts of one row",
    "IndustryPark.industries": "texts of one row",
    "Partnership.parties": "texts of one row",
}
PROMISED_VALUES = {
    "AreaLevel": "PROVINCE CITY DISTRICT TOWNSHIP VILLAGE PARK",
    "TreeScope": "SELF CHILDREN SUBTREE",
    "PlatformKind": "DISTRICT_FORUM DELIBERATION_HALL CONSULTATION_STATION MEMBER_STUDIO MEMBER_PARLOR",
    "ResultKind": "RECOMMENDATION PROPOSAL PUBLIC_OPINION SUPERVISION_ITEM CITIZEN_REQUEST RESEARCH_REPORT OUTCOME "
    "RECOGNITION PARTNERSHIP",
    "Precision": "EXACT AT_LEAST ABOUT COUNTED_FROM_LIST",
    "Basis": "REPORTED COMPUTED",
    "OrderDirection": "ASC DESC",
    "Timing": "UPCOMING ONGOING PAST",
}
POSSIBLE = {
    "Area": "Province City District Township Village IndustryPark",
    "Platform": "DistrictForum DeliberationHall ConsultationStation MemberStudio MemberParlor",
    "Result": "Recommendation Proposal PublicOpinionReport SupervisionItem CitizenRequest ResearchReport Outcome "
    "Recognition Partnership",
}


def fields_of(type_: GraphQLNamedType) -> dict[str, GraphQLField]:
    return type_.fields if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else {}


def own_fields() -> Iterator[tuple[str, GraphQLField]]:
    """Each field once, named after the interface that declares it or else after its type."""
    for name, type_ in TYPES.items():
        inherited = {field for interface in getattr(type_, "interfaces", ()) for field in interface.fields}
        for field_name, field in fields_of(type_).items():
            if field_name not in inherited:
                yield f"{name}.{field_name}", field


def shown(name: str, field: GraphQLField, arguments: list[str]) -> str:
    """A field with some of its arguments, as the schema language writes it."""

    def argument(each: str) -> str:
        given: GraphQLArgument = field.args[each]
        default = getattr(given.default_value, "name", None)
        return f"{each}: {given.type}" + (f" = {default}" if default else "")

    called = f"({', '.join(argument(each) for each in arguments)})" if arguments else ""
    return f"{name}{called}: {field.type}"


def test_the_written_contract_is_the_one_that_is_served() -> None:
    written = (Path(__file__).parents[1] / "schema.graphql").read_text()
    assert written.rstrip("\n") == GRAPH.as_str().rstrip("\n")


def test_everything_is_described() -> None:
    undescribed = []
    for name, type_ in TYPES.items():
        if not type_.description:
            undescribed.append(name)
        for field_name, field in fields_of(type_).items():
            if not field.description:
                undescribed.append(f"{name}.{field_name}")
            undescribed += [f"{name}.{field_name}({key})" for key, each in field.args.items() if not each.description]
        if isinstance(type_, GraphQLEnumType):
            undescribed += [f"{name}.{key}" for key, value in type_.values.items() if not value.description]
        if isinstance(type_, GraphQLInputObjectType):
            undescribed += [f"{name}.{key}" for key, each in type_.fields.items() if not each.description]
    assert undescribed == []


@pytest.mark.parametrize("name", sorted(PROMISED))
def test_a_type_has_what_clients_were_promised(name: str) -> None:
    promised = [line.strip() for line in PROMISED[name].strip().splitlines()]
    fields, found = fields_of(TYPES[name]), []
    for line in promised:
        head = line.partition(":")[0]
        field_name, _, rest = line.partition("(") if "(" in head else (head, "", "")
        arguments = [each.partition(":")[0].strip() for each in rest.partition(")")[0].split(",")] if rest else []
        found.append(shown(field_name, fields[field_name], arguments))
    assert found == promised


@pytest.mark.parametrize("name", sorted(PROMISED_VALUES))
def test_an_enum_has_the_values_clients_were_promised(name: str) -> None:
    enum = TYPES[name]
    assert isinstance(enum, GraphQLEnumType)
    assert set(enum.values) == set(PROMISED_VALUES[name].split())


@pytest.mark.parametrize("name", sorted(POSSIBLE))
def test_an_interface_has_one_type_per_kind(name: str) -> None:
    interface = TYPES[name]
    assert isinstance(interface, GraphQLInterfaceType)
    assert {each.name for each in GRAPH._schema.get_possible_types(interface)} == set(POSSIBLE[name].split())


def test_every_type_with_an_id_can_be_fetched_by_it() -> None:
    node = TYPES["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {each.name for each in GRAPH._schema.get_possible_types(node)} == set(typed())


def test_every_list_is_a_connection_or_bounded() -> None:
    unpaged = set()
    for name, field in own_fields():
        core = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        is_page = name.endswith(("Connection.edges", "Connection.nodes"))
        if isinstance(core, GraphQLList) and not is_page:
            unpaged.add(name)
    assert unpaged == set(BOUNDED)


def test_every_connection_has_the_same_parts() -> None:
    connections = {name: fields_of(type_) for name, type_ in TYPES.items() if name.endswith("Connection")}
    for name, fields in connections.items():
        node = name.removesuffix("Connection")
        item = "SearchItem" if node == "Search" else node
        assert {key: str(field.type) for key, field in fields.items() if key != "facets"} == {
            "edges": f"[{node}Edge!]!",
            "nodes": f"[{item}!]!",
            "pageInfo": "PageInfo!",
            "totalCount": "Int!",
        }
        assert {key: str(field.type) for key, field in fields_of(TYPES[f"{node}Edge"]).items()} == {
            "node": f"{item}!",
            "cursor": "String!",
        }
    lists = {name: field for name, field in own_fields() if get_named_type(field.type).name in connections}
    for name, field in lists.items():
        assert str(field.type).endswith("!"), name
        page = {key: str(field.args[key].type) for key in ("first", "after", "last", "before") if key in field.args}
        assert page == {"first": "Int", "after": "String", "last": "Int", "before": "String"}, name


def test_an_order_is_a_field_and_a_direction() -> None:
    orders = {name: type_ for name, type_ in TYPES.items() if name.endswith("Order")}
    for name, type_ in orders.items():
        assert isinstance(type_, GraphQLInputObjectType)
        assert {key: str(each.type) for key, each in type_.fields.items()} == {
            "field": f"{name}Field!",
            "direction": "OrderDirection!",
        }


def edges_of_the_graph() -> set[Edge]:
    found = set()
    for name in TYPES:
        definition = GRAPH.get_type_by_name(name)
        for field in getattr(definition, "fields", ()):
            if isinstance(field, StrawberryField) and "edge" in field.metadata:
                found.add(field.metadata["edge"])
    return found


def test_every_table_can_be_reached() -> None:
    shown_tables = {concept.table for concept in vars(concepts).values() if isinstance(concept, Concept)}
    # These say which rows belong together; the edge named beside each of them leads along it.
    links = {
        areas.park_township: "IndustryPark.townships",
        platforms.platform_sponsor: "Platform.sponsor",
        events.event_platform: "Event.platforms",
        events.event_participant: "Event.districts",
        results.result_author: "Result.authors",
        results.result_platform: "Result.jointPlatforms",
        discussions.support: "Discussion.supporters",
    }
    assert {edge.name for edge in edges_of_the_graph()} & set(links.values()) == set(links.values())
    # What rollups are read from is shown by them.
    counted = {counter.table for counter in COUNTERS}
    # What is nobody's business: digests of keys, the secret of codes, the newest change's number, citizens' contacts,
    # what others have asked, and the documents of applications.
    private = {
        access.access_key,
        budgets.budget,
        changes.installation,
        changes.change_head,
        contacts.citizen_contact,
        trusted.trusted_document,
        usages.field_usage,
    }
    # What a key alone is shown, of its own webhooks.
    private |= {webhooks.webhook, webhooks.webhook_delivery}
    shown = {table.name for table in (*shown_tables, *links, *counted, *private)}
    assert {table.name for table in metadata.tables.values()} == shown
    reached = {edge.target for edge in edges_of_the_graph()}
    unreached = {concept.name for concept in vars(concepts).values() if isinstance(concept, Concept)} - {
        concept.name for concept in reached
    }
    assert unreached == set()


@pytest.mark.parametrize("name", sorted(typed()))
def test_every_plain_field_is_a_column(name: str) -> None:
    definition = GRAPH.get_type_by_name(name)
    columns = {*typed()[name].columns, *typed()[name].computed}
    plain = {
        field.python_name
        for field in getattr(definition, "fields", ())
        if field.base_resolver is None
        and is_leaf_type(get_named_type(fields_of(TYPES[name])[_graphql_name(field)].type))
    }
    assert plain - columns == set()


def _graphql_name(field: StrawberryField) -> str:
    return GRAPH.config.name_converter.get_graphql_name(field)


def test_unions_hold_what_can_be_searched_and_measured() -> None:
    for name in ("SearchItem", "ObservationSubject"):
        union = TYPES[name]
        assert isinstance(union, GraphQLUnionType)
        assert {each.name for each in union.types} == {
            type_name
            for type_name, concept in typed().items()
            if concept.table
            in (
                areas.area,
                platforms.platform,
                members.member,
                organizations.organization,
                events.event,
                results.result,
            )
        }
