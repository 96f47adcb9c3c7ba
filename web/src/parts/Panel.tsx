/** A titled part of a page: what it shows or why it cannot, and the ways to take it away. */
import type { ComponentChildren, RefObject } from "preact";
import { useState } from "preact/hooks";
import type { Answer } from "../graph/answers";
import { t } from "../state";
import { type Form, inForm } from "../takeaway/asked";
import { type Sheet, takeCsv, takePng, takeXlsx } from "../takeaway/sheets";
import type { Drawn } from "./Chart";
import { SheetTable } from "./SheetTable";

export interface PanelProps<D> {
  title: string;
  /** What the figures of it mean. */
  note?: ComponentChildren;
  answer: Answer<D>;
  /** Whether there is nothing to show, though the question was answered. */
  isEmpty?: (data: D) => boolean;
  sheet?: (data: D) => Sheet;
  /** The chart, if the panel shows one; then the sheet can be shown in its place. */
  chart?: RefObject<Drawn | null>;
  /** Controls that stand beside the title. */
  controls?: ComponentChildren;
  className?: string;
  /** Whether the panel is all there is on its page. */
  isPage?: boolean;
  children: (data: D) => ComponentChildren;
}

export function Panel<D>(props: PanelProps<D>) {
  const { title, note, answer, isEmpty, sheet, chart, controls, children } = props;
  const [isTable, setIsTable] = useState(false);
  const { data, failed } = answer;
  return (
    <section class={`panel ${props.className ?? ""}`} aria-busy={answer.isLoading} aria-label={title}>
      <header>
        {props.isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
        {controls}
        {chart && sheet && (
          <button type="button" class="quiet" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
            {isTable ? t("图", "Chart") : t("表", "Table")}
          </button>
        )}
        <TakeAway
          answer={answer}
          sheet={data && sheet ? () => sheet(data) : undefined}
          chart={isTable ? undefined : chart}
        />
      </header>
      {note && <p class="note">{note}</p>}
      {failed && <Failure answer={answer} hasData={data !== undefined} />}
      {data === undefined ? (
        !failed && <div class="skeleton" role="status" aria-label={t("正在加载", "Loading")} />
      ) : isEmpty?.(data) ? (
        <p class="empty">{t("没有符合条件的数据。", "Nothing matches.")}</p>
      ) : isTable && sheet ? (
        <SheetTable sheet={sheet(data)} />
      ) : (
        children(data)
      )}
    </section>
  );
}

/** Why there is no answer, by which number operators find it, and a way to try again. */
export function Failure<D>({ answer, hasData }: { answer: Answer<D>; hasData: boolean }) {
  const { failed } = answer;
  if (!failed) return null;
  return (
    <div class="failure" role="alert">
      <strong>
        {hasData
          ? t("未能更新,显示的是先前的数据。", "Not up to date; what is shown is older.")
          : t("未能加载。", "This could not be loaded.")}
      </strong>{" "}
      {failed.code === "NETWORK"
        ? t("服务器没有回应。", "The server does not answer.")
        : `${failed.code}: ${failed.message}`}
      {failed.requestId && (
        <small>
          {t("请求编号", "Request")} <code>{failed.requestId}</code>
        </small>
      )}
      <button type="button" onClick={answer.again}>
        {t("重试", "Try again")}
      </button>
    </div>
  );
}

function TakeAway<D>({
  answer,
  sheet,
  chart,
}: {
  answer: Answer<D>;
  sheet?: () => Sheet;
  chart?: RefObject<Drawn | null>;
}) {
  const [told, setTold] = useState("");
  const copied = async (form: Form): Promise<void> => {
    await copy(inForm(form, answer.asked));
    setTold(t("已复制", "Copied"));
    setTimeout(() => setTold(""), 2_000);
  };
  const forms: [Form, string][] = [
    ["graphql", "GraphQL"],
    ["curl", "curl"],
    ["python", "Python"],
  ];
  return (
    <>
      {/* What is in a closed menu is not read out. */}
      <span class="unseen" role="status">
        {told}
      </span>
      <details
        class="menu"
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.removeAttribute("open")}
      >
        <summary aria-label={t("取走数据", "Take away")} title={t("取走数据", "Take away")}>
          {told || "⤓"}
        </summary>
        <div
          class="choices"
          onClick={(event) => (event.currentTarget.parentElement as HTMLDetailsElement).removeAttribute("open")}
        >
          {sheet && (
            <>
              <button type="button" onClick={() => takeCsv(sheet())}>
                CSV
              </button>
              <button type="button" onClick={() => takeXlsx(sheet())}>
                XLSX
              </button>
            </>
          )}
          {chart && sheet && (
            <button type="button" onClick={() => chart.current && takePng(chart.current.png(), sheet().name)}>
              PNG
            </button>
          )}
          {forms.map(([form, name]) => (
            <button type="button" key={form} onClick={() => copied(form)}>
              {t(`复制为 ${name}`, `Copy as ${name}`)}
            </button>
          ))}
        </div>
      </details>
    </>
  );
}

/** Put a text on the clipboard; where a page may not, as over plain HTTP, by way of a selection. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
