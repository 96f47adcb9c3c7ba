/** Published figures, each with its words and where they stand. */
import { type FragmentType, graphql, unmask } from "../gql";
import { written } from "../figures";
import { label } from "../graph/labels";
import { t } from "../state";
import type { Sheet } from "../takeaway/sheets";
import { Lines } from "./Lines";
import { SourceNote, sourceText } from "./SourceNote";

export const OBSERVATION = graphql(`
  fragment ObservationLine on Observation {
    id
    value
    precision
    unit
    quote
    population
    basis
    isSample
    period {
      label
    }
    indicator {
      name
      nameEn
    }
    source {
      ...SourceLine
    }
  }
`);

type Observations = readonly FragmentType<typeof OBSERVATION>[];

export function ObservationList({ observations, total }: { observations: Observations; total?: number }) {
  return (
    <Lines
      of={unmask(OBSERVATION, observations).map((observation) => ({
        key: observation.id,
        name: (
          <>
            {t(observation.indicator.name, observation.indicator.nameEn)}{" "}
            <strong>{written(observation.value, observation.unit, observation.precision)}</strong>
          </>
        ),
        isSample: observation.isSample,
        beside: [label("Basis", observation.basis), observation.period?.label, observation.population],
        below: (
          <div>
            <SourceNote source={observation.source} quote={observation.quote} />
          </div>
        ),
      }))}
      total={total}
    />
  );
}

export function observationSheet(name: string, observations: Observations): Sheet {
  return {
    name,
    columns: [
      t("指标", "Indicator"),
      t("数值", "Value"),
      t("期间", "Period"),
      t("统计对象", "Population"),
      t("原文", "Quote"),
      t("出处", "Source"),
    ],
    rows: unmask(OBSERVATION, observations).map((observation) => [
      t(observation.indicator.name, observation.indicator.nameEn),
      written(observation.value, observation.unit, observation.precision),
      observation.period?.label ?? null,
      observation.population ?? null,
      observation.quote ?? null,
      sourceText(observation.source),
    ]),
  };
}
