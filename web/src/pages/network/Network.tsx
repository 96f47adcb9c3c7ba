/** The network from the city down to each platform: figures first, then the map; where one is stands in the address. */
import { useLocation } from "preact-iso";
import { graphql } from "../../gql";
import { useAnswer } from "../../graph/answers";
import { Choice } from "../../parts/Choice";
import { hrefOf } from "../../parts/links";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
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

/** The years that can be chosen; those before are of little use without those after. */
const YEARS = ["2023", "2022"];

export function Network() {
  const { query, route } = useLocation();
  const at = query.at || undefined;
  const size = SIZES.get(query.size ?? "") ?? (SIZES.get(USUAL_SIZE) as Measured);
  const shade = COLORS_OF.get(query.color ?? "") ?? (COLORS_OF.get(USUAL_COLOR) as Measured);
  const year = YEARS.find((each) => each === query.year);
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
      <Path at={at} />
      <form class="controls" aria-label={t("显示什么", "What is shown")} onSubmit={(event) => event.preventDefault()}>
        <Choice
          name={t("面积", "Area")}
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
          options={[["", t("全部", "All")], ...YEARS.map((each): [string, string] => [each, each])]}
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

/** Where one is, each step a way back. */
function Path({ at }: { at?: string }) {
  const { query } = useLocation();
  const { data } = useAnswer(PLACE, at ? { code: at } : null);
  const area = at ? data?.area : undefined;
  useTitle(area?.name);
  // Ancestors come nearest first; the province has no map of its own.
  const above = [...(area?.ancestors ?? [])].reverse().filter(({ level }) => level !== "PROVINCE");
  const { at: _, ...others } = query;
  const to = (code?: string): string => `/?${new URLSearchParams(code ? { ...others, at: code } : others)}`;
  return (
    <nav class="path" aria-label={t("所在位置", "Where you are")}>
      {at ? <a href={to()}>{t("全部", "All")}</a> : <h1 aria-current="page">{t("全部区县", "All districts")}</h1>}
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
