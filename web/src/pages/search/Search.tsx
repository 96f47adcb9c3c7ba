/** What a text leads to, by characters, initials or code; facets narrow it, arrows walk through it. */
import { useLocation } from "preact-iso";
import { useRef } from "preact/hooks";
import { graphql } from "../../gql";
import type { SearchType } from "../../gql/graphql";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { hrefOf, type Linked } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { SampleMark } from "../../parts/SampleNotice";
import { useSettled } from "../../parts/settled";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";

const SEARCH = graphql(`
  query Search($text: String!, $types: [SearchType!], $after: String) {
    search(text: $text, types: $types, first: 30, after: $after) {
      totalCount
      facets {
        type
        count
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        __typename
        ... on Node {
          id
        }
        ... on Area {
          code
          areaName: name
          level
          isSample
        }
        ... on Platform {
          slug
          platformName: name
          kind
          isSample
          district {
            name
          }
        }
        ... on Member {
          memberName: name
          isSample
          district {
            name
          }
        }
        ... on Organization {
          organizationName: name
          isSample
        }
        ... on Event {
          title
          startsAtLocal
          isSample
          district {
            name
          }
        }
        ... on Result {
          title
          resultKind: kind
          isSample
          district {
            name
          }
        }
      }
    }
  }
`);

interface Found extends Linked {
  areaName?: string;
  platformName?: string;
  memberName?: string;
  organizationName?: string;
  title?: string;
  level?: string;
  kind?: string;
  resultKind?: string;
  startsAtLocal?: string;
  isSample: boolean;
  district?: { name: string };
}

export function Search() {
  const { query, route } = useLocation();
  const text = (query.q ?? "").trim();
  const settled = useSettled(text, 150);
  useTitle(text || t("搜索", "Search"));
  if (!settled) return <p>{t("输入名称、拼音首字母或代码。", "Type a name, pinyin initials or a code.")}</p>;
  const set = (types: string): void =>
    route(`/search?${new URLSearchParams({ q: text, ...(types && { type: types }) })}`);
  return <Hits text={settled} type={query.type as SearchType | undefined} onType={set} />;
}

function Hits({ text, type, onType }: { text: string; type?: SearchType; onType: (type: string) => void }) {
  const { query, route } = useLocation();
  const answer = useAnswer(SEARCH, { text, types: type ? [type] : null, after: query.after ?? null });
  const list = useRef<HTMLUListElement>(null);
  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const links = [...(list.current?.querySelectorAll("a") ?? [])];
    const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  };
  return (
    <Panel
      title={t(`“${text}”的搜索结果`, `Found for “${text}”`)}
      className="wide"
      isPage
      answer={answer}
      isEmpty={({ search }) => search.totalCount === 0}
      sheet={({ search }) => ({
        name: t("搜索", "search"),
        columns: [t("名称", "Name"), t("类型", "Type"), t("区县", "District")],
        rows: search.nodes.map((node) => [
          nameOf(node as Found),
          kindOf(node as Found),
          (node as Found).district?.name ?? null,
        ]),
      })}
    >
      {({ search }) => (
        <div onKeyDown={walk}>
          <div class="controls" role="group" aria-label={t("类型", "Types")}>
            <button type="button" aria-pressed={!type} onClick={() => onType("")}>
              {t("全部", "All")}
            </button>
            {search.facets.map((facet) => (
              <button
                key={facet.type}
                type="button"
                aria-pressed={type === facet.type}
                onClick={() => onType(type === facet.type ? "" : facet.type)}
              >
                {label("SearchType", facet.type)} <small>{facet.count}</small>
              </button>
            ))}
          </div>
          <ul class="list" ref={list}>
            {search.nodes.map((each) => {
              const node = each as Found;
              const href = hrefOf(node);
              return (
                <li key={node.id}>
                  {href ? <a href={href}>{nameOf(node)}</a> : nameOf(node)} <SampleMark isSample={node.isSample} />{" "}
                  <small>
                    {[kindOf(node), node.district?.name, node.startsAtLocal?.slice(0, 10)].filter(Boolean).join(" · ")}
                  </small>
                </li>
              );
            })}
          </ul>
          {search.pageInfo.hasNextPage && (
            <button
              type="button"
              onClick={() =>
                route(`/search?${new URLSearchParams({ ...query, after: search.pageInfo.endCursor ?? "" })}`)
              }
            >
              {t("下一页", "Next page")}
            </button>
          )}
        </div>
      )}
    </Panel>
  );
}

function nameOf(node: Found): string {
  return node.title ?? node.platformName ?? node.memberName ?? node.organizationName ?? node.areaName ?? "";
}

function kindOf(node: Found): string {
  if (node.slug) return label("PlatformKind", node.kind ?? "");
  if (node.resultKind) return label("ResultKind", node.resultKind);
  if (node.level) return label("AreaLevel", node.level);
  if (node.memberName) return t("委员", "Member");
  return node.organizationName ? t("组织", "Body") : t("活动", "Event");
}
