/** One platform: what it is, what lies above and below it, who belongs to it, and what happens and comes out there. */
import { useRoute } from "preact-iso";
import { unmask } from "../../gql";
import type { PlatformPageQuery } from "../../gql/graphql";
import { day } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { DocumentList, documentSheet } from "../../parts/DocumentList";
import { EventList, eventSheet } from "../../parts/EventList";
import { type Fact, Facts, facts, factSheet, visibilityFact } from "../../parts/Facts";
import { Lines, To } from "../../parts/Lines";
import { rowsHref } from "../../parts/links";
import { ObservationList, observationSheet } from "../../parts/ObservationList";
import { Panel } from "../../parts/Panel";
import { PLACE, pathTo } from "../../parts/places";
import { PLATFORM as PLATFORM_LINE, PlatformList, platformSheet } from "../../parts/PlatformList";
import { SampleMark } from "../../parts/SampleNotice";
import { sourceFact } from "../../parts/SourceNote";
import { isAbsent, ThingHead } from "../../parts/ThingHead";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
import { Absent } from "../Absent";
import { Activity } from "./Activity";
import { Output } from "./Output";
import { PLATFORM } from "./questions";

type Shown = NonNullable<PlatformPageQuery["platform"]>;

export function Platform() {
  const { slug = "" } = useRoute().params;
  return <Found key={slug} slug={slug} />;
}

function Found({ slug }: { slug: string }) {
  const answer = useAnswer(PLATFORM, { slug, today: day(new Date().toISOString()) });
  const platform = answer.data?.platform;
  useTitle(platform?.name);
  if (isAbsent(answer, (data) => data.platform)) return <Absent />;
  const known = platform ? factsOf(platform) : [];
  const here = { platform: { slug: [slug] } };
  return (
    <>
      {platform && (
        <ThingHead
          name={platform.name}
          path={pathTo(platform.area)}
          badges={[label("PlatformKind", platform.kind), label("PlatformStatus", platform.status)]}
          isSample={platform.isSample}
        />
      )}
      <Panel
        title={t("基本情况", "What it is")}
        className="wide"
        answer={answer}
        sheet={() => factSheet(platform?.name ?? slug, known)}
      >
        {() => <Facts of={known} />}
      </Panel>
      {platform && (
        <>
          <Activity
            slug={slug}
            earliest={platform.earliest.nodes[0]?.startsAtLocal}
            latest={platform.latest.nodes[0]?.startsAtLocal}
          />
          <Output slug={slug} />
          {platform.coming.totalCount > 0 && (
            <Panel
              title={t("即将和正在举行的活动", "Coming and ongoing events")}
              answer={answer}
              sheet={() => eventSheet(t("即将举行", "coming"), platform.coming.nodes)}
            >
              {() => (
                <EventList
                  events={platform.coming.nodes}
                  total={platform.coming.totalCount}
                  href={rowsHref("EVENTS", { ...here, timing: ["ONGOING", "UPCOMING"] })}
                />
              )}
            </Panel>
          )}
          <Panel
            title={t("最近的活动", "Latest events")}
            answer={answer}
            isEmpty={() => platform.past.totalCount === 0}
            sheet={() => eventSheet(t("最近的活动", "events"), platform.past.nodes)}
          >
            {() => (
              <EventList
                events={platform.past.nodes}
                total={platform.past.totalCount}
                href={rowsHref("EVENTS", { ...here, timing: ["PAST"] })}
              />
            )}
          </Panel>
          <Members platform={platform} answer={answer} />
          {platform.children.totalCount > 0 && (
            <Panel
              title={t("下一级平台", "Platforms below")}
              answer={answer}
              sheet={() => platformSheet(t("下一级平台", "platforms below"), platform.children.nodes)}
            >
              {() => (
                <PlatformList
                  platforms={platform.children.nodes}
                  total={platform.children.totalCount}
                  href={rowsHref("PLATFORMS", { parent: { slug: [slug] } })}
                />
              )}
            </Panel>
          )}
          {platform.hostings.totalCount > 0 && <Hosted platform={platform} answer={answer} />}
          {platform.observations.totalCount > 0 && (
            <Panel
              title={t("关于它的报告数字", "Published figures about it")}
              answer={answer}
              sheet={() => observationSheet(t("报告的数字", "figures"), platform.observations.nodes)}
            >
              {() => (
                <ObservationList observations={platform.observations.nodes} total={platform.observations.totalCount} />
              )}
            </Panel>
          )}
          {platform.documents.totalCount > 0 && (
            <Panel
              title={t("文件", "Documents")}
              answer={answer}
              sheet={() => documentSheet(t("文件", "documents"), platform.documents.nodes)}
            >
              {() => <DocumentList documents={platform.documents.nodes} total={platform.documents.totalCount} />}
            </Panel>
          )}
        </>
      )}
    </>
  );
}

interface PartProps {
  platform: Shown;
  answer: ReturnType<typeof useAnswer<PlatformPageQuery, never>>;
}

