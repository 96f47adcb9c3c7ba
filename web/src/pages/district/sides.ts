/** What two districts, or two years of one, are compared by. */
import type { RollupMeasure, RollupSubject } from "../../gql/graphql";
import { written } from "../../figures";
import { t } from "../../state";

export type Counted = "platforms" | "members" | "events" | "attendances" | "results";

export interface Compared {
  of: Counted;
  measure: RollupMeasure;
  name: () => string;
}

export const SUBJECTS: Record<Counted, RollupSubject> = {
  platforms: "PLATFORMS",
  members: "MEMBERS",
  events: "EVENTS",
  attendances: "ATTENDANCES",
  results: "RESULTS",
};

function compared(of: Counted, measure: RollupMeasure, zh: string, en: string): Compared {
  return { of, measure, name: () => t(zh, en) };
}

/** What is there whatever the year, and so only differs between districts. */
export const STANDING: Compared[] = [
  compared("platforms", "COUNT", "平台", "Platforms"),
  compared("members", "COUNT", "委员", "Members"),
];

export const DATED: Compared[] = [
  compared("events", "COUNT", "活动", "Events"),
  compared("events", "RANK", "活动数名次", "Rank by events"),
  compared("events", "PER_100_MEMBERS", "每百名委员活动数", "Events per 100 members"),
  compared("events", "PUBLIC_PARTICIPANTS", "群众参与人次", "Public participants"),
  compared("events", "PARTICIPATION_PER_EVENT", "场均参与人次", "Participants per event"),
  compared("attendances", "DISTINCT_MEMBERS", "参加活动的委员", "Members taking part"),
  compared("results", "COUNT", "成果", "Results"),
  compared("results", "RANK", "成果数名次", "Rank by results"),
  compared("results", "PER_100_MEMBERS", "每百名委员成果数", "Results per 100 members"),
  compared("results", "ADOPTION_RATE", "采纳率", "Adoption rate"),
  compared("results", "CLOSING_RATE", "办结率", "Closing rate"),
  compared("results", "ON_TIME_RATE", "按时办结率", "Closed on time"),
  compared("results", "MEDIAN_DAYS_TO_CLOSE", "办结天数中位数", "Median days to close"),
  compared("results", "P90_DAYS_TO_CLOSE", "办结天数九成位", "90th percentile of days to close"),
];

/** What a measure is called here, if it is one of those. */
export function nameOf(of: Counted, measure: RollupMeasure): string | undefined {
  return DATED.find((each) => each.of === of && each.measure === measure)?.name();
}

/** The unit in which it is written. A rate per hundred members is no percentage. */
function unitOf(measure: RollupMeasure): string | undefined {
  if (measure.endsWith("_RATE")) return "RATIO";
  return measure.endsWith("_DAYS_TO_CLOSE") ? "DAY" : undefined;
}

export function told({ measure }: Compared, value: number | null | undefined, precision?: string): string {
  if (measure === "RANK" && value != null) return t(`第 ${value} 名`, `no. ${value}`);
  return written(value, unitOf(measure), precision);
}

/** How far the first is above the second; shares differ by points, not by percent. */
export function difference({ measure }: Compared, one?: number | null, other?: number | null): string {
  if (one == null || other == null) return t("无", "n/a");
  const by = one - other;
  const sign = by > 0 ? "+" : "";
  if (measure === "RANK") return by === 0 ? "0" : `${sign}${by}`;
  if (unitOf(measure) === "RATIO") return sign + t(`${written(by * 100)} 百分点`, `${written(by * 100)} points`);
  return sign + written(by, unitOf(measure));
}
