/** What the dashboard keeps in signals, read by the components of React that the explorer is made of. */
import { effect } from "@preact/signals";
import { useCallback, useSyncExternalStore } from "react";
import { isDark, key, language } from "../state";

/** The component is drawn anew whenever the language, the colours or the key change. */
export function useSettings(): { language: string; isDark: boolean; key: string } {
  return {
    language: useRead(() => language.value),
    isDark: useRead(isDark),
    key: useRead(() => key.value),
  };
}

function useRead<T>(read: () => T): T {
  const subscribe = useCallback(
    (changed: () => void) =>
      effect(() => {
        read();
        changed();
      }),
    [],
  );
  return useSyncExternalStore(subscribe, read);
}
