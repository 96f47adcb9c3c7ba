/** What the window is called. */
import { useEffect } from "preact/hooks";
import { t } from "../state";

export function useTitle(name?: string | null): void {
  useEffect(() => {
    document.title = `${name ? `${name} · ` : ""}${t("驿站", "Yizhan")}`;
  }, [name]);
}
