/** How many events a platform held in each month of a year. */
import { useLocation } from "preact-iso";
import type { EChartsCoreOption } from "echarts/core";
import { useMemo, useRef } from "preact/hooks";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { Chart, type Drawn } from "../../parts/Chart";
import { rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { SampleNotice } from "../../parts/SampleNotice";
import { Years, yearsOf } from "../../parts/Years";
import { language, t } from "../../state";
import { ACTIVITY } from "./questions";

export function Activity({ slug, earliest, latest }: { slug: string; earliest?: string; latest?: string }) {
  const { query, route } = useLocation();
  const { years, year } = yearsOf(earliest, latest, query.year);
  const where = {
    events: { platform: { slug: [slug] } },
    period: { since: `${year}-01-01`, until: `${year}-12-31` },
  };
  const answer = useAnswer(ACTIVITY, { where });
  const chart = useRef<Drawn>(null);
  const rows = answer.data?.months.rows;
  const option = useMemo(() => rows && optionOf(rows), [rows, language.value]);
  return (
    <Panel
      title={t("每月活动", "Events by month")}
      className="wide"
      answer={answer}
      chart={chart}
      isEmpty={({ months }) => !latest || months.rows.every(({ values }) => !values[0]?.value)}
      controls={latest && <Years of={years} year={year} />}
      note={t("点按某月,列出该月的活动。", "Click a month to list its events.")}
      sheet={({ months }) => ({
        name: t("每月活动", "events by month"),
        columns: [t("月", "Month"), t("活动", "Events")],
        rows: months.rows.map(({ keys, values }) => [keys[0]?.value ?? "", values[0]?.value ?? null]),
      })}
    >
      {({ months, samples }) => (
        <>
          <SampleNotice rows={samples.rows} />
          {option && (
            <Chart
              ref={chart}
              option={option}
              height={200}
              label={t(
                `柱状图:${months.rows.map(({ keys, values }) => `${keys[0]?.value} ${written(values[0]?.value)}`).join(",")}`,
                `Bar chart: ${months.rows.map(({ keys, values }) => `${keys[0]?.value} ${written(values[0]?.value)}`).join(", ")}`,
              )}
              onClick={(data) => route(rowsHref("EVENTS", (data as { where: unknown }).where))}
            />
          )}
          <p class="total">
            <a href={rowsHref("EVENTS", months.total.where)}>{t(`${year} 年的活动`, `Events of ${year}`)} →</a>
          </p>
        </>
      )}
    </Panel>
  );
}

interface Month {
  keys: { value: string }[];
  where?: unknown;
  values: { value?: number | null }[];
}

function optionOf(rows: Month[]): EChartsCoreOption {
  return {
    grid: { left: 8, right: 8, top: 24, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis" },
    xAxis: {
      type: "category",
      data: rows.map(({ keys }) => {
        const month = Number(keys[0]?.value.slice(5));
        return t(`${month}月`, String(month));
      }),
      axisTick: { show: false },
    },
    yAxis: { type: "value", minInterval: 1 },
    series: [
      {
        type: "bar",
        barMaxWidth: 40,
        name: t("活动", "Events"),
        data: rows.map(({ values, where }) => ({ value: values[0]?.value ?? null, where })),
        label: { show: true, position: "top" },
      },
    ],
  };
}
