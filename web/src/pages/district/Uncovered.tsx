/** The areas of a district that could have a platform of a kind, and have none. */
import { graphql } from "../../gql";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { Choice } from "../../parts/Choice";
import { hrefOf } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { SampleMark } from "../../parts/SampleNotice";
import { t } from "../../state";
import { COVERAGES, type CoverageName, isCoverage, type Told, USUAL } from "./coverages";
import { type Scope, useChoices } from "./scope";

const UNCOVERED = graphql(`
  query DistrictUncovered(
    $code: String!
    $kind: PlatformKind!
    $denominator: CoverageDenominator
    $at: Date
    $after: String
  ) {
    coverage(area: $code, kind: $kind, denominator: $denominator, at: $at) {
      covered
      eligible
      vintage
      uncovered(first: 40, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          __typename
          id
          code
          name
          isQuasi
          isSample
          parent {
            name
          }
        }
      }
    }
  }
`);

export function Uncovered({ scope, firstList }: { scope: Scope; firstList: string }) {
  const { query, to, choose } = useChoices();
  const name: CoverageName = isCoverage(query.uncovered) ? query.uncovered : USUAL;
  const { kind, denominator, isFirst }: Told = COVERAGES[name];
  const answer = useAnswer(UNCOVERED, {
    code: scope.code,
    kind,
    denominator,
    at: isFirst ? firstList : null,
    after: query.uncoveredAfter ?? null,
  });
  const options = (Object.entries(COVERAGES) as [CoverageName, Told][]).map(([value, told]) => {
    const list = told.isFirst ? ` · ${firstList}` : "";
    return [
      value,
      `${label("PlatformKind", told.kind)} · ${label("CoverageDenominator", told.denominator)}${list}`,
    ] as const;
  });
  return (
    <Panel
      title={t("尚未覆盖的地方", "Areas without a platform")}
      answer={answer}
      sheet={({ coverage }) => ({
        name: t(`${scope.name}未覆盖`, `uncovered ${scope.code}`),
        columns: [t("代码", "Code"), t("名称", "Name"), t("上级", "Within"), t("类似单位", "Quasi unit")],
        rows: (coverage.covered ? coverage.uncovered.nodes : []).map((node) => [
          node.code,
          node.name,
          node.parent?.name ?? null,
          node.isQuasi ? t("是", "yes") : t("否", "no"),
        ]),
      })}
    >
      {({ coverage: { covered, eligible, vintage, uncovered } }) => (
        <>
          <div class="controls">
            <Choice
              name={t("按", "By")}
              value={name}
              options={options}
              onChange={(value) => choose({ uncovered: value, uncoveredAfter: "" })}
            />
          </div>
          {covered === 0 ? (
            <p class="empty">
              {t(
                `${vintage} 名单有 ${eligible} 个;没有报告这类平台,所以不知道哪些尚未覆盖。`,
                `There are ${eligible} in the list of ${vintage}; no platform of the kind is reported, so it is not known which have none.`,
              )}
            </p>
          ) : (
            <>
              <p class="note">
                {t(
                  `${vintage} 名单的 ${eligible} 个中,${uncovered.totalCount} 个没有。`,
                  `Of ${eligible} in the list of ${vintage}, ${uncovered.totalCount} have none.`,
                )}
              </p>
              <ul class="tiles uncovered">
                {uncovered.nodes.map((node) => (
                  <li key={node.id}>
                    <a href={hrefOf(node)}>{node.name}</a> <small>{node.parent?.name}</small>
                    {node.isQuasi && <span class="badge">{t("类似单位", "quasi unit")}</span>}
                    <SampleMark isSample={node.isSample} />
                  </li>
                ))}
              </ul>
              <nav class="controls" aria-label={t("未覆盖翻页", "Pages of uncovered areas")}>
                {query.uncoveredAfter && <a href={to({ uncoveredAfter: "" })}>{t("回到第一页", "First page")}</a>}
                {uncovered.pageInfo.hasNextPage && (
                  <a href={to({ uncoveredAfter: uncovered.pageInfo.endCursor ?? "" })}>{t("下一页", "Next page")}</a>
                )}
              </nav>
            </>
          )}
        </>
      )}
    </Panel>
  );
}
