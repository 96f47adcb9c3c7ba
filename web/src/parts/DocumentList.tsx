/** Files about a thing; those that are on line are links. */
import { type FragmentType, graphql, unmask } from "../gql";
import { label } from "../graph/labels";
import { t } from "../state";
import type { Sheet } from "../takeaway/sheets";
import { Lines } from "./Lines";
import { Outward } from "./Outward";

export const DOCUMENT = graphql(`
  fragment DocumentLine on Document {
    id
    title
    kind
    mediaType
    url
    isSample
  }
`);

type Documents = readonly FragmentType<typeof DOCUMENT>[];

export function DocumentList({ documents, total }: { documents: Documents; total?: number }) {
  return (
    <Lines
      of={unmask(DOCUMENT, documents).map(({ id, title, kind, mediaType, url, isSample }) => ({
        key: id,
        name: <Outward href={url}>{title}</Outward>,
        isSample,
        beside: [kind && label("DocumentKind", kind), mediaType],
      }))}
      total={total}
    />
  );
}

export function documentSheet(name: string, documents: Documents): Sheet {
  return {
    name,
    columns: [t("标题", "Title"), t("类型", "Kind"), t("格式", "Media type"), t("网址", "Address")],
    rows: unmask(DOCUMENT, documents).map(({ title, kind, mediaType, url }) => [
      title,
      kind ? label("DocumentKind", kind) : null,
      mediaType ?? null,
      url ?? null,
    ]),
  };
}
