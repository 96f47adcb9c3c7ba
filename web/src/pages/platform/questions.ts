/** What the page of a platform asks. */
import { graphql } from "../../gql";

export const PLATFORM = graphql(`
  query PlatformPage($slug: String!, $today: Date!) {
    platform(slug: $slug) {
      __typename
      id
      slug
      name
      kind
      level
      status
      brand
      hostKind
      isOnline
      establishedOn
      closedOn
      note
      isSample
      visibility
      area {
        ...PlaceLine
        ancestors {
          ...PlaceLine
        }
      }
      district {
        ...PlaceLine
      }
      host {
        ...PlaceLine
      }
      sponsor {
        name
      }
      lead {
        __typename
        id
        name
        isSample
      }
      starRatings {
        year
        stars
        isSample
      }
      source {
        ...SourceLine
      }
      ancestors {
        ...PlatformLine
      }
      children(first: 20) {
        totalCount
        nodes {
          ...PlatformLine
        }
      }
      members(first: 20, activeOn: $today) {
        totalCount
        nodes {
          id
          role
          post
          startsOn
          isSample
          member {
            __typename
            id
            name
            sector {
              name
              nameEn
            }
          }
        }
      }
      hostings(first: 10, activeOn: $today) {
        totalCount
        nodes {
          id
          startsOn
          isInferred
          isSample
          organization {
            name
            kind
          }
        }
      }
      coming: events(
        first: 5
        where: { timing: [ONGOING, UPCOMING] }
        orderBy: [{ field: STARTS_AT, direction: ASC }]
      ) {
        totalCount
        nodes {
          ...EventLine
        }
      }
      past: events(first: 10, where: { timing: [PAST] }, orderBy: [{ field: STARTS_AT, direction: DESC }]) {
        totalCount
        nodes {
          ...EventLine
        }
      }
      earliest: events(first: 1, orderBy: [{ field: STARTS_AT, direction: ASC }]) {
        nodes {
          startsAtLocal
        }
      }
      latest: events(first: 1, orderBy: [{ field: STARTS_AT, direction: DESC }]) {
        nodes {
          startsAtLocal
        }
      }
      observations(first: 20) {
        totalCount
        nodes {
          ...ObservationLine
        }
      }
      documents(first: 10) {
        totalCount
        nodes {
          ...DocumentLine
        }
      }
    }
  }
`);

export const ACTIVITY = graphql(`
  query PlatformActivity($where: RollupFilter!) {
    months: rollup(of: EVENTS, by: [MONTH], measures: [COUNT], where: $where) {
      total {
        where
      }
      rows {
        keys {
          value
        }
        where
        values {
          value
        }
      }
    }
    samples: rollup(of: EVENTS, by: [IS_SAMPLE], measures: [COUNT], where: $where) {
      rows {
        keys {
          value
        }
        values {
          value
        }
      }
    }
  }
`);

export const OUTPUT = graphql(`
  query PlatformOutput($slug: String!, $where: RollupFilter!) {
    kinds: rollup(of: RESULTS, by: [RESULT_KIND, RESULT_STATUS], measures: [COUNT], where: $where, first: 100) {
      rows {
        keys {
          value
        }
        where
        values {
          value
        }
      }
    }
    platform(slug: $slug) {
      results(first: 10, orderBy: [{ field: RAISED_AT, direction: DESC }]) {
        totalCount
        nodes {
          ...ResultLine
        }
      }
    }
  }
`);
