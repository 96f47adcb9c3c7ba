/** The rows behind a figure, a page at a time; which ones they are stands in the address. */
import { useLocation, useRoute } from "preact-iso";
import { useMemo } from "preact/hooks";
import { useAnswer } from "../../graph/answers";
import { Panel } from "../../parts/Panel";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
import { Absent } from "../Absent";
import { LISTS, type List, type Page } from "./lists";
import { RowTable } from "./RowTable";

export function Rows() {
  const { of } = useRoute().params;
  const list = of ? LISTS[of] : undefined;
  return list ? <Listed key={of} list={list} /> : <Absent />;
}

function Listed({ list }: { list: List }) {
  const { query, path, route } = useLocation();
  const where = useMemo(() => parsed(query.where), [query.where]);
  const answer = useAnswer(list.document, { where, after: query.after ?? null });
  const title = list.title();
  useTitle(title);
  const to = (after: string | null): void =>
    route(`${path}?${new URLSearchParams({ where: query.where ?? "{}", ...(after && { after }) })}`);
  return (
    <Panel
      title={title}
      className="wide"
      isPage
      answer={answer}
      isEmpty={(data) => list.page(data).totalCount === 0}
      sheet={(data) => ({
        name: title,
        columns: list.columns().map(({ name }) => name),
        rows: list.page(data).nodes.map((node) => list.columns().map(({ cell }) => cell(node))),
      })}
      note={where != null && <code>{JSON.stringify(where)}</code>}
    >
      {(data) => {
        const page: Page = list.page(data);
        return (
          <>
            <p>
              {t(`共 ${page.totalCount} 条`, `${page.totalCount} in all`)}
              {page.totalCount > page.nodes.length &&
                t(`,本页 ${page.nodes.length} 条`, `, ${page.nodes.length} on this page`)}
            </p>
            <RowTable list={list} nodes={page.nodes} />
            <nav class="controls" aria-label={t("翻页", "Pages")}>
              {query.after && (
                <button type="button" onClick={() => to(null)}>
                  {t("回到第一页", "First page")}
                </button>
              )}
              {page.pageInfo.hasNextPage && (
                <button type="button" onClick={() => to(page.pageInfo.endCursor ?? null)}>
                  {t("下一页", "Next page")}
                </button>
              )}
            </nav>
          </>
        );
      }}
    </Panel>
  );
}

/** The filter of the address. One without any condition is none. */
function parsed(text: string | undefined): unknown {
  try {
    const where: unknown = JSON.parse(text ?? "null");
    return where !== null && typeof where === "object" && Object.keys(where).length === 0 ? null : where;
  } catch {
    // Whoever broke the address is told by the graph what a filter is.
    return text;
  }
}
