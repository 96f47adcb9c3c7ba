// Audits a server by the suite of graphql-http: `node audit.mjs URL`. Prints what every audit found, as JSON.
import { auditServer } from "graphql-http";

const fetchFn = (url, init) =>
  fetch(url, { ...init, headers: { ...init?.headers, "graphql-require-preflight": "1" } });
const results = await auditServer({ url: process.argv[2], fetchFn });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
