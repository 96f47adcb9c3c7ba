/** How figures are written: exact or not, absent or nought, in their units. */
import { language, t } from "./state";

export type Precision = "ABOUT" | "AT_LEAST" | "COUNTED_FROM_LIST" | "EXACT";

/** A figure in words. What is absent is never nought. */
export function written(value: number | null | undefined, unit?: string, precision: string = "EXACT"): string {
  if (value == null) return t("无", "n/a");
  const sign = precision === "AT_LEAST" ? "≥ " : precision === "ABOUT" ? "≈ " : "";
  const locale = language.value === "zh" ? "zh-CN" : "en";
  const format =
    unit === "RATIO"
      ? new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 })
      : new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return sign + format.format(value) + (unit === "DAY" ? t(" 天", " days") : "");
}

/** A moment as it is told in China, where the districts are. */
export function moment(at: string): string {
  return new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", {
    timeZone: "Asia/Shanghai",
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(at));
}

/** The day of a moment, in China. */
export function day(at: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(new Date(at));
}

/** A time as exactly as it is known: the graph gives 2023, 2023-09, 2023-09-28 or 2023-09-28T14:30+08:00. */
export function asKnown(local: string): string {
  return local.slice(0, 16).replace("T", " ");
}

/** A moment to the minute, in China, in the form of `asKnown`. */
export function minute(at: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(
    new Date(at),
  );
}
