/** The events of the day that was picked in the calendar. */
import { graphql } from "../../gql";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { hrefOf, rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { SampleMark } from "../../parts/SampleNotice";
import { t } from "../../state";
import { type Scope, useChoices, within } from "./scope";

const DAY_EVENTS = graphql(`
  query DistrictDay($where: EventFilter) {
    events(first: 50, where: $where, orderBy: [{ field: STARTS_AT, direction: ASC }]) {
      totalCount
      nodes {
        __typename
        id
        title
        kind
        status
        startsAtLocal
        publicParticipants
        isSample
      }
    }
  }
`);

export function DayEvents({ scope, date }: { scope: Scope; date: string }) {
  const { to } = useChoices();
  const where = { ...within(scope), startsAt: { since: date, until: date } };
  const answer = useAnswer(DAY_EVENTS, { where });
  return (
    <Panel
      title={t(`${date} 的活动`, `Events on ${date}`)}
      className="wide"
      answer={answer}
      isEmpty={({ events }) => events.totalCount === 0}
      controls={<a href={to({ day: "" })}>{t("收起", "Close")}</a>}
      sheet={({ events }) => ({
        name: t(`${scope.name}${date}活动`, `events ${scope.code} ${date}`),
        columns: [
          t("标题", "Title"),
          t("时间", "Time"),
          t("类型", "Kind"),
          t("状态", "Status"),
          t("群众参与人次", "Public participants"),
        ],
        rows: events.nodes.map((node) => [
          node.title,
          node.startsAtLocal.replace("T", " "),
          label("EventKind", node.kind),
          label("EventStatus", node.status),
          node.publicParticipants ?? null,
        ]),
      })}
    >
      {({ events }) => (
        <>
          <ul class="list">
            {events.nodes.map((node) => (
              <li key={node.id}>
                <a href={hrefOf(node)}>{node.title}</a> <SampleMark isSample={node.isSample} />{" "}
                <small>
                  {node.startsAtLocal.slice(11, 16)} {label("EventKind", node.kind)} ·{" "}
                  {label("EventStatus", node.status)}
                </small>
              </li>
            ))}
          </ul>
          {events.totalCount > events.nodes.length && (
            <a href={rowsHref("EVENTS", where)}>
              {t(`全部 ${events.totalCount} 场`, `All ${events.totalCount} events`)} →
            </a>
          )}
        </>
      )}
    </Panel>
  );
}
