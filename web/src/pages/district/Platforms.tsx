/** The platforms of a district, each with its last activity; those that have been silent for half a year are marked. */
import { graphql } from "../../gql";
import type { DistrictPlatformsQuery, EventFilter, PlatformFilter, PlatformKind } from "../../gql/graphql";
import { day, written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { hrefOf, rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { SampleMark } from "../../parts/SampleNotice";
import { t } from "../../state";
import { monthsBefore, type Scope, standing, useChoices, within } from "./scope";

const PLATFORMS = graphql(`
  query DistrictPlatforms(
    $shown: PlatformFilter
    $after: String
    $all: RollupFilter
    $silent: RollupFilter
    $past: EventFilter
    $during: EventFilter
  ) {
    kinds: rollup(of: PLATFORMS, by: [PLATFORM_KIND], measures: [COUNT], where: $all) {
      total {
        values {
          value
        }
      }
      rows {
        keys {
          value
        }
        values {
          value
        }
      }
    }
    silent: rollup(of: PLATFORMS, by: [], measures: [COUNT], where: $silent) {
      total {
        values {
          value
        }
      }
    }
    platforms(first: 24, after: $after, where: $shown) {
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
        area {
          name
        }
        past: events(first: 1, where: $past) {
          nodes {
            __typename
            id
            title
            startsAt
            isSample
          }
        }
        during: events(where: $during) {
          totalCount
        }
      }
    }
  }
`);

/** After how many months without an event a platform is silent. */
const SILENT = 6;

type Shown = DistrictPlatformsQuery["platforms"]["nodes"][number];

export function Platforms({ scope }: { scope: Scope }) {
  const { query, to, choose } = useChoices();
  const sample = scope.isSample !== undefined && { isSample: scope.isSample };
  const kind: PlatformFilter = query.kind ? { kind: [query.kind as PlatformKind] } : {};
  const since = monthsBefore(scope.asOf, SILENT);
  const silent: PlatformFilter = {
    status: ["ACTIVE"],
    not: { events: { startsAt: { since, until: scope.asOf }, status: ["HELD"], ...sample } },
  };
  const during: EventFilter = { ...(scope.period && { startsAt: scope.period }), ...sample };
  const isAll = Object.keys(during).length === 0;
  const answer = useAnswer(PLATFORMS, {
    shown: { ...within(scope), ...kind, ...(query.silent && silent) },
    after: query.platforms ?? null,
    all: standing(scope),
    silent: { ...standing(scope), platforms: { ...kind, ...silent } },
    past: { startsAt: { until: scope.asOf }, status: ["HELD"], ...sample },
    during: isAll ? null : during,
  });
  const isSilent = ({ status, past }: Shown): boolean => {
    const last = past.nodes[0];
    return status === "ACTIVE" && !(last && day(last.startsAt) >= since);
  };
  return (
    <Panel
      title={t("平台与最近活动", "Platforms and their last activity")}
      className="wide"
      answer={answer}
      note={t(
        `截至 ${scope.asOf} 已满 ${SILENT} 个月没有举办活动的,标出最近一次活动的日期。`,
        `Those that held no event in the ${SILENT} months to ${scope.asOf} are marked with the day of their last one.`,
      )}
      sheet={({ platforms }) => ({
        name: t(`${scope.name}平台`, `platforms ${scope.code}`),
        columns: [
          t("名称", "Name"),
          t("类型", "Kind"),
          t("所在地", "Place"),
          t("最近活动日期", "Last activity"),
          t("最近活动", "What it was"),
          t("期间活动数", "Events in the period"),
          t("半年无活动", "Silent for half a year"),
        ],
        rows: platforms.nodes.map((node) => [
          node.name,
          label("PlatformKind", node.kind),
          node.area.name,
          node.past.nodes[0] ? day(node.past.nodes[0].startsAt) : null,
          node.past.nodes[0]?.title ?? null,
          // Of a platform of which no event is known, none is counted either.
          node.past.nodes.length ? node.during.totalCount : node.during.totalCount || null,
          isSilent(node) ? t("是", "yes") : t("否", "no"),
        ]),
      })}
    >
      {({ kinds, silent: silentOnes, platforms }) => (
        <>
          <div class="controls" role="group" aria-label={t("筛选平台", "Which platforms")}>
            <button type="button" aria-pressed={!query.kind} onClick={() => choose({ kind: "", platforms: "" })}>
              {t("全部", "All")}{" "}
              <small>{kinds.total.values[0]?.value ? written(kinds.total.values[0].value) : ""}</small>
            </button>
            {kinds.rows.map(({ keys, values }) => (
              <button
                key={keys[0]?.value}
                type="button"
                aria-pressed={query.kind === keys[0]?.value}
                onClick={() => choose({ kind: keys[0]?.value ?? "", platforms: "" })}
              >
                {label("PlatformKind", keys[0]?.value ?? "")} <small>{written(values[0]?.value)}</small>
              </button>
            ))}
            <label>
              <input
                type="checkbox"
                checked={Boolean(query.silent)}
                onChange={(event) => choose({ silent: event.currentTarget.checked ? "1" : "", platforms: "" })}
              />
              {t(`只看 ${SILENT} 个月无活动的`, `Only those silent for ${SILENT} months`)}{" "}
              <small>{written(silentOnes.total.values[0]?.value)}</small>
            </label>
          </div>
          {platforms.totalCount === 0 && (
            <p class="empty">
              {kinds.rows.length
                ? t("没有符合条件的平台。", "No platform matches.")
                : t(
                    "没有报告任何平台,这不等于没有。",
                    "No platform is reported, which does not mean that there is none.",
                  )}
            </p>
          )}
          <ul class="platforms">
            {platforms.nodes.map((node) => (
              <li key={node.id} class={isSilent(node) ? "silent" : undefined}>
                <div>
                  <a href={hrefOf(node)}>{node.name}</a> <SampleMark isSample={node.isSample} />
                  <small>
                    {label("PlatformKind", node.kind)} · {node.area.name}
                    {node.status !== "ACTIVE" && ` · ${label("PlatformStatus", node.status)}`}
                  </small>
                </div>
                <Last node={node} isSilent={isSilent(node)} />
                {(node.past.nodes.length > 0 || node.during.totalCount > 0) && (
                  <a href={rowsHref("EVENTS", { ...during, platform: { slug: [node.slug] } })}>
                    {t(
                      `期间 ${written(node.during.totalCount)} 场`,
                      `${written(node.during.totalCount)} in the period`,
                    )}
                  </a>
                )}
              </li>
            ))}
          </ul>
          <nav class="controls" aria-label={t("平台翻页", "Pages of platforms")}>
            <small>{t(`共 ${platforms.totalCount} 个`, `${platforms.totalCount} in all`)}</small>
            {query.platforms && <a href={to({ platforms: "" })}>{t("回到第一页", "First page")}</a>}
            {platforms.pageInfo.hasNextPage && (
              <a href={to({ platforms: platforms.pageInfo.endCursor ?? "" })}>{t("下一页", "Next page")}</a>
            )}
          </nav>
        </>
      )}
    </Panel>
  );
}

function Last({ node, isSilent }: { node: Shown; isSilent: boolean }) {
  const last = node.past.nodes[0];
  if (!last) return <div>{t("没有活动记录", "No event is known")}</div>;
  const on = day(last.startsAt);
  return (
    <div>
      {isSilent ? <strong>{t(`自 ${on} 起无活动`, `No event since ${on}`)}</strong> : <time dateTime={on}>{on}</time>}{" "}
      <a href={hrefOf(last)}>{last.title}</a> <SampleMark isSample={last.isSample} />
    </div>
  );
}
