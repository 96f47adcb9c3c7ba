/** The agenda of an event, in its order, with what was decided. */
import { To } from "../../parts/Lines";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import type { PartProps } from "./Event";

export function Agenda({ event, answer }: PartProps) {
  const { nodes, totalCount } = event.agenda;
  return (
    <Panel
      title={t("议程", "Agenda")}
      answer={answer}
      sheet={() => ({
        name: t("议程", "agenda"),
        columns: [t("议题", "Topic"), t("决定", "Resolution"), t("所议事项", "Matter")],
        rows: nodes.map(({ topic, resolution, result }) => [topic, resolution ?? null, result?.title ?? null]),
      })}
    >
      {() => (
        <>
          <ol class="agenda">
            {nodes.map(({ id, topic, resolution, result }) => (
              <li key={id}>
                {topic}
                {result && (
                  <>
                    {" "}
                    <small>
                      <To node={result}>{result.title}</To>
                    </small>
                  </>
                )}
                {resolution && <p class="words">{resolution}</p>}
              </li>
            ))}
          </ol>
          {nodes.length < totalCount && (
            <p class="total">{t(`共 ${totalCount},显示 ${nodes.length}`, `${nodes.length} of ${totalCount} shown`)}</p>
          )}
        </>
      )}
    </Panel>
  );
}
