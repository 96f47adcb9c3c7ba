/** The contract as something to read: its types and fields, its text, and what changed in it. */
import { useLocation } from "preact-iso";
import { useEffect, useRef } from "preact/hooks";
import { useSettled } from "../../parts/settled";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
import { ChangeLog } from "./ChangeLog";
import { type Contract, found, groupName, type GroupName, groupOf, GROUPS, schemaHref, useContract } from "./contract";
import "./schema.css";
import { TypePage } from "./TypePage";
import { Words } from "./words";

/** How many hits a search shows. */
const SHOWN = 100;

export function Schema() {
  const { query, route } = useLocation();
  const { contract, hasFailed, again } = useContract();
  useTitle(query.type ?? t("接口文档", "Schema"));
  useEffect(() => {
    // `#Platform` and `#Platform.name` lead there too, as they do in other references.
    const follow = (): void => {
      const [type, field] = location.hash.slice(1).split(".", 2);
      if (type) route(schemaHref(decodeURIComponent(type), field), true);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const view = query.view;
  return (
    <>
      <h1>{t("接口文档", "Schema")}</h1>
      <Views view={view} />
      {view === "changes" ? (
        <ChangeLog />
      ) : hasFailed ? (
        <div class="failure" role="alert">
          {t("未能读取接口定义。", "The contract could not be read.")}
          <button type="button" onClick={again}>
            {t("重试", "Try again")}
          </button>
        </div>
      ) : !contract ? (
        <div class="skeleton" role="status" aria-label={t("正在加载", "Loading")} />
      ) : view === "sdl" ? (
        <Text sdl={contract.sdl} />
      ) : (
        <Reference contract={contract} />
      )}
    </>
  );
}

function Views({ view }: { view?: string }) {
  const views: [string | undefined, string][] = [
    [undefined, t("参考", "Reference")],
    ["changes", t("变更记录", "Change log")],
    ["sdl", "SDL"],
  ];
  return (
    <nav class="views" aria-label={t("接口文档的各部分", "Parts of the schema's page")}>
      {views.map(([value, name]) => (
        <a
          key={name}
          href={value ? `/schema?view=${value}` : "/schema"}
          aria-current={view === value ? "page" : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}

function Reference({ contract }: { contract: Contract }) {
  const { query, route } = useLocation();
  const text = query.q ?? "";
  const settled = useSettled(text.trim(), 150);
  const type = query.type === undefined ? undefined : contract.schema.getType(query.type);
  return (
    <div class="reference">
      <aside>
        <input
          type="search"
          value={text}
          aria-label={t("在接口文档中查找", "Search the schema")}
          placeholder={t("查找名称或说明", "Names and descriptions")}
          onInput={({ currentTarget: { value } }) =>
            route(value ? `/schema?${new URLSearchParams({ q: value })}` : "/schema", text !== "")
          }
        />
        <Contents contract={contract} open={type && groupOf(type, contract.schema)} type={query.type} />
      </aside>
      {settled && text ? (
        <Hits contract={contract} text={settled} />
      ) : type ? (
        <TypePage contract={contract} type={type} field={query.field} />
      ) : query.type !== undefined ? (
        <section class="panel">
          <p class="empty">{t(`没有名为 ${query.type} 的类型。`, `There is no type named ${query.type}.`)}</p>
        </section>
      ) : (
        <Overview contract={contract} />
      )}
    </div>
  );
}

function Contents({ contract, open, type }: { contract: Contract; open?: GroupName; type?: string }) {
  const { query } = useLocation();
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  }, [type, query.field]);
  return (
    <nav class="contents" ref={list} aria-label={t("目录", "Contents")}>
      {GROUPS.map((group) => {
        const entries = contract.groups.get(group) ?? [];
        return (
          <details key={`${group} ${open === group}`} open={open === group}>
            <summary>
              {groupName(group)} <small>{entries.length}</small>
            </summary>
            <ul>
              {entries.map((entry) => {
                const isHere = entry.type === type && entry.field === (entry.field && query.field);
                return (
                  <li key={entry.field ?? entry.type}>
                    <a href={schemaHref(entry.type, entry.field)} aria-current={isHere ? "true" : undefined}>
                      {entry.field ?? entry.type}
                    </a>
                  </li>
                );
              })}
            </ul>
          </details>
        );
      })}
    </nav>
  );
}

function Overview({ contract }: { contract: Contract }) {
  const count = (group: GroupName): number => contract.groups.get(group)?.length ?? 0;
  return (
    <section class="panel" aria-label={t("概览", "Overview")}>
      <header>
        <h2>{t("概览", "Overview")}</h2>
      </header>
      <p>
        {t(
          "接口的每个类型、字段、参数和枚举值都有说明(英文;枚举值为中英文)。左侧按类列出全部内容,也可按名称或说明查找。",
          "Every type, field, argument and value has a description. The list holds all of them by kind; the field above searches names and descriptions.",
        )}
      </p>
      <ul class="strip kinds">
        {GROUPS.map((group) => (
          <li key={group} class="figure-card">
            <span class="name">{groupName(group)}</span> <span class="value">{count(group)}</span>
          </li>
        ))}
      </ul>
      <h3>{t("从这里开始", "Where to begin")}</h3>
      <ul>
        {(contract.groups.get("queries") ?? []).map(({ type, field, description }) => (
          <li key={field}>
            <a href={schemaHref(type, field)}>
              <code>{field}</code>
            </a>{" "}
            <small lang="en">
              <Words text={description} />
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Hits({ contract, text }: { contract: Contract; text: string }) {
  const hits = found(contract, text);
  return (
    <section class="panel" aria-label={t("查找结果", "Found")}>
      <header>
        <h2>{t(`“${text}”:${hits.length} 处`, `“${text}”: ${hits.length} found`)}</h2>
      </header>
      {hits.length === 0 && <p class="empty">{t("没有符合的名称或说明。", "Nothing matches.")}</p>}
      <ul class="list">
        {hits.slice(0, SHOWN).map(({ group, type, field, description }) => (
          <li key={`${type}.${field}`}>
            <a href={schemaHref(type, field)}>
              <code>{field === undefined ? type : `${type}.${field}`}</code>
            </a>
            <span class="badge">{groupName(group)}</span>
            <br />
            <small lang="en">
              <Words text={description} />
            </small>
          </li>
        ))}
      </ul>
      {hits.length > SHOWN && (
        <p class="note">
          {t(`只列出前 ${SHOWN} 处;请输入更多字符。`, `These are the first ${SHOWN}; type more to narrow them down.`)}
        </p>
      )}
    </section>
  );
}

function Text({ sdl }: { sdl: string }) {
  return (
    <section class="panel wide" aria-label="SDL">
      <header>
        <h2>schema.graphql</h2>
        <a href="/schema.graphql" download="yizhan.graphql">
          {t("下载", "Download")}
        </a>
      </header>
      <pre class="sdl" tabIndex={0} role="region" aria-label={t("接口定义全文", "The whole contract")} lang="en">
        {sdl}
      </pre>
    </section>
  );
}
