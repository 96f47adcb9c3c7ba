/** The chain of a result from the event it began at to what came of it, one moment below the other. */
import { unmask } from "../../gql";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { To } from "../../parts/Lines";
import { Panel } from "../../parts/Panel";
import { SampleMark } from "../../parts/SampleNotice";
import { SourceNote } from "../../parts/SourceNote";
import { t } from "../../state";
import { type Moment, momentsOf } from "./chain";
import { CHAIN, LINK } from "./questions";

export interface TimelineProps {
  /** The result whose page it is. */
  id: string;
  /** All results of the chain. */
  ids: string[];
  /** How many more results follow from it than are shown. */
  more: number;
}

export function Timeline({ id, ids, more }: TimelineProps) {
  const answer = useAnswer(CHAIN, { ids });
  const { nodes = [], its = [] } = answer.data ?? {};
  // What the viewer may not see is null; so is, beside it, what only its kind has.
  const links = nodes.flatMap((node, place) =>
    node && "id" in node ? [{ ...unmask(LINK, node), its: its[place] ?? null }] : [],
  );
  const moments = momentsOf(links);
  return (
    <Panel
      title={t("来龙去脉", "From its origin to its outcome")}
      className="wide long"
      answer={answer}
      isEmpty={() => moments.length === 0}
      note={t(
        "日期按已知的精确度写出;只知年月的,排在同期起因之后。",
        "Dates are as exact as they are known; what has only a year or month stands after its causes of that time.",
      )}
      sheet={() => ({
        name: t("来龙去脉", "timeline"),
        columns: [
          t("时间", "When"),
          t("事项", "What"),
          t("标题", "Title"),
          t("单位或人", "By"),
          t("内容", "Text"),
          t("所属成果", "Of the result"),
          t("示例", "Sample"),
        ],
        rows: moments.map(({ told, what, begins, by, text, details, link, isSample }) => [
          told,
          what,
          begins?.title ?? null,
          by ?? null,
          [text, ...(details ?? []).map(([name, said]) => `${name}: ${said}`)].filter(Boolean).join("; ") || null,
          link.title,
          isSample ? t("是", "yes") : t("否", "no"),
        ]),
      })}
    >
      {() => (
        <>
          <ol class="timeline">
            {moments.map((moment) => (
              <Happened key={moment.key} moment={moment} isOwn={moment.link.id === id} />
            ))}
          </ol>
          {more > 0 && (
            <p class="total">{t(`另有 ${more} 项后续成果未显示。`, `${more} more results follow from it.`)}</p>
          )}
        </>
      )}
    </Panel>
  );
}

function Happened({ moment, isOwn }: { moment: Moment; isOwn: boolean }) {
  const { told, tone, what, begins, link, by, text, details, isSample } = moment;
  const isBeginning = begins?.id === link.id;
  return (
    <li class={`moment ${tone} ${isOwn ? "own" : ""}`}>
      <time dateTime={told}>{told}</time>
      <div>
        <span class="what">{what}</span>
        {begins && (
          <>
            {" "}
            {isOwn && isBeginning ? (
              <strong aria-current="page">{begins.title}</strong>
            ) : (
              <To node={begins}>{begins.title}</To>
            )}
          </>
        )}
        <SampleMark isSample={isSample} />
        {by && <div>{by}</div>}
        {text && <p class="words">{text}</p>}
        {details?.map(([name, said]) => (
          <p key={name} class="words">
            {name}: <b>{said}</b>
          </p>
        ))}
        {isBeginning && (
          <div>
            <small>{`${label("ResultStatus", link.status)} · ${link.district.name}`}</small>{" "}
            <SourceNote source={link.source} />
          </div>
        )}
        {!begins && !isOwn && (
          <div>
            <small>
              {t("属于", "Of")} <To node={link}>{link.title}</To>
            </small>
          </div>
        )}
      </div>
    </li>
  );
}
