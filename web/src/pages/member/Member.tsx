/** One member: whom they represent, where they belong, what they did in a year and what came of it. */
import { useRoute } from "preact-iso";
import { unmask } from "../../gql";
import type { MemberPageQuery } from "../../gql/graphql";
import { asKnown, day } from "../../figures";
import { type Answer, useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { DocumentList, documentSheet } from "../../parts/DocumentList";
import { type Fact, Facts, facts, factSheet, visibilityFact } from "../../parts/Facts";
import { Lines, To } from "../../parts/Lines";
import { rowsHref } from "../../parts/links";
import { ObservationList, observationSheet } from "../../parts/ObservationList";
import { Panel } from "../../parts/Panel";
import { PLACE, pathTo } from "../../parts/places";
import { PlatformList, platformSheet } from "../../parts/PlatformList";
import { ResultList, resultSheet } from "../../parts/ResultList";
import { sourceFact } from "../../parts/SourceNote";
import { isAbsent, ThingHead } from "../../parts/ThingHead";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
import { Absent } from "../Absent";
import { Duty } from "./Duty";
import { Memberships } from "./Memberships";
import { MEMBER } from "./questions";

export type Shown = Extract<NonNullable<MemberPageQuery["node"]>, { __typename: "Member" }>;

export function Member() {
  const { id = "" } = useRoute().params;
  return <Found key={id} id={id} />;
}

function memberOf({ node }: MemberPageQuery): Shown | undefined {
  return node?.__typename === "Member" ? node : undefined;
}

function Found({ id }: { id: string }) {
  const answer = useAnswer(MEMBER, { id });
  const member = answer.data && memberOf(answer.data);
  useTitle(member?.name);
  if (isAbsent(answer, memberOf)) return <Absent />;
  const known = member ? factsOf(member) : [];
  return (
    <>
      {member && (
        <ThingHead
          name={member.name}
          path={pathTo(member.district)}
          badges={[t("委员", "Member"), ...(member.sector ? [t(member.sector.name, member.sector.nameEn)] : [])]}
          isSample={member.isSample}
        />
      )}
      <Panel
        title={t("基本情况", "Who it is")}
        className="wide"
        answer={answer}
        sheet={() => factSheet(member?.name ?? "", known)}
      >
        {() => <Facts of={known} />}
      </Panel>
      {member && (
        <>
          <Duty id={id} earliest={member.earliest.nodes[0]?.startsAt} latest={member.attendances.nodes[0]?.startsAt} />
          <Memberships member={member} answer={answer} />
          {member.leads.totalCount > 0 && (
            <Panel
              title={t("领衔的平台", "Platforms led")}
              answer={answer}
              sheet={() => platformSheet(t("领衔的平台", "platforms led"), member.leads.nodes)}
            >
              {() => <PlatformList platforms={member.leads.nodes} total={member.leads.totalCount} />}
            </Panel>
          )}
          <Attended member={member} answer={answer} />
          <Panel
            title={t("提出的成果", "Results authored")}
            answer={answer}
            isEmpty={() => member.results.totalCount === 0}
            sheet={() => resultSheet(t("成果", "results"), member.results.nodes)}
          >
            {() => (
              <ResultList
                results={member.results.nodes}
                total={member.results.totalCount}
                href={rowsHref("RESULTS", { author: alike(member) })}
              />
            )}
          </Panel>
          {member.observations.totalCount > 0 && (
            <Panel
              title={t("关于委员的报告数字", "Published figures about the member")}
              answer={answer}
              sheet={() => observationSheet(t("报告的数字", "figures"), member.observations.nodes)}
            >
              {() => (
                <ObservationList observations={member.observations.nodes} total={member.observations.totalCount} />
              )}
            </Panel>
          )}
          {member.discussions.totalCount > 0 && <Opened member={member} answer={answer} />}
          {member.documents.totalCount > 0 && (
            <Panel
              title={t("文件", "Documents")}
              answer={answer}
              sheet={() => documentSheet(t("文件", "documents"), member.documents.nodes)}
            >
              {() => <DocumentList documents={member.documents.nodes} total={member.documents.totalCount} />}
            </Panel>
          )}
        </>
      )}
    </>
  );
}

/** The filter of rows that finds a member: filters know people by what is said of them, not by their ids. */
function alike({ name, district, sector }: Shown): object {
  return { name: [name], district: [district.code], ...(sector && { sector: { code: [sector.code] } }) };
}

export interface PartProps {
  member: Shown;
  answer: Answer<MemberPageQuery>;
}

function Attended({ member, answer }: PartProps) {
  const { nodes, totalCount } = member.attendances;
  return (
    <Panel
      title={t("参加的活动", "Events attended")}
      answer={answer}
      isEmpty={() => totalCount === 0}
      sheet={() => ({
        name: t("参加的活动", "attendances"),
        columns: [
          t("活动", "Event"),
          t("时间", "Time"),
          t("类型", "Kind"),
          t("身份", "Role"),
          t("状态", "State"),
          t("建言", "Advice"),
        ],
        rows: nodes.map(({ event, role, state, advice }) => [
          event.title,
          asKnown(event.startsAtLocal),
          label("EventKind", event.kind),
          label("AttendanceRole", role),
          label("AttendanceState", state),
          advice ?? null,
        ]),
      })}
    >
      {() => (
        <Lines
          of={nodes.map(({ id, event, role, state, advice, isSample }) => ({
            key: id,
            name: event.title,
            node: event,
            isSample,
            beside: [
              asKnown(event.startsAtLocal),
              label("EventKind", event.kind),
              label("AttendanceRole", role),
              label("AttendanceState", state),
            ],
            below: advice && <p class="words">{advice}</p>,
          }))}
          total={totalCount}
          href={rowsHref("ATTENDANCES", { member: alike(member) })}
        />
      )}
    </Panel>
  );
}

function Opened({ member, answer }: PartProps) {
  const { nodes, totalCount } = member.discussions;
  return (
    <Panel
      title={t("发起的讨论", "Discussions opened")}
      answer={answer}
      sheet={() => ({
        name: t("讨论", "discussions"),
        columns: [t("标题", "Title"), t("类型", "Kind"), t("状态", "Status"), t("发起", "Opened")],
        rows: nodes.map(({ title, kind, status, openedAt }) => [
          title,
          label("DiscussionKind", kind),
          label("DiscussionStatus", status),
          day(openedAt),
        ]),
      })}
    >
      {() => (
        <Lines
          of={nodes.map(({ id, title, kind, status, openedAt, isSample }) => ({
            key: id,
            name: title,
            isSample,
            beside: [day(openedAt), label("DiscussionKind", kind), label("DiscussionStatus", status)],
          }))}
          total={totalCount}
        />
      )}
    </Panel>
  );
}

function factsOf(member: Shown): Fact[] {
  const district = unmask(PLACE, member.district);
  const { sector, contact, gender, tags } = member;
  return facts(
    {
      name: t("区县", "District"),
      text: district.name,
      shown: <To node={district}>{district.name}</To>,
    },
    {
      name: t("界别", "Sector"),
      text: sector ? t(sector.name, sector.nameEn) : null,
      shown: sector && (
        <a href={rowsHref("MEMBERS", { district: [member.district.code], sector: { code: [sector.code] } })}>
          {t(sector.name, sector.nameEn)}
        </a>
      ),
    },
    { name: t("党派", "Party"), text: member.party ?? null },
    { name: t("职务职业", "Post"), text: member.post ?? null },
    gender && { name: t("性别", "Gender"), text: label("Gender", gender) },
    member.dutyCode && { name: t("履职码", "Duty code"), text: member.dutyCode },
    tags.length > 0 && {
      name: t("标签", "Tags"),
      text: tags.join(t("、", ", ")),
      shown: (
        <span class="tags">
          {tags.map((tag) => (
            <a key={tag} class="tag" href={rowsHref("MEMBERS", { tags: [tag] })}>
              {tag}
            </a>
          ))}
        </span>
      ),
    },
    // Only those have these whom the graph lets know them.
    contact?.phone && { name: t("电话", "Telephone"), text: contact.phone },
    contact?.email && { name: t("邮箱", "Mail"), text: contact.email },
    contact?.bornOn && { name: t("出生", "Born"), text: contact.bornOn },
    visibilityFact(member.visibility),
    sourceFact(member.source, member.isSample),
  );
}
