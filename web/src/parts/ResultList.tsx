/** Results, a line each. */
import { type FragmentType, graphql, unmask } from "../gql";
import { asKnown, day } from "../figures";
import { label } from "../graph/labels";
import { t } from "../state";
import type { Sheet } from "../takeaway/sheets";
import { Lines } from "./Lines";

export const RESULT = graphql(`
  fragment ResultLine on Result {
    __typename
    id
    title
    kind
    status
    raisedAtLocal
    closedAt
    isSample
    district {
      name
    }
  }
`);

type Results = readonly FragmentType<typeof RESULT>[];

export function ResultList({ results, total, href }: { results: Results; total?: number; href?: string }) {
  return (
    <Lines
      of={unmask(RESULT, results).map((result) => ({
        key: result.id,
        name: result.title,
        node: result,
        isSample: result.isSample,
        beside: [
          asKnown(result.raisedAtLocal),
          label("ResultKind", result.kind),
          label("ResultStatus", result.status),
          result.district.name,
        ],
      }))}
      total={total}
      href={href}
    />
  );
}

export function resultSheet(name: string, results: Results): Sheet {
  return {
    name,
    columns: [
      t("标题", "Title"),
      t("提出", "Raised"),
      t("类型", "Kind"),
      t("状态", "Status"),
      t("办结", "Closed"),
      t("区县", "District"),
      t("示例", "Sample"),
    ],
    rows: unmask(RESULT, results).map((result) => [
      result.title,
      asKnown(result.raisedAtLocal),
      label("ResultKind", result.kind),
      label("ResultStatus", result.status),
      result.closedAt ? day(result.closedAt) : null,
      result.district.name,
      result.isSample ? t("是", "yes") : t("否", "no"),
    ]),
  };
}
