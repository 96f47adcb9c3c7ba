/** One result: what it is, how it came about, what became of it and what it changed. */
import { useRoute } from "preact-iso";
import type { ResultPageQuery } from "../../gql/graphql";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { DocumentList, documentSheet } from "../../parts/DocumentList";
import { Facts, factSheet } from "../../parts/Facts";
import { ObservationList, observationSheet } from "../../parts/ObservationList";
import { Panel } from "../../parts/Panel";
import { pathTo } from "../../parts/places";
import { PlatformList, platformSheet } from "../../parts/PlatformList";
import { isAbsent, ThingHead } from "../../parts/ThingHead";
import { useTitle } from "../../parts/titles";
import { t } from "../../state";
import { Absent } from "../Absent";
import { factsOf } from "./facts";
import { RESULT_PAGE } from "./questions";
import { Timeline } from "./Timeline";

export type Shown = Extract<NonNullable<ResultPageQuery["node"]>, { title: string }>;
/** What only results of its kind have. */
export type Its = NonNullable<ResultPageQuery["its"]>;

export function Result() {
  const { id = "" } = useRoute().params;
  return <Found key={id} id={id} />;
}

function resultOf({ node }: ResultPageQuery): Shown | undefined {
  return node && "raisedAtLocal" in node ? node : undefined;
}

function Found({ id }: { id: string }) {
  const answer = useAnswer(RESULT_PAGE, { id });
  const result = answer.data && resultOf(answer.data);
  useTitle(result?.title);
  if (isAbsent(answer, resultOf)) return <Absent />;
  const known = result ? factsOf(result, answer.data?.its) : [];
  return (
    <>
      {result && (
        <ThingHead
          name={result.title}
          path={pathTo(result.district)}
          badges={[label("ResultKind", result.kind), label("ResultStatus", result.status)]}
          isSample={result.isSample}
        />
      )}
      <Panel
        title={t("基本情况", "What it is")}
        className="wide"
        answer={answer}
        sheet={() => factSheet(result?.title ?? "", known)}
      >
        {() => (
          <>
            <Facts of={known} />
            {result?.body && <p class="words">{result.body}</p>}
          </>
        )}
      </Panel>
      {result && (
        <>
          <Timeline id={result.id} {...chainOf(result)} />
          {result.jointPlatforms.totalCount > 0 && (
            <Panel
              title={t("共同办理的平台", "Platforms that work on it together")}
              answer={answer}
              sheet={() => platformSheet(t("共同办理的平台", "joint platforms"), result.jointPlatforms.nodes)}
            >
              {() => <PlatformList platforms={result.jointPlatforms.nodes} total={result.jointPlatforms.totalCount} />}
            </Panel>
          )}
          {result.observations.totalCount > 0 && (
            <Panel
              title={t("关于它的报告数字", "Published figures about it")}
              answer={answer}
              sheet={() => observationSheet(t("报告的数字", "figures"), result.observations.nodes)}
            >
              {() => (
                <ObservationList observations={result.observations.nodes} total={result.observations.totalCount} />
              )}
            </Panel>
          )}
          {result.documents.totalCount > 0 && (
            <Panel
              title={t("文件", "Documents")}
              answer={answer}
              sheet={() => documentSheet(t("文件", "documents"), result.documents.nodes)}
            >
              {() => <DocumentList documents={result.documents.nodes} total={result.documents.totalCount} />}
            </Panel>
          )}
        </>
      )}
    </>
  );
}

interface Above {
  id: string;
  followsFrom?: Above | null;
}

/** The ids of the results that it follows from, of itself, and of those that follow from it. */
function chainOf(result: Shown): { ids: string[]; more: number } {
  const above: string[] = [];
  for (let each: Above | null | undefined = result.followsFrom; each; each = each.followsFrom) above.unshift(each.id);
  const next = result.leadsTo;
  const below = next.nodes.flatMap(({ id, leadsTo }) => [id, ...leadsTo.nodes.map((each) => each.id)]);
  const hidden = next.nodes.reduce((sum, { leadsTo }) => sum + leadsTo.totalCount - leadsTo.nodes.length, 0);
  return {
    ids: [...new Set([...above, result.id, ...below])],
    more: next.totalCount - next.nodes.length + hidden,
  };
}
