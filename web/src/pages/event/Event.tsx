/** One event: when and where, who held it and who came, what it was about and what came out of it. */
import { useLocation, useRoute } from "preact-iso";
import { unmask } from "../../gql";
import type { EventPageQuery } from "../../gql/graphql";
import { asKnown, minute, written } from "../../figures";
import { type Answer, useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { DocumentList, documentSheet } from "../../parts/DocumentList";
import { EVENT, EventList, eventSheet } from "../../parts/EventList";
import { type Fact, Facts, facts, factSheet, visibilityFact } from "../../parts/Facts";
import { To } from "../../parts/Lines";
import { rowsHref } from "../../parts/links";
import { ObservationList, observationSheet } from "../../parts/ObservationList";
import { Outward } from "../../parts/Outward";
import { Panel } from "../../parts/Panel";
import { PLACE, pathTo } from "../../parts/places";
import { PlatformList, platformSheet } from "../../parts/PlatformList";
import { ResultList, resultSheet } from "../../parts/ResultList";
import { sourceFact } from "../../parts/SourceNote";
import { isAbsent, ThingHead } from "../../parts/ThingHead";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
import { Absent } from "../Absent";
import { Agenda } from "./Agenda";
import { Attendances } from "./Attendances";
import { EVENT_PAGE } from "./questions";

export type Shown = Extract<NonNullable<EventPageQuery["node"]>, { __typename: "Event" }>;

export interface PartProps {
  event: Shown;
  answer: Answer<EventPageQuery>;
}

export function Event() {
  const { id = "" } = useRoute().params;
  return <Found key={id} id={id} />;
}

function eventOf({ node }: EventPageQuery): Shown | undefined {
  return node?.__typename === "Event" ? node : undefined;
}

function Found({ id }: { id: string }) {
  const { query } = useLocation();
  const answer = useAnswer(EVENT_PAGE, { id, after: query.after ?? null });
  const event = answer.data && eventOf(answer.data);
  useTitle(event?.title);
  if (isAbsent(answer, eventOf)) return <Absent />;
  const known = event ? factsOf(event) : [];
  return (
    <>
      {event && (
        <ThingHead
          name={event.title}
          path={pathTo(event.district)}
          badges={[label("EventKind", event.kind), label("EventStatus", event.status)]}
          isSample={event.isSample}
        />
      )}
      <Panel
        title={t("基本情况", "What it is")}
        className="wide"
        answer={answer}
        sheet={() => factSheet(event?.title ?? "", known)}
      >
        {() => (
          <>
            <Facts of={known} />
            {event?.summary && <p class="words">{event.summary}</p>}
          </>
        )}
      </Panel>
      {event && (
        <>
          {event.agenda.totalCount > 0 && <Agenda event={event} answer={answer} />}
          <Panel
            title={t("由此产生的成果", "What came out of it")}
            answer={answer}
            isEmpty={() => event.results.totalCount === 0}
            sheet={() => resultSheet(t("成果", "results"), event.results.nodes)}
          >
            {() => <ResultList results={event.results.nodes} total={event.results.totalCount} />}
          </Panel>
          <Attendances event={event} answer={answer} />
          {event.platforms.totalCount > 0 && (
            <Panel
              title={t("举办平台", "Platforms")}
              answer={answer}
              sheet={() => platformSheet(t("举办平台", "platforms"), event.platforms.nodes)}
            >
              {() => <PlatformList platforms={event.platforms.nodes} total={event.platforms.totalCount} />}
            </Panel>
          )}
          {event.children.totalCount > 0 && (
            <Panel
              title={t("分活动", "Its parts")}
              answer={answer}
              sheet={() => eventSheet(t("分活动", "parts"), event.children.nodes)}
            >
              {() => <EventList events={event.children.nodes} total={event.children.totalCount} />}
            </Panel>
          )}
          {event.observations.totalCount > 0 && (
            <Panel
              title={t("关于它的报告数字", "Published figures about it")}
              answer={answer}
              sheet={() => observationSheet(t("报告的数字", "figures"), event.observations.nodes)}
            >
              {() => <ObservationList observations={event.observations.nodes} total={event.observations.totalCount} />}
            </Panel>
          )}
          {event.documents.totalCount > 0 && (
            <Panel
              title={t("文件", "Documents")}
              answer={answer}
              sheet={() => documentSheet(t("文件", "documents"), event.documents.nodes)}
            >
              {() => <DocumentList documents={event.documents.nodes} total={event.documents.totalCount} />}
            </Panel>
          )}
        </>
      )}
    </>
  );
}

function factsOf(event: Shown): Fact[] {
  const { topics, meetingUrl, bundle, endsAt } = event;
  const parent = unmask(EVENT, event.parent);
  const districts = unmask(PLACE, event.districts.nodes);
  const separated = t("、", ", ");
  return facts(
    { name: t("开始", "Starts"), text: asKnown(event.startsAtLocal) },
    endsAt && { name: t("结束", "Ends"), text: minute(endsAt) },
    { name: t("地点", "Place"), text: event.place ?? null },
    { name: t("方式", "Mode"), text: label("EventMode", event.mode) },
    meetingUrl && {
      name: t("线上入口", "On line at"),
      text: meetingUrl,
      shown: <Outward href={meetingUrl}>{meetingUrl}</Outward>,
    },
    {
      name: t("参与区县", "Districts"),
      text: districts.map(({ name }) => name).join(separated) || null,
      shown: districts.map((each, number) => (
        <span key={each.code}>
          {number > 0 && separated}
          <To node={each}>{each.name}</To>
        </span>
      )),
    },
    {
      name: t("主办", "Held by"),
      text:
        event.organizers
          .map(({ role, organization }) => `${organization.name} (${label("OrganizerRole", role)})`)
          .join(separated) || null,
    },
    {
      name: t("主题", "Topics"),
      text: topics.join(separated) || null,
      shown: (
        <span class="tags">
          {topics.map((topic) => (
            <a key={topic} class="tag" href={rowsHref("EVENTS", { topics: [topic] })}>
              {topic}
            </a>
          ))}
        </span>
      ),
    },
    {
      name: t("群众参与", "Public"),
      text:
        event.publicParticipants == null
          ? null
          : t(`${written(event.publicParticipants)} 人次`, `${written(event.publicParticipants)} person-times`),
    },
    event.capacity != null && { name: t("名额", "Capacity"), text: written(event.capacity) },
    event.registrationClosesAt && {
      name: t("报名截止", "Sign up until"),
      text: minute(event.registrationClosesAt),
    },
    parent && {
      name: t("属于", "Part of"),
      text: parent.title,
      shown: <To node={parent}>{parent.title}</To>,
    },
    bundle && { name: t("专题项目", "Bundle"), text: `${bundle.title} (${bundle.year})` },
    visibilityFact(event.visibility),
    sourceFact(event.source, event.isSample),
  );
}
