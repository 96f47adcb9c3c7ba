/** The lists that figures are counted from: how each is asked for, and what is shown of a row. */
import { graphql } from "../../gql";
import type {
  AttendanceRowsQuery,
  EventRowsQuery,
  MemberRowsQuery,
  ObservationRowsQuery,
  PlatformRowsQuery,
  ResultRowsQuery,
  TypedDocumentString,
} from "../../gql/graphql";
import { day, written } from "../../figures";
import { label } from "../../graph/labels";
import type { Linked } from "../../parts/links";
import { t } from "../../state";
import type { Cell } from "../../takeaway/sheets";

export interface Page {
  totalCount: number;
  nodes: readonly unknown[];
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

export interface Column {
  name: string;
  cell: (node: unknown) => Cell;
}

export interface List {
  document: TypedDocumentString<unknown, Record<string, unknown>>;
  title: () => string;
  page: (data: unknown) => Page;
  columns: () => Column[];
  /** What the row's link leads to, when it is not the row itself. */
  linked?: (node: unknown) => Linked;
}

const PLATFORMS = graphql(`
  query PlatformRows($where: PlatformFilter, $after: String) {
    rows: platforms(first: 50, where: $where, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        slug
        name
        kind
        status
        isSample
        district {
          name
        }
        area {
          name
        }
      }
    }
  }
`);

const EVENTS = graphql(`
  query EventRows($where: EventFilter, $after: String) {
    rows: events(first: 50, where: $where, after: $after, orderBy: [{ field: STARTS_AT, direction: DESC }]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        title
        kind
        status
        startsAtLocal
        publicParticipants
        isSample
        district {
          name
        }
      }
    }
  }
`);

const RESULTS = graphql(`
  query ResultRows($where: ResultFilter, $after: String) {
    rows: results(first: 50, where: $where, after: $after, orderBy: [{ field: RAISED_AT, direction: DESC }]) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        title
        kind
        status
        raisedAtLocal
        closedAt
        isSample
        district {
          name
        }
      }
    }
  }
`);

const MEMBERS = graphql(`
  query MemberRows($where: MemberFilter, $after: String) {
    rows: members(first: 50, where: $where, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        name
        party
        isSample
        sector {
          name
          nameEn
        }
        district {
          name
        }
      }
    }
  }
`);

const OBSERVATIONS = graphql(`
  query ObservationRows($where: ObservationFilter, $after: String) {
    rows: observations(first: 50, where: $where, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        value
        precision
        unit
        quote
        population
        isSample
        period {
          label
        }
        indicator {
          name
          nameEn
        }
        district {
          __typename
          code
          name
        }
        source {
          title
          locator
        }
      }
    }
  }
`);

const ATTENDANCES = graphql(`
  query AttendanceRows($where: AttendanceFilter, $after: String) {
    rows: attendances(first: 50, where: $where, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        id
        role
        state
        startsAt
        isSample
        member {
          name
        }
        event {
          __typename
          id
          title
        }
      }
    }
  }
`);

type Node<Q extends { rows: { nodes: readonly unknown[] } }> = Q["rows"]["nodes"][number];

function list<Q extends { rows: Page }>(
  document: TypedDocumentString<Q, never>,
  title: () => string,
  columns: () => [string, (node: Node<Q>) => Cell][],
  linked?: (node: Node<Q>) => Linked,
): List {
  return {
    document: document as never,
    title,
    page: (data) => (data as Q).rows,
    columns: () => columns().map(([name, cell]) => ({ name, cell: cell as Column["cell"] })),
    linked: linked as List["linked"],
  };
}

/** By the name of the subject in the address. */
export const LISTS: Record<string, List> = {
  platforms: list<PlatformRowsQuery>(
    PLATFORMS as never,
    () => t("平台", "Platforms"),
    () => [
      [t("名称", "Name"), ({ name }) => name],
      [t("类型", "Kind"), ({ kind }) => label("PlatformKind", kind)],
      [t("区县", "District"), ({ district }) => district.name],
      [t("所在地", "Place"), ({ area }) => area.name],
      [t("状态", "Status"), ({ status }) => label("PlatformStatus", status)],
    ],
  ),
  events: list<EventRowsQuery>(
    EVENTS as never,
    () => t("活动", "Events"),
    () => [
      [t("标题", "Title"), ({ title }) => title],
      [t("时间", "Time"), ({ startsAtLocal }) => startsAtLocal.replace("T", " ")],
      [t("类型", "Kind"), ({ kind }) => label("EventKind", kind)],
      [t("区县", "District"), ({ district }) => district.name],
      [t("状态", "Status"), ({ status }) => label("EventStatus", status)],
      [t("群众参与人次", "Public participants"), ({ publicParticipants }) => publicParticipants ?? null],
    ],
  ),
  results: list<ResultRowsQuery>(
    RESULTS as never,
    () => t("成果", "Results"),
    () => [
      [t("标题", "Title"), ({ title }) => title],
      [t("类型", "Kind"), ({ kind }) => label("ResultKind", kind)],
      [t("状态", "Status"), ({ status }) => label("ResultStatus", status)],
      [t("提出", "Raised"), ({ raisedAtLocal }) => raisedAtLocal.slice(0, 10)],
      [t("办结", "Closed"), ({ closedAt }) => (closedAt ? day(closedAt) : null)],
      [t("区县", "District"), ({ district }) => district.name],
    ],
  ),
  members: list<MemberRowsQuery>(
    MEMBERS as never,
    () => t("委员", "Members"),
    () => [
      [t("姓名", "Name"), ({ name }) => name],
      [t("界别", "Sector"), ({ sector }) => (sector ? t(sector.name, sector.nameEn) : null)],
      [t("党派", "Party"), ({ party }) => party ?? null],
      [t("区县", "District"), ({ district }) => district.name],
    ],
  ),
  observations: list<ObservationRowsQuery>(
    OBSERVATIONS as never,
    () => t("报告的数字", "Published figures"),
    () => [
      [t("区县", "District"), ({ district }) => district.name],
      [t("指标", "Indicator"), ({ indicator }) => t(indicator.name, indicator.nameEn)],
      [t("数值", "Value"), ({ value, unit, precision }) => written(value, unit, precision)],
      [t("期间", "Period"), ({ period }) => period?.label ?? null],
      [t("统计对象", "Population"), ({ population }) => population ?? null],
      [t("原文", "Quote"), ({ quote }) => quote ?? null],
      [t("出处", "Source"), ({ source }) => (source ? [source.title, source.locator].filter(Boolean).join(" ") : null)],
    ],
    ({ district }) => district,
  ),
  attendances: list<AttendanceRowsQuery>(
    ATTENDANCES as never,
    () => t("出席", "Attendances"),
    () => [
      [t("活动", "Event"), ({ event }) => event.title],
      [t("委员", "Member"), ({ member }) => member?.name ?? null],
      [t("身份", "Role"), ({ role }) => label("AttendanceRole", role)],
      [t("状态", "State"), ({ state }) => label("AttendanceState", state)],
      [t("日期", "Day"), ({ startsAt }) => day(startsAt)],
    ],
    ({ event }) => event,
  ),
};
