import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types of the documents, and the manifest by which the server trusts them: `persisted.json`, which the build copies. */
const config: CodegenConfig = {
  schema: "../schema.graphql",
  documents: ["src/**/*.{ts,tsx}", "!src/gql/**"],
  ignoreNoDocuments: true,
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: { unmaskFunctionName: "unmask" },
        persistedDocuments: { hashAlgorithm: "sha256" },
      },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: {
          JSON: "unknown",
          Date: "string",
          DateTime: "string",
        },
      },
    },
  },
};
export default config;
