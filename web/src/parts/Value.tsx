/** One figure with all that is needed to trust it: what it means, how exact and complete it is, and the rows behind it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type FragmentType, graphql, unmask } from "../gql";
import { written } from "../figures";
import { language, t } from "../state";

export const VALUE = graphql(`
  fragment FigureValue on RollupValue {
    measure
    value
    precision
    indicator {
      key
      name
      nameEn
      definition
      formula
      numerator
      denominator
      unit
    }
  }
`);

export const COMPLETENESS = graphql(`
  fragment FigureCompleteness on Completeness {
    reporting
    expected
    periodsMixed
    missing {
      name
    }
  }
`);

export interface FigureProps {
  value: FragmentType<typeof VALUE>;
  completeness?: FragmentType<typeof COMPLETENESS>;
  basis: "COMPUTED" | "REPORTED";
  /** What it is called, when its indicator's name says too much or too little. */
  name?: ComponentChildren;
  /** Where the rows behind it are listed. */
  href?: string;
  asOf?: string;
}

export function Figure({ value: masked, completeness: maskedCompleteness, basis, name, href, asOf }: FigureProps) {
  const { value, precision, indicator } = unmask(VALUE, masked);
  const completeness = unmask(COMPLETENESS, maskedCompleteness);
  const text = written(value, indicator.unit, precision);
  const title = name ?? (language.value === "zh" ? indicator.name : indicator.nameEn);
  const parts: [string, string | null | undefined][] = [
    [t("定义", "Definition"), indicator.definition],
    [t("公式", "Formula"), indicator.formula],
    [t("分子", "Numerator"), indicator.numerator],
    [t("分母", "Denominator"), indicator.denominator],
    [t("截至", "As of"), asOf],
  ];
  return (
    <div class={`figure-card ${basis === "REPORTED" ? "reported" : ""}`} data-figure={indicator.key}>
      <div class="name">{title}</div>
      <Flashing text={text} href={href} />
      {completeness && <Complete completeness={completeness} />}
      <details class="meaning">
        <summary>
          <span class="badge">{basis === "REPORTED" ? t("报告", "reported") : t("计算", "computed")}</span>{" "}
          {t("说明", "meaning")}
        </summary>
        <dl>
          {parts.map(
            ([what, told]) =>
              told && (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>{told}</dd>
                </div>
              ),
          )}
        </dl>
      </details>
    </div>
  );
}

/** A figure that flashes once when it becomes another. */
function Flashing({ text, href }: { text: string; href?: string }) {
  const before = useRef(text);
  const [isNew, setIsNew] = useState(false);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    setIsNew(true);
    const timer = setTimeout(() => setIsNew(false), 1_600);
    return () => clearTimeout(timer);
  }, [text]);
  const classes = `value ${isNew ? "flash" : ""}`;
  return href ? (
    <a class={classes} href={href}>
      {text}
    </a>
  ) : (
    <span class={classes}>{text}</span>
  );
}

/** How many districts a figure is of, and who is missing. */
export function Complete({
  completeness: { reporting, expected, periodsMixed, missing },
}: {
  completeness: { reporting: number; expected: number; periodsMixed: boolean; missing: { name: string }[] };
}) {
  if (reporting === expected && !periodsMixed) return null;
  const names = missing.map(({ name }) => name).join(t("、", ", "));
  return (
    <div class="completeness" title={names && t(`未报告:${names}`, `Not reported: ${names}`)}>
      {t(`${expected} 个区县中 ${reporting} 个报告`, `${reporting} of ${expected} districts report`)}
      {periodsMixed && t(",期间不一", ", periods differ")}
    </div>
  );
}
