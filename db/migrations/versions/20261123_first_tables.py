"""The first tables, their enums and the sequence of all ids."""

from alembic import op

revision = "1fd0a2c93b57"
down_revision = None

# Constraints that forbid overlapping periods need it. The owner of a database may create it.
EXTENSION = "CREATE EXTENSION IF NOT EXISTS btree_gist"

STATEMENTS = """
CREATE TYPE area_level AS ENUM ('PROVINCE', 'CITY', 'DISTRICT', 'TOWNSHIP', 'VILLAGE', 'PARK');
CREATE TYPE district_kind AS ENUM ('DISTRICT', 'COUNTY', 'COUNTY_LEVEL_CITY');
CREATE TYPE event_kind AS ENUM ('CONSULT_WITH_YOU', 'HALL_SESSION', 'STATION_SESSION', 'GOV_ENTERPRISE',
    'SECTOR_AT_STATION', 'STANDING_COMMITTEE', 'THEMED_CONSULTATION', 'RESEARCH', 'INSPECTION', 'SUPERVISION',
    'CLOUD_MEETING', 'SALON', 'FORUM', 'SERVICE', 'STUDY', 'MOCK_CPPCC', 'PLENARY', 'OTHER');
CREATE TYPE event_status AS ENUM ('TENTATIVE', 'CONFIRMED', 'HELD', 'CANCELLED');
CREATE TYPE event_mode AS ENUM ('ONSITE', 'ONLINE', 'HYBRID');
CREATE TYPE date_precision AS ENUM ('YEAR', 'MONTH', 'DAY', 'TIME');
CREATE TYPE organizer_role AS ENUM ('HOST', 'CO_HOST');
CREATE TYPE attendance_role AS ENUM ('MEMBER', 'LEAD', 'GUEST', 'SUBSTITUTE', 'OFFICIAL', 'PUBLIC');
CREATE TYPE attendance_state AS ENUM ('REGISTERED', 'CHECKED_IN', 'LEAVE', 'ABSENT');
CREATE TYPE unit AS ENUM ('ITEM', 'SESSION', 'PERSON', 'PERSON_TIME', 'ORGANIZATION', 'DAY', 'MINUTE', 'YEAR',
    'RATIO', 'ORDINAL');
CREATE TYPE aggregation AS ENUM ('SUM', 'LATEST', 'RATIO', 'NONE');
CREATE TYPE "precision" AS ENUM ('EXACT', 'AT_LEAST', 'ABOUT', 'COUNTED_FROM_LIST');
CREATE TYPE basis AS ENUM ('REPORTED', 'COMPUTED');
CREATE TYPE gender AS ENUM ('FEMALE', 'MALE');
CREATE TYPE membership_role AS ENUM ('CHAIR', 'VICE_CHAIR', 'LEAD', 'GROUP_LEADER', 'MEMBER', 'LIAISON',
    'SUPERVISOR');
CREATE TYPE sector_family AS ENUM ('PARTY', 'ORGANIZATION', 'CIRCLE', 'INVITED');
CREATE TYPE organization_kind AS ENUM ('CPPCC_COMMITTEE', 'SPECIAL_COMMITTEE', 'SECTOR_GROUP', 'TOWNSHIP_LIAISON',
    'LEADING_PARTY_GROUP', 'GENERAL_PARTY_BRANCH', 'PARTY_BRANCH', 'PARTY_GROUP', 'AUTHORITY', 'DEPARTMENT');
CREATE TYPE platform_level AS ENUM ('PROVINCIAL', 'MUNICIPAL', 'DISTRICT', 'TOWNSHIP', 'VILLAGE');
CREATE TYPE platform_kind AS ENUM ('DISTRICT_FORUM', 'DELIBERATION_HALL', 'CONSULTATION_STATION', 'MEMBER_STUDIO',
    'MEMBER_PARLOR');
CREATE TYPE platform_status AS ENUM ('PLANNED', 'ACTIVE', 'SUSPENDED', 'CLOSED');
CREATE TYPE host_kind AS ENUM ('TOWNSHIP', 'VILLAGE', 'PARK', 'SECTOR', 'COMMITTEE', 'ONLINE');
CREATE TYPE result_kind AS ENUM ('RECOMMENDATION', 'PROPOSAL', 'PUBLIC_OPINION', 'SUPERVISION_ITEM',
    'CITIZEN_REQUEST', 'RESEARCH_REPORT', 'OUTCOME', 'RECOGNITION', 'PARTNERSHIP');
CREATE TYPE result_status AS ENUM ('DRAFT', 'RAISED', 'SUBMITTED', 'FILED', 'NOT_FILED_FORWARDED',
    'NOT_FILED_RETURNED', 'FOUND', 'FORWARDED', 'TRANSFERRED', 'ASSIGNED', 'REPLIED', 'REASSIGNED', 'REPLIED_AGAIN',
    'EVALUATED', 'ADOPTED', 'PARTLY_ADOPTED', 'DECLINED', 'IMPLEMENTED', 'RESOLVED', 'AWARDED', 'CLOSED');
CREATE TYPE authority_level AS ENUM ('NATIONAL', 'PROVINCIAL', 'MUNICIPAL', 'DISTRICT');
CREATE TYPE author_role AS ENUM ('LEAD', 'CO_AUTHOR');
CREATE TYPE endorsement_kind AS ENUM ('INSTRUCTION', 'AFFIRMATION');

CREATE SEQUENCE entity_id;

CREATE TABLE source (
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    publisher TEXT,
    published_on DATE,
    locator TEXT,
    url TEXT,
    CONSTRAINT source_pkey PRIMARY KEY (id),
    CONSTRAINT source_key_key UNIQUE (key)
);

CREATE TABLE area (
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    code_system TEXT NOT NULL,
    code TEXT NOT NULL,
    vintage DATE NOT NULL,
    name TEXT NOT NULL,
    level area_level NOT NULL,
    district_kind district_kind,
    is_quasi BOOLEAN DEFAULT false NOT NULL,
    valid_from DATE,
    valid_to DATE,
    tenant TEXT NOT NULL,
    industries TEXT[] DEFAULT '{}' NOT NULL,
    parent_id BIGINT,
    parent_path BIGINT[] DEFAULT '{}' NOT NULL,
    path BIGINT[] GENERATED ALWAYS AS (parent_path || id) STORED NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    terms TSVECTOR DEFAULT ''::tsvector NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT area_pkey PRIMARY KEY (id),
    CONSTRAINT area_id_path_key UNIQUE (id, path),
    CONSTRAINT area_parent_fkey FOREIGN KEY(parent_id, parent_path) REFERENCES area (id, path),
    CONSTRAINT area_path_is_the_parents_check CHECK (CASE WHEN parent_id IS NULL THEN parent_path = '{}' ELSE
        parent_path[cardinality(parent_path)] = parent_id END),
    CONSTRAINT area_no_row_is_its_own_ancestor_check CHECK (NOT (id = ANY (parent_path))),
    CONSTRAINT area_code_system_code_vintage_key UNIQUE (code_system, code, vintage),
    CONSTRAINT area_valid_to_after_valid_from_check CHECK (valid_to > valid_from),
    CONSTRAINT area_only_districts_have_a_kind_check CHECK ((level = 'DISTRICT') = (district_kind IS NOT NULL)),
    CONSTRAINT area_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX area_code_idx ON area (code);
CREATE INDEX area_level_code_idx ON area (level, code);
CREATE INDEX area_parent_idx ON area (parent_id);
CREATE INDEX area_path_idx ON area (path);
CREATE INDEX area_sort_idx ON area (sort_key, id);
CREATE INDEX area_terms_idx ON area USING gin (terms);

CREATE TABLE indicator (
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    unit unit NOT NULL,
    aggregation aggregation NOT NULL,
    definition TEXT NOT NULL,
    formula TEXT,
    numerator TEXT,
    denominator TEXT,
    source_id BIGINT,
    CONSTRAINT indicator_pkey PRIMARY KEY (id),
    CONSTRAINT indicator_key_key UNIQUE (key),
    CONSTRAINT indicator_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE TABLE sector (
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    code TEXT NOT NULL,
    sector_group sector_family NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    short_name TEXT,
    note TEXT,
    source_id BIGINT,
    CONSTRAINT sector_pkey PRIMARY KEY (id),
    CONSTRAINT sector_code_key UNIQUE (code),
    CONSTRAINT sector_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE TABLE supervision_campaign (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    title TEXT NOT NULL,
    year SMALLINT NOT NULL,
    focus_works TEXT[] DEFAULT '{}' NOT NULL,
    note TEXT,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT supervision_campaign_pkey PRIMARY KEY (district, id),
    CONSTRAINT supervision_campaign_district_key_key UNIQUE (district, key),
    CONSTRAINT supervision_campaign_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT supervision_campaign_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE TABLE proposal_bundle (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    title TEXT NOT NULL,
    year SMALLINT NOT NULL,
    rounds SMALLINT DEFAULT 0 NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT proposal_bundle_pkey PRIMARY KEY (district, id),
    CONSTRAINT proposal_bundle_rounds_not_negative_check CHECK (rounds >= 0),
    CONSTRAINT proposal_bundle_district_key_key UNIQUE (district, key),
    CONSTRAINT proposal_bundle_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT proposal_bundle_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);

CREATE TABLE park_township (
    park_id BIGINT NOT NULL,
    township_id BIGINT NOT NULL,
    CONSTRAINT park_township_pkey PRIMARY KEY (park_id, township_id),
    CONSTRAINT park_township_a_park_is_no_township_check CHECK (park_id <> township_id),
    CONSTRAINT park_township_park_id_fkey FOREIGN KEY(park_id) REFERENCES area (id) ON DELETE CASCADE,
    CONSTRAINT park_township_township_id_fkey FOREIGN KEY(township_id) REFERENCES area (id) ON DELETE CASCADE
);
CREATE INDEX park_township_township_idx ON park_township (township_id);

CREATE TABLE event (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    title TEXT NOT NULL,
    kind event_kind NOT NULL,
    status event_status NOT NULL,
    mode event_mode DEFAULT 'ONSITE' NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE,
    date_precision date_precision DEFAULT 'TIME' NOT NULL,
    place TEXT,
    topics TEXT[] DEFAULT '{}' NOT NULL,
    summary TEXT,
    public_participants INTEGER,
    parent_id BIGINT,
    bundle_id BIGINT,
    sort_key TEXT DEFAULT '' NOT NULL,
    terms TSVECTOR DEFAULT ''::tsvector NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (district, id),
    CONSTRAINT event_district_parent_id_fkey FOREIGN KEY(district, parent_id) REFERENCES event (district, id),
    CONSTRAINT event_district_bundle_id_fkey FOREIGN KEY(district, bundle_id) REFERENCES proposal_bundle (district,
        id),
    CONSTRAINT event_district_id_starts_at_key UNIQUE (district, id, starts_at),
    CONSTRAINT event_ends_after_start_check CHECK (ends_at >= starts_at),
    CONSTRAINT event_no_event_is_its_own_parent_check CHECK (parent_id <> id),
    CONSTRAINT event_participants_not_negative_check CHECK (public_participants >= 0),
    CONSTRAINT event_district_key_key UNIQUE (district, key),
    CONSTRAINT event_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT event_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX event_bundle_idx ON event (district, bundle_id);
CREATE INDEX event_district_kind_idx ON event (district, kind, starts_at, id);
CREATE INDEX event_district_starts_idx ON event (district, starts_at, id);
CREATE INDEX event_parent_idx ON event (district, parent_id);
CREATE INDEX event_starts_idx ON event (starts_at, id);
CREATE INDEX event_terms_idx ON event USING gin (terms);

CREATE TABLE member (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    name TEXT NOT NULL,
    gender gender,
    party TEXT,
    sector_id BIGINT,
    post TEXT,
    duty_code TEXT,
    tags TEXT[] DEFAULT '{}' NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    terms TSVECTOR DEFAULT ''::tsvector NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT member_pkey PRIMARY KEY (district, id),
    CONSTRAINT member_district_key_key UNIQUE (district, key),
    CONSTRAINT member_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT member_sector_id_fkey FOREIGN KEY(sector_id) REFERENCES sector (id),
    CONSTRAINT member_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX member_district_sort_idx ON member (district, sort_key, id);
CREATE INDEX member_sector_idx ON member (district, sector_id);
CREATE INDEX member_sort_idx ON member (sort_key, id);
CREATE INDEX member_terms_idx ON member USING gin (terms);
CREATE UNIQUE INDEX member_duty_code_key ON member (district, duty_code);

CREATE TABLE organization (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    name TEXT NOT NULL,
    short_name TEXT,
    kind organization_kind NOT NULL,
    level platform_level NOT NULL,
    sector_id BIGINT,
    area_id BIGINT,
    founded_on DATE,
    dissolved_on DATE,
    note TEXT,
    parent_id BIGINT,
    parent_path BIGINT[] DEFAULT '{}' NOT NULL,
    path BIGINT[] GENERATED ALWAYS AS (parent_path || id) STORED NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    terms TSVECTOR DEFAULT ''::tsvector NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT organization_pkey PRIMARY KEY (district, id),
    CONSTRAINT organization_dissolved_on_after_founded_on_check CHECK (dissolved_on >= founded_on),
    CONSTRAINT organization_district_id_path_key UNIQUE (district, id, path),
    CONSTRAINT organization_parent_fkey FOREIGN KEY(district, parent_id, parent_path) REFERENCES organization
        (district, id, path),
    CONSTRAINT organization_path_is_the_parents_check CHECK (CASE WHEN parent_id IS NULL THEN parent_path = '{}'
        ELSE parent_path[cardinality(parent_path)] = parent_id END),
    CONSTRAINT organization_no_row_is_its_own_ancestor_check CHECK (NOT (id = ANY (parent_path))),
    CONSTRAINT organization_district_kind_name_key UNIQUE (district, kind, name),
    CONSTRAINT organization_district_key_key UNIQUE (district, key),
    CONSTRAINT organization_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT organization_sector_id_fkey FOREIGN KEY(sector_id) REFERENCES sector (id),
    CONSTRAINT organization_area_id_fkey FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT organization_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX organization_parent_idx ON organization (district, parent_id);
CREATE INDEX organization_path_idx ON organization (district, path);
CREATE INDEX organization_sort_idx ON organization (district, sort_key, id);
CREATE INDEX organization_terms_idx ON organization USING gin (terms);

CREATE TABLE platform (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    brand TEXT,
    kind platform_kind NOT NULL,
    level platform_level NOT NULL,
    status platform_status DEFAULT 'ACTIVE' NOT NULL,
    host_kind host_kind,
    is_online BOOLEAN DEFAULT false NOT NULL,
    area_id BIGINT NOT NULL,
    host_id BIGINT,
    established_on DATE,
    closed_on DATE,
    note TEXT,
    parent_id BIGINT,
    parent_path BIGINT[] DEFAULT '{}' NOT NULL,
    path BIGINT[] GENERATED ALWAYS AS (parent_path || id) STORED NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    terms TSVECTOR DEFAULT ''::tsvector NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT platform_pkey PRIMARY KEY (district, id),
    CONSTRAINT platform_closed_on_after_established_on_check CHECK (closed_on >= established_on),
    CONSTRAINT platform_district_id_path_key UNIQUE (district, id, path),
    CONSTRAINT platform_parent_fkey FOREIGN KEY(district, parent_id, parent_path) REFERENCES platform (district, id,
        path),
    CONSTRAINT platform_path_is_the_parents_check CHECK (CASE WHEN parent_id IS NULL THEN parent_path = '{}' ELSE
        parent_path[cardinality(parent_path)] = parent_id END),
    CONSTRAINT platform_no_row_is_its_own_ancestor_check CHECK (NOT (id = ANY (parent_path))),
    CONSTRAINT platform_district_slug_key UNIQUE (district, slug),
    CONSTRAINT platform_slug_is_readable_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CONSTRAINT platform_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT platform_area_id_fkey FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT platform_host_id_fkey FOREIGN KEY(host_id) REFERENCES area (id),
    CONSTRAINT platform_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX platform_area_idx ON platform (area_id, kind, sort_key, id);
CREATE INDEX platform_host_idx ON platform (host_id);
CREATE INDEX platform_kind_idx ON platform (district, kind, sort_key, id);
CREATE INDEX platform_parent_idx ON platform (district, parent_id);
CREATE INDEX platform_parent_sort_idx ON platform (district, parent_id, sort_key, id);
CREATE INDEX platform_path_idx ON platform (district, path);
CREATE INDEX platform_slug_idx ON platform (slug);
CREATE INDEX platform_sort_idx ON platform (sort_key, id);
CREATE INDEX platform_terms_idx ON platform USING gin (terms);

CREATE TABLE event_platform (
    district TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    platform_district TEXT NOT NULL,
    platform_id BIGINT NOT NULL,
    CONSTRAINT event_platform_pkey PRIMARY KEY (district, event_id, platform_district, platform_id),
    CONSTRAINT event_platform_district_event_id_starts_at_fkey FOREIGN KEY(district, event_id, starts_at) REFERENCES
        event (district, id, starts_at) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX event_platform_platform_idx ON event_platform (platform_district, platform_id, starts_at, event_id);

CREATE TABLE event_organizer (
    district TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    organization_district TEXT NOT NULL,
    organization_id BIGINT NOT NULL,
    role organizer_role DEFAULT 'HOST' NOT NULL,
    position SMALLINT DEFAULT 0 NOT NULL,
    CONSTRAINT event_organizer_pkey PRIMARY KEY (district, event_id, organization_district, organization_id),
    CONSTRAINT event_organizer_district_event_id_starts_at_fkey FOREIGN KEY(district, event_id, starts_at)
        REFERENCES event (district, id, starts_at) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX event_organizer_organization_idx ON event_organizer (organization_district, organization_id, starts_at,
    event_id);

CREATE TABLE event_participant (
    district TEXT NOT NULL,
    event_id BIGINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    participant TEXT NOT NULL,
    CONSTRAINT event_participant_pkey PRIMARY KEY (district, event_id, participant),
    CONSTRAINT event_participant_district_event_id_starts_at_fkey FOREIGN KEY(district, event_id, starts_at)
        REFERENCES event (district, id, starts_at) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX event_participant_participant_idx ON event_participant (participant, starts_at, event_id);

CREATE TABLE agenda_item (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    event_id BIGINT NOT NULL,
    position SMALLINT NOT NULL,
    topic TEXT NOT NULL,
    resolution TEXT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT agenda_item_pkey PRIMARY KEY (district, id),
    CONSTRAINT agenda_item_district_event_id_fkey FOREIGN KEY(district, event_id) REFERENCES event (district, id) ON
        DELETE CASCADE,
    CONSTRAINT agenda_item_district_event_id_position_key UNIQUE (district, event_id, position),
    CONSTRAINT agenda_item_district_key_key UNIQUE (district, key),
    CONSTRAINT agenda_item_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);

CREATE TABLE attendance (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    event_id BIGINT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    member_district TEXT,
    member_id BIGINT,
    role attendance_role DEFAULT 'MEMBER' NOT NULL,
    state attendance_state NOT NULL,
    mode event_mode,
    checked_in_at TIMESTAMP WITH TIME ZONE,
    on_behalf_of_district TEXT,
    on_behalf_of_id BIGINT,
    leave_reason TEXT,
    advice TEXT,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT attendance_pkey PRIMARY KEY (district, id),
    CONSTRAINT attendance_member_is_whole_check CHECK ((member_district IS NULL) = (member_id IS NULL)),
    CONSTRAINT attendance_on_behalf_of_is_whole_check CHECK ((on_behalf_of_district IS NULL) = (on_behalf_of_id IS
        NULL)),
    CONSTRAINT attendance_district_event_id_starts_at_fkey FOREIGN KEY(district, event_id, starts_at) REFERENCES
        event (district, id, starts_at) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT attendance_only_those_who_came_checked_in_check CHECK ((checked_in_at IS NULL) OR state =
        'CHECKED_IN'),
    CONSTRAINT attendance_only_leave_has_a_reason_check CHECK ((leave_reason IS NULL) OR state = 'LEAVE'),
    CONSTRAINT attendance_district_event_id_member_district_member_id_key UNIQUE (district, event_id,
        member_district, member_id),
    CONSTRAINT attendance_district_key_key UNIQUE (district, key),
    CONSTRAINT attendance_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT attendance_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX attendance_member_idx ON attendance (member_district, member_id, starts_at, id);

CREATE TABLE membership (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    member_district TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    organization_id BIGINT,
    platform_id BIGINT,
    role membership_role DEFAULT 'MEMBER' NOT NULL,
    post TEXT,
    on_behalf_of_district TEXT,
    on_behalf_of_id BIGINT,
    starts_on DATE,
    ends_on DATE,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT membership_pkey PRIMARY KEY (district, id),
    CONSTRAINT membership_district_organization_id_fkey FOREIGN KEY(district, organization_id) REFERENCES
        organization (district, id) ON DELETE CASCADE,
    CONSTRAINT membership_district_platform_id_fkey FOREIGN KEY(district, platform_id) REFERENCES platform
        (district, id) ON DELETE CASCADE,
    CONSTRAINT membership_on_behalf_of_is_whole_check CHECK ((on_behalf_of_district IS NULL) = (on_behalf_of_id IS
        NULL)),
    CONSTRAINT membership_ends_on_after_starts_on_check CHECK (ends_on >= starts_on),
    CONSTRAINT membership_of_a_body_or_a_platform_check CHECK ((organization_id IS NULL) <> (platform_id IS NULL)),
    CONSTRAINT membership_one_lead_per_platform_and_day EXCLUDE USING gist (district WITH =, platform_id WITH =,
        daterange(starts_on, ends_on, '[]') WITH &&) WHERE (role = 'LEAD' AND platform_id IS NOT NULL),
    CONSTRAINT membership_district_key_key UNIQUE (district, key),
    CONSTRAINT membership_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT membership_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX membership_member_idx ON membership (member_district, member_id);
CREATE INDEX membership_organization_idx ON membership (district, organization_id, id);
CREATE INDEX membership_platform_idx ON membership (district, platform_id, id);

CREATE TABLE hosting (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    organization_id BIGINT NOT NULL,
    platform_id BIGINT NOT NULL,
    starts_on DATE,
    ends_on DATE,
    is_inferred BOOLEAN DEFAULT false NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT hosting_pkey PRIMARY KEY (district, id),
    CONSTRAINT hosting_district_organization_id_fkey FOREIGN KEY(district, organization_id) REFERENCES organization
        (district, id) ON DELETE CASCADE,
    CONSTRAINT hosting_district_platform_id_fkey FOREIGN KEY(district, platform_id) REFERENCES platform (district,
        id) ON DELETE CASCADE,
    CONSTRAINT hosting_ends_on_after_starts_on_check CHECK (ends_on >= starts_on),
    CONSTRAINT hosting_district_organization_id_platform_id_starts_on_key UNIQUE NULLS NOT DISTINCT (district,
        organization_id, platform_id, starts_on),
    CONSTRAINT hosting_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT hosting_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX hosting_platform_idx ON hosting (district, platform_id);

CREATE TABLE platform_sponsor (
    district TEXT NOT NULL,
    platform_id BIGINT NOT NULL,
    sponsor_district TEXT NOT NULL,
    sponsor_id BIGINT NOT NULL,
    CONSTRAINT platform_sponsor_pkey PRIMARY KEY (district, platform_id),
    CONSTRAINT platform_sponsor_district_platform_id_fkey FOREIGN KEY(district, platform_id) REFERENCES platform
        (district, id) ON DELETE CASCADE
);
CREATE INDEX platform_sponsor_sponsor_idx ON platform_sponsor (sponsor_district, sponsor_id);

CREATE TABLE star_rating (
    district TEXT NOT NULL,
    platform_id BIGINT NOT NULL,
    year SMALLINT NOT NULL,
    stars SMALLINT NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT star_rating_pkey PRIMARY KEY (district, platform_id, year),
    CONSTRAINT star_rating_district_platform_id_fkey FOREIGN KEY(district, platform_id) REFERENCES platform
        (district, id) ON DELETE CASCADE,
    CONSTRAINT star_rating_one_to_five_stars_check CHECK (stars BETWEEN 1 AND 5)
);

CREATE TABLE result (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    kind result_kind NOT NULL,
    status result_status NOT NULL,
    title TEXT NOT NULL,
    body TEXT,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    date_precision date_precision DEFAULT 'TIME' NOT NULL,
    topics TEXT[] DEFAULT '{}' NOT NULL,
    platform_id BIGINT,
    event_id BIGINT,
    follows_from_id BIGINT,
    department_id BIGINT,
    campaign_id BIGINT,
    bundle_id BIGINT,
    number TEXT,
    cause TEXT,
    beneficiaries TEXT,
    measure TEXT,
    measure_before TEXT,
    measure_after TEXT,
    level authority_level,
    parties TEXT[] DEFAULT '{}' NOT NULL,
    sort_key TEXT DEFAULT '' NOT NULL,
    terms TSVECTOR DEFAULT ''::tsvector NOT NULL,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT result_pkey PRIMARY KEY (district, id),
    CONSTRAINT result_district_platform_id_fkey FOREIGN KEY(district, platform_id) REFERENCES platform (district,
        id),
    CONSTRAINT result_district_event_id_fkey FOREIGN KEY(district, event_id) REFERENCES event (district, id),
    CONSTRAINT result_district_follows_from_id_fkey FOREIGN KEY(district, follows_from_id) REFERENCES result
        (district, id),
    CONSTRAINT result_district_department_id_fkey FOREIGN KEY(district, department_id) REFERENCES organization
        (district, id),
    CONSTRAINT result_district_campaign_id_fkey FOREIGN KEY(district, campaign_id) REFERENCES supervision_campaign
        (district, id),
    CONSTRAINT result_district_bundle_id_fkey FOREIGN KEY(district, bundle_id) REFERENCES proposal_bundle (district,
        id),
    CONSTRAINT result_closed_after_raised_check CHECK (closed_at >= raised_at),
    CONSTRAINT result_no_result_follows_from_itself_check CHECK (follows_from_id <> id),
    CONSTRAINT result_status_fits_the_kind_check CHECK ((kind = 'RECOMMENDATION' AND status IN ('RAISED',
        'FORWARDED', 'ADOPTED', 'PARTLY_ADOPTED', 'DECLINED', 'IMPLEMENTED')) OR (kind = 'PROPOSAL' AND status IN
        ('DRAFT', 'SUBMITTED', 'FILED', 'NOT_FILED_FORWARDED', 'NOT_FILED_RETURNED', 'ASSIGNED', 'REPLIED',
        'REASSIGNED', 'REPLIED_AGAIN', 'EVALUATED', 'CLOSED')) OR (kind = 'PUBLIC_OPINION' AND status IN
        ('SUBMITTED', 'FORWARDED', 'ADOPTED', 'DECLINED', 'CLOSED')) OR (kind = 'SUPERVISION_ITEM' AND status IN
        ('FOUND', 'TRANSFERRED', 'ASSIGNED', 'RESOLVED')) OR (kind = 'CITIZEN_REQUEST' AND status IN ('RAISED',
        'ASSIGNED', 'FORWARDED', 'REPLIED', 'RESOLVED', 'CLOSED')) OR (kind = 'RESEARCH_REPORT' AND status IN
        ('DRAFT', 'SUBMITTED', 'ADOPTED')) OR (kind = 'OUTCOME' AND status IN ('ASSIGNED', 'IMPLEMENTED')) OR (kind
        = 'RECOGNITION' AND status IN ('SUBMITTED', 'AWARDED')) OR (kind = 'PARTNERSHIP' AND status IN ('RAISED',
        'ASSIGNED', 'IMPLEMENTED', 'CLOSED'))),
    CONSTRAINT result_district_key_key UNIQUE (district, key),
    CONSTRAINT result_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT result_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX result_bundle_idx ON result (district, bundle_id);
CREATE INDEX result_campaign_idx ON result (district, campaign_id);
CREATE INDEX result_department_idx ON result (district, department_id, raised_at, id);
CREATE INDEX result_district_kind_idx ON result (district, kind, raised_at, id);
CREATE INDEX result_district_raised_idx ON result (district, raised_at, id);
CREATE INDEX result_event_idx ON result (district, event_id, raised_at, id);
CREATE INDEX result_follows_from_idx ON result (district, follows_from_id);
CREATE INDEX result_platform_idx ON result (district, platform_id, raised_at, id);
CREATE INDEX result_raised_idx ON result (raised_at, id);
CREATE INDEX result_terms_idx ON result USING gin (terms);

CREATE TABLE observation (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    indicator_id BIGINT NOT NULL,
    area_id BIGINT,
    platform_id BIGINT,
    member_id BIGINT,
    organization_id BIGINT,
    event_id BIGINT,
    result_id BIGINT,
    value FLOAT NOT NULL,
    lower_bound FLOAT,
    upper_bound FLOAT,
    precision "precision" NOT NULL,
    basis basis DEFAULT 'REPORTED' NOT NULL,
    unit unit NOT NULL,
    period_from DATE,
    period_to DATE,
    period_label TEXT,
    population TEXT,
    quote TEXT,
    number TEXT,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT observation_pkey PRIMARY KEY (district, id),
    CONSTRAINT observation_district_platform_id_fkey FOREIGN KEY(district, platform_id) REFERENCES platform
        (district, id) ON DELETE CASCADE,
    CONSTRAINT observation_district_member_id_fkey FOREIGN KEY(district, member_id) REFERENCES member (district, id)
        ON DELETE CASCADE,
    CONSTRAINT observation_district_organization_id_fkey FOREIGN KEY(district, organization_id) REFERENCES
        organization (district, id) ON DELETE CASCADE,
    CONSTRAINT observation_district_event_id_fkey FOREIGN KEY(district, event_id) REFERENCES event (district, id) ON
        DELETE CASCADE,
    CONSTRAINT observation_district_result_id_fkey FOREIGN KEY(district, result_id) REFERENCES result (district, id)
        ON DELETE CASCADE,
    CONSTRAINT observation_period_to_after_period_from_check CHECK (period_to >= period_from),
    CONSTRAINT observation_about_one_thing_check CHECK (num_nonnulls(area_id, platform_id, member_id,
        organization_id, event_id, result_id) = 1),
    CONSTRAINT observation_bounds_in_order_check CHECK (upper_bound >= lower_bound),
    CONSTRAINT observation_district_key_key UNIQUE (district, key),
    CONSTRAINT observation_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT observation_indicator_id_fkey FOREIGN KEY(indicator_id) REFERENCES indicator (id),
    CONSTRAINT observation_area_id_fkey FOREIGN KEY(area_id) REFERENCES area (id),
    CONSTRAINT observation_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX observation_area_idx ON observation (area_id);
CREATE INDEX observation_event_idx ON observation (district, event_id);
CREATE INDEX observation_indicator_idx ON observation (indicator_id, district);
CREATE INDEX observation_member_idx ON observation (district, member_id);
CREATE INDEX observation_organization_idx ON observation (district, organization_id);
CREATE INDEX observation_platform_idx ON observation (district, platform_id);
CREATE INDEX observation_result_idx ON observation (district, result_id);

CREATE TABLE result_author (
    district TEXT NOT NULL,
    result_id BIGINT NOT NULL,
    member_district TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    role author_role DEFAULT 'LEAD' NOT NULL,
    position SMALLINT DEFAULT 0 NOT NULL,
    CONSTRAINT result_author_pkey PRIMARY KEY (district, result_id, member_district, member_id),
    CONSTRAINT result_author_district_result_id_fkey FOREIGN KEY(district, result_id) REFERENCES result (district,
        id) ON DELETE CASCADE
);
CREATE INDEX result_author_member_idx ON result_author (member_district, member_id);

CREATE TABLE result_step (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    result_id BIGINT NOT NULL,
    stage result_status NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    organization_district TEXT,
    organization_id BIGINT,
    note TEXT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT result_step_pkey PRIMARY KEY (district, id),
    CONSTRAINT result_step_district_result_id_fkey FOREIGN KEY(district, result_id) REFERENCES result (district, id)
        ON DELETE CASCADE,
    CONSTRAINT result_step_organization_is_whole_check CHECK ((organization_district IS NULL) = (organization_id IS
        NULL)),
    CONSTRAINT result_step_district_key_key UNIQUE (district, key),
    CONSTRAINT result_step_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);
CREATE INDEX result_step_result_idx ON result_step (district, result_id, at, id);

CREATE TABLE endorsement (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    result_id BIGINT NOT NULL,
    level authority_level NOT NULL,
    kind endorsement_kind NOT NULL,
    issued_on DATE NOT NULL,
    issued_by TEXT,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT endorsement_pkey PRIMARY KEY (district, id),
    CONSTRAINT endorsement_district_result_id_fkey FOREIGN KEY(district, result_id) REFERENCES result (district, id)
        ON DELETE CASCADE,
    CONSTRAINT endorsement_district_key_key UNIQUE (district, key),
    CONSTRAINT endorsement_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT endorsement_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX endorsement_issued_idx ON endorsement (district, issued_on);
CREATE INDEX endorsement_result_idx ON endorsement (district, result_id, issued_on, id);

CREATE TABLE adoption (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    result_id BIGINT NOT NULL,
    organization_district TEXT NOT NULL,
    organization_id BIGINT NOT NULL,
    adopted_on DATE NOT NULL,
    note TEXT,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT adoption_pkey PRIMARY KEY (district, id),
    CONSTRAINT adoption_district_result_id_fkey FOREIGN KEY(district, result_id) REFERENCES result (district, id) ON
        DELETE CASCADE,
    CONSTRAINT adoption_district_result_id_organization_district_organ_3ad3 UNIQUE (district, result_id,
        organization_district, organization_id),
    CONSTRAINT adoption_district_key_key UNIQUE (district, key),
    CONSTRAINT adoption_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT adoption_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX adoption_organization_idx ON adoption (organization_district, organization_id, adopted_on, id);

CREATE TABLE document (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    title TEXT NOT NULL,
    media_type TEXT,
    url TEXT,
    sha512 TEXT,
    body TEXT,
    event_id BIGINT,
    result_id BIGINT,
    platform_id BIGINT,
    source_id BIGINT,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT document_pkey PRIMARY KEY (district, id),
    CONSTRAINT document_district_event_id_fkey FOREIGN KEY(district, event_id) REFERENCES event (district, id) ON
        DELETE CASCADE,
    CONSTRAINT document_district_result_id_fkey FOREIGN KEY(district, result_id) REFERENCES result (district, id) ON
        DELETE CASCADE,
    CONSTRAINT document_district_platform_id_fkey FOREIGN KEY(district, platform_id) REFERENCES platform (district,
        id) ON DELETE CASCADE,
    CONSTRAINT document_about_one_thing_check CHECK (num_nonnulls(event_id, result_id, platform_id) <= 1),
    CONSTRAINT document_district_key_key UNIQUE (district, key),
    CONSTRAINT document_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
    CONSTRAINT document_source_id_fkey FOREIGN KEY(source_id) REFERENCES source (id)
);
CREATE INDEX document_event_idx ON document (district, event_id);
CREATE INDEX document_platform_idx ON document (district, platform_id);
CREATE INDEX document_result_idx ON document (district, result_id)
"""

TABLES = """
    result_step, result_author, observation, endorsement, document, adoption, star_rating, result, platform_sponsor,
    membership, hosting, event_platform, event_participant, event_organizer, attendance, agenda_item, platform,
    park_township, organization, member, event, supervision_campaign, sector, proposal_bundle, indicator, area,
    source
"""

TYPES = """
    "precision", aggregation, area_level, attendance_role, attendance_state, author_role, authority_level, basis,
    date_precision, district_kind, endorsement_kind, event_kind, event_mode, event_status, gender, host_kind,
    membership_role, organization_kind, organizer_role, platform_kind, platform_level, platform_status, result_kind,
    result_status, sector_family, unit
"""


def upgrade() -> None:
    op.execute(EXTENSION)
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    # The extension stays: others may use it.
    op.execute(f"DROP TABLE {TABLES}")
    op.execute(f"DROP TYPE {TYPES}")
    op.execute("DROP SEQUENCE entity_id")
