/** Where each thing of the graph has its page. */

/** What a link needs of a row; platforms are known by their slug, areas by their code, all others by their id. */
export interface Linked {
  __typename?: string;
  id?: string;
  slug?: string;
  code?: string;
}

const RESULTS = new Set([
  "CitizenRequest",
  "Outcome",
  "Partnership",
  "Proposal",
  "PublicOpinionReport",
  "Recognition",
  "Recommendation",
  "ResearchReport",
  "SupervisionItem",
]);

/** The page of a row, or nothing when it has none of its own. */
export function hrefOf({ __typename, id, slug, code }: Linked): string | undefined {
  if (slug) return `/platforms/${encodeURIComponent(slug)}`;
  if (__typename === "District" && code) return `/districts/${code}`;
  if (code) return `/?at=${code}`;
  if (!id || !__typename) return undefined;
  if (__typename === "Member") return `/members/${encodeURIComponent(id)}`;
  if (__typename === "Event") return `/events/${encodeURIComponent(id)}`;
  return RESULTS.has(__typename) ? `/results/${encodeURIComponent(id)}` : undefined;
}

export type Subject = "ATTENDANCES" | "EVENTS" | "MEMBERS" | "OBSERVATIONS" | "PLATFORMS" | "RESULTS";

/** The page that lists the rows behind a figure. */
export function rowsHref(of: Subject, where: unknown): string {
  return `/rows/${of.toLowerCase()}?${new URLSearchParams({ where: JSON.stringify(where ?? {}) })}`;
}
