/** What changed in the contract, from each milestone to the next and since the last, and whether clients may break. */
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import address from "../../gql/changes.json?url";
import { language, t } from "../../state";
import { type Sheet, takeCsv } from "../../takeaway/sheets";
import { schemaHref } from "./contract";
import { kindName, type Level, levelName, LEVELS } from "./kinds";

interface Change {
  level: Level;
  kind: string;
  path: string;
  message: string;
}

interface Step {
  changes: Change[];
  /** How many descriptions say the same otherwise. */
  reworded: number;
}

interface Milestone extends Step {
  date: string;
  zh: string;
  en: string;
}

interface History {
  milestones: Milestone[];
  since: Step;
}

export function ChangeLog() {
  const { query, route } = useLocation();
  const [history, setHistory] = useState<History>();
  const [hasFailed, setHasFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setHasFailed(false);
    fetch(address)
      .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
      .then(setHistory)
      .catch(() => setHasFailed(true));
  }, [attempt]);
  const level = LEVELS.find((each) => each === query.level);
  if (hasFailed) {
    return (
      <div class="failure" role="alert">
        {t("未能读取变更记录。", "The change log could not be read.")}
        <button type="button" onClick={() => setAttempt(attempt + 1)}>
          {t("重试", "Try again")}
        </button>
      </div>
    );
  }
  if (!history) return <div class="skeleton" role="status" aria-label={t("正在加载", "Loading")} />;
  const steps = stepsOf(history);
  return (
    <section class="panel wide" aria-label={t("变更记录", "Change log")}>
      <header>
        <h2>{t("变更记录", "Change log")}</h2>
        <label>
          {t("显示", "Show")}{" "}
          <select
            value={level ?? ""}
            onChange={({ currentTarget: { value } }) =>
              route(`/schema?${new URLSearchParams({ view: "changes", ...(value && { level: value }) })}`, true)
            }
          >
            <option value="">{t("全部", "All")}</option>
            {LEVELS.map((each) => (
              <option key={each} value={each}>
                {levelName(each)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => takeCsv(sheet(steps))}>
          CSV
        </button>
      </header>
      <p class="note">
        {t(
          "由接口定义的历次快照逐一比较得出。不兼容:照旧书写的查询会失败或得到意外的空值;须留意:照旧可用,但可能遇到没有见过的值或不同的默认;兼容:只是多了可用的内容。",
          "Made by comparing snapshots of the contract. Breaking: what was written before fails, or gets nulls it did not expect. Dangerous: it works, but may meet values it does not know or other defaults. Safe: there is only more to ask for.",
        )}
      </p>
      {steps.map((step) => (
        <StepPart key={step.title} step={step} level={level} />
      ))}
    </section>
  );
}

type Titled = Step & { title: string; date?: string; isFirst?: boolean };

/** The newest first. */
function stepsOf({ milestones, since }: History): Titled[] {
  const told = milestones.map((each, index) => ({ ...each, title: each[language.value], isFirst: index === 0 }));
  return [{ ...since, title: t("最近一次快照之后", "Since the last snapshot") }, ...told.reverse()];
}

function StepPart({ step, level }: { step: Titled; level?: Level }) {
  const { changes, reworded } = step;
  const shown = LEVELS.filter((each) => level === undefined || each === level);
  return (
    <section class="step" aria-label={step.title}>
      <h3>
        {step.date && <time dateTime={step.date}>{step.date}</time>} {step.title}
      </h3>
      {step.isFirst ? (
        <p class="note">{t("记录由此开始。", "The log begins here.")}</p>
      ) : (
        <p class="note">
          {LEVELS.map((each) => `${levelName(each)} ${changes.filter((change) => change.level === each).length}`).join(
            " · ",
          )}
          {reworded > 0 && t(` · 另有 ${reworded} 处说明改写`, ` · ${reworded} descriptions reworded`)}
        </p>
      )}
      {shown.map((each) => (
        <Changes key={each} level={each} changes={changes.filter((change) => change.level === each)} />
      ))}
    </section>
  );
}

/** The changes of one level; what is safe is folded, since there is much of it and nobody has to do anything. */
function Changes({ level, changes }: { level: Level; changes: Change[] }) {
  if (!changes.length) return null;
  return (
    <details class={`changes ${level.toLowerCase()}`} open={level !== "SAFE"}>
      <summary>
        {levelName(level)} <small>{changes.length}</small>
      </summary>
      <ul class="list">
        {changes.map(({ kind, path, message }) => {
          const [type = "", field] = path.split(".");
          return (
            <li key={`${kind} ${message}`}>
              {kindName(kind)}{" "}
              {path && (
                <a href={schemaHref(type, field)}>
                  <code>{path}</code>
                </a>
              )}
              <br />
              <small lang="en">{message}</small>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function sheet(steps: Titled[]): Sheet {
  return {
    name: t("接口变更记录", "changes-of-the-schema"),
    columns: [
      t("日期", "Date"),
      t("里程碑", "Milestone"),
      t("程度", "Level"),
      t("变更", "Change"),
      t("位置", "Place"),
      t("详情", "Details"),
    ],
    rows: steps.flatMap(({ date = null, title, changes }) =>
      changes.map(({ level, kind, path, message }) => [date, title, levelName(level), kindName(kind), path, message]),
    ),
  };
}
