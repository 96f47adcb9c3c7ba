/** What happened along a chain of results, from the event it began at to what it led to, in the order in which it did. */
import type { ChainLinkFragment, ResultChainQuery } from "../../gql/graphql";
import { asKnown, day, minute } from "../../figures";
import { label } from "../../graph/labels";
import type { Linked } from "../../parts/links";
import { t } from "../../state";

/** A result of the chain, with what only results of its kind have. */
export type Link = ChainLinkFragment & { its: ResultChainQuery["its"][number] };

export interface Moment {
  key: string;
  /** The day as exactly as it is known. */
  told: string;
  tone: "event" | "result" | "step" | "praise" | "outcome";
  what: string;
  /** The event or the result that begins here. */
  begins?: Linked & { title: string };
  /** The result that it happened to. */
  link: Link;
  by?: string | null;
  text?: string | null;
  details?: [name: string, text: string][];
  isSample: boolean;
}

/** A moment with what it is ordered by: when, then how far along the chain, then what comes first by its nature. */
interface Placed extends Moment {
  at: number;
  depth: number;
  rank: number;
}

/** The states in which results begin; a step into one at the very beginning says nothing else. */
const FIRST = new Set(["DRAFT", "FOUND", "IMPLEMENTED", "RAISED", "SUBMITTED"]);

/** The moments of a chain whose results are given in any order. */
export function momentsOf(links: readonly Link[]): Moment[] {
  const placed: Placed[] = [];
  const seen = new Set<string>();
  const byId = new Map(links.map((link) => [link.id, link]));
  const place = (link: Link): Placed[] => {
    const before = placed.filter((moment) => moment.link.id === link.id);
    if (before.length) return before;
    const above = link.followsFrom ? byId.get(link.followsFrom.id) : undefined;
    const cause = above ? place(above) : [];
    const event = link.event && eventOf(link, link.event, (cause[0]?.depth ?? -1) + 1);
    if (event && !seen.has(event.key)) {
      seen.add(event.key);
      placed.push(event);
    }
    const own = happened(link, event ? [...cause, event] : cause, (cause[0]?.depth ?? -1) + 1);
    placed.push(...own);
    return own;
  };
  links.forEach(place);
  return placed.sort((one, other) => one.at - other.at || one.depth - other.depth || one.rank - other.rank);
}

function eventOf(link: Link, event: NonNullable<Link["event"]>, depth: number): Placed {
  return {
    key: event.id,
    at: Date.parse(event.startsAt),
    depth,
    rank: 0,
    told: asKnown(event.startsAtLocal),
    tone: "event",
    what: label("EventKind", event.kind),
    begins: event,
    link,
    isSample: event.isSample,
  };
}

function happened(link: Link, cause: Placed[], depth: number): Placed[] {
  // Of a result of which only the year is known, nothing says that it came before what led to it in that year.
  const isCoarse = isCoarselyDated(link);
  const led = isCoarse ? cause.filter(({ at }) => isWithin(at, link.raisedAtLocal)) : [];
  const began = Math.max(Date.parse(link.raisedAt), ...led.map(({ at }) => at));
  const first = link.steps.find(({ at, stage, note }) => at === link.raisedAt && FIRST.has(stage) && !note);
  const made = (rank: number, at: string, moment: Omit<Moment, "link" | "told"> & { told?: string }): Placed => ({
    ...moment,
    link,
    depth,
    rank,
    told: moment.told ?? (isCoarse && at === link.raisedAt ? asKnown(link.raisedAtLocal) : timeOf(at)),
    at: Math.max(began, Date.parse(at)),
  });
  const moments = [
    made(1, link.raisedAt, {
      key: link.id,
      told: asKnown(link.raisedAtLocal),
      tone: link.kind === "OUTCOME" ? "outcome" : "result",
      what: label("ResultKind", link.kind),
      begins: link,
      by: first?.organization?.name,
      details: detailsOf(link),
      isSample: link.isSample,
    }),
    ...link.steps
      .filter((step) => step !== first && !isToldElsewhere(step, link))
      .map((step) =>
        made(2, step.at, {
          key: step.id,
          tone: "step",
          what: label("ResultStatus", step.stage),
          by: step.organization?.name,
          text: step.note,
          isSample: step.isSample,
        }),
      ),
    ...link.adoptions.map((adoption) => {
      const step = link.steps.find((each) => isOf(each, adoption));
      return made(4, step?.at ?? adoption.adoptedOn, {
        key: adoption.id,
        told: step ? timeOf(step.at) : adoption.adoptedOn,
        tone: "praise",
        what: step ? label("ResultStatus", step.stage) : t("采纳", "Adopted"),
        by: adoption.organization.name,
        text: adoption.note ?? step?.note,
        isSample: adoption.isSample,
      });
    }),
    ...link.endorsements.map((endorsement) =>
      made(5, endorsement.on, {
        key: endorsement.id,
        told: endorsement.on,
        tone: "praise",
        what: `${label("EndorsementKind", endorsement.kind)} (${label("AuthorityLevel", endorsement.level)})`,
        by: endorsement.issuedBy,
        isSample: endorsement.isSample,
      }),
    ),
    ...(link.its?.__typename === "Proposal" ? handledOf(link.its, made) : []),
  ];
  const { closedAt } = link;
  if (closedAt && !link.steps.some(({ at }) => at === closedAt)) {
    moments.push(
      made(7, closedAt, {
        key: `${link.id} closed`,
        tone: "step",
        what: t("办结", "Closed"),
        text: isCoarse ? reckoned() : undefined,
        isSample: link.isSample,
      }),
    );
  }
  return moments;
}

