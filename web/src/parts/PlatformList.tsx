/** Platforms, a line each. */
import { type FragmentType, graphql, unmask } from "../gql";
import { label } from "../graph/labels";
import { t } from "../state";
import type { Sheet } from "../takeaway/sheets";
import { Lines } from "./Lines";

export const PLATFORM = graphql(`
  fragment PlatformLine on Platform {
    __typename
    id
    slug
    name
    kind
    status
    isSample
  }
`);

type Platforms = readonly FragmentType<typeof PLATFORM>[];

export function PlatformList({ platforms, total, href }: { platforms: Platforms; total?: number; href?: string }) {
  return (
    <Lines
      of={unmask(PLATFORM, platforms).map((platform) => ({
        key: platform.id,
        name: platform.name,
        node: platform,
        isSample: platform.isSample,
        beside: [label("PlatformKind", platform.kind), label("PlatformStatus", platform.status)],
      }))}
      total={total}
      href={href}
    />
  );
}

export function platformSheet(name: string, platforms: Platforms): Sheet {
  return {
    name,
    columns: [t("名称", "Name"), t("类型", "Kind"), t("状态", "Status")],
    rows: unmask(PLATFORM, platforms).map((platform) => [
      platform.name,
      label("PlatformKind", platform.kind),
      label("PlatformStatus", platform.status),
    ]),
  };
}
