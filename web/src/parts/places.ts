/** Areas as steps of a path. */
import { type FragmentType, graphql, unmask } from "../gql";

export const PLACE = graphql(`
  fragment PlaceLine on Area {
    __typename
    code
    name
    level
  }
`);

type Place = FragmentType<typeof PLACE>;

/** An area and all it lies in, the city first; the province has no page. */
export function pathTo(masked: Place & { ancestors: readonly Place[] }) {
  const areas = [masked, ...masked.ancestors].map((area) => unmask(PLACE, area));
  return areas.reverse().filter(({ level }) => level !== "PROVINCE");
}
