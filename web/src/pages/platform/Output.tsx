/** What came out at a platform: how many results of each kind stand where, and the latest of them. */
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { written } from "../../figures";
import { rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { ResultList } from "../../parts/ResultList";
import { t } from "../../state";
import { OUTPUT } from "./questions";

export function Output({ slug }: { slug: string }) {
  const answer = useAnswer(OUTPUT, { slug, where: { results: { platform: { slug: [slug] } } } });
  return (
    <Panel
      title={t("成果", "Results")}
      answer={answer}
      isEmpty={({ kinds }) => kinds.rows.length === 0}
      sheet={({ kinds }) => ({
        name: t("成果", "results"),
        columns: [t("类型", "Kind"), t("状态", "Status"), t("数量", "Count")],
        rows: kinds.rows.map(({ keys, values }) => [
          label("ResultKind", keys[0]?.value ?? ""),
          label("ResultStatus", keys[1]?.value ?? ""),
          values[0]?.value ?? null,
        ]),
      })}
    >
      {({ kinds, platform }) => (
        <>
          <ByKind rows={kinds.rows} />
          {platform && (
            <>
              <h3>{t("最近的成果", "Latest results")}</h3>
              <ResultList
                results={platform.results.nodes}
                total={platform.results.totalCount}
                href={rowsHref("RESULTS", { platform: { slug: [slug] } })}
              />
            </>
          )}
        </>
      )}
    </Panel>
  );
}

interface Row {
  keys: { value: string }[];
  where?: unknown;
  values: { value?: number | null }[];
}

/** A line for each kind, with the states that occur in it, each a way to its rows. */
function ByKind({ rows }: { rows: Row[] }) {
  const kinds = [...new Set(rows.map(({ keys }) => keys[0]?.value ?? ""))];
  return (
    <dl class="facts">
      {kinds.map((kind) => (
        <div key={kind}>
          <dt>{label("ResultKind", kind)}</dt>
          <dd class="tags">
            {rows
              .filter(({ keys }) => keys[0]?.value === kind)
              .map(({ keys, values, where }) => (
                <a key={keys[1]?.value} class="tag" href={rowsHref("RESULTS", where)}>
                  {label("ResultStatus", keys[1]?.value ?? "")} <b>{written(values[0]?.value)}</b>
                </a>
              ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
