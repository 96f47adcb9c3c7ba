/** The figures of an area: those counted from rows, and those that were published, told apart. */
import { graphql } from "../../gql";
import { moment } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { type Subject, rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { Figure } from "../../parts/Value";
import { t } from "../../state";
import { SampleNotice } from "../../parts/SampleNotice";
import { label } from "../../graph/labels";

const KPIS = graphql(`
  query Kpis($of: RollupFilter, $dated: RollupFilter, $reported: RollupFilter) {
    platforms: rollup(of: PLATFORMS, by: [PLATFORM_KIND], measures: [COUNT], where: $of) {
      asOf
      rows {
        keys {
          value
        }
        where
        values {
          ...FigureValue
        }
      }
    }
    events: rollup(of: EVENTS, by: [], measures: [COUNT, PUBLIC_PARTICIPANTS, PARTICIPATION_PER_EVENT], where: $dated) {
      total {
        where
        values {
          ...FigureValue
        }
      }
    }
    results: rollup(
      of: RESULTS
      by: []
      measures: [COUNT, ADOPTION_RATE, CLOSING_RATE, ON_TIME_RATE, MEDIAN_DAYS_TO_CLOSE]
      where: $dated
    ) {
      total {
        where
        values {
          ...FigureValue
        }
      }
    }
    members: rollup(of: MEMBERS, by: [], measures: [COUNT], where: $of) {
      total {
        where
        values {
          ...FigureValue
        }
      }
    }
    reported: rollup(of: OBSERVATIONS, by: [INDICATOR], measures: [SUM], where: $reported) {
      rows {
        keys {
          label
          node {
            ... on Indicator {
              nameEn
            }
          }
        }
        where
        values {
          ...FigureValue
        }
        completeness {
          ...FigureCompleteness
        }
      }
    }
    samples: rollup(of: EVENTS, by: [IS_SAMPLE], measures: [COUNT], where: $dated) {
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

/** The published figures that are shown first; the others are on the pages of the districts. */
const REPORTED = [
  "deliberation_halls",
  "consultation_stations",
  "recommendations_made",
  "members",
  "public_participation",
];

interface Filter {
  period?: { since: string; until: string };
  isSample?: boolean;
}

export function Kpis({ at, filter }: { at?: string; filter: Filter }) {
  const area = at && { area: [at] };
  const sample = filter.isSample !== undefined && { isSample: filter.isSample };
  const dated = { ...area, ...sample, ...(filter.period && { period: filter.period }) };
  const answer = useAnswer(KPIS, {
    of: { ...area, ...sample },
    dated,
    reported: { ...area, observations: { indicator: REPORTED } },
  });
  return (
    <Panel title={t("关键指标", "Key figures")} className="kpis" answer={answer}>
      {(data) => {
        const asOf = moment(data.platforms.asOf);
        const totals: [Subject, string, typeof data.events.total][] = [
          ["EVENTS", t("活动场次", "Events"), data.events.total],
          ["RESULTS", t("成果", "Results"), data.results.total],
          ["MEMBERS", t("委员", "Members"), data.members.total],
        ];
        return (
          <>
            <SampleNotice rows={data.samples.rows} />
            <div class="strip">
              {data.platforms.rows.map(({ keys, where, values }) =>
                values.map((value) => (
                  <Figure
                    key={keys[0]?.value}
                    value={value}
                    basis="COMPUTED"
                    name={label("PlatformKind", keys[0]?.value ?? "")}
                    href={rowsHref("PLATFORMS", where)}
                    asOf={asOf}
                  />
                )),
              )}
              {totals.flatMap(([of, counted, { where, values }]) =>
                values.map((value, number) => (
                  <Figure
                    key={`${of} ${number}`}
                    value={value}
                    // Each subject is counted first.
                    name={number === 0 ? counted : undefined}
                    basis="COMPUTED"
                    href={rowsHref(of, where)}
                    asOf={asOf}
                  />
                )),
              )}
            </div>
            {data.reported.rows.length > 0 && (
              <>
                <h3>{t("报告的数字", "Published figures")}</h3>
                <div class="strip">
                  {data.reported.rows.map(({ keys, where, values, completeness }) =>
                    values.map((value) => (
                      <Figure
                        key={keys[0]?.label}
                        value={value}
                        basis="REPORTED"
                        name={t(keys[0]?.label ?? "", (keys[0]?.node as { nameEn?: string } | null)?.nameEn ?? "")}
                        completeness={completeness}
                        href={rowsHref("OBSERVATIONS", where)}
                      />
                    )),
                  )}
                </div>
              </>
            )}
          </>
        );
      }}
    </Panel>
  );
}
