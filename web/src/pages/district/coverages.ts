/** The ways in which the coverage of a district is told: by which kind of platform, denominator and list of areas. */
import type { CoverageDenominator, PlatformKind } from "../../gql/graphql";

export interface Told {
  kind: PlatformKind;
  denominator: CoverageDenominator;
  /** Whether by the oldest list of areas that is known, and the platforms of that time. */
  isFirst?: boolean;
}

/** By the name under which each is asked for and stands in the address. */
export const COVERAGES = {
  halls: { kind: "DELIBERATION_HALL", denominator: "TOWNSHIPS" },
  hallsWithQuasi: { kind: "DELIBERATION_HALL", denominator: "TOWNSHIPS_WITH_QUASI" },
  hallsAtFirst: { kind: "DELIBERATION_HALL", denominator: "TOWNSHIPS", isFirst: true },
  stations: { kind: "CONSULTATION_STATION", denominator: "VILLAGES" },
  stationsWithQuasi: { kind: "CONSULTATION_STATION", denominator: "VILLAGES_WITH_QUASI" },
  stationsAtFirst: { kind: "CONSULTATION_STATION", denominator: "VILLAGES", isFirst: true },
  studios: { kind: "MEMBER_STUDIO", denominator: "PARKS" },
} satisfies Record<string, Told>;

export type CoverageName = keyof typeof COVERAGES;

export const USUAL: CoverageName = "stations";

export function isCoverage(name: string | undefined): name is CoverageName {
  return name !== undefined && name in COVERAGES;
}