type Step = Link["steps"][number];
type Adoption = Link["adoptions"][number];

/** Whether a step is the same act as an adoption, which knows only the day of it. */
function isOf({ stage, at, organization }: Step, adoption: Adoption): boolean {
  return (
    (stage === "ADOPTED" || stage === "PARTLY_ADOPTED") &&
    organization?.name === adoption.organization.name &&
    day(at) === adoption.adoptedOn
  );
}

/** Whether an adoption, an assignment, a reply or an evaluation says what a step says, and more. */
function isToldElsewhere(step: Step, link: Link): boolean {
  if (link.adoptions.some((adoption) => isOf(step, adoption))) return true;
  if (link.its?.__typename !== "Proposal") return false;
  return (
    link.its.evaluations.some(({ at }) => at === step.at) ||
    link.its.assignments.some(
      ({ organization, givenAt, repliedAt }) =>
        organization.name === step.organization?.name && (step.at === givenAt || step.at === repliedAt),
    )
  );
}

type Proposal = Extract<Link["its"], { __typename: "Proposal" }>;
type Made = (rank: number, at: string, moment: Omit<Moment, "link" | "told">) => Placed;

/** What the departments did with a proposal, and what its authors thought of it. */
function handledOf(proposal: Proposal, made: Made): Placed[] {
  return [
    ...proposal.assignments.flatMap((assignment) => {
      const { id, givenAt, repliedAt, isSample } = assignment;
      const by = assignment.organization.name;
      const round = t(`第 ${assignment.round} 轮`, `round ${assignment.round}`);
      const given = made(2, givenAt, {
        key: id,
        tone: "step",
        what: `${t("交办", "Assigned")} · ${label("AssignmentRole", assignment.role)} · ${round}`,
        by,
        text: assignment.objection && t(`提出异议:${assignment.objection}`, `Objection: ${assignment.objection}`),
        isSample,
      });
      if (!repliedAt) return [given];
      const rated = assignment.replyClass ? ` · ${label("ReplyClass", assignment.replyClass)}` : "";
      const replied = made(3, repliedAt, {
        key: `${id} replied`,
        tone: "step",
        what: `${t("答复", "Replied")} · ${round}${rated}`,
        by,
        text: assignment.reply,
        isSample,
      });
      return [given, replied];
    }),
    ...proposal.evaluations.map((evaluation) =>
      made(6, evaluation.at, {
        key: evaluation.id,
        tone: "step",
        what: t(
          `评价(第 ${evaluation.stage} 阶段):${evaluation.score} / 5`,
          `Evaluated, stage ${evaluation.stage}: ${evaluation.score} / 5`,
        ),
        by: evaluation.member.name,
        text: evaluation.note,
        isSample: evaluation.isSample,
      }),
    ),
  ];
}

function detailsOf({ its }: Link): [string, string][] {
  if (its?.__typename !== "Outcome") return [];
  const { beneficiaries, measure, measureBefore, measureAfter } = its;
  return [
    ...(beneficiaries ? [[t("受益", "Who gains"), beneficiaries] as [string, string]] : []),
    ...(measure || measureBefore || measureAfter
      ? [
          [
            measure ?? t("衡量", "Measure"),
            `${measureBefore ?? t("未载", "not stated")} → ${measureAfter ?? t("未载", "not stated")}`,
          ] as [string, string],
        ]
      : []),
  ];
}

/** Whether the day on which a result was raised is not known. */
export function isCoarselyDated({ datePrecision }: { datePrecision: string }): boolean {
  return datePrecision === "YEAR" || datePrecision === "MONTH";
}

/** What is to be said of the end of a result whose beginning is known only to the year or month. */
export function reckoned(): string {
  return t(
    "提出日期只知到年或月,此日期可能按用时推算。",
    "The beginning is known only to the year or month; this day may be reckoned from how long it took.",
  );
}

/** Whether a moment lies in a year or month, in China. */
function isWithin(at: number, period: string): boolean {
  return day(new Date(at).toISOString()).startsWith(period);
}

/** A moment to the minute; one at midnight is a day of which no hour is known. */
export function timeOf(at: string): string {
  return minute(at).replace(/ 00:00$/, "");
}
