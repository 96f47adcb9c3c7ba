/** The contract of the graph as it is served, with what is where, what uses what, and what a text leads to. */
import { useEffect, useState } from "preact/hooks";
import {
  buildASTSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  parse,
} from "graphql";
import { t } from "../../state";

export type GroupName =
  "queries" | "mutations" | "subscriptions" | "types" | "interfaces" | "unions" | "inputs" | "enums" | "scalars";

/** One thing that has a name: a type, or a field, value or argument of one. */
export interface Entry {
  group: GroupName;
  type: string;
  field?: string;
  description: string;
}

/** A field that gives a type, or an argument or field of an input that takes it. */
export interface Use {
  type: string;
  field: string;
  argument?: string;
  isTaken: boolean;
}

export interface Contract {
  sdl: string;
  schema: GraphQLSchema;
  /** What the list of contents shows: fields of the roots, and all other types. */
  groups: Map<GroupName, Entry[]>;
  entries: Entry[];
  uses: Map<string, Use[]>;
}

let loading: Promise<Contract> | undefined;

/** The contract, once it is read; it is read once. */
export function useContract(): { contract?: Contract; hasFailed: boolean; again: () => void } {
  const [state, setState] = useState<{ contract?: Contract; hasFailed: boolean }>({ hasFailed: false });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    loading ??= load();
    loading.then(
      (contract) => setState({ contract, hasFailed: false }),
      () => {
        loading = undefined;
        setState({ hasFailed: true });
      },
    );
  }, [attempt]);
  return { ...state, again: () => setAttempt((number) => number + 1) };
}

async function load(): Promise<Contract> {
  const response = await fetch("/schema.graphql");
  if (!response.ok) throw new Error(String(response.status));
  const sdl = await response.text();
  const schema = buildASTSchema(parse(sdl), { assumeValid: true });
  const types = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith("__"))
    .sort((one, other) => one.name.localeCompare(other.name));
  const entries = types.flatMap((type) => entriesOf(type, schema));
  const groups = new Map<GroupName, Entry[]>();
  for (const entry of entries) {
    const isRoot = ROOTS.has(entry.group);
    if (isRoot === (entry.field !== undefined)) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  }
  return { sdl, schema, groups, entries, uses: usesOf(types) };
}

const ROOTS = new Set<GroupName>(["queries", "mutations", "subscriptions"]);
export const GROUPS: GroupName[] = [
  ...ROOTS,
  "types",
  "interfaces",
  "unions",
  "inputs",
  "enums",
  "scalars",
] as GroupName[];

/** What a group is called in the language of the page. */
export function groupName(group: GroupName): string {
  const names: Record<GroupName, string> = {
    queries: t("查询", "Queries"),
    mutations: t("变更", "Mutations"),
    subscriptions: t("订阅", "Subscriptions"),
    types: t("类型", "Types"),
    interfaces: t("接口类型", "Interfaces"),
    unions: t("联合类型", "Unions"),
    inputs: t("输入类型", "Inputs"),
    enums: t("枚举", "Enums"),
    scalars: t("标量", "Scalars"),
  };
  return names[group];
}

export function groupOf(type: GraphQLNamedType, schema: GraphQLSchema): GroupName {
  if (type === schema.getQueryType()) return "queries";
  if (type === schema.getMutationType()) return "mutations";
  if (type === schema.getSubscriptionType()) return "subscriptions";
  if (isInterfaceType(type)) return "interfaces";
  if (isUnionType(type)) return "unions";
  if (isInputObjectType(type)) return "inputs";
  if (isEnumType(type)) return "enums";
  return isScalarType(type) ? "scalars" : "types";
}

type Part = GraphQLField<unknown, unknown> | GraphQLInputField;

export function fieldsOf(type: GraphQLNamedType): Part[] {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
}

export function argumentsOf(field: Part): readonly GraphQLArgument[] {
  return "args" in field ? field.args : [];
}

function entriesOf(type: GraphQLNamedType, schema: GraphQLSchema): Entry[] {
  const group = groupOf(type, schema);
  const values = isEnumType(type) ? type.getValues() : [];
  return [
    { group, type: type.name, description: type.description ?? "" },
    ...[...fieldsOf(type), ...values].map(({ name, description }) => ({
      group,
      type: type.name,
      field: name,
      description: description ?? "",
    })),
  ];
}

function usesOf(types: GraphQLNamedType[]): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  const note = (used: string, use: Use): void => {
    const known = uses.get(used);
    if (known) known.push(use);
    else uses.set(used, [use]);
  };
  for (const type of types) {
    for (const field of fieldsOf(type)) {
      const isTaken = isInputObjectType(type);
      note(getNamedType(field.type).name, { type: type.name, field: field.name, isTaken });
      for (const each of argumentsOf(field)) {
        const use = { type: type.name, field: field.name, argument: each.name, isTaken: true };
        note(getNamedType(each.type).name, use);
      }
    }
  }
  return uses;
}

/** What a text leads to: the names that are it, begin with it or contain it, then the descriptions. */
export function found({ entries }: Contract, text: string): Entry[] {
  const wanted = text.toLowerCase();
  const [owner, dotted] = wanted.split(".", 2);
  const rank = ({ type, field, description }: Entry): number => {
    if (dotted !== undefined) {
      return type.toLowerCase() === owner && field?.toLowerCase().startsWith(dotted) ? 0 : 4;
    }
    const name = (field ?? type).toLowerCase();
    if (name === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    if (name.includes(wanted)) return 2;
    return description.toLowerCase().includes(wanted) ? 3 : 4;
  };
  const ranked = entries.map((entry) => ({ entry, rank: rank(entry) })).filter((each) => each.rank < 4);
  return ranked.sort((one, other) => one.rank - other.rank).map(({ entry }) => entry);
}

/** The address of a type, or of a field of it. */
export function schemaHref(type: string, field?: string): string {
  return `/schema?${new URLSearchParams({ type, ...(field !== undefined && { field }) })}`;
}
