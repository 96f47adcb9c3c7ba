/** What happens in the graph while one looks, newest first, and whether one would notice. */
import { moment } from "../figures";
import { label } from "../graph/labels";
import { type Change, connection, recent } from "../graph/live";
import { t } from "../state";
import { hrefOf, type Linked } from "./links";

export function Ticker() {
  const states = {
    connecting: t("正在连接…", "Connecting…"),
    live: t("实时", "Live"),
    waiting: t("连接中断,正在重试;数据可能不是最新", "Connection lost, trying again; figures may be old"),
  };
  return (
    <footer class={`ticker ${connection.value}`}>
      <span class="state" role="status">
        {states[connection.value]}
      </span>
      <ol aria-label={t("最近发生", "What happened")} aria-live="polite">
        {recent.value.map((change) => (
          <li key={change.cursor}>
            <time dateTime={change.at}>{moment(change.at)}</time> <Happened change={change} />
          </li>
        ))}
      </ol>
    </footer>
  );
}

function Happened({ change }: { change: Change }) {
  const row = change.rows.find(({ node }) => node) ?? change.rows[0];
  if (!row) return null;
  const what = `${label("ChangeType", row.type)} · ${label("ChangeAction", row.action)}`;
  const node = row.node as (Linked & { title?: string; platformName?: string; memberName?: string }) | null;
  const href = node && hrefOf(node);
  const name = node?.title ?? node?.platformName ?? node?.memberName;
  return (
    <>
      {href ? <a href={href}>{name}</a> : name} <small>{what}</small>
    </>
  );
}
