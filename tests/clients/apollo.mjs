// Apollo Client with its normalised cache, for the whole graph. Things are kept by `__typename` and `id`; the lists are
// paged. A mutation's payload is all that is needed to follow it.
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { isAbstractType, parse } from "graphql";

import { deleted, things, withFirst } from "./payloads.mjs";

const PAGING = ["first", "after", "last", "before"];

export function makeClient({ url, headers, fetch, schema, lists }) {
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  const paged = lists.map(({ field }) => {
    const { args } = schema.getQueryType().getFields()[field];
    return [field, relayStylePagination(args.map(({ name }) => name).filter((name) => !PAGING.includes(name)))];
  });
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, headers, fetch }),
    cache: new InMemoryCache({
      possibleTypes: Object.fromEntries(
        abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
      ),
      typePolicies: { Query: { fields: Object.fromEntries(paged) } },
    }),
  });
  const told = ({ data, error }) => ({ data, errors: error ? [error.message] : [] });
  return {
    fetch: (query, variables) =>
      client.query({ query: parse(query), variables, fetchPolicy: "network-only" }).then(told),
    read: (query, variables) => client.query({ query: parse(query), variables, fetchPolicy: "cache-only" }).then(told),
    write: (mutation, variables) =>
      client
        .mutate({
          mutation: parse(mutation),
          variables,
          update: (cache, { data }) => Object.values(data).forEach((payload) => follow(cache, payload, lists)),
        })
        .then(told),
  };
}

// Things the payload changed are in the cache by now. What it made goes to the front of its list, and what it deleted is
// forgotten.
function follow(cache, payload, lists) {
  for (const gone of deleted(payload)) cache.evict({ id: cache.identify(gone) });
  for (const node of things(payload)) {
    for (const list of lists.filter((each) => each.types.includes(node.__typename))) {
      cache.updateQuery({ query: parse(list.query) }, (data) => withFirst(data, list, node));
    }
  }
}
