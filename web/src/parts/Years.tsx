/** The choice of a year, kept in the address. */
import { useLocation } from "preact-iso";
import { t } from "../state";

export function Years({ of, year }: { of: number[]; year: number }) {
  const { path, query, route } = useLocation();
  return (
    <label class="years">
      {t("年份", "Year")}{" "}
      <select
        value={String(year)}
        onChange={(event) =>
          route(`${path}?${new URLSearchParams({ ...query, year: event.currentTarget.value })}`, true)
        }
      >
        {of.map((each) => (
          <option key={each} value={String(each)}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The years from the first to the last moment, newest first, and which of them the address names. */
export function yearsOf(
  earliest: string | undefined,
  latest: string | undefined,
  wanted: string | undefined,
): { years: number[]; year: number } {
  const last = Number((latest ?? new Date().toISOString()).slice(0, 4));
  const first = Math.min(last, Number((earliest ?? latest ?? String(last)).slice(0, 4)));
  const years = Array.from({ length: last - first + 1 }, (_, back) => last - back);
  return { years, year: years.find((each) => String(each) === wanted) ?? last };
}
