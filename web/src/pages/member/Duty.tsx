/** What a member did in a year: at how many events of each kind they checked in, what they raised, the points for it. */
import { useLocation } from "preact-iso";
import type { EChartsCoreOption } from "echarts/core";
import { useMemo, useRef } from "preact/hooks";
import type { MemberDutyQuery } from "../../gql/graphql";
import { day, written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { Chart, type Drawn } from "../../parts/Chart";
import { Panel } from "../../parts/Panel";
import { Years, yearsOf } from "../../parts/Years";
import { language, t } from "../../state";
import { DUTY } from "./questions";

type Reported = Extract<NonNullable<MemberDutyQuery["node"]>, { dutyReport: unknown }>;

export function Duty({ id, earliest, latest }: { id: string; earliest?: string; latest?: string }) {
  const { query } = useLocation();
  const { years, year } = yearsOf(earliest && day(earliest), latest && day(latest), query.year);
  const answer = useAnswer(DUTY, { id, year });
  const member = answer.data?.node as Reported | null | undefined;
  const report = member?.dutyReport;
  const hasRules = (member?.district.dutyRules.length ?? 0) > 0;
  const chart = useRef<Drawn>(null);
  const option = useMemo(() => report && optionOf(report.byKind), [report, language.value]);
  return (
    <Panel
      title={t(`${year} 年履职报告`, `Duty report of ${year}`)}
      className="wide"
      answer={answer}
      chart={report?.byKind.length ? chart : undefined}
      controls={<Years of={years} year={year} />}
      note={t("活动按签到计,成果按提出计。", "Events by check-in, results by when they were raised.")}
      isEmpty={() => !report}
      sheet={() => ({
        name: t(`${year} 年履职报告`, `duty report ${year}`),
        columns: [t("项目", "Item"), t("次数", "Count")],
        rows: report
          ? [
              ...report.byKind.map(({ kind, count }): [string, number] => [label("EventKind", kind), count]),
              [t("活动合计", "Events in all"), report.total],
              [t("其中示例", "Of these sample data"), report.sampleTotal],
              ...report.results.map(({ kind, count }): [string, number] => [label("ResultKind", kind), count]),
              [t("活动积分", "Points for events"), hasRules ? report.eventPoints : null],
              [t("成果积分", "Points for results"), hasRules ? report.resultPoints : null],
            ]
          : [],
      })}
    >
      {() =>
        report && (
          <>
            {report.sampleTotal > 0 && (
              <p class="sample" role="note">
                {t(
                  `含示例数据:${report.total} 次活动中 ${report.sampleTotal} 次是为演示而造的,不是事实。`,
                  `With sample data: ${report.sampleTotal} of ${report.total} events were made up for demonstration and are no facts.`,
                )}
              </p>
            )}
            <div class="strip">
              <Counted name={t("参加活动", "Events")} value={report.total} />
              {report.results.map(({ kind, count }) => (
                <Counted key={kind} name={label("ResultKind", kind)} value={count} />
              ))}
              <Counted name={t("活动积分", "Points for events")} value={hasRules ? report.eventPoints : null} />
              <Counted name={t("成果积分", "Points for results")} value={hasRules ? report.resultPoints : null} />
            </div>
            {!hasRules && (
              <p class="note">
                {t("该区县没有积分规则,故无积分。", "The district has no rules for points, so there are none.")}
              </p>
            )}
            {option && report.byKind.length > 0 && (
              <Chart
                ref={chart}
                option={option}
                height={40 + report.byKind.length * 28}
                label={t(
                  `条形图:${report.byKind.map(({ kind, count }) => `${label("EventKind", kind)} ${count}`).join(",")}`,
                  `Bar chart: ${report.byKind.map(({ kind, count }) => `${label("EventKind", kind)} ${count}`).join(", ")}`,
                )}
              />
            )}
          </>
        )
      }
    </Panel>
  );
}

function Counted({ name, value }: { name: string; value: number | null }) {
  return (
    <div class="figure-card">
      <div class="name">{name}</div>
      <span class="value">{written(value)}</span>
    </div>
  );
}

function optionOf(byKind: Reported["dutyReport"]["byKind"]): EChartsCoreOption {
  return {
    grid: { left: 8, right: 32, top: 8, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis" },
    xAxis: { type: "value", minInterval: 1, axisLabel: { hideOverlap: true } },
    yAxis: {
      type: "category",
      inverse: true,
      axisTick: { show: false },
      data: byKind.map(({ kind }) => label("EventKind", kind)),
    },
    series: [
      {
        type: "bar",
        name: t("次数", "Events"),
        barMaxWidth: 18,
        data: byKind.map(({ count }) => count),
        label: { show: true, position: "right" },
      },
    ],
  };
}
