/** How the explorer asks: by POST as anybody would, and over server-sent events what goes on. */
import type { Fetcher, FetcherParams, FetcherOpts } from "@graphiql/toolkit";
import { type ExecutionResult, getOperationAST, parse } from "graphql";
import { createClient } from "graphql-sse";
import { authorization } from "../graph/client";

export const fetcher: Fetcher = (asked, options) => {
  const document = options?.documentAST ?? parse(asked.query);
  const operation = getOperationAST(document, asked.operationName);
  // What the field for headers says goes before the key of the page.
  const headers = { ...authorization(), ...(options?.headers as FetcherOpts["headers"]) };
  return operation?.operation === "subscription" ? watched(asked, headers) : answered(asked, headers);
};

async function answered(asked: FetcherParams, headers: Record<string, string>): Promise<ExecutionResult> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { accept: "application/graphql-response+json", "content-type": "application/json", ...headers },
    body: JSON.stringify(asked),
  });
  return response.json();
}

function watched(asked: FetcherParams, headers: Record<string, string>): AsyncIterableIterator<ExecutionResult> {
  // Whoever looks should see that it ended, so nothing is tried again.
  const client = createClient({ url: "/graphql", headers, retryAttempts: 0 });
  return client.iterate(asked as never) as AsyncIterableIterator<ExecutionResult>;
}
