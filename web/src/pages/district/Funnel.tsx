/** How far results of one kind have come, and which share was adopted, closed, and closed in time. */
import { graphql } from "../../gql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { Choice } from "../../parts/Choice";
import { rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { Figure } from "../../parts/Value";
import { t } from "../../state";
import { Bars } from "./Bars";
import { dated, type Scope, useChoices } from "./scope";
import { nameOf } from "./sides";

const FUNNEL = graphql(`
  query DistrictFunnel($where: RollupFilter) {
    kinds: rollup(
      of: RESULTS
      by: [RESULT_KIND]
      measures: [COUNT, ADOPTION_RATE, CLOSING_RATE, ON_TIME_RATE]
      where: $where
    ) {
      rows {
        keys {
          value
        }
        where
        values {
          value
          measure
          ...FigureValue
        }
      }
    }
    statuses: rollup(of: RESULTS, by: [RESULT_KIND, RESULT_STATUS], measures: [COUNT], where: $where) {
      rows {
        keys {
          value
        }
        where
        values {
          value
        }
      }
    }
  }
`);

export function Funnel({ scope }: { scope: Scope }) {
  const { query, choose } = useChoices();
  const answer = useAnswer(FUNNEL, { where: dated(scope) });
  const kinds = (answer.data?.kinds.rows ?? []).map((row) => ({ kind: row.keys[0]?.value ?? "", ...row }));
  const count = ({ values }: { values: readonly { value?: number | null }[] }): number => values[0]?.value ?? 0;
  const most = kinds.reduce<(typeof kinds)[number] | undefined>(
    (best, row) => (!best || count(row) > count(best) ? row : best),
    undefined,
  );
  const chosen = kinds.find(({ kind }) => kind === query.result) ?? most;
  return (
    <Panel
      title={t("成果办到哪一步", "How far results have come")}
      answer={answer}
      isEmpty={() => kinds.length === 0}
      note={t(
        "按提出日期在期间内的成果现在的状态计;点按一条,列出其中每一件。",
        "Results raised within the period, by what they have come to by now; each bar leads to its rows.",
      )}
      controls={
        kinds.length > 0 && (
          <Choice
            name={t("成果类型", "Kind")}
            value={chosen?.kind ?? ""}
            options={kinds.map((row) => [row.kind, `${label("ResultKind", row.kind)} ${count(row)}`] as const)}
            onChange={(result) => choose({ result })}
          />
        )
      }
      sheet={({ statuses }) => ({
        name: t(`${scope.name}成果状态`, `results ${scope.code}`),
        columns: [t("成果类型", "Kind"), t("状态", "Status"), t("件数", "Results")],
        rows: statuses.rows.map(({ keys, values }) => [
          label("ResultKind", keys[0]?.value ?? ""),
          label("ResultStatus", keys[1]?.value ?? ""),
          values[0]?.value ?? null,
        ]),
      })}
    >
      {({ statuses }) =>
        chosen && (
          <>
            <Bars
              label={t(
                `${label("ResultKind", chosen.kind)}各状态件数`,
                `${label("ResultKind", chosen.kind)} by status`,
              )}
              bars={statuses.rows
                .filter(({ keys }) => keys[0]?.value === chosen.kind)
                .map((row) => ({
                  key: row.keys[1]?.value ?? "",
                  name: label("ResultStatus", row.keys[1]?.value ?? ""),
                  value: count(row),
                  text: `${written(count(row))} · ${written(count(row) / count(chosen), "RATIO")}`,
                  href: rowsHref("RESULTS", row.where),
                }))}
            />
            <div class="strip">
              {chosen.values.map((value) => (
                <Figure
                  key={value.measure}
                  value={value}
                  basis="COMPUTED"
                  name={nameOf("results", value.measure)}
                  href={value.measure === "COUNT" ? rowsHref("RESULTS", chosen.where) : undefined}
                />
              ))}
            </div>
          </>
        )
      }
    </Panel>
  );
}
