/** Month by month, the events and the results of the two that are compared. */
import type { EChartsCoreOption } from "echarts/core";
import { useMemo, useRef } from "preact/hooks";
import { graphql, unmask } from "../../gql";
import type { DistrictMonthsQuery } from "../../gql/graphql";
import { useAnswer } from "../../graph/answers";
import { Chart, COLORS, type Drawn } from "../../parts/Chart";
import { Panel } from "../../parts/Panel";
import { isDark, language, t } from "../../state";
import { periodOf, type Scope } from "./scope";
import type { Side } from "./Versus";

type Dated = Side & { year: string };

const MONTHLY = graphql(`
  fragment Monthly on Rollup {
    rows {
      keys {
        value
      }
      values {
        value
      }
    }
  }
`);

const MONTHS = graphql(`
  query DistrictMonths($one: RollupFilter, $other: RollupFilter) {
    events: rollup(of: EVENTS, by: [MONTH], measures: [COUNT], where: $one) {
      ...Monthly
    }
    otherEvents: rollup(of: EVENTS, by: [MONTH], measures: [COUNT], where: $other) {
      ...Monthly
    }
    results: rollup(of: RESULTS, by: [MONTH], measures: [COUNT], where: $one) {
      ...Monthly
    }
    otherResults: rollup(of: RESULTS, by: [MONTH], measures: [COUNT], where: $other) {
      ...Monthly
    }
  }
`);

const NUMBERS = Array.from({ length: 12 }, (_, number) => number + 1);

export function Months({ scope, one, other }: { scope: Scope; one: Dated; other: Dated }) {
  const filter = ({ code, year }: Dated) => ({
    area: [code],
    ...(scope.isSample !== undefined && { isSample: scope.isSample }),
    period: periodOf(year),
  });
  const answer = useAnswer(MONTHS, { one: filter(one), other: filter(other) });
  const chart = useRef<Drawn>(null);
  const names: [string, string] =
    one.code === other.code ? [`${one.name} ${one.year}`, `${other.name} ${other.year}`] : [one.name, other.name];
  const dark = isDark();
  const lines = answer.data && linesOf(answer.data);
  const option = useMemo(
    () => lines && optionOf(lines, names, dark),
    [answer.data, names.join(), dark, language.value],
  );
  const title =
    one.code === other.code
      ? t("逐月比较", "Month by month")
      : t(`${one.year} 年逐月比较`, `${one.year}, month by month`);
  return (
    <Panel
      title={title}
      className="wide"
      answer={answer}
      chart={chart}
      sheet={(data) => {
        const told = linesOf(data);
        return {
          name: t(`${names[0]}与${names[1]}逐月`, `${names[0]} and ${names[1]} by month`),
          columns: [
            t("月", "Month"),
            ...[t("活动", "Events"), t("成果", "Results")].flatMap((what) => names.map((name) => `${what} · ${name}`)),
          ],
          rows: NUMBERS.map((month) => [
            t(`${month} 月`, String(month)),
            ...told.flat().map((line) => line[month - 1] ?? null),
          ]),
        };
      }}
    >
      {() =>
        option && (
          <Chart
            ref={chart}
            option={option}
            height={400}
            label={t(
              `逐月活动和成果:${names.join("与")};数字见表`,
              `Events and results by month: ${names.join(" and ")}; the table has the figures`,
            )}
          />
        )
      }
    </Panel>
  );
}

/** Of events, then of results: a line for each of the two. */
function linesOf(data: DistrictMonthsQuery): (number | null)[][][] {
  const line = (rollup: DistrictMonthsQuery["events"]): (number | null)[] => {
    const known = new Map(
      unmask(MONTHLY, rollup).rows.map(({ keys, values }) => [
        Number(keys[0]?.value.slice(5, 7)),
        values[0]?.value ?? null,
      ]),
    );
    return NUMBERS.map((month) => known.get(month) ?? null);
  };
  return [
    [line(data.events), line(data.otherEvents)],
    [line(data.results), line(data.otherResults)],
  ];
}

function optionOf(lines: (number | null)[][][], names: string[], dark: boolean): EChartsCoreOption {
  const months = NUMBERS.map((month) => t(`${month}月`, String(month)));
  const whats = [t("活动", "Events"), t("成果", "Results")];
  const ink = dark ? "#a3afba" : "#56616c";
  return {
    tooltip: { trigger: "axis" },
    legend: { top: 0, data: names, textStyle: { color: ink } },
    grid: [
      { left: 44, right: 12, top: 52, height: 130 },
      { left: 44, right: 12, top: 238, height: 130 },
    ],
    xAxis: whats.map((_, gridIndex) => ({ type: "category", data: months, gridIndex, axisLabel: { color: ink } })),
    yAxis: whats.map((name, gridIndex) => ({
      type: "value",
      name,
      nameTextStyle: { color: ink },
      gridIndex,
      minInterval: 1,
      axisLabel: { color: ink },
    })),
    series: lines.flatMap((pair, index) =>
      pair.map((data, number) => ({
        type: "bar",
        name: names[number],
        data,
        xAxisIndex: index,
        yAxisIndex: index,
        itemStyle: { color: COLORS[number] },
      })),
    ),
  };
}
