/** The same measures of two districts, or of two years of one, side by side. */
import { graphql, unmask } from "../../gql";
import type { DistrictVersusQuery } from "../../gql/graphql";
import { useAnswer } from "../../graph/answers";
import { Choice } from "../../parts/Choice";
import { rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import { Months } from "./Months";
import { periodOf, type Scope, useChoices } from "./scope";
import { type Compared, type Counted, DATED, difference, STANDING, SUBJECTS, told } from "./sides";

const SIDE = graphql(`
  fragment Side on Rollup {
    rowCount
    rows {
      keys {
        value
      }
      where
      values {
        measure
        value
        precision
      }
    }
  }
`);

const VERSUS = graphql(`
  query DistrictVersus($standing: RollupFilter, $one: RollupFilter, $other: RollupFilter) {
    platforms: rollup(of: PLATFORMS, by: [DISTRICT], measures: [COUNT], where: $standing) {
      ...Side
    }
    members: rollup(of: MEMBERS, by: [DISTRICT], measures: [COUNT], where: $standing) {
      ...Side
    }
    events: rollup(
      of: EVENTS
      by: [DISTRICT]
      measures: [COUNT, RANK, PER_100_MEMBERS, PUBLIC_PARTICIPANTS, PARTICIPATION_PER_EVENT]
      where: $one
    ) {
      ...Side
    }
    attendances: rollup(of: ATTENDANCES, by: [DISTRICT], measures: [DISTINCT_MEMBERS], where: $one) {
      ...Side
    }
    results: rollup(
      of: RESULTS
      by: [DISTRICT]
      measures: [
        COUNT
        RANK
        PER_100_MEMBERS
        ADOPTION_RATE
        CLOSING_RATE
        ON_TIME_RATE
        MEDIAN_DAYS_TO_CLOSE
        P90_DAYS_TO_CLOSE
      ]
      where: $one
    ) {
      ...Side
    }
    otherEvents: rollup(
      of: EVENTS
      by: [DISTRICT]
      measures: [COUNT, RANK, PER_100_MEMBERS, PUBLIC_PARTICIPANTS, PARTICIPATION_PER_EVENT]
      where: $other
    ) {
      ...Side
    }
    otherAttendances: rollup(of: ATTENDANCES, by: [DISTRICT], measures: [DISTINCT_MEMBERS], where: $other) {
      ...Side
    }
    otherResults: rollup(
      of: RESULTS
      by: [DISTRICT]
      measures: [
        COUNT
        RANK
        PER_100_MEMBERS
        ADOPTION_RATE
        CLOSING_RATE
        ON_TIME_RATE
        MEDIAN_DAYS_TO_CLOSE
        P90_DAYS_TO_CLOSE
      ]
      where: $other
    ) {
      ...Side
    }
  }
`);

export interface VersusProps {
  scope: Scope;
  districts: readonly { code: string; name: string }[];
}

/** One of the two that are compared. */
export interface Side {
  code: string;
  name: string;
  year?: string;
}

export function Versus({ scope, districts }: VersusProps) {
  const { query, choose } = useChoices();
  const years = scope.years.filter((year) => year !== scope.year);
  const others = districts.filter(({ code }) => code !== scope.code);
  const otherYear = scope.year
    ? (years.find((year) => year === query.with) ??
      (others.some(({ code }) => code === query.with)
        ? undefined
        : years.find((year) => Number(year) === Number(scope.year) - 1)))
    : undefined;
  const otherDistrict = otherYear ? undefined : (others.find(({ code }) => code === query.with) ?? others[0]);
  const one: Side = { code: scope.code, name: scope.name, year: scope.year };
  const other: Side = otherDistrict ? { ...otherDistrict, year: scope.year } : { ...one, year: otherYear };
  const nameOf = ({ name, year }: Side): string => (otherYear ? `${name} ${year}` : name);

  const standing = {
    // Its rank is among the districts of its city.
    ...(scope.city && { area: [scope.city] }),
    ...(scope.isSample !== undefined && { isSample: scope.isSample }),
  };
  const within = ({ year }: Side) => ({ ...standing, ...(year && { period: periodOf(year) }) });
  const answer = useAnswer(VERSUS, { standing, one: within(one), other: within(other) });
  const measures = otherYear ? DATED : [...STANDING, ...DATED];
  const columns = [t("指标", "Measure"), nameOf(one), nameOf(other), t("差", "Difference")];
  return (
    <>
      <Panel
        title={t("比较", "Comparison")}
        className="wide"
        answer={answer}
        note={t(
          "名次在全市已接入的区县中排,按活动数、成果数从多到少;差为前者减后者。",
          "Ranks are among the districts of the city that take part, most events or results first; differences are the first less the second.",
        )}
        controls={
          <Choice
            name={t("与", "With")}
            value={otherYear ?? otherDistrict?.code ?? ""}
            options={[
              ...(scope.year
                ? years.map((year) => [year, t(`${scope.name} ${year}`, `${scope.name} ${year}`)] as const)
                : []),
              ...others.map(({ code, name }) => [code, name] as const),
            ]}
            onChange={(value) => choose({ with: value })}
          />
        }
        sheet={(data) => ({
          name: t(`${nameOf(one)}与${nameOf(other)}`, `${scope.code} and ${otherYear ?? other.code}`),
          columns: columns.slice(0, 3),
          rows: measures.map((measured) => [
            measured.name(),
            valueOf(data, measured, one, false)?.value ?? null,
            valueOf(data, measured, other, true)?.value ?? null,
          ]),
        })}
      >
        {(data) => (
          <div class="scroll whole" tabIndex={0} role="region" aria-label={t("比较", "Comparison")}>
            <table class="versus">
              <thead>
                <tr>
                  {columns.map((column, number) => (
                    <th key={column} scope="col" class={number ? "figure" : undefined}>
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {measures.map((measured) => (
                  <Row
                    key={`${measured.of} ${measured.measure}`}
                    measured={measured}
                    one={valueOf(data, measured, one, false)}
                    other={valueOf(data, measured, other, true)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      <Months
        scope={scope}
        one={{ ...one, year: one.year ?? scope.latest }}
        other={{ ...other, year: other.year ?? scope.latest }}
      />
    </>
  );
}

interface Value {
  value?: number | null;
  precision?: string;
  href?: string;
}

/** The value of a measure on one side; nothing where the district has no rows. */
function valueOf(
  data: DistrictVersusQuery,
  { of, measure }: Compared,
  side: Side,
  isOther: boolean,
): Value | undefined {
  const others: Partial<Record<Counted, keyof DistrictVersusQuery>> = {
    events: "otherEvents",
    attendances: "otherAttendances",
    results: "otherResults",
  };
  const rollup = unmask(SIDE, data[(isOther && others[of]) || of] as DistrictVersusQuery["events"]);
  const row = rollup.rows.find(({ keys }) => keys[0]?.value === side.code);
  const found = row?.values.find((each) => each.measure === measure);
  return found && { ...found, href: measure === "COUNT" ? rowsHref(SUBJECTS[of], row?.where) : undefined };
}

function Row({ measured, one, other }: { measured: Compared; one?: Value; other?: Value }) {
  const most = Math.max(one?.value ?? 0, other?.value ?? 0);
  // The first in rank is the best, so that a longer bar would say the opposite.
  const hasBars = measured.measure !== "RANK" && most > 0;
  return (
    <tr>
      <th scope="row">{measured.name()}</th>
      {[one, other].map((side, number) => {
        const text = told(measured, side?.value, side?.precision);
        return (
          <td key={number} class="figure">
            {side?.href ? <a href={side.href}>{text}</a> : text}
            {hasBars && (
              <span class={`track ${number ? "other" : ""}`}>
                <span class="fill" style={{ width: `${(100 * (side?.value ?? 0)) / most}%` }} />
              </span>
            )}
          </td>
        );
      })}
      <td class="figure">{difference(measured, one?.value, other?.value)}</td>
    </tr>
  );
}
