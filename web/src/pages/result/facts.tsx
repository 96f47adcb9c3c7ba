/** What is known of a result, whatever its kind. */
import { unmask } from "../../gql";
import { asKnown, written } from "../../figures";
import { label } from "../../graph/labels";
import { EVENT } from "../../parts/EventList";
import { type Fact, facts, visibilityFact } from "../../parts/Facts";
import { To } from "../../parts/Lines";
import { rowsHref } from "../../parts/links";
import { PLACE } from "../../parts/places";
import { PLATFORM } from "../../parts/PlatformList";
import { sourceFact } from "../../parts/SourceNote";
import { t } from "../../state";
import { isCoarselyDated, reckoned, timeOf } from "./chain";
import type { Its, Shown } from "./Result";

export function factsOf(result: Shown, its: Its | null | undefined): Fact[] {
  const district = unmask(PLACE, result.district);
  const event = unmask(EVENT, result.event);
  const platform = unmask(PLATFORM, result.platform);
  const { authors, topics, closedAt } = result;
  const separated = t("、", ", ");
  return facts(
    { name: t("提出", "Raised"), text: asKnown(result.raisedAtLocal) },
    {
      name: t("办结", "Closed"),
      text: closedAt ? timeOf(closedAt) : null,
      shown: closedAt && (
        <>
          {timeOf(closedAt)} {isCoarselyDated(result) && <small>{reckoned()}</small>}
        </>
      ),
    },
    tookOf(result),
    { name: t("区县", "District"), text: district.name, shown: <To node={district}>{district.name}</To> },
    {
      name: t("平台", "Platform"),
      text: platform?.name ?? null,
      shown: platform && <To node={platform}>{platform.name}</To>,
    },
    {
      name: t("来自活动", "From the event"),
      text: event?.title ?? null,
      shown: event && <To node={event}>{event.title}</To>,
    },
    {
      name: t("提出委员", "Authors"),
      text: authors.map(({ name }) => name).join(separated) || null,
      shown: authors.map((author, number) => (
        <span key={author.id}>
          {number > 0 && separated}
          <To node={author}>{author.name}</To>
        </span>
      )),
    },
    { name: t("承办", "To handle it"), text: result.department?.name ?? null },
    topics.length > 0 && {
      name: t("主题", "Topics"),
      text: topics.join(separated),
      shown: (
        <span class="tags">
          {topics.map((topic) => (
            <a key={topic} class="tag" href={rowsHref("RESULTS", { topics: [topic] })}>
              {topic}
            </a>
          ))}
        </span>
      ),
    },
    ...(its ? ofItsKind(its, result) : []),
    visibilityFact(result.visibility),
    sourceFact(result.source, result.isSample),
  );
}

/** How long it took from its beginning to its end, where both days are known. */
function tookOf({ raisedAt, closedAt, datePrecision }: Shown): Fact | false {
  if (!closedAt || isCoarselyDated({ datePrecision })) return false;
  const days = (Date.parse(closedAt) - Date.parse(raisedAt)) / 86_400_000;
  return { name: t("用时", "Took"), text: written(Math.round(days), "DAY") };
}

/** What only results of its kind have. */
function ofItsKind(its: Its, { district }: Shown): (Fact | false | null | undefined | "")[] {
  switch (its.__typename) {
    case "Outcome":
      return [
        { name: t("受益", "Who gains"), text: its.beneficiaries ?? null },
        its.measure && { name: t("衡量", "Measured"), text: its.measure },
        its.measureBefore && { name: t("之前", "Before"), text: its.measureBefore },
        its.measureAfter && { name: t("之后", "After"), text: its.measureAfter },
      ];
    case "Partnership":
      return [
        { name: t("各方", "Parties"), text: its.parties.join(t("、", ", ")) || null },
        { name: t("受益", "Who gains"), text: its.beneficiaries ?? null },
      ];
    case "Proposal":
      return [
        { name: t("提案号", "Number"), text: its.number ?? null },
        its.cause && { name: t("案由", "Cause"), text: its.cause },
        its.bundle && { name: t("专题项目", "Bundle"), text: `${its.bundle.title} (${its.bundle.year})` },
        its.mergedInto && {
          name: t("并入", "Merged into"),
          text: its.mergedInto.title,
          shown: <To node={its.mergedInto}>{its.mergedInto.title}</To>,
        },
        its.discussion && { name: t("讨论", "Discussion"), text: its.discussion.title },
        ...district.replyMeanings.map(({ replyClass, meaning }) => ({
          name: t(`${label("ReplyClass", replyClass)}答复`, `Reply of ${label("ReplyClass", replyClass)}`),
          text: meaning,
        })),
      ];
    case "Recognition":
      return [{ name: t("授予层级", "Given by"), text: its.level ? label("AuthorityLevel", its.level) : null }];
    case "SupervisionItem":
      return [
        its.campaign && {
          name: t("监督行动", "Campaign"),
          text: `${its.campaign.title} (${its.campaign.year})`,
        },
      ];
    case "CitizenRequest":
      return [
        {
          name: t("经办委员", "Taken care of by"),
          text: its.handler?.name ?? null,
          shown: its.handler && <To node={its.handler}>{its.handler.name}</To>,
        },
        its.rating != null && { name: t("满意度", "Rating"), text: `${its.rating} / 5` },
        // Only those have this whom the graph lets know it.
        its.contact?.contact && { name: t("联系方式", "Contact"), text: its.contact.contact },
      ];
    default:
      return [];
  }
}