function Members({ platform, answer }: PartProps) {
  const { nodes, totalCount } = platform.members;
  const today = day(new Date().toISOString());
  return (
    <Panel
      title={t("现任委员", "Members today")}
      answer={answer}
      isEmpty={() => totalCount === 0}
      sheet={() => ({
        name: t("现任委员", "members"),
        columns: [t("姓名", "Name"), t("身份", "Role"), t("职务", "Post"), t("界别", "Sector"), t("自", "Since")],
        rows: nodes.map(({ member, role, post, startsOn }) => [
          member.name,
          label("MembershipRole", role),
          post ?? null,
          member.sector ? t(member.sector.name, member.sector.nameEn) : null,
          startsOn ?? null,
        ]),
      })}
    >
      {() => (
        <Lines
          of={nodes.map(({ id, member, role, post, startsOn, isSample }) => ({
            key: id,
            name: member.name,
            node: member,
            isSample,
            beside: [
              label("MembershipRole", role),
              post,
              member.sector && t(member.sector.name, member.sector.nameEn),
              startsOn && t(`自 ${startsOn}`, `since ${startsOn}`),
            ],
          }))}
          total={totalCount}
          href={rowsHref("MEMBERS", { memberships: { platform: { slug: [platform.slug] }, activeOn: today } })}
        />
      )}
    </Panel>
  );
}

function Hosted({ platform, answer }: PartProps) {
  const { nodes, totalCount } = platform.hostings;
  return (
    <Panel
      title={t("在此活动的组织", "Bodies that meet here")}
      answer={answer}
      sheet={() => ({
        name: t("在此活动的组织", "bodies"),
        columns: [t("名称", "Name"), t("类型", "Kind"), t("自", "Since")],
        rows: nodes.map(({ organization, startsOn }) => [
          organization.name,
          label("OrganizationKind", organization.kind),
          startsOn ?? null,
        ]),
      })}
    >
      {() => (
        <Lines
          of={nodes.map(({ id, organization, startsOn, isInferred, isSample }) => ({
            key: id,
            name: organization.name,
            isSample,
            beside: [
              label("OrganizationKind", organization.kind),
              startsOn && t(`自 ${startsOn}`, `since ${startsOn}`),
              isInferred &&
                t("出处只说总体,此对应为载入时指定", "the source states only the whole; this pair was assigned"),
            ],
          }))}
          total={totalCount}
        />
      )}
    </Panel>
  );
}

function factsOf(platform: Shown): Fact[] {
  const area = unmask(PLACE, platform.area);
  const district = unmask(PLACE, platform.district);
  const host = unmask(PLACE, platform.host);
  // Nearest first in the graph; a line is read from the top.
  const above = [...unmask(PLATFORM_LINE, platform.ancestors)].reverse();
  const { lead, starRatings } = platform;
  return facts(
    { name: t("类型", "Kind"), text: label("PlatformKind", platform.kind) },
    { name: t("层级", "Level"), text: label("PlatformLevel", platform.level) },
    { name: t("状态", "Status"), text: label("PlatformStatus", platform.status) },
    platform.brand && { name: t("品牌", "Brand"), text: platform.brand },
    { name: t("区县", "District"), text: district.name, shown: <To node={district}>{district.name}</To> },
    { name: t("所在地", "Place"), text: area.name, shown: <To node={area}>{area.name}</To> },
    above.length > 0 && {
      name: t("上级平台", "Line above"),
      text: above.map(({ name }) => name).join(" › "),
      shown: (
        <span class="path">
          {above.map((each) => (
            <span key={each.id}>
              <To node={each}>{each.name}</To>
            </span>
          ))}
        </span>
      ),
    },
    {
      name: t("依托", "Premises of"),
      text: host
        ? [host.name, platform.hostKind && label("HostKind", platform.hostKind)].filter(Boolean).join(" · ")
        : platform.hostKind
          ? label("HostKind", platform.hostKind)
          : null,
      shown: host && (
        <>
          <To node={host}>{host.name}</To>
          {platform.hostKind && ` · ${label("HostKind", platform.hostKind)}`}
        </>
      ),
    },
    platform.isOnline && { name: t("线上", "Online"), text: t("只在线上", "on line only") },
    { name: t("主办", "Run by"), text: platform.sponsor?.name ?? null },
    {
      name: t("领衔委员", "Lead member"),
      text: lead?.name ?? null,
      shown: lead && (
        <>
          <To node={lead}>{lead.name}</To>
          <SampleMark isSample={lead.isSample} />
        </>
      ),
    },
    { name: t("成立", "Opened"), text: platform.establishedOn ?? null },
    platform.closedOn && { name: t("关闭", "Closed"), text: platform.closedOn },
    starRatings.length > 0 && {
      name: t("星级", "Stars"),
      text: starRatings.map(({ year, stars }) => `${year} ${"★".repeat(stars)}`).join(t(",", ", ")),
      shown: starRatings.map(({ year, stars, isSample }) => (
        <span key={year} class="stars">
          {year}{" "}
          <span role="img" aria-label={t(`${stars} 星`, `${stars} stars`)}>
            {"★".repeat(stars)}
          </span>
          <SampleMark isSample={isSample} />
        </span>
      )),
    },
    visibilityFact(platform.visibility),
    platform.note && { name: t("说明", "Note"), text: platform.note },
    sourceFact(platform.source, platform.isSample),
  );
}
