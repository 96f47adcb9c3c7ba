/** For how long open results have been open, kind by kind. */
import { graphql } from "../../gql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import { HANDLED, openSince } from "./open";
import { type Scope, standing } from "./scope";

const AGEING = graphql(`
  query DistrictAgeing($month: RollupFilter, $quarter: RollupFilter, $half: RollupFilter, $longer: RollupFilter) {
    month: rollup(of: RESULTS, by: [RESULT_KIND], measures: [COUNT], where: $month) {
      ...Open
    }
    quarter: rollup(of: RESULTS, by: [RESULT_KIND], measures: [COUNT], where: $quarter) {
      ...Open
    }
    half: rollup(of: RESULTS, by: [RESULT_KIND], measures: [COUNT], where: $half) {
      ...Open
    }
    longer: rollup(of: RESULTS, by: [RESULT_KIND], measures: [COUNT], where: $longer) {
      ...Open
    }
  }

  fragment Open on Rollup {
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
`);

/** From how many days, and below how many. */
type Age = "month" | "quarter" | "half" | "longer";
const AGES: Record<Age, [atLeast: number, below?: number]> = {
  month: [0, 30],
  quarter: [30, 90],
  half: [90, 180],
  longer: [180],
};
const NAMES = Object.keys(AGES) as Age[];

interface Cell {
  count: number;
  where: unknown;
}

export function Ageing({ scope }: { scope: Scope }) {
  const filter = (age: Age) => ({ ...standing(scope), results: openSince(scope, ...AGES[age]) });
  const answer = useAnswer(AGEING, {
    month: filter("month"),
    quarter: filter("quarter"),
    half: filter("half"),
    longer: filter("longer"),
  });
  const names = {
    month: t("<30 天", "<30 days"),
    quarter: t("30–89", "30–89"),
    half: t("90–179", "90–179"),
    longer: t("≥180 天", "≥180 days"),
  };
  return (
    <Panel
      title={t("未办结的有多久了", "Age of open results")}
      answer={answer}
      isEmpty={(data) => cellsOf(data).size === 0}
      note={t(
        `截至 ${scope.asOf},自提出之日起算,不论提出于哪一年;超过 90 天即未按时。成效、表彰、合作和调研报告无须办结,不在其中。`,
        `As of ${scope.asOf}, since they were raised, in whatever year; beyond 90 days they are late. Outcomes, recognitions, partnerships and research reports have nothing to close.`,
      )}
      sheet={(data) => {
        const cells = cellsOf(data);
        return {
          name: t(`${scope.name}未办结时长`, `open results ${scope.code}`),
          columns: [t("成果类型", "Kind"), ...NAMES.map((age) => names[age])],
          rows: HANDLED.filter((kind) => cells.has(kind)).map((kind) => [
            label("ResultKind", kind),
            ...NAMES.map((age) => cells.get(kind)?.[age]?.count ?? 0),
          ]),
        };
      }}
    >
      {(data) => {
        const cells = cellsOf(data);
        const most = Math.max(...[...cells.values()].flatMap((row) => Object.values(row).map(({ count }) => count)));
        return (
          <div class="scroll" tabIndex={0} role="region" aria-label={t("未办结时长", "Ages of open results")}>
            <table class="ages">
              <thead>
                <tr>
                  <th scope="col">{t("成果类型", "Kind")}</th>
                  {NAMES.map((age) => (
                    <th key={age} scope="col" class="figure">
                      {names[age]}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {HANDLED.filter((kind) => cells.has(kind)).map((kind) => (
                  <tr key={kind}>
                    <th scope="row">{label("ResultKind", kind)}</th>
                    {NAMES.map((age) => {
                      const cell = cells.get(kind)?.[age];
                      const late = age === "half" || age === "longer";
                      return (
                        <td key={age} class="figure">
                          {cell ? <a href={rowsHref("RESULTS", cell.where)}>{written(cell.count)}</a> : written(0)}
                          <span class={`track ${late ? "late" : ""}`}>
                            <span class="fill" style={{ width: `${(100 * (cell?.count ?? 0)) / most}%` }} />
                          </span>
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        );
      }}
    </Panel>
  );
}

/** The open results by kind and by age; a kind of which none is open is not there. */
function cellsOf(data: Record<Age, unknown>): Map<string, Partial<Record<Age, Cell>>> {
  const cells = new Map<string, Partial<Record<Age, Cell>>>();
  for (const age of NAMES) {
    const { rows } = data[age] as {
      rows: { keys: { value: string }[]; where: unknown; values: { value?: number | null }[] }[];
    };
    for (const { keys, where, values } of rows) {
      const kind = keys[0]?.value ?? "";
      cells.set(kind, { ...cells.get(kind), [age]: { count: values[0]?.value ?? 0, where } });
    }
  }
  return cells;
}
