"""Edges from indicators and observations."""

from resolvers import concepts
from resolvers.areas import of_district
from resolvers.edges import Edge, by, everything, to_own, to_shared

indicator_observations = Edge(
    "Indicator.observations", concepts.indicators, concepts.observations, by(id="indicator_id")
)
indicator_source = to_shared("Indicator.source", concepts.indicators, concepts.sources, "source")

district = of_district(concepts.observations)
indicator = to_shared("Observation.indicator", concepts.observations, concepts.indicators, "indicator")
source = to_shared("Observation.source", concepts.observations, concepts.sources, "source")

# What an observation is about: exactly one of these leads somewhere.
ABOUT = (
    to_shared("Observation.area", concepts.observations, concepts.areas, "area"),
    to_own("Observation.platform", concepts.observations, concepts.platforms, "platform"),
    to_own("Observation.member", concepts.observations, concepts.members, "member"),
    to_own("Observation.organization", concepts.observations, concepts.organizations, "organization"),
    to_own("Observation.event", concepts.observations, concepts.events, "event"),
    to_own("Observation.result", concepts.observations, concepts.results, "result"),
)

all_indicators = Edge("Query.indicators", None, concepts.indicators, everything)
all_observations = Edge("Query.observations", None, concepts.observations, everything)
