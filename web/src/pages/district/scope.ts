/** What all panels of a district's page look at: which district, which days, and whether facts alone. */
import { useLocation } from "preact-iso";
import { day } from "../../figures";

export interface Period {
  since: string;
  until: string;
}

export interface Scope {
  code: string;
  name: string;
  /** The city it lies in, among whose districts it has its rank. */
  city?: string;
  /** The years of which anything is known, newest first. */
  years: string[];
  /** The newest of them. */
  latest: string;
  /** The chosen year; none for all that is known. */
  year?: string;
  period?: Period;
  /** The day by which one is open or silent: the last of the year, but never one to come. */
  asOf: string;
  isSample?: boolean;
}

export function today(): string {
  return day(new Date().toISOString());
}

export function periodOf(year: string): Period {
  return { since: `${year}-01-01`, until: `${year}-12-31` };
}

/** The day that is so many days before another. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10);
}

/** The day that is so many months before another; the last of its month where that has fewer days. */
export function monthsBefore(date: string, months: number): string {
  const [year = 0, month = 1, dayOfMonth = 1] = date.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(dayOfMonth, last))).toISOString().slice(0, 10);
}

/** Of a rollup: all that belongs to the district, whenever it was. */
export function standing({ code, isSample }: Scope) {
  return { area: [code], ...(isSample !== undefined && { isSample }) };
}

/** Of a rollup: what happened in the district within the period. */
export function dated(scope: Scope) {
  return { ...standing(scope), ...(scope.period && { period: scope.period }) };
}

/** Of a list: what belongs to the district. */
export function within({ code, isSample }: Scope) {
  return { within: [code], ...(isSample !== undefined && { isSample }) };
}

/** What is chosen stands in the address; nothing is chosen by an empty value. */
export function useChoices() {
  const { query, path, route } = useLocation();
  const to = (changes: Record<string, string>): string => {
    const kept = Object.entries({ ...query, ...changes }).filter(([, value]) => value);
    return kept.length ? `${path}?${new URLSearchParams(kept)}` : path;
  };
  return { query, to, choose: (changes: Record<string, string>): void => route(to(changes)) };
}
