/** @jsxImportSource react */
/** The page to ask from: GraphiQL with the documented questions, the contract of this server and a key. */
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN, GraphiQL } from "graphiql";
import { buildASTSchema, type GraphQLSchema, parse } from "graphql";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { t } from "../state";
import { entitle, Examples } from "./Examples";
import { OPENED } from "./examples";
import { fetcher } from "./fetcher";
import { useSettings } from "./reading";
import { Settings } from "./Settings";

const PLUGINS = [HISTORY_PLUGIN, explorerPlugin()];

export function Explorer() {
  const { isDark } = useSettings();
  const [schema, failed] = useSchema();
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => {
    document.title = `GraphQL · ${t("驿站", "Yizhan")}`;
  });
  return (
    <>
      <header className="bar">
        <a className="brand" href="/">
          <b>驿站</b> Yizhan
        </a>
        <h1>GraphQL</h1>
        <div className="questions" ref={setPlace} />
        <nav aria-label={t("导航", "Pages")}>
          <a href="/">{t("仪表板", "Dashboard")}</a>
          <a href="/schema">{t("接口文档", "Schema")}</a>
        </nav>
        <Settings />
      </header>
      {failed && (
        <p className="failure" role="alert">
          {t(
            "未能读取接口定义,没有自动补全;查询照常可用。",
            "The contract could not be read, so there is no completion; questions work all the same.",
          )}
        </p>
      )}
      {/* GraphiQL speaks English. */}
      <main lang="en">
        <GraphiQL
          fetcher={fetcher}
          schema={schema}
          defaultTabs={OPENED.map(({ query }) => ({ query }))}
          plugins={PLUGINS}
          forcedTheme={isDark ? "dark" : "light"}
          shouldPersistHeaders={false}
          onTabChange={entitle}
        >
          <GraphiQL.Logo>
            <></>
          </GraphiQL.Logo>
          {place && createPortal(<Examples />, place)}
        </GraphiQL>
      </main>
    </>
  );
}

/** The contract, from where anybody may read it: the graph itself tells it to keys alone. */
function useSchema(): [GraphQLSchema | null, boolean] {
  const [schema, setSchema] = useState<GraphQLSchema | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    fetch("/schema.graphql")
      .then((response) => (response.ok ? response.text() : Promise.reject(response.status)))
      .then((text) => setSchema(buildASTSchema(parse(text), { assumeValid: true })))
      .catch(() => setFailed(true));
  }, []);
  return [schema, failed];
}
