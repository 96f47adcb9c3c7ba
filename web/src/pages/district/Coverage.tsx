/** How many townships have a hall, villages a station and parks a studio; of how many, and by which list, is told. */
import { graphql, unmask } from "../../gql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import { COVERAGES, type CoverageName } from "./coverages";
import { type Scope, useChoices } from "./scope";

const COVERED = graphql(`
  fragment Covered on Coverage {
    covered
    eligible
    ratio
    vintage
  }
`);

const COVERAGE = graphql(`
  query DistrictCoverage($code: String!, $first: Date!) {
    halls: coverage(area: $code, kind: DELIBERATION_HALL, denominator: TOWNSHIPS) {
      ...Covered
    }
    hallsWithQuasi: coverage(area: $code, kind: DELIBERATION_HALL, denominator: TOWNSHIPS_WITH_QUASI) {
      ...Covered
    }
    hallsAtFirst: coverage(area: $code, kind: DELIBERATION_HALL, denominator: TOWNSHIPS, at: $first) {
      ...Covered
    }
    stations: coverage(area: $code, kind: CONSULTATION_STATION, denominator: VILLAGES) {
      ...Covered
    }
    stationsWithQuasi: coverage(area: $code, kind: CONSULTATION_STATION, denominator: VILLAGES_WITH_QUASI) {
      ...Covered
    }
    stationsAtFirst: coverage(area: $code, kind: CONSULTATION_STATION, denominator: VILLAGES, at: $first) {
      ...Covered
    }
    studios: coverage(area: $code, kind: MEMBER_STUDIO, denominator: PARKS) {
      ...Covered
    }
  }
`);

const NAMES = Object.keys(COVERAGES) as CoverageName[];

export function Coverage({ scope, firstList }: { scope: Scope; firstList: string }) {
  const { to } = useChoices();
  const answer = useAnswer(COVERAGE, { code: scope.code, first: firstList });
  return (
    <Panel
      title={t("覆盖率", "Coverage")}
      answer={answer}
      note={t(
        "有平台的地方除以可以有平台的地方;分母随名单的日期和是否计入类似单位而不同。",
        "Areas that have a platform, of those that could; how many could depends on the day of the list, and on whether units counted like them are in it.",
      )}
      sheet={(data) => ({
        name: t(`${scope.name}覆盖率`, `coverage ${scope.code}`),
        columns: [
          t("平台类型", "Platform"),
          t("分母", "Denominator"),
          t("名单日期", "List of"),
          t("已覆盖", "Covered"),
          t("应覆盖", "Eligible"),
          t("未覆盖", "Uncovered"),
        ],
        rows: NAMES.map((name) => {
          const { kind, denominator } = COVERAGES[name];
          const { covered, eligible, vintage } = unmask(COVERED, data[name]);
          return [
            label("PlatformKind", kind),
            label("CoverageDenominator", denominator),
            vintage,
            covered || null,
            eligible,
            covered ? eligible - covered : null,
          ];
        }),
      })}
    >
      {(data) => (
        <ul class="coverage">
          {NAMES.map((name, number) => {
            const { kind, denominator } = COVERAGES[name];
            const { covered, eligible, ratio, vintage } = unmask(COVERED, data[name]);
            const before = NAMES[number - 1];
            return (
              <li key={name}>
                {(!before || COVERAGES[before].kind !== kind) && <h3>{label("PlatformKind", kind)}</h3>}
                <div class="told">
                  <span>
                    {label("CoverageDenominator", denominator)}{" "}
                    <small>{t(`${vintage} 名单`, `list of ${vintage}`)}</small>
                  </span>
                  {covered > 0 ? (
                    <>
                      <strong>
                        {written(covered)}/{written(eligible)}
                      </strong>
                      <span class="figure">{written(ratio, "RATIO")}</span>
                    </>
                  ) : (
                    // Where no platform of the kind is known, nobody reported them: that is no coverage of nought.
                    <>
                      <span>{eligible ? t("未报告", "not reported") : t("没有可覆盖的", "none eligible")}</span>
                      <span class="figure">
                        {eligible > 0 && t(`共 ${written(eligible)}`, `of ${written(eligible)}`)}
                      </span>
                    </>
                  )}
                </div>
                {covered > 0 && (
                  <div class="track">
                    <div class="fill" style={{ width: `${100 * (ratio ?? 0)}%` }} />
                  </div>
                )}
                {covered > 0 && eligible > covered && (
                  <a href={to({ uncovered: name, uncoveredAfter: "" })}>
                    {t(`${written(eligible - covered)} 个未覆盖`, `${written(eligible - covered)} uncovered`)}
                  </a>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}
