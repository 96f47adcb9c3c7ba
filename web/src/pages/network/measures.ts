/** What the size and the colour of a tile may stand for. */
import type { RollupMeasure, RollupSubject } from "../../gql/graphql";
import { t } from "../../state";

export interface Measured {
  of: RollupSubject;
  measure: RollupMeasure;
  name: () => string;
}

function measured(of: RollupSubject, measure: RollupMeasure, zh: string, en: string): [string, Measured] {
  return [`${of}.${measure}`, { of, measure, name: () => t(zh, en) }];
}

/** Sizes add up: a tile is as large as what lies in it. */
export const SIZES = new Map([
  measured("PLATFORMS", "COUNT", "平台数", "Platforms"),
  measured("EVENTS", "COUNT", "活动场次", "Events"),
  measured("EVENTS", "PUBLIC_PARTICIPANTS", "群众参与人次", "Public participants"),
  measured("RESULTS", "COUNT", "成果数", "Results"),
]);

export const COLORS_OF = new Map([
  measured("EVENTS", "COUNT", "活动场次", "Events"),
  measured("EVENTS", "PARTICIPATION_PER_EVENT", "场均参与人次", "Participants per event"),
  measured("EVENTS", "DISTINCT_MEMBERS", "参与委员数", "Members taking part"),
  measured("RESULTS", "ADOPTION_RATE", "采纳率", "Adoption rate"),
  measured("RESULTS", "CLOSING_RATE", "办结率", "Closing rate"),
  measured("RESULTS", "ON_TIME_RATE", "按时办结率", "Closed on time"),
  measured("RESULTS", "MEDIAN_DAYS_TO_CLOSE", "办结天数中位数", "Median days to close"),
]);

export const USUAL_SIZE = "PLATFORMS.COUNT";
export const USUAL_COLOR = "EVENTS.COUNT";
