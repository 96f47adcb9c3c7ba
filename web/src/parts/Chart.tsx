/** A chart of ECharts, which is fetched when the first one is shown; its sheet says the same to those who cannot see it. */
import type { EChartsCoreOption, EChartsType } from "echarts/core";
import { forwardRef } from "preact/compat";
import { useEffect, useImperativeHandle, useRef } from "preact/hooks";
import { isDark } from "../state";

/** What can be done with a chart that is drawn. */
export interface Drawn {
  png: () => string;
  flash: (names: string[]) => void;
}

export interface ChartProps {
  option: EChartsCoreOption;
  /** What the chart shows, for those who cannot see it. */
  label: string;
  height?: number;
  onClick?: (data: unknown) => void;
}

/** Colours that those can tell apart who see no red or no green (Okabe and Ito). */
export const COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c00", "#666666"];
/** From little to much, dark enough for white letters. */
export const SCALE = ["#587890", "#3f78a8", "#1f5a96", "#0b3c73", "#06244b"];

export const Chart = forwardRef<Drawn, ChartProps>(function Chart({ option, label, height = 300, onClick }, ref) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const clicked = useRef(onClick);
  clicked.current = onClick;
  const latest = useRef(option);
  latest.current = option;
  const dark = isDark();

  useEffect(() => {
    let isGone = false;
    let observer: ResizeObserver | undefined;
    import("./echarts").then(({ init }) => {
      if (isGone || !box.current) return;
      const drawn = init(box.current, dark ? "dark" : undefined);
      chart.current = drawn;
      drawn.on("click", ({ data }) => clicked.current?.(data));
      drawn.setOption(dressed(latest.current));
      observer = new ResizeObserver(() => drawn.resize());
      observer.observe(box.current);
      box.current.dataset.drawn = "true";
    });
    return () => {
      isGone = true;
      observer?.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [dark]);
  useEffect(() => {
    chart.current?.setOption(dressed(option), { notMerge: true });
  }, [option]);
  useImperativeHandle(
    ref,
    () => ({
      png: () => chart.current?.getDataURL({ pixelRatio: 2, backgroundColor: dark ? "#14181d" : "#ffffff" }) ?? "",
      flash: (names) => {
        for (const name of names) chart.current?.dispatchAction({ type: "highlight", name });
        setTimeout(() => {
          for (const name of names) chart.current?.dispatchAction({ type: "downplay", name });
        }, 1_500);
      },
    }),
    [dark],
  );
  return <div ref={box} class="chart" style={{ height: `${height}px` }} role="img" aria-label={label} />;
});

/** What all charts have in common. Tips are drawn, since the pages may have no styles but those of their files. */
function dressed(option: EChartsCoreOption): EChartsCoreOption {
  return {
    color: COLORS,
    backgroundColor: "transparent",
    textStyle: { fontFamily: "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif" },
    animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300,
    ...option,
    tooltip: { renderMode: "richText", confine: true, ...(option.tooltip as object | undefined) },
  };
}
