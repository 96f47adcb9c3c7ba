/** Whether the window is as narrow as that of a phone. */
import { signal } from "@preact/signals";

const query = matchMedia("(max-width: 640px)");
const isNarrow = signal(query.matches);
query.addEventListener("change", () => (isNarrow.value = query.matches));

export function useIsNarrow(): boolean {
  return isNarrow.value;
}
