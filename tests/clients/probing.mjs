// What a client of subscriptions makes of a query, a wrong field and a subscription: `node probing.mjs ws|sse URL`.
// Prints a line of JSON for each: the results it got, how it ended, and why if it failed.
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";

const [how, url] = process.argv.slice(2);
const client =
  how === "ws"
    ? createWs({ url: url.replace(/^http/, "ws"), retryAttempts: 0 })
    : createSse({ url, retryAttempts: 0, singleConnection: false });
const rollup = 'rollupChanged(of: PLATFORMS, by: [], measures: [COUNT], where: {area: ["330114"]})';
const probes = [
  '{ area(code: "330114") { name } }',
  "{ nothing }",
  `subscription { ${rollup} { total { values { value } } } }`,
];
for (const query of probes) {
  const results = [];
  let ended = "completed";
  try {
    for await (const result of client.iterate({ query })) {
      results.push(result);
      if (query.startsWith("subscription")) {
        ended = "left";
        break;
      }
    }
  } catch (error) {
    ended = "refused";
    results.push({ errors: [error].flat().map(({ message, extensions }) => ({ message, code: extensions?.code })) });
  }
  console.log(JSON.stringify({ ended, results }));
}
client.dispose();
