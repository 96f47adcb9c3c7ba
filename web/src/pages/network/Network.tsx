/** The network from the city down to each platform: figures first, then the map; where one is stands in the address. */
import { useLocation } from "preact-iso";
import { graphql } from "../../gql";
import type { PlaceQuery } from "../../gql/graphql";
import { useAnswer } from "../../graph/answers";
import { Choice } from "../../parts/Choice";
import { hrefOf } from "../../parts/links";
import { useTitle } from "../../parts/titles";
import { yearsOf } from "../../parts/Years";
import { t } from "../../state";
import { Absent } from "../Absent";
import { Kpis } from "./Kpis";
import { COLORS_OF, type Measured, SIZES, USUAL_COLOR, USUAL_SIZE } from "./measures";
import { Treemap } from "./Treemap";

const PLACE = graphql(`
  query Place($code: String!) {
    area(code: $code) {
      __typename
      code
      name
      level
      ancestors {
        __typename
        code
        name
        level
      }
    }
  }
`);

/** What the graph says of codes that no area has. */
const UNKNOWN = new Set(["BAD_ARGUMENT", "UNKNOWN_CODE"]);

/** The first and the last event, between which lie the years that can be chosen. */
const SPAN = graphql(`
  query Span {
    oldest: events(first: 1, orderBy: [{ field: STARTS_AT, direction: ASC }]) {
      nodes {
        startsAtLocal
      }
    }
    newest: events(first: 1, orderBy: [{ field: STARTS_AT, direction: DESC }]) {
      nodes {
        startsAtLocal
      }
    }
  }
`);

export function Network() {
  const { query, route } = useLocation();
  const at = query.at || undefined;
  const place = useAnswer(PLACE, at ? { code: at } : null);
  const size = SIZES.get(query.size ?? "") ?? (SIZES.get(USUAL_SIZE) as Measured);
  const shade = COLORS_OF.get(query.color ?? "") ?? (COLORS_OF.get(USUAL_COLOR) as Measured);
  const span = useAnswer(SPAN, {});
  const { years } = yearsOf(
    span.data?.oldest.nodes[0]?.startsAtLocal,
    span.data?.newest.nodes[0]?.startsAtLocal,
    query.year,
  );
  const year = /^[12]\d{3}$/.test(query.year ?? "") ? query.year : undefined;
  if (at && UNKNOWN.has(place.failed?.code ?? "")) return <Absent />;
  const filter = {
    period: year ? { since: `${year}-01-01`, until: `${year}-12-31` } : undefined,
    isSample: query.facts ? false : undefined,
  };
  const set = (name: string, value: string): void => {
    const { [name]: _, ...others } = query;
    route(`/?${new URLSearchParams(value ? { ...others, [name]: value } : others)}`);
  };
  return (
    <>
      <Path area={at ? (place.data?.area ?? null) : undefined} />
      <form class="controls" aria-label={t("显示什么", "What is shown")} onSubmit={(event) => event.preventDefault()}>
        <Choice
          name={t("面积", "Size")}
          value={query.size ?? USUAL_SIZE}
          options={[...SIZES].map(([value, measured]) => [value, measured.name()])}
          onChange={(value) => set("size", value)}
        />
        <Choice
          name={t("颜色", "Colour")}
          value={query.color ?? USUAL_COLOR}
          options={[...COLORS_OF].map(([value, measured]) => [value, measured.name()])}
          onChange={(value) => set("color", value)}
        />
        <Choice
          name={t("期间", "Period")}
          value={year ?? ""}
          options={[["", t("全部", "All")], ...years.map((each): [string, string] => [String(each), String(each)])]}
          onChange={(value) => set("year", value)}
        />
        <label>
          <input
            type="checkbox"
            checked={Boolean(query.facts)}
            onChange={(event) => set("facts", event.currentTarget.checked ? "1" : "")}
          />
          {t("只看有出处的事实", "Only facts with a source")}
        </label>
      </form>
      <div class="network">
        <Kpis at={at} filter={filter} />
        <Treemap at={at} size={size} shade={shade} filter={filter} />
      </div>
    </>
  );
}

/** Where one is, each step a way back; of an area that is not there yet, nothing is told, and without any, all are. */
function Path({ area }: { area?: PlaceQuery["area"] }) {
  const { query } = useLocation();
  useTitle(area?.name);
  // Ancestors come nearest first; the province has no map of its own.
  const above = [...(area?.ancestors ?? [])].reverse().filter(({ level }) => level !== "PROVINCE");
  const { at: _, ...others } = query;
  const to = (code?: string): string => `/?${new URLSearchParams(code ? { ...others, at: code } : others)}`;
  return (
    <nav class="path" aria-label={t("所在位置", "Where you are")}>
      {area !== undefined ? (
        <a href={to()}>{t("全部", "All")}</a>
      ) : (
        <h1 aria-current="page">{t("全部区县", "All districts")}</h1>
      )}
      {above.map(({ code, name }) => (
        <a key={code} href={to(code)}>
          {name}
        </a>
      ))}
      {area && <h1 aria-current="page">{area.name}</h1>}
      {area?.__typename === "District" && (
        <a class="more" href={hrefOf(area)}>
          {t("区县页面", "District page")} →
        </a>
      )}
    </nav>
  );
}
