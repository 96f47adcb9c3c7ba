/** The results that have been open for longest. */
import { graphql } from "../../gql";
import { day, written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { hrefOf, rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { SampleMark } from "../../parts/SampleNotice";
import { t } from "../../state";
import { openSince } from "./open";
import { type Scope, within } from "./scope";

const OLDEST = graphql(`
  query DistrictOldest($where: ResultFilter) {
    results(first: 10, where: $where, orderBy: [{ field: RAISED_AT, direction: ASC }]) {
      totalCount
      nodes {
        __typename
        id
        title
        kind
        status
        raisedAt
        isSample
        department {
          name
        }
        platform {
          name
        }
      }
    }
  }
`);

export function Oldest({ scope }: { scope: Scope }) {
  const where = { ...within(scope), ...openSince(scope, 0) };
  const answer = useAnswer(OLDEST, { where });
  const age = (raisedAt: string): number =>
    Math.round((Date.parse(scope.asOf) - Date.parse(day(raisedAt))) / 86_400_000);
  return (
    <Panel
      title={t("拖得最久的", "Open for longest")}
      answer={answer}
      isEmpty={({ results }) => results.totalCount === 0}
      note={t(`截至 ${scope.asOf} 未办结的,久的在前。`, `Open as of ${scope.asOf}, longest first.`)}
      sheet={({ results }) => ({
        name: t(`${scope.name}最久未办结`, `oldest open ${scope.code}`),
        columns: [
          t("标题", "Title"),
          t("类型", "Kind"),
          t("状态", "Status"),
          t("承办单位", "Department"),
          t("提出", "Raised"),
          t("天数", "Days"),
        ],
        rows: results.nodes.map((node) => [
          node.title,
          label("ResultKind", node.kind),
          label("ResultStatus", node.status),
          node.department?.name ?? null,
          day(node.raisedAt),
          age(node.raisedAt),
        ]),
      })}
    >
      {({ results }) => (
        <>
          <ol class="list">
            {results.nodes.map((node) => (
              <li key={node.id}>
                <strong>{written(age(node.raisedAt), "DAY")}</strong> <a href={hrefOf(node)}>{node.title}</a>{" "}
                <SampleMark isSample={node.isSample} />
                <br />
                <small>
                  {[
                    label("ResultKind", node.kind),
                    t(`现状:${label("ResultStatus", node.status)}`, `by now: ${label("ResultStatus", node.status)}`),
                    node.department?.name ?? t("未定承办单位", "no department"),
                    node.platform?.name,
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </small>
              </li>
            ))}
          </ol>
          <p>
            <a href={rowsHref("RESULTS", where)}>
              {t(`全部 ${results.totalCount} 件未办结`, `All ${results.totalCount} open results`)} →
            </a>
          </p>
        </>
      )}
    </Panel>
  );
}
