/** What happens in the graph while one looks at it. A lost connection is taken up again where it ended. */
import { createClient } from "graphql-sse";
import { effect, signal } from "@preact/signals";
import { graphql } from "../gql";
import type { ChangedSubscription } from "../gql/graphql";
import { key } from "../state";
import { authorization, idOf } from "./client";

export type Change = ChangedSubscription["changed"];
export type Connection = "connecting" | "live" | "waiting";

/** How many changes the ticker remembers. */
const REMEMBERED = 20;
/** For how long changes are gathered before what is shown is asked anew, in milliseconds. */
const GATHERED = 800;
/** The longest one waits before one tries again, in milliseconds. */
const LONGEST = 30_000;

const CHANGED = graphql(`
  subscription Changed($since: String) {
    changed(since: $since) {
      at
      author
      cursor
      mutation
      rows {
        action
        type
        node {
          __typename
          id
          ... on Event {
            title
            district {
              code
            }
          }
          ... on Member {
            memberName: name
          }
          ... on Platform {
            platformName: name
            slug
          }
          ... on Result {
            title
            kind
          }
        }
      }
    }
  }
`);

export const connection = signal<Connection>("connecting");
export const recent = signal<Change[]>([]);
/** It goes up when what is shown may have changed. */
export const tick = signal(0);

let since: string | undefined;
let gathering: ReturnType<typeof setTimeout> | undefined;
let stop: (() => void) | undefined;
/** Whether this page was ever told what happens; from then on, whatever lies between two connections is caught up with. */
let wasLive = false;

function happened(change: Change): void {
  since = change.cursor;
  recent.value = [change, ...recent.value].slice(0, REMEMBERED);
  gathering ??= setTimeout(() => {
    gathering = undefined;
    tick.value++;
  }, GATHERED);
}

function follow(): () => void {
  let hasEnded = false;
  let attempts = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: "/graphql",
    headers: authorization,
    // This page tries again by itself, from where it was, which the client does not know.
    retryAttempts: 0,
    on: {
      connected: () => {
        attempts = 0;
        connection.value = "live";
        if (wasLive) tick.value++;
        wasLive = true;
      },
    },
  });
  const next = (): void => {
    if (hasEnded) return;
    connection.value = "waiting";
    waiting = setTimeout(begin, Math.min(LONGEST, 1_000 * 2 ** attempts++) * (0.75 + Math.random() / 2));
  };
  const begin = (): void => {
    connection.value = "connecting";
    client.subscribe<ChangedSubscription>({ documentId: idOf(CHANGED), variables: { since } } as never, {
      next: ({ data }) => data && happened(data.changed),
      error: next,
      complete: next,
    });
  };
  begin();
  return () => {
    hasEnded = true;
    clearTimeout(waiting);
    client.dispose();
  };
}

/**
 * Begin to follow, as whoever holds the key, and anew when it changes.
 *
 * A browser opens six connections to a server in all, so a window that nobody sees gives its own back, and catches up when
 * it is seen again.
 */
export function goLive(): void {
  const isSeen = signal(document.visibilityState === "visible");
  document.addEventListener("visibilitychange", () => (isSeen.value = document.visibilityState === "visible"));
  effect(() => {
    key.value;
    stop?.();
    stop = isSeen.value ? follow() : undefined;
  });
}
