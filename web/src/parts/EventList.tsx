/** Events, a line each. */
import { type FragmentType, graphql, unmask } from "../gql";
import { asKnown } from "../figures";
import { label } from "../graph/labels";
import { t } from "../state";
import type { Sheet } from "../takeaway/sheets";
import { Lines } from "./Lines";

export const EVENT = graphql(`
  fragment EventLine on Event {
    __typename
    id
    title
    kind
    status
    startsAtLocal
    isSample
    district {
      name
    }
  }
`);

type Events = readonly FragmentType<typeof EVENT>[];

export function EventList({ events, total, href }: { events: Events; total?: number; href?: string }) {
  return (
    <Lines
      of={unmask(EVENT, events).map((event) => ({
        key: event.id,
        name: event.title,
        node: event,
        isSample: event.isSample,
        beside: [
          asKnown(event.startsAtLocal),
          label("EventKind", event.kind),
          label("EventStatus", event.status),
          event.district.name,
        ],
      }))}
      total={total}
      href={href}
    />
  );
}

export function eventSheet(name: string, events: Events): Sheet {
  return {
    name,
    columns: [
      t("标题", "Title"),
      t("时间", "Time"),
      t("类型", "Kind"),
      t("状态", "Status"),
      t("区县", "District"),
      t("示例", "Sample"),
    ],
    rows: unmask(EVENT, events).map((event) => [
      event.title,
      asKnown(event.startsAtLocal),
      label("EventKind", event.kind),
      label("EventStatus", event.status),
      event.district.name,
      event.isSample ? t("是", "yes") : t("否", "no"),
    ]),
  };
}
