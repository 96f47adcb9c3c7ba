// All that @graphql-eslint recommends for a schema and for Relay, with nothing switched off: test_linters.py tells what
// it finds from what is meant.
import graphqlPlugin from "@graphql-eslint/eslint-plugin";

const { "flat/schema-recommended": recommended, "flat/schema-relay": relay } = graphqlPlugin.configs;

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphqlPlugin.parser, parserOptions: { graphQLConfig: { schema: "schema.graphql" } } },
    plugins: { "@graphql-eslint": graphqlPlugin },
    rules: { ...recommended.rules, ...relay.rules },
  },
];
