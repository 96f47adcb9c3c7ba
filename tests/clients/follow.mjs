// Follows the change log with one of two clients: `node follow.mjs ws|sse URL COUNT [SINCE]`.
// Prints "ready", then a line for each change, and ends after COUNT of them.
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";

const [how, url, count, since] = process.argv.slice(2);
const client =
  how === "ws"
    ? createWs({ url: url.replace(/^http/, "ws"), retryAttempts: 0, on: { connected: () => console.log("ready") } })
    : createSse({ url, retryAttempts: 0, onMessage: () => {} });
const query = "subscription ($since: String) { changed(since: $since) { cursor mutation rows { type node { id } } } }";
if (how === "sse") console.log("ready");
let seen = 0;
for await (const result of client.iterate({ query, variables: { since: since ?? null } })) {
  console.log(JSON.stringify(result));
  seen += 1;
  if (seen === Number(count)) break;
}
client.dispose();
