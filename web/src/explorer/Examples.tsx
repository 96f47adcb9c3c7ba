/** @jsxImportSource react */
/** Opens the documented questions in tabs, and calls the tabs by what they ask. */
import { type TabsState, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";
import { t } from "../state";
import { EXAMPLES, titleOf } from "./examples";
import { useSettings } from "./reading";

/** Call each tab that holds a documented question by it; GraphiQL itself calls tabs by the names of their operations. */
export function entitle({ tabs }: TabsState): void {
  for (const tab of tabs) {
    const example = EXAMPLES.find(({ operation }) => operation === tab.operationName);
    if (example) tab.title = titleOf(example);
  }
}

export function Examples() {
  const { language } = useSettings();
  const tabs = useGraphiQL((state) => state.tabs);
  const active = useGraphiQL((state) => state.activeTabIndex);
  const editor = useGraphiQL((state) => state.queryEditor);
  const { addTab, changeTab, moveTab } = useGraphiQLActions();
  // Tabs in their old order are the same tabs, but called anew.
  useEffect(() => moveTab([...tabs]), [language]);
  useEffect(() => {
    document.getElementById(`graphiql-session-tab-${active}`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active]);

  const open = (name: string): void => {
    const example = EXAMPLES.find((each) => each.name === name);
    if (!example) return;
    const index = tabs.findIndex(({ operationName }) => operationName === example.operation);
    if (index >= 0) {
      changeTab(index);
    } else {
      addTab();
      editor?.setValue(example.query);
    }
  };
  const ask = t("打开一个示例问题…", "Open a documented question…");
  return (
    <select
      aria-label={t("示例问题", "Documented questions")}
      value=""
      disabled={!editor}
      onChange={(event) => open(event.target.value)}
    >
      <option value="" disabled>
        {ask}
      </option>
      {EXAMPLES.map((example) => (
        <option key={example.name} value={example.name}>
          {titleOf(example)}
        </option>
      ))}
    </select>
  );
}
