/**
 * What changed in the contract: from each of its milestones to the next, and since the last. The build reads it from
 * `src/gql/changes.json`; given two files, it tells what changed between them instead.
 */
import { readFile, writeFile } from "node:fs/promises";
import { diff } from "@graphql-inspector/core";
import { buildASTSchema, parse } from "graphql";

const LEVELS = { BREAKING: "BREAKING", DANGEROUS: "DANGEROUS", NON_BREAKING: "SAFE" };
const ADDED = new Set(["TYPE_ADDED", "FIELD_ADDED"]);

async function contract(file) {
  return buildASTSchema(parse(await readFile(file, "utf8")));
}

/** The changes that clients can notice, the worst first, and how often only the words of a description changed. */
async function changes(before, after) {
  const found = await diff(before, after);
  const added = new Set(found.filter(({ type }) => ADDED.has(type)).map(({ path }) => path));
  const known = new Set(Object.keys(before.getTypeMap()));
  const noticed = found.filter(({ type, path = "" }) => {
    // What a new type or field consists of is no change, and what a directive says is told of as that.
    const parts = path.split(".");
    const owners = parts.map((_, index) => parts.slice(0, index + 1).join("."));
    const isPartOfNew = owners.some((owner) => added.has(owner) && !(ADDED.has(type) && owner === path));
    return !isPartOfNew && !type.includes("DESCRIPTION") && !type.startsWith("DIRECTIVE_USAGE");
  });
  const reworded = found.filter(
    ({ type, path = "" }) => type.endsWith("_DESCRIPTION_CHANGED") && known.has(path.split(".", 1)[0]),
  );
  const order = Object.values(LEVELS);
  const told = noticed.map(({ type, path = "", message, criticality: { level } }) => ({
    level: LEVELS[level],
    kind: type,
    path,
    message,
  }));
  told.sort((one, other) => order.indexOf(one.level) - order.indexOf(other.level));
  return { changes: told, reworded: reworded.length };
}

/** The milestones in order, each with what changed up to it, and what changed after the last of them. */
async function history() {
  const folder = new URL(".", import.meta.url);
  const milestones = JSON.parse(await readFile(new URL("milestones.json", folder), "utf8"));
  const contracts = [];
  for (const { file } of milestones) contracts.push(await contract(new URL(file, folder)));
  const told = [{ ...milestones[0], changes: [], reworded: 0 }];
  for (let index = 1; index < milestones.length; index++) {
    told.push({ ...milestones[index], ...(await changes(contracts[index - 1], contracts[index])) });
  }
  const now = await contract(new URL("../../schema.graphql", folder));
  return { milestones: told, since: await changes(contracts.at(-1), now) };
}

const [old, next] = process.argv.slice(2);
if (old && next) {
  console.log(JSON.stringify(await changes(await contract(old), await contract(next))));
} else {
  await writeFile(new URL("../src/gql/changes.json", import.meta.url), JSON.stringify(await history()));
}
