/** The tree that a rollup's flat rows make, level by level, as the treemap wants it. */

import { t } from "../../state";

/** A row of a rollup, as far as the tree needs it. */
export interface Keyed {
  keys: { value: string; label: string; node?: { __typename: string; slug?: string } | null }[];
  values: { value?: number | null }[];
}

export interface Tile {
  name: string;
  /** Unique among all tiles; the path of keys to it. */
  id: string;
  /** The code of an area, or what the last key says. */
  code: string;
  slug?: string;
  /** The size; a tile that holds others is as large as they are. */
  value: number;
  /** What the colour stands for; nothing where it is not known. */
  shade: number | null;
  children?: Tile[];
}

/** The tiles of the topmost level. `shades` are rows by the same dimensions. */
export function tilesOf(sizes: readonly Keyed[], shades: readonly Keyed[]): Tile[] {
  const shadeOf = new Map(shades.map((row) => [path(row, row.keys.length), row.values[0]?.value ?? null]));
  const roots: Tile[] = [];
  const known = new Map<string, Tile>();
  for (const row of sizes) {
    let siblings = roots;
    row.keys.forEach((key, depth) => {
      const id = path(row, depth + 1);
      let tile = known.get(id);
      if (!tile) {
        tile = {
          name: key.label || unplaced(),
          id,
          code: key.value,
          slug: key.node?.slug,
          value: 0,
          shade: shadeOf.get(id) ?? null,
        };
        known.set(id, tile);
        siblings.push(tile);
      }
      tile.value += row.values[0]?.value ?? 0;
      siblings = tile.children ??= [];
    });
  }
  for (const tile of known.values()) if (tile.children?.length === 0) delete tile.children;
  return roots;
}

/** What lies at a level without being in any place of it, such as a forum of the whole district. */
function unplaced(): string {
  return t("直属", "Of its own");
}

function path(row: Keyed, depth: number): string {
  return row.keys
    .slice(0, depth)
    .map(({ value }) => value)
    .join("/");
}

/** The least and the most of the shades that are known, among the innermost tiles. */
export function range(tiles: readonly Tile[]): [number, number] | null {
  let least = Infinity;
  let most = -Infinity;
  const walk = ({ shade, children }: Tile): void => {
    children?.forEach(walk);
    if (children || shade === null) return;
    least = Math.min(least, shade);
    most = Math.max(most, shade);
  };
  tiles.forEach(walk);
  return least <= most ? [least, most] : null;
}
