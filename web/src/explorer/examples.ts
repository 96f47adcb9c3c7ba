/** The documented questions, as they stand in `examples/`; each begins with what it asks, in Chinese and in English. */
import { t } from "../state";

export interface Example {
  /** What the file is called. */
  name: string;
  zh: string;
  en: string;
  /** What its operation is called, which tells the tab that it is in. */
  operation: string;
  query: string;
}

const FILES = import.meta.glob<string>("../../../examples/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});
/** Those that are open when one comes for the first time. */
const FIRST = ["a-levels-of-qiantang", "k-city-rollup-with-completeness", "p-advice-about-buses", "watch"];

/** What no file can hold an answer to, because it goes on. */
const WATCHED = `# 此刻起,图中每发生一次变化就告诉我(不断开)
# Tell me of each change in the graph from now on (it stays open)
subscription WatchChanges {
  changed {
    at
    author
    mutation
    rows { action type node { __typename id } }
  }
}
`;

export const EXAMPLES: Example[] = [
  ...Object.entries(FILES).map(([path, query]) => example(path.replace(/^.*\/|\.graphql$/g, ""), query)),
  example("watch", WATCHED),
];
export const OPENED = FIRST.map((name) => EXAMPLES.find((each) => each.name === name)).filter((each) => each != null);

/** What an example asks, in the language of the page. */
export function titleOf({ zh, en }: Example): string {
  return t(zh, en);
}

function example(name: string, query: string): Example {
  const [zh = name, en = name] = query.split("\n", 2).map((line) => line.replace(/^# */, ""));
  return { name, zh, en, operation: /^(?:query|subscription) (\w+)/m.exec(query)?.[1] ?? name, query };
}
