/** Which results were open on a day. */
import type { ResultFilter, ResultKind, ResultStatus } from "../../gql/graphql";
import { daysBefore, type Scope } from "./scope";

/** The kinds that somebody has to handle; the others are there once they are written down. */
export const HANDLED: ResultKind[] = [
  "PROPOSAL",
  "RECOMMENDATION",
  "PUBLIC_OPINION",
  "SUPERVISION_ITEM",
  "CITIZEN_REQUEST",
];

/** What has come to one of these is done, even where nobody wrote down on which day. */
const DONE: ResultStatus[] = [
  "CLOSED",
  "DECLINED",
  "IMPLEMENTED",
  "MERGED",
  "NOT_FILED_FORWARDED",
  "RESOLVED",
  "VERIFIED",
];

/** Raised between so many days before and so many days before, and open on the day by which that is told. */
export function openSince({ asOf, isSample }: Scope, atLeast: number, below?: number): ResultFilter {
  return {
    kind: HANDLED,
    raisedAt: {
      until: daysBefore(asOf, atLeast),
      ...(below !== undefined && { since: daysBefore(asOf, below - 1) }),
    },
    // What was closed after that day was open on it.
    or: [{ isClosed: false, not: { status: DONE } }, { closedAt: { since: daysBefore(asOf, -1) } }],
    ...(isSample !== undefined && { isSample }),
  };
}
