/** One district, for whoever answers for it: what stands there, what happened, what came of it, and what is left to do. */
import { useLocation, useRoute } from "preact-iso";
import { graphql } from "../../gql";
import type { DistrictQuery } from "../../gql/graphql";
import { day } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { Failure } from "../../parts/Panel";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
import { Absent } from "../Absent";
import { Ageing } from "./Ageing";
import { Calendar } from "./Calendar";
import { Coverage } from "./Coverage";
import { DayEvents } from "./DayEvents";
import { Departments } from "./Departments";
import "./district.css";
import { Funnel } from "./Funnel";
import { Head } from "./Head";
import { Oldest } from "./Oldest";
import { Platforms } from "./Platforms";
import { Published } from "./Published";
import { periodOf, type Scope, today } from "./scope";
import { Sectors } from "./Sectors";
import { Uncovered } from "./Uncovered";
import { Versus } from "./Versus";

const DISTRICT = graphql(`
  query District($code: String!) {
    area(code: $code) {
      __typename
      code
      name
      isSample
      ancestors {
        __typename
        code
        name
        level
      }
      ... on District {
        kind
        newest: events(first: 1) {
          nodes {
            startsAt
          }
        }
        oldest: events(last: 1) {
          nodes {
            startsAt
          }
        }
      }
    }
    districts {
      code
      name
    }
    firstList: coverage(area: $code, kind: CONSULTATION_STATION, at: "1900-01-01") {
      vintage
    }
  }
`);

export function District() {
  const code = useRoute().params.code ?? "";
  return <Known key={code} code={code} />;
}

function Known({ code }: { code: string }) {
  const { query } = useLocation();
  const answer = useAnswer(DISTRICT, { code });
  const { data, failed } = answer;
  const area = data?.area;
  useTitle(area?.name);
  if (failed?.code === "UNKNOWN_CODE" || (data && area?.__typename !== "District")) return <Absent />;
  if (failed && !data) return <Failure answer={answer} hasData={false} />;
  if (!data || area?.__typename !== "District") {
    return <div class="skeleton" role="status" aria-label={t("正在加载", "Loading")} />;
  }
  const scope = scopeOf(area, query);
  const takesPart = data.districts.some((each) => each.code === code);
  return (
    <div class="district">
      <Head area={area} scope={scope} takesPart={takesPart} />
      {/* Of a district that does not take part nothing is known, which is not nought. */}
      {takesPart && (
        <>
          <Platforms scope={scope} />
          <Coverage scope={scope} firstList={data.firstList.vintage} />
          <Uncovered scope={scope} firstList={data.firstList.vintage} />
          <Funnel scope={scope} />
          <Ageing scope={scope} />
          <Departments scope={scope} />
          <Oldest scope={scope} />
          <Calendar scope={scope} />
          {query.day && <DayEvents scope={scope} date={query.day} />}
          <Sectors scope={scope} />
          <Published scope={scope} />
          <Versus scope={scope} districts={data.districts} />
        </>
      )}
    </div>
  );
}

type Area = Extract<NonNullable<DistrictQuery["area"]>, { __typename: "District" }>;

/** What the address asks for: a year with `year`, all of them with `year=all`, facts alone with `facts`. */
function scopeOf(area: Area, query: Record<string, string>): Scope {
  const yearOf = (events: { nodes: readonly { startsAt: string }[] }): number =>
    Number(day(events.nodes[0]?.startsAt ?? new Date().toISOString()).slice(0, 4));
  const now = today();
  const newest = Math.min(yearOf(area.newest), Number(now.slice(0, 4)));
  const oldest = Math.min(yearOf(area.oldest), newest);
  const years = Array.from({ length: newest - oldest + 1 }, (_, number) => String(newest - number));
  const latest = String(newest);
  // A year is shown unless all are asked for, so that what is open or silent is told by a day that the rows reach.
  const year = query.year === "all" ? undefined : (years.find((each) => each === query.year) ?? latest);
  const period = year ? periodOf(year) : undefined;
  return {
    code: area.code,
    name: area.name,
    city: area.ancestors.find(({ level }) => level === "CITY")?.code,
    years,
    latest,
    year,
    period,
    asOf: period && period.until < now ? period.until : now,
    isSample: query.facts ? false : undefined,
  };
}
