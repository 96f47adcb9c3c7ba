"""What clients were promised of the contract."""

ROLLUP = (
    "rollup(of: RollupSubject!, by: [RollupDimension!]!, measures: [RollupMeasure!]!, where: RollupFilter, "
    "having: RollupHaving, orderBy: [RollupOrder!], first: Int): Rollup!"
)
PAGE = "first: Int, after: String, last: Int, before: String"


# What a client may count on: the fields of each type with their types, and arguments where they are promised.
PROMISED = {
    "Node": "id: ID!",
    "Coverage": "covered: Int!\neligible: Int!\nratio: Float\ndenominator: CoverageDenominator!\nvintage: Date!",
    "Rollup": "rows: [RollupRow!]!\ntotal: RollupRow!\nasOf: DateTime!",
    "RollupRow": "keys: [RollupKey!]!\nvalues: [RollupValue!]!\ncompleteness: Completeness!",
    "RollupKey": "dimension: RollupDimension!\nvalue: String!\nlabel: String!\nnode: Node",
    "RollupValue": "measure: RollupMeasure!\nvalue: Float\nprecision: Precision!",
    "Query": f"""
        node(id: ID!): Node
        nodes(ids: [ID!]!): [Node]!
        area(code: String!): Area
        areas(where: AreaFilter, orderBy: [AreaOrder!], {PAGE}): AreaConnection!
        districts(codes: [String!]): [District!]!
        platform(slug: String!): Platform
        platforms(where: PlatformFilter, orderBy: [PlatformOrder!], {PAGE}): PlatformConnection!
        members(where: MemberFilter, orderBy: [MemberOrder!], {PAGE}): MemberConnection!
        organizations(where: OrganizationFilter, orderBy: [OrganizationOrder!], {PAGE}): OrganizationConnection!
        events(where: EventFilter, orderBy: [EventOrder!], {PAGE}): EventConnection!
        results(where: ResultFilter, orderBy: [ResultOrder!], {PAGE}): ResultConnection!
        search(text: String!, types: [SearchType!], {PAGE}): SearchConnection!
        {ROLLUP}
        coverage(area: String!, kind: PlatformKind!, at: Date, denominator: CoverageDenominator): Coverage!
        indicators(keys: [String!]): [Indicator!]!
        observations(where: ObservationFilter, {PAGE}): ObservationConnection!""",
    "Area": f"""
        id: ID!
        code: String!
        name: String!
        level: AreaLevel!
        parent: Area
        ancestors: [Area!]!
        children(where: AreaFilter, {PAGE}): AreaConnection!
        descendants(levels: [AreaLevel!], depth: Int, {PAGE}): AreaConnection!
        platforms(scope: TreeScope = SUBTREE, where: PlatformFilter, orderBy: [PlatformOrder!]): PlatformConnection!
        members(scope: TreeScope = SUBTREE, where: MemberFilter): MemberConnection!
        events(scope: TreeScope = SUBTREE, where: EventFilter, orderBy: [EventOrder!]): EventConnection!
        results(scope: TreeScope = SUBTREE, where: ResultFilter, orderBy: [ResultOrder!]): ResultConnection!
        observations(where: ObservationFilter): ObservationConnection!""",
    "Platform": """
        id: ID!
        slug: String!
        name: String!
        kind: PlatformKind!
        status: PlatformStatus!
        establishedOn: Date
        district: District!
        area: Area!
        host: Area
        sponsor: Organization
        parent: Platform
        ancestors: [Platform!]!
        children(where: PlatformFilter): PlatformConnection!
        descendants(kinds: [PlatformKind!], depth: Int): PlatformConnection!
        lead: Member
        members(role: MembershipRole, activeOn: Date): MembershipConnection!
        organizations: OrganizationConnection!
        events(scope: TreeScope = SELF, where: EventFilter, orderBy: [EventOrder!]): EventConnection!
        results(scope: TreeScope = SELF, where: ResultFilter, orderBy: [ResultOrder!]): ResultConnection!""",
    "DeliberationHall": "stations: PlatformConnection!",
    "ConsultationStation": "hall: Platform",
    "MemberStudio": "park: Area\nisOnline: Boolean!",
    "DistrictForum": "halls: PlatformConnection!",
    "Organization": """
        id: ID!
        name: String!
        kind: OrganizationKind!
        district: District!
        parent: Organization
        children: OrganizationConnection!
        members(role: MembershipRole, activeOn: Date): MembershipConnection!
        hostedAt: PlatformConnection!""",
    "Member": """
        id: ID!
        name: String!
        district: District!
        sector: Sector
        tags: [String!]!
        memberships(activeOn: Date): MembershipConnection!
        attendances(where: AttendanceFilter): AttendanceConnection!
        results(where: ResultFilter): ResultConnection!
        dutyReport(year: Int!): DutyReport!""",
    "Event": """
        id: ID!
        title: String!
        kind: EventKind!
        status: EventStatus!
        mode: EventMode!
        startsAt: DateTime!
        endsAt: DateTime
        district: District!
        platforms: PlatformConnection!
        organizers: [Organizer!]!
        topics: [String!]!
        attendances(role: AttendanceRole, state: AttendanceState): AttendanceConnection!
        attendanceSummary: [AttendanceCount!]!
        publicParticipants: Int
        results(where: ResultFilter): ResultConnection!
        isSample: Boolean!""",
    "AttendanceCount": "role: AttendanceRole!\nstate: AttendanceState!\ncount: Int!",
    "DutyReport": "total: Int!\nbyKind: [EventKindCount!]!\nresults: [ResultKindCount!]!",
    "Result": """
        id: ID!
        kind: ResultKind!
        title: String!
        body: String
        status: ResultStatus!
        raisedAt: DateTime!
        closedAt: DateTime
        district: District!
        platform: Platform
        event: Event
        authors: [Member!]!
        steps: [ResultStep!]!
        endorsements: [Endorsement!]!
        adoptions: [Adoption!]!
        followsFrom: Result
        leadsTo: ResultConnection!
        isSample: Boolean!""",
    "ResultStep": "stage: ResultStatus!\norganization: Organization\nat: DateTime!\nnote: String",
    "Endorsement": "level: AuthorityLevel!\nkind: EndorsementKind!\non: Date!",
    "Observation": """
        id: ID!
        indicator: Indicator!
        about: ObservationSubject!
        value: Float!
        precision: Precision!
        basis: Basis!
        unit: Unit!
        period: Period
        population: String
        quote: String
        source: Source""",
    "SearchFacet": "type: SearchType!\ncount: Int!",
}
