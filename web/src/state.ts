/** What the whole page shares: language, colours, the key. It outlasts the page where the browser keeps it. */
import { effect, signal } from "@preact/signals";

export type Language = "zh" | "en";
export type Theme = "auto" | "light" | "dark";

export const language = signal<Language>(
  kept("language", ["zh", "en"]) ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
);
export const theme = signal<Theme>(kept("theme", ["auto", "light", "dark"]) ?? "auto");
/** The key of this tab; it is forgotten with the tab, and never written anywhere else. */
export const key = signal(sessionStorage.getItem("key") ?? "");

const darkness = matchMedia("(prefers-color-scheme: dark)");
const prefersDark = signal(darkness.matches);
darkness.addEventListener("change", () => (prefersDark.value = darkness.matches));

/** Whether the page is dark just now. */
export function isDark(): boolean {
  return theme.value === "dark" || (theme.value === "auto" && prefersDark.value);
}

effect(() => {
  localStorage.setItem("language", language.value);
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});
effect(() => {
  localStorage.setItem("theme", theme.value);
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
});
effect(() => {
  if (key.value) sessionStorage.setItem("key", key.value);
  else sessionStorage.removeItem("key");
});

/** How long charts take to be drawn in other colours, in milliseconds. */
const REDRAWN = 700;

/** Print the page, in the colours for paper, charts too. */
export function print(): void {
  const before = theme.value;
  theme.value = "light";
  setTimeout(
    () => {
      window.print();
      theme.value = before;
    },
    before === "light" ? 0 : REDRAWN,
  );
}

/** The text in the language of the page. */
export function t(zh: string, en: string): string {
  return language.value === "zh" ? zh : en;
}

function kept<T extends string>(name: string, known: readonly T[]): T | undefined {
  const found = localStorage.getItem(name);
  return known.find((each) => each === found);
}
