/** Which district it is, where it lies, and which days are looked at. */
import { graphql } from "../../gql";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { Choice } from "../../parts/Choice";
import { SampleMark, SampleNotice } from "../../parts/SampleNotice";
import { t } from "../../state";
import { dated, type Scope, useChoices } from "./scope";

const SAMPLES = graphql(`
  query DistrictSamples($where: RollupFilter) {
    samples: rollup(of: EVENTS, by: [IS_SAMPLE], measures: [COUNT], where: $where) {
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

export interface HeadProps {
  area: {
    code: string;
    name: string;
    kind?: string | null;
    isSample: boolean;
    ancestors: readonly { code: string; name: string; level: string }[];
  };
  scope: Scope;
  takesPart: boolean;
}

export function Head({ area, scope, takesPart }: HeadProps) {
  const { choose } = useChoices();
  const { data } = useAnswer(SAMPLES, { where: dated(scope) });
  const above = [...area.ancestors].reverse().filter(({ level }) => level !== "PROVINCE");
  return (
    <div class="head">
      <nav class="path" aria-label={t("所在位置", "Where you are")}>
        <a href="/">{t("全部", "All")}</a>
        {above.map(({ code, name }) => (
          <a key={code} href={`/?at=${code}`}>
            {name}
          </a>
        ))}
        <div class="title">
          <h1 aria-current="page">{area.name}</h1>
          {area.kind && <span class="badge">{label("DistrictKind", area.kind)}</span>}
          <SampleMark isSample={area.isSample} />
        </div>
        <a class="more" href={`/?at=${area.code}`}>
          {t("在图上看", "On the map")} →
        </a>
      </nav>
      {takesPart && (
        <form class="controls" aria-label={t("显示什么", "What is shown")} onSubmit={(event) => event.preventDefault()}>
          <Choice
            name={t("期间", "Period")}
            value={scope.year ?? "all"}
            options={[...scope.years.map((year) => [year, year] as const), ["all", t("全部", "All")]]}
            onChange={(year) => choose({ year: year === scope.latest ? "" : year, platforms: "", day: "" })}
          />
          <label>
            <input
              type="checkbox"
              checked={scope.isSample === false}
              onChange={(event) => choose({ facts: event.currentTarget.checked ? "1" : "", platforms: "" })}
            />
            {t("只看有出处的事实", "Only facts with a source")}
          </label>
          <small>
            {t(`未办结、未活动按 ${scope.asOf} 计`, `What is open, and who is silent, is told as of ${scope.asOf}`)}
          </small>
        </form>
      )}
      {data && <SampleNotice rows={data.samples.rows} />}
      {!takesPart && (
        <p class="failure" role="note">
          {t(
            "该区县尚未接入:只知道它的行政区划,没有平台、活动和成果的数据。这不等于没有。",
            "This district does not take part yet: its areas are known, its platforms, events and results are not, which does not mean that there are none.",
          )}
        </p>
      )}
    </div>
  );
}
