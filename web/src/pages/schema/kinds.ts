/** What the kinds of change are called. */
import { t } from "../../state";

/** The worst first. */
export const LEVELS = ["BREAKING", "DANGEROUS", "SAFE"] as const;
export type Level = (typeof LEVELS)[number];

export function levelName(level: Level): string {
  return {
    BREAKING: t("不兼容", "Breaking"),
    DANGEROUS: t("须留意", "Dangerous"),
    SAFE: t("兼容", "Safe"),
  }[level];
}

const THINGS: Record<string, [string, string]> = {
  DIRECTIVE: ["指令", "Directive"],
  DIRECTIVE_ARGUMENT: ["指令的参数", "Argument of a directive"],
  DIRECTIVE_LOCATION: ["指令的位置", "Place of a directive"],
  DIRECTIVE_REPEATABLE: ["指令的可重复性", "Repeatability of a directive"],
  ENUM_VALUE: ["枚举值", "Value"],
  FIELD: ["字段", "Field"],
  FIELD_ARGUMENT: ["参数", "Argument"],
  INPUT_FIELD: ["输入字段", "Input field"],
  OBJECT_TYPE_INTERFACE: ["实现的接口", "Interface"],
  SCHEMA_MUTATION_TYPE: ["变更的根类型", "Root of mutations"],
  SCHEMA_QUERY_TYPE: ["查询的根类型", "Root of queries"],
  SCHEMA_SUBSCRIPTION_TYPE: ["订阅的根类型", "Root of subscriptions"],
  TYPE: ["类型", "Type"],
  UNION_MEMBER: ["联合类型的成员", "Member of a union"],
};
const ASPECTS: Record<string, [string, string]> = {
  DEFAULT: ["的默认值", "default of"],
  DEFAULT_VALUE: ["的默认值", "default of"],
  DEPRECATION: ["的弃用标记", "deprecation of"],
  DEPRECATION_REASON: ["的弃用原因", "reason of deprecation of"],
  KIND: ["的种类", "kind of"],
  TYPE: ["的类型", "type of"],
};
const ACTS: Record<string, [string, string]> = {
  ADDED: ["新增", "added"],
  CHANGED: ["更改", "changed"],
  REMOVED: ["移除", "removed"],
};

/** The kind of a change in the language of the page, such as “字段的类型更改” of `FIELD_TYPE_CHANGED`. */
export function kindName(kind: string): string {
  const [, whole = kind, end = ""] = /^(.*)_(ADDED|CHANGED|REMOVED)$/.exec(kind) ?? [];
  const act = ACTS[end];
  const aspect = THINGS[whole] ? undefined : Object.keys(ASPECTS).find((each) => whole.endsWith(`_${each}`));
  const thing = THINGS[aspect ? whole.slice(0, -aspect.length - 1) : whole];
  if (!act || !thing) return kind;
  const [zh, en] = aspect ? (ASPECTS[aspect] as [string, string]) : ["", ""];
  const english = [en, thing[1].toLowerCase(), act[1]].filter(Boolean).join(" ");
  return t(`${thing[0]}${zh}${act[0]}`, english.charAt(0).toUpperCase() + english.slice(1));
}
