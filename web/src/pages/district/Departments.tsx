/** How long each department took to close what it was given. */
import { graphql } from "../../gql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import { dated, type Scope } from "./scope";

const DEPARTMENTS = graphql(`
  query DistrictDepartments($where: RollupFilter) {
    rollup(
      of: RESULTS
      by: [DEPARTMENT]
      measures: [COUNT, CLOSING_RATE, MEDIAN_DAYS_TO_CLOSE, P90_DAYS_TO_CLOSE]
      where: $where
      orderBy: [{ field: P90_DAYS_TO_CLOSE, direction: DESC }]
      first: 100
    ) {
      rowCount
      rows {
        keys {
          value
          label
        }
        where
        values {
          value
        }
      }
    }
  }
`);

export function Departments({ scope }: { scope: Scope }) {
  const answer = useAnswer(DEPARTMENTS, { where: dated(scope) });
  const nameOf = (row: { keys: readonly { label: string }[] }): string =>
    row.keys[0]?.label || t("未定承办单位", "No department");
  const columns = [
    t("承办单位", "Department"),
    t("件数", "Results"),
    t("办结率", "Closed"),
    t("中位天数", "Median days"),
    t("九成天数", "90th percentile"),
  ];
  return (
    <Panel
      title={t("各承办单位办结用时", "Days to close by department")}
      answer={answer}
      isEmpty={({ rollup }) => rollup.rows.length === 0}
      note={t(
        "期间内提出的成果;深色为一半、浅色为九成办结所用天数,竖线为 90 天。慢的在前。",
        "Of results raised within the period: half were closed within the dark bar, nine of ten within the pale one; the line is at 90 days. Slowest first.",
      )}
      sheet={({ rollup }) => ({
        name: t(`${scope.name}办结用时`, `days to close ${scope.code}`),
        columns,
        rows: rollup.rows.map((row) => [nameOf(row), ...row.values.map(({ value }) => value ?? null)]),
      })}
    >
      {({ rollup: { rows, rowCount } }) => {
        const longest = Math.max(...rows.map(({ values }) => values[3]?.value ?? 0), 90) * 1.05;
        const share = (days: number | null | undefined): string => `${(100 * (days ?? 0)) / longest}%`;
        return (
          <>
            <ul class="departments">
              {rows.map((row) => {
                const [count, closed, median, p90] = row.values.map(({ value }) => value);
                return (
                  <li key={row.keys[0]?.value}>
                    <span>
                      <a href={rowsHref("RESULTS", row.where)}>{nameOf(row)}</a>{" "}
                      <small>
                        {t(
                          `${written(count)} 件,办结 ${written(closed, "RATIO")}`,
                          `${written(count)}, ${written(closed, "RATIO")} closed`,
                        )}
                      </small>
                    </span>
                    <span class="figure">
                      {median == null && p90 == null
                        ? t("尚无办结", "none closed")
                        : t(
                            `中位 ${written(median)} / 九成 ${written(p90)} 天`,
                            `${written(median)} / ${written(p90)} days`,
                          )}
                    </span>
                    <span class="track spread">
                      <span class="fill pale" style={{ width: share(p90) }} />
                      <span class="fill" style={{ width: share(median) }} />
                      <span class="due" style={{ left: share(90) }} />
                    </span>
                  </li>
                );
              })}
            </ul>
            {rowCount > rows.length && (
              <p class="note">
                {t(
                  `共 ${rowCount} 个单位,显示最慢的 ${rows.length} 个。`,
                  `The slowest ${rows.length} of ${rowCount}.`,
                )}
              </p>
            )}
          </>
        );
      }}
    </Panel>
  );
}
