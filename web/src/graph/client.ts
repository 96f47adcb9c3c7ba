/** Asks the graph. Documents are sent by their ids, which the server trusts, and by GET, so that browsers may keep answers. */
import { cacheExchange, Client, type CombinedError, fetchExchange, type OperationContext } from "@urql/core";
import { effect } from "@preact/signals";
import type { TypedDocumentString } from "../gql/graphql";
import { key } from "../state";

/** Why there is no answer, as far as one can tell. */
export interface Failed {
  code: string;
  message: string;
  /** What operators find the request by in their log. */
  requestId?: string;
}

let client = made();
// What one key may see is not shown to another.
effect(() => {
  key.value;
  client = made();
});

function made(): Client {
  return new Client({
    url: "/graphql",
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: true,
    fetchOptions: () => ({ headers: headers() }),
  });
}

function headers(): Record<string, string> {
  return { ...authorization(), accept: "application/graphql-response+json" };
}

/** The header that says who asks. */
export function authorization(): Record<string, string> {
  return key.value ? { authorization: `Bearer ${key.value}` } : {};
}

/** The id by which the server knows a document. */
export function idOf(document: TypedDocumentString<unknown, never>): string {
  return (document.__meta__ as { hash: string }).hash;
}

/** The answer to a document; with `isAnew` it is asked even when there is one already. */
export async function ask<D, V>(
  document: TypedDocumentString<D, V>,
  variables: V,
  isAnew = false,
): Promise<{ data?: D; failed?: Failed }> {
  const persisted = { kind: "Document" as const, definitions: [], documentId: idOf(document) };
  // What the browser has kept is asked for anew too; when nothing has changed, that is all the server says.
  const anew: Partial<OperationContext> = {
    requestPolicy: "network-only",
    fetchOptions: () => ({ headers: headers(), cache: "no-cache" }),
  };
  const answer = await client.query(persisted as never, variables as never, isAnew ? anew : undefined).toPromise();
  return { data: (answer.data as D | null) ?? undefined, failed: answer.error && failedBy(answer.error) };
}

function failedBy(error: CombinedError): Failed {
  const response = error.response as Response | undefined;
  const requestId = response?.headers?.get("x-request-id") ?? undefined;
  const first = error.graphQLErrors[0];
  if (first) return { code: String(first.extensions?.code ?? "ERROR"), message: first.message, requestId };
  return { code: response ? String(response.status) : "NETWORK", message: error.message, requestId };
}
