/** What the page of a result asks: the result, what it follows from, and what it leads to. */
import { graphql } from "../../gql";

/** What happened to one result of a chain, with the days on which it did. */
export const LINK = graphql(`
  fragment ChainLink on Result {
    __typename
    id
    title
    kind
    status
    raisedAt
    raisedAtLocal
    datePrecision
    closedAt
    isSample
    district {
      name
    }
    source {
      ...SourceLine
    }
    followsFrom {
      id
    }
    event {
      __typename
      id
      title
      kind
      startsAt
      startsAtLocal
      isSample
    }
    steps {
      id
      stage
      at
      note
      isSample
      organization {
        name
      }
    }
    adoptions {
      id
      adoptedOn
      note
      isSample
      organization {
        name
      }
    }
    endorsements {
      id
      on
      kind
      level
      issuedBy
      isSample
    }
  }
`);

/**
 * The results of a chain by their ids, which the page of a result names. They are asked for beside each other, not within
 * each other: each can be of nine types, and what is nested multiplies.
 */
export const CHAIN = graphql(`
  query ResultChain($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Result {
        id
        ...ChainLink
      }
    }
    # What only one kind has is asked for apart: beside it, all that the kinds have in common would be compiled for each.
    its: nodes(ids: $ids) {
      __typename
      ... on Outcome {
        beneficiaries
        measure
        measureBefore
        measureAfter
      }
      ... on Proposal {
        assignments {
          id
          givenAt
          repliedAt
          reply
          replyClass
          objection
          role
          round
          state
          isSample
          organization {
            name
          }
        }
        evaluations {
          id
          at
          stage
          score
          note
          isSample
          member {
            name
          }
        }
      }
    }
  }
`);

export const RESULT_PAGE = graphql(`
  query ResultPage($id: ID!) {
    node(id: $id) {
      __typename
      ... on Result {
        id
        title
        body
        kind
        status
        topics
        isSample
        visibility
        raisedAt
        raisedAtLocal
        datePrecision
        closedAt
        district {
          ...PlaceLine
          ancestors {
            ...PlaceLine
          }
          replyMeanings {
            replyClass
            meaning
          }
        }
        department {
          name
        }
        platform {
          ...PlatformLine
        }
        event {
          ...EventLine
        }
        authors {
          __typename
          id
          name
        }
        source {
          ...SourceLine
        }
        jointPlatforms(first: 20) {
          totalCount
          nodes {
            ...PlatformLine
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
        followsFrom {
          id
          followsFrom {
            id
            followsFrom {
              id
              followsFrom {
                id
              }
            }
          }
        }
        leadsTo(first: 10, orderBy: [{ field: RAISED_AT, direction: ASC }]) {
          totalCount
          nodes {
            id
            leadsTo(first: 5, orderBy: [{ field: RAISED_AT, direction: ASC }]) {
              totalCount
              nodes {
                id
              }
            }
          }
        }
      }
    }
    its: node(id: $id) {
      __typename
      ... on Outcome {
        beneficiaries
        measure
        measureBefore
        measureAfter
      }
      ... on Proposal {
        number
        cause
        bundle {
          title
          year
        }
        mergedInto {
          __typename
          id
          title
        }
        discussion {
          title
        }
      }
      ... on Recognition {
        level
      }
      ... on Partnership {
        parties
        beneficiaries
      }
      ... on SupervisionItem {
        campaign {
          title
          year
        }
      }
      ... on CitizenRequest {
        rating
        handler {
          __typename
          id
          name
        }
        contact {
          contact
        }
      }
    }
  }
`);
