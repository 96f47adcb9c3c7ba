// urql with its normalised cache, for the whole graph. Things are kept by `__typename` and `id`; what has no id is kept
// where it belongs; the lists are paged. A mutation's payload is all that is needed to follow it.
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { introspectionFromSchema, isObjectType } from "graphql";

import { deleted, things, withFirst, without } from "./payloads.mjs";

export function makeClient({ url, headers, fetch, schema, lists }) {
  const withoutId = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith("__") && !type.getFields().id,
  );
  const mutations = Object.keys(schema.getMutationType().getFields());
  const client = new Client({
    url,
    fetch,
    fetchOptions: { headers },
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        schema: introspectionFromSchema(schema),
        keys: Object.fromEntries(withoutId.map((type) => [type.name, () => null])),
        resolvers: { Query: Object.fromEntries(lists.map((list) => [list.field, relayPagination()])) },
        updates: {
          Mutation: Object.fromEntries(
            mutations.map((name) => [name, (result, _given, cache) => follow(cache, result[name], lists)]),
          ),
        },
      }),
      fetchExchange,
    ],
  });
  const told = async ({ data, error }) => ({ data, errors: error ? [error.message] : [] });
  return {
    fetch: (query, variables) => client.query(query, variables, { requestPolicy: "network-only" }).toPromise().then(told),
    read: (query, variables) => client.query(query, variables, { requestPolicy: "cache-only" }).toPromise().then(told),
    write: (mutation, variables) => client.mutation(mutation, variables).toPromise().then(told),
  };
}

// Things the payload changed are in the cache by now. What it made goes to the front of its list, and what it deleted is
// forgotten.
function follow(cache, payload, lists) {
  for (const gone of deleted(payload)) {
    for (const list of lists.filter((each) => each.types.includes(gone.__typename))) {
      cache.updateQuery({ query: list.query }, (data) => without(data, list, gone));
    }
    cache.invalidate(gone);
  }
  for (const node of things(payload)) {
    for (const list of lists.filter((each) => each.types.includes(node.__typename))) {
      cache.updateQuery({ query: list.query }, (data) => withFirst(data, list, node));
    }
  }
}
