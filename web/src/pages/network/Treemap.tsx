/** The network as tiles: what lies in what, how large it is and how it does. A click goes one level down. */
import { useLocation } from "preact-iso";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { EChartsCoreOption } from "echarts/core";
import { graphql, unmask } from "../../gql";
import type { RollupDimension } from "../../gql/graphql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { Chart, type Drawn, SCALE } from "../../parts/Chart";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import type { Sheet } from "../../takeaway/sheets";
import type { Measured } from "./measures";
import { type Keyed, range, type Tile, tilesOf } from "./tree";

const TILES = graphql(`
  fragment Tiles on Rollup {
    asOf
    rowCount
    rows {
      keys {
        dimension
        value
        label
        node {
          __typename
          ... on Platform {
            slug
          }
        }
      }
      values {
        value
        indicator {
          unit
        }
      }
    }
  }
`);

const NETWORK = graphql(`
  query Network(
    $by: [RollupDimension!]!
    $sizeOf: RollupSubject!
    $size: [RollupMeasure!]!
    $sizeWhere: RollupFilter
    $shadeOf: RollupSubject!
    $shade: [RollupMeasure!]!
    $shadeWhere: RollupFilter
  ) {
    sizes: rollup(of: $sizeOf, by: $by, measures: $size, where: $sizeWhere) {
      ...Tiles
    }
    shades: rollup(of: $shadeOf, by: $by, measures: $shade, where: $shadeWhere) {
      ...Tiles
    }
  }
`);

/** The codes of areas down to townships; what else has a place in the tree has no map of its own. */
const AREA = /^\d{4,9}$/;
/** The colour of tiles of which what the colour stands for is not known. */
const UNKNOWN = "#6b7177";

export interface TreemapProps {
  /** The code of the area that fills the map; none for all of them. */
  at?: string;
  size: Measured;
  shade: Measured;
  /** What is counted at all, for whatever subject. */
  filter: { period?: { since: string; until: string }; isSample?: boolean };
}

/** By what an area is divided: the next two levels down. */
export function dimensionsOf(at: string | undefined): RollupDimension[] {
  if (!at) return ["CITY", "DISTRICT", "TOWNSHIP"];
  if (at.length === 4) return ["DISTRICT", "TOWNSHIP"];
  return at.length === 6 ? ["TOWNSHIP", "PLATFORM"] : ["PLATFORM"];
}

export function Treemap({ at, size, shade, filter }: TreemapProps) {
  const { query, route } = useLocation();
  const by = dimensionsOf(at);
  const whereOf = ({ of }: Measured) => ({
    ...(at && { area: [at] }),
    ...(filter.isSample !== undefined && { isSample: filter.isSample }),
    // A platform has no day on which it happened.
    ...(of !== "PLATFORMS" && filter.period && { period: filter.period }),
  });
  const answer = useAnswer(NETWORK, {
    by,
    sizeOf: size.of,
    size: [size.measure],
    sizeWhere: whereOf(size),
    shadeOf: shade.of,
    shade: [shade.measure],
    shadeWhere: whereOf(shade),
  });
  const sizes = unmask(TILES, answer.data?.sizes);
  const shades = unmask(TILES, answer.data?.shades);
  const tiles = useMemo(() => {
    if (!sizes || !shades) return undefined;
    const made = tilesOf(sizes.rows as Keyed[], shades.rows as Keyed[]);
    // A level with one tile says nothing.
    return made.length === 1 && made[0]?.children && !at ? made[0].children : made;
  }, [sizes, shades]);
  const chart = useRef<Drawn>(null);
  useFlash(tiles, chart);
  const unit = shades?.rows[0]?.values[0]?.indicator.unit;
  const option = useMemo(() => tiles && optionOf(tiles, size, shade, unit), [tiles, size, shade, unit]);

  const goDown = (tile: Tile): void => {
    const href = hrefBelow(tile, by.length - depthOf(tiles), query);
    if (href) route(href);
  };
  return (
    <Panel
      title={t("协商平台网络", "The network of platforms")}
      className="map"
      answer={answer}
      chart={chart}
      isEmpty={() => tiles?.length === 0}
      sheet={() => sheetOf(by, size, shade, sizes?.rows as Keyed[], shades?.rows as Keyed[])}
      note={t(
        `面积:${size.name()};颜色越深,${shade.name()}越高;灰色为没有数据。点按进入下一级。`,
        `Size: ${size.name()}; the darker, the higher: ${shade.name()}; grey: not known. Click to go down.`,
      )}
    >
      {() =>
        option && (
          <>
            <Chart
              ref={chart}
              option={option}
              height={460}
              label={t(
                `树图:${tiles?.map(({ name, value }) => `${name} ${written(value)}`).join(",")}`,
                `Treemap: ${tiles?.map(({ name, value }) => `${name} ${written(value)}`).join(", ")}`,
              )}
              onClick={(data) => goDown(data as Tile)}
            />
            <Legend bounds={range(tiles ?? [])} unit={unit} name={shade.name()} />
            <TileLinks tiles={tiles ?? []} skipped={by.length - depthOf(tiles)} query={query} />
            {sizes && sizes.rowCount > sizes.rows.length && (
              <p class="note">
                {t(
                  `共 ${sizes.rowCount} 块,显示最大的 ${sizes.rows.length} 块。`,
                  `The ${sizes.rows.length} largest of ${sizes.rowCount} tiles are shown.`,
                )}
              </p>
            )}
          </>
        )
      }
    </Panel>
  );
}

