/** The frame of all pages: where one is, the search, language, colours and key, and what happens meanwhile. */
import { lazy, LocationProvider, Route, Router, useLocation } from "preact-iso";
import { useEffect, useRef } from "preact/hooks";
import { Absent } from "./pages/Absent";
import { Network } from "./pages/network/Network";
import { Settings } from "./parts/Settings";
import { Ticker } from "./parts/Ticker";
import { t } from "./state";

const District = lazy(() => import("./pages/district/District").then((module) => module.District));
const Search = lazy(() => import("./pages/search/Search").then((module) => module.Search));
const Event = lazy(() => import("./pages/event/Event").then((module) => module.Event));
const Member = lazy(() => import("./pages/member/Member").then((module) => module.Member));
const Platform = lazy(() => import("./pages/platform/Platform").then((module) => module.Platform));
const Result = lazy(() => import("./pages/result/Result").then((module) => module.Result));
const Schema = lazy(() => import("./pages/schema/Schema").then((module) => module.Schema));
const Rows = lazy(() => import("./pages/rows/Rows").then((module) => module.Rows));

/** Lead those who hear the page to the new one when the address changes, but not out of a field they type in. */
function useFocus(): () => void {
  const path = useRef(location.pathname);
  return () => {
    const isSame = path.current === location.pathname;
    path.current = location.pathname;
    if (!isSame && !document.activeElement?.matches("input")) document.getElementById("main")?.focus();
  };
}

export function App() {
  const arrived = useFocus();
  return (
    // What is not a page of this program, such as the explorer, is left to the browser.
    <LocationProvider scope={/^\/(?!graphql|schema\.graphql|check-in)/}>
      <a class="skip" href="#main">
        {t("跳到正文", "Skip to content")}
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Router onRouteChange={arrived}>
          <Route path="/" component={Network} />
          <Route path="/districts/:code" component={District} />
          <Route path="/search" component={Search} />
          <Route path="/events/:id" component={Event} />
          <Route path="/members/:id" component={Member} />
          <Route path="/platforms/:slug" component={Platform} />
          <Route path="/results/:id" component={Result} />
          <Route path="/rows/:of" component={Rows} />
          <Route path="/schema" component={Schema} />
          <Route default component={Absent} />
        </Router>
      </main>
      <Ticker />
    </LocationProvider>
  );
}

function Header() {
  return (
    <header class="top">
      <a class="brand" href="/">
        <b>驿站</b> Yizhan
      </a>
      <SearchField />
      <nav aria-label={t("导航", "Pages")}>
        <a href="/graphql">GraphQL</a>
        <a href="/schema">{t("接口文档", "Schema")}</a>
      </nav>
      <Settings />
    </header>
  );
}

/** The field of the search; `/` leads to it from everywhere. */
function SearchField() {
  const { path, query, route } = useLocation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof Element && event.target.matches("input, textarea, select, [contenteditable]");
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        field.current?.focus();
        field.current?.select();
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  const search = (text: string): void => {
    const isThere = path === "/search";
    if (text || isThere) route(`/search?${new URLSearchParams({ q: text })}`, isThere);
  };
  return (
    <form role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        ref={field}
        type="search"
        value={path === "/search" ? (query.q ?? "") : ""}
        placeholder={t("搜索汉字、拼音首字母或代码(按 /)", "Search names, pinyin initials, codes (press /)")}
        aria-label={t("搜索", "Search")}
        onInput={(event) => search(event.currentTarget.value)}
      />
    </form>
  );
}
