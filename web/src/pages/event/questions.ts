/** What the page of an event asks. */
import { graphql } from "../../gql";

export const EVENT_PAGE = graphql(`
  query EventPage($id: ID!, $after: String) {
    node(id: $id) {
      __typename
      ... on Event {
        id
        title
        kind
        mode
        status
        startsAt
        startsAtLocal
        endsAt
        datePrecision
        place
        meetingUrl
        capacity
        registrationClosesAt
        publicParticipants
        summary
        topics
        isSample
        visibility
        district {
          ...PlaceLine
          ancestors {
            ...PlaceLine
          }
        }
        source {
          ...SourceLine
        }
        organizers {
          role
          organization {
            id
            name
            kind
          }
        }
        bundle {
          title
          year
        }
        platforms(first: 20) {
          totalCount
          nodes {
            ...PlatformLine
          }
        }
        districts(first: 20) {
          totalCount
          nodes {
            ...PlaceLine
          }
        }
        agenda(first: 30) {
          totalCount
          nodes {
            id
            topic
            resolution
            result {
              __typename
              id
              title
            }
          }
        }
        attendanceSummary {
          role
          state
          count
        }
        attendances(first: 50, after: $after) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            id
            role
            state
            mode
            advice
            isSample
            onBehalfOf {
              name
            }
            member {
              __typename
              id
              name
              district {
                name
              }
              sector {
                name
                nameEn
              }
            }
          }
        }
        parent {
          ...EventLine
        }
        children(first: 20, orderBy: [{ field: STARTS_AT, direction: ASC }]) {
          totalCount
          nodes {
            ...EventLine
          }
        }
        results(first: 20, orderBy: [{ field: RAISED_AT, direction: ASC }]) {
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
