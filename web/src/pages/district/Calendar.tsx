/** The days of a year, the darker the more events; a day leads to its events. */
import type { EChartsCoreOption } from "echarts/core";
import { useMemo, useRef } from "preact/hooks";
import { graphql } from "../../gql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { Chart, type Drawn, SCALE } from "../../parts/Chart";
import { Choice } from "../../parts/Choice";
import { Panel } from "../../parts/Panel";
import { isDark, language, t } from "../../state";
import { useIsNarrow } from "./narrow";
import { periodOf, type Scope, standing, useChoices } from "./scope";

const CALENDAR = graphql(`
  query DistrictCalendar($where: RollupFilter) {
    days: rollup(of: EVENTS, by: [DAY], measures: [COUNT], where: $where) {
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
  }
`);

type Counted = [day: string, count: number];

export function Calendar({ scope }: { scope: Scope }) {
  const { query, choose } = useChoices();
  const year = scope.year ?? scope.years.find((each) => each === query.calendar) ?? scope.latest;
  const answer = useAnswer(CALENDAR, { where: { ...standing(scope), period: periodOf(year) } });
  const chart = useRef<Drawn>(null);
  const isNarrow = useIsNarrow();
  const dark = isDark();
  const days = answer.data?.days;
  const counted = useMemo(
    () => days?.rows.map(({ keys, values }): Counted => [keys[0]?.value ?? "", values[0]?.value ?? 0]) ?? [],
    [days],
  );
  const option = useMemo(
    () => optionOf(counted, year, isNarrow, dark),
    [counted, year, isNarrow, dark, language.value],
  );
  const total = days?.total.values[0]?.value ?? 0;
  return (
    <Panel
      title={t(`${year} 年活动日历`, `Events of ${year}, day by day`)}
      className="wide"
      answer={answer}
      chart={chart}
      isEmpty={() => total === 0}
      note={t("点按一天,列出当天的活动。", "Click a day for its events.")}
      controls={
        <>
          <Choice
            name={t("年份", "Year")}
            value={year}
            options={scope.years.map((each) => [each, each] as const)}
            onChange={(value) =>
              choose(scope.year ? { year: value === scope.latest ? "" : value, day: "" } : { calendar: value, day: "" })
            }
          />
          <label class="pick">
            {t("日期", "Day")}
            <input
              type="date"
              min={`${year}-01-01`}
              max={`${year}-12-31`}
              value={query.day ?? ""}
              onChange={(event) => choose({ day: event.currentTarget.value })}
            />
          </label>
        </>
      }
      sheet={() => ({
        name: t(`${scope.name}${year}年每日活动`, `events by day ${scope.code} ${year}`),
        columns: [t("日期", "Day"), t("活动场次", "Events")],
        rows: counted,
      })}
    >
      {() => (
        <Chart
          ref={chart}
          option={option}
          height={isNarrow ? 330 : 212}
          label={t(
            `${year} 年活动日历:共 ${written(total)} 场,${written(counted.filter(([, count]) => count > 0).length)} 天有活动`,
            `Calendar of ${year}: ${written(total)} events on ${written(counted.filter(([, count]) => count > 0).length)} days`,
          )}
          onClick={(data) => choose({ day: (data as Counted)[0] })}
        />
      )}
    </Panel>
  );
}

/** A year in one strip; on a phone, where its days would be too small to touch, in two. */
function optionOf(counted: Counted[], year: string, isNarrow: boolean, dark: boolean): EChartsCoreOption {
  const none = dark ? "#232b33" : "#eef1f4";
  const halves = isNarrow
    ? [
        [`${year}-01-01`, `${year}-06-30`],
        [`${year}-07-01`, `${year}-12-31`],
      ]
    : [[`${year}-01-01`, `${year}-12-31`]];
  return {
    tooltip: {
      formatter: ({ data: [date, count] }: { data: Counted }) =>
        `${date}\n${t(`${written(count)} 场活动`, `${written(count)} events`)}`,
    },
    visualMap: {
      type: "continuous",
      min: 0,
      max: Math.max(...counted.map(([, count]) => count), 1),
      calculable: false,
      orient: "horizontal",
      left: "right",
      top: 0,
      itemHeight: 90,
      itemWidth: 12,
      text: [t("多", "more"), t("少", "fewer")],
      textStyle: { color: dark ? "#a3afba" : "#56616c" },
      // What is most stands out most, from a dark page by being light; what is darker than no event is left out there.
      inRange: { color: [none, ...(dark ? SCALE.slice(0, 3).reverse() : SCALE)] },
    },
    calendar: halves.map((range, number) => ({
      range,
      top: 62 + number * 140,
      left: 34,
      right: 8,
      height: isNarrow ? 115 : 135,
      cellSize: ["auto", "auto"],
      splitLine: { lineStyle: { color: dark ? "#5b6772" : "#9aa5af", width: 1 } },
      itemStyle: { color: none, borderColor: dark ? "#171d23" : "#ffffff", borderWidth: 2 },
      yearLabel: { show: false },
      monthLabel: {
        nameMap: language.value === "zh" ? "ZH" : "EN",
        color: dark ? "#a3afba" : "#56616c",
      },
      dayLabel: { firstDay: 1, nameMap: language.value === "zh" ? "ZH" : "EN", color: dark ? "#a3afba" : "#56616c" },
    })),
    series: halves.map(([first = "", last = ""], number) => ({
      type: "heatmap",
      coordinateSystem: "calendar",
      calendarIndex: number,
      data: counted.filter(([date]) => first <= date && date <= last),
      emphasis: { itemStyle: { borderColor: "#ffb000", borderWidth: 2 } },
    })),
  };
}
