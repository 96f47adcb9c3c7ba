/** What is known of a thing, as names and what they are for it; what is not known is said to be so. */
import type { ComponentChildren } from "preact";
import { label } from "../graph/labels";
import { t } from "../state";
import type { Cell, Sheet } from "../takeaway/sheets";

export interface Fact {
  name: string;
  text: Cell;
  /** How it is shown, where that is more than its text. */
  shown?: ComponentChildren;
}

/** Facts, those left out that do not apply to the thing at all. */
export function facts(...all: (Fact | false | null | undefined | "")[]): Fact[] {
  return all.filter((fact) => Boolean(fact)) as Fact[];
}

/** Who sees a thing, as a fact about it; of what everybody sees nothing is said. */
export function visibilityFact(visibility: string): Fact | false {
  return visibility !== "PUBLIC" && { name: t("可见范围", "Visible to"), text: label("Visibility", visibility) };
}

export function Facts({ of }: { of: Fact[] }) {
  return (
    <dl class="facts">
      {of.map(({ name, text, shown }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class={text === null ? "unknown" : undefined}>
            {text === null ? t("未载", "not stated") : (shown ?? text)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function factSheet(name: string, of: Fact[]): Sheet {
  return { name, columns: [t("项目", "Field"), t("内容", "Value")], rows: of.map(({ name, text }) => [name, text]) };
}