/** How many levels the tiles have. */
function depthOf(tiles: readonly Tile[] = []): number {
  return tiles[0] ? 1 + depthOf(tiles[0].children) : 0;
}

/** What lies below a tile: the map of its topmost area, of which `skipped` levels are not shown, or a platform's page. */
function hrefBelow(tile: Tile, skipped: number, query: Record<string, string>): string | undefined {
  const code = tile.id.split("/")[skipped];
  if (code && AREA.test(code)) return `/?${new URLSearchParams({ ...query, at: code })}`;
  return tile.slug && `/platforms/${encodeURIComponent(tile.slug)}`;
}

/** The topmost tiles as links, for those who use the keyboard, or another way of looking. */
function TileLinks({ tiles, skipped, query }: { tiles: Tile[]; skipped: number; query: Record<string, string> }) {
  const linked = tiles.flatMap((tile) => (hrefBelow(tile, skipped, query) ? [tile] : (tile.children ?? [])));
  return (
    <ul class="tiles" aria-label={t("下一级", "One level down")}>
      {linked.map((tile) => (
        <li key={tile.id}>
          <a href={hrefBelow(tile, skipped, query)}>{tile.name}</a> <small>{written(tile.value)}</small>
        </li>
      ))}
    </ul>
  );
}

/** What the colours stand for. */
function Legend({ bounds, unit, name }: { bounds: [number, number] | null; unit?: string; name: string }) {
  if (!bounds) return null;
  return (
    <p class="legend">
      {name} {written(bounds[0], unit)}
      {SCALE.map((color) => (
        <i key={color} style={{ background: color }} />
      ))}
      {written(bounds[1], unit)}
      <i style={{ background: UNKNOWN }} /> {t("没有数据", "not known")}
    </p>
  );
}

/** Let those tiles flash once that have become others than they were. */
function useFlash(tiles: Tile[] | undefined, chart: { current: Drawn | null }): void {
  const before = useRef(new Map<string, string>());
  useEffect(() => {
    if (!tiles) return;
    const now = new Map<string, string>();
    const changed: string[] = [];
    const walk = (tile: Tile): void => {
      const told = `${tile.value} ${tile.shade}`;
      now.set(tile.id, told);
      const known = before.current.get(tile.id);
      if (known !== undefined && known !== told) changed.push(tile.name);
      tile.children?.forEach(walk);
    };
    tiles.forEach(walk);
    before.current = now;
    if (changed.length) chart.current?.flash(changed);
  }, [tiles]);
}

function optionOf(tiles: Tile[], size: Measured, shade: Measured, unit: string | undefined): EChartsCoreOption {
  const bounds = range(tiles);
  return {
    tooltip: {
      formatter: ({ data, treePathInfo }: { data: Tile; treePathInfo: { name: string }[] }) =>
        [
          treePathInfo
            .slice(1)
            .map(({ name }) => name)
            .join(" › "),
          `${size.name()}: ${written(data.value)}`,
          ...(data.children ? [] : [`${shade.name()}: ${written(data.shade, unit)}`]),
        ].join("\n"),
    },
    series: [
      {
        type: "treemap",
        data: tiles.map((tile) => coloured(tile, bounds)),
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        visibleMin: 30,
        // The root is the whole panel, and needs no heading.
        levels: [{ upperLabel: { show: false }, itemStyle: { borderWidth: 0, gapWidth: 2 } }],
        label: { show: true, overflow: "truncate", color: "#fff" },
        upperLabel: { show: true, height: 24, color: "#fff", fontWeight: "bold" },
        itemStyle: { borderColor: "#2b3946", borderWidth: 1, gapWidth: 1 },
        emphasis: { itemStyle: { borderColor: "#ffb000", borderWidth: 3 }, upperLabel: { show: true, color: "#fff" } },
      },
    ],
  };
}

/** A tile in its colour: of a scale of few steps, which is easier to read off than a gradient. */
function coloured(tile: Tile, bounds: [number, number] | null): object {
  const { children, shade } = tile;
  if (children) {
    return { ...tile, itemStyle: { color: "#2b3946" }, children: children.map((child) => coloured(child, bounds)) };
  }
  if (shade === null || bounds === null) return { ...tile, itemStyle: { color: UNKNOWN } };
  const [least, most] = bounds;
  const step = most > least ? Math.floor(((shade - least) / (most - least)) * SCALE.length) : 2;
  return { ...tile, itemStyle: { color: SCALE[Math.min(step, SCALE.length - 1)] } };
}

function sheetOf(
  by: RollupDimension[],
  size: Measured,
  shade: Measured,
  sizes: Keyed[] = [],
  shades: Keyed[] = [],
): Sheet {
  const joined = (row: Keyed): string => row.keys.map(({ value }) => value).join("/");
  const known = new Map(shades.map((row) => [joined(row), row.values[0]?.value ?? null]));
  const names: Partial<Record<RollupDimension, string>> = {
    CITY: t("市", "City"),
    DISTRICT: t("区县", "District"),
    TOWNSHIP: t("镇街", "Township"),
    PLATFORM: t("平台", "Platform"),
  };
  return {
    name: t("协商平台网络", "network"),
    columns: [...by.map((dimension) => names[dimension] ?? dimension), size.name(), shade.name()],
    rows: sizes.map((row) => [
      ...row.keys.map(({ label }) => label),
      row.values[0]?.value ?? null,
      known.get(joined(row)) ?? null,
    ]),
  };
}
