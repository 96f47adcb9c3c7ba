import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const TEXT = /\.(html|js|css|svg|json|ttf)$/;

/** Put the manifest of the documents beside what is built, and what is compressed beside each file that can be. */
function finished(): Plugin {
  let built = "dist";
  return {
    name: "finished",
    apply: "build",
    configResolved(config) {
      built = config.build.outDir;
    },
    async closeBundle() {
      await copyFile("src/gql/persisted-documents.json", join(built, "persisted.json"));
      const names = await readdir(built, { recursive: true });
      await Promise.all(names.filter((name) => TEXT.test(name)).map((name) => compressed(join(built, name))));
    },
  };
}

async function compressed(path: string): Promise<void> {
  const bytes = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: bytes.length > 1_000_000 ? 9 : 11 };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}

export default defineConfig({
  plugins: [finished()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    // Every asset is a file of its own, so that the pages may be told to load nothing but files.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8_000,
    rolldownOptions: {
      input: { index: "index.html", explorer: "explorer.html" },
      onwarn(warning, warn) {
        // Packages of React say which of their modules are for browsers, as all of them are here.
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  server: {
    proxy: { "/graphql": "http://127.0.0.1:8000", "/schema.graphql": "http://127.0.0.1:8000" },
    // The documented questions lie beside this folder.
    fs: { allow: [".."] },
  },
});
