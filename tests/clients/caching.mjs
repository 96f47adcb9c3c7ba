// Runs operations in a client with a normalised cache: `node caching.mjs urql|apollo URL KEY SCHEMA LISTS`.
// LISTS is JSON: the lists that are kept, each with its field, its query, its type of edge and the types of its rows.
// Takes a line of JSON for each operation, {"how": "fetch"|"read"|"write", "text", "variables"}, and answers with a line:
// its data and errors, and how many requests were made so far. What is read comes from the cache alone.
import { buildSchema } from "graphql";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [which, url, key, schema, lists] = process.argv.slice(2);
const { makeClient } = await import(`./${which}.mjs`);
let requests = 0;
const client = makeClient({
  url,
  headers: { authorization: `Bearer ${key}` },
  fetch: (...given) => {
    requests += 1;
    return fetch(...given);
  },
  schema: buildSchema(readFileSync(schema, "utf8")),
  lists: JSON.parse(lists),
});
for await (const line of createInterface({ input: process.stdin })) {
  const { how, text, variables } = JSON.parse(line);
  let answer;
  try {
    answer = await client[how](text, variables);
  } catch (error) {
    answer = { data: null, errors: [String(error)] };
  }
  console.log(JSON.stringify({ ...answer, requests }));
}
