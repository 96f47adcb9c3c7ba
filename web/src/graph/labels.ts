/** What the values of enums are called, as the graph itself says. */
import { effect, signal } from "@preact/signals";
import { graphql } from "../gql";
import { key, language } from "../state";
import { ask } from "./client";

const LABELS = graphql(`
  query Labels {
    enumLabels {
      name
      values {
        value
        zh
        en
      }
    }
  }
`);

const labels = signal(new Map<string, { zh: string; en: string }>());

/** Ask for them, and again when a key comes or goes: with a wrong one nothing is answered. */
export function loadLabels(): void {
  effect(() => {
    key.value;
    load();
  });
}

async function load(): Promise<void> {
  const { data } = await ask(LABELS, {});
  if (data) {
    labels.value = new Map(
      data.enumLabels.flatMap(({ name, values }) =>
        values.map(({ value, zh, en }) => [`${name}.${value}`, { zh, en }] as const),
      ),
    );
  }
}

/** What a value of an enum is called in the language of the page, such as `label("EventKind", "SALON")`. */
export function label(name: string, value: string): string {
  return labels.value.get(`${name}.${value}`)?.[language.value] ?? value;
}
