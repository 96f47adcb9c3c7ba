/** What the page of a member asks. */
import { graphql } from "../../gql";

export const MEMBER = graphql(`
  query MemberPage($id: ID!) {
    node(id: $id) {
      __typename
      ... on Member {
        id
        name
        gender
        party
        post
        dutyCode
        tags
        isSample
        visibility
        contact {
          phone
          email
          bornOn
        }
        sector {
          code
          name
          nameEn
        }
        district {
          ...PlaceLine
          code
          ancestors {
            ...PlaceLine
          }
        }
        source {
          ...SourceLine
        }
        memberships(first: 30, orderBy: [{ field: STARTS_ON, direction: DESC }]) {
          totalCount
          nodes {
            id
            role
            post
            startsOn
            endsOn
            isSample
            organization {
              name
              kind
            }
            platform {
              ...PlatformLine
            }
            onBehalfOf {
              name
            }
          }
        }
        leads(first: 10) {
          totalCount
          nodes {
            ...PlatformLine
          }
        }
        attendances(first: 15, orderBy: [{ field: STARTS_AT, direction: DESC }]) {
          totalCount
          nodes {
            id
            role
            state
            startsAt
            advice
            isSample
            event {
              __typename
              id
              title
              kind
              startsAtLocal
            }
          }
        }
        earliest: attendances(first: 1, orderBy: [{ field: STARTS_AT, direction: ASC }]) {
          nodes {
            startsAt
          }
        }
        results(first: 15, orderBy: [{ field: RAISED_AT, direction: DESC }]) {
          totalCount
          nodes {
            ...ResultLine
          }
        }
        observations(first: 20) {
          totalCount
          nodes {
            ...ObservationLine
          }
        }
        discussions(first: 5, orderBy: [{ field: OPENED_AT, direction: DESC }]) {
          totalCount
          nodes {
            id
            title
            kind
            status
            openedAt
            isSample
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
  }
`);

export const DUTY = graphql(`
  query MemberDuty($id: ID!, $year: Int!) {
    node(id: $id) {
      ... on Member {
        district {
          dutyRules {
            points
          }
        }
        dutyReport(year: $year) {
          total
          sampleTotal
          eventPoints
          resultPoints
          byKind {
            kind
            count
          }
          results {
            kind
            count
          }
        }
      }
    }
  }
`);
