/** What the district published, in its own words, beside what can be counted here. */
import { graphql, unmask } from "../../gql";
import type { DistrictPublishedQuery } from "../../gql/graphql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { hrefOf, type Linked } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { SampleMark } from "../../parts/SampleNotice";
import { t } from "../../state";
import type { Scope } from "./scope";

const COMPARED = graphql(`
  fragment Compared on Comparison {
    indicator {
      key
      name
      nameEn
      unit
    }
    rows {
      reported
      precision
      computed
      ofWhichSample
      difference
    }
  }
`);

const PUBLISHED = graphql(`
  query DistrictPublished($area: [String!], $where: ObservationFilter) {
    forums: comparison(indicator: "district_forums", area: $area) {
      ...Compared
    }
    halls: comparison(indicator: "deliberation_halls", area: $area) {
      ...Compared
    }
    stations: comparison(indicator: "consultation_stations", area: $area) {
      ...Compared
    }
    studios: comparison(indicator: "member_studios", area: $area) {
      ...Compared
    }
    members: comparison(indicator: "members", area: $area) {
      ...Compared
    }
    sessions: comparison(indicator: "hall_sessions", area: $area) {
      ...Compared
    }
    recommendations: comparison(indicator: "recommendations_made", area: $area) {
      ...Compared
    }
    supervision: comparison(indicator: "supervision_items", area: $area) {
      ...Compared
    }
    groups: comparison(indicator: "temporary_party_groups", area: $area) {
      ...Compared
    }
    observations(first: 100, where: $where) {
      totalCount
      nodes {
        id
        value
        precision
        unit
        population
        quote
        isSample
        period {
          label
        }
        indicator {
          key
          name
          nameEn
        }
        about {
          __typename
          ... on Node {
            id
          }
          ... on Platform {
            slug
            platformName: name
          }
          ... on Member {
            memberName: name
          }
          ... on Result {
            title
          }
          ... on Event {
            title
          }
        }
        source {
          title
          locator
        }
      }
    }
  }
`);

type Observed = DistrictPublishedQuery["observations"]["nodes"][number];

export function Published({ scope }: { scope: Scope }) {
  const { code, isSample } = scope;
  const where = { district: [code], ...(isSample !== undefined && { isSample }) };
  const answer = useAnswer(PUBLISHED, { area: [code], where });
  const compared = (data: DistrictPublishedQuery) =>
    [
      data.forums,
      data.halls,
      data.stations,
      data.studios,
      data.members,
      data.sessions,
      data.recommendations,
      data.supervision,
      data.groups,
    ]
      .map((each) => unmask(COMPARED, each))
      .flatMap(({ indicator, rows }) => rows.map((row) => ({ indicator, ...row })))
      .filter(({ reported, computed }) => reported != null || computed);
  return (
    <Panel
      title={t("公布的数字与统计的数字", "Published figures and what is counted")}
      className="wide"
      answer={answer}
      isEmpty={(data) => data.observations.totalCount === 0 && compared(data).length === 0}
      note={t(
        "公布的数字附原文与出处;统计的数字来自这里的全部数据,含示例。两者期间和口径可能不同,不随上面的期间变化。",
        "Published figures come with their words and source; counted ones are of all rows here, samples among them. Periods and terms may differ, and neither follows the period above.",
      )}
      sheet={({ observations }) => ({
        name: t(`${scope.name}公布的数字`, `published figures ${code}`),
        columns: [
          t("指标", "Indicator"),
          t("数值", "Value"),
          t("精度", "Precision"),
          t("期间", "Period"),
          t("统计对象", "Population"),
          t("原文", "Quote"),
          t("出处", "Source"),
        ],
        rows: observations.nodes.map((node) => [
          t(node.indicator.name, node.indicator.nameEn),
          node.value,
          label("Precision", node.precision),
          node.period?.label ?? null,
          node.population ?? null,
          node.quote ?? null,
          sourceOf(node),
        ]),
      })}
    >
      {(data) => (
        <>
          <h3>{t("对照", "Side by side")}</h3>
          <div class="scroll" tabIndex={0} role="region" aria-label={t("公布与统计对照", "Published and counted")}>
            <table class="compared">
              <thead>
                <tr>
                  <th scope="col">{t("指标", "Indicator")}</th>
                  <th scope="col" class="figure">
                    {t("公布", "Reported")}
                  </th>
                  <th scope="col" class="figure">
                    {t("统计", "Computed")}
                  </th>
                  <th scope="col" class="figure">
                    {t("差", "Difference")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {compared(data).map(({ indicator, reported, precision, computed, ofWhichSample, difference }) => (
                  <tr key={indicator.key}>
                    <th scope="row">{t(indicator.name, indicator.nameEn)}</th>
                    <td class="figure reported">
                      {reported == null
                        ? t("未报告", "not reported")
                        : written(reported, indicator.unit, precision ?? undefined)}
                    </td>
                    <td class="figure">
                      {written(computed)}
                      {Boolean(ofWhichSample) && (
                        <small> {t(`含示例 ${written(ofWhichSample)}`, `${written(ofWhichSample)} samples`)}</small>
                      )}
                    </td>
                    <td class="figure">
                      {difference != null && difference > 0 && "+"}
                      {written(difference)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {data.observations.nodes.length > 0 && (
            <>
              <h3>{t("公布的原文", "In their own words")}</h3>
              <ul class="published">
                {data.observations.nodes.map((node) => (
                  <li key={node.id} class="figure-card reported">
                    <div class="name">
                      {t(node.indicator.name, node.indicator.nameEn)}
                      <span class="badge">{t("报告", "reported")}</span>
                      <SampleMark isSample={node.isSample} />
                    </div>
                    <span class="value">{valueOf(node)}</span>
                    {node.quote && <q lang="zh-CN">{node.quote}</q>}
                    <small>
                      {[node.period?.label ?? t("期间未注明", "period not stated"), node.population]
                        .filter(Boolean)
                        .join(" · ")}
                      <About node={node} />
                    </small>
                    <small>{sourceOf(node)}</small>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </Panel>
  );
}

/** What is no count but a number in a row, such as a year, is written without grouping its digits. */
function valueOf({ value, unit, precision }: Observed): string {
  return unit === "ORDINAL" ? String(value) : written(value, unit, precision);
}

function sourceOf({ source }: Observed): string | null {
  return source ? [source.title, source.locator].filter(Boolean).join(" · ") : null;
}

/** What the figure is about, where that is not the district itself. */
function About({ node }: { node: Observed }) {
  const about = node.about as Linked & { platformName?: string; memberName?: string; title?: string };
  const name = about.platformName ?? about.memberName ?? about.title;
  if (!name) return null;
  return (
    <>
      {" · "}
      <a href={hrefOf(about)}>{name}</a>
    </>
  );
}
