/** Where a row is known from, and in which words. */
import { type FragmentType, graphql, unmask } from "../gql";
import { t } from "../state";
import type { Cell } from "../takeaway/sheets";
import type { Fact } from "./Facts";
import { Outward } from "./Outward";

export const SOURCE = graphql(`
  fragment SourceLine on Source {
    title
    locator
    publisher
    publishedOn
    url
  }
`);

type Source = FragmentType<typeof SOURCE>;

/** The source in one line; what is sample data has none. */
export function sourceText(masked: Source | null | undefined): Cell {
  const source = unmask(SOURCE, masked);
  return source
    ? [source.title, source.locator, source.publisher, source.publishedOn].filter(Boolean).join(t(",", ", "))
    : null;
}

export function SourceNote({ source: masked, quote }: { source?: Source | null; quote?: string | null }) {
  const source = unmask(SOURCE, masked);
  if (!source && !quote) return null;
  return (
    <small class="source">
      {quote && <q>{quote}</q>} {source && <Outward href={source.url}>{sourceText(masked)}</Outward>}
    </small>
  );
}

/** Where a thing is known from, as a fact about it; what is made up is known from nowhere. */
export function sourceFact(source: Source | null | undefined, isSample: boolean): Fact | false {
  return (
    (Boolean(source) || !isSample) && {
      name: t("出处", "Source"),
      text: sourceText(source),
      shown: <SourceNote source={source} />,
    }
  );
}
