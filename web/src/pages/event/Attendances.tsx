/** Who takes part in an event: how many, as what, whether they came; and, a page at a time, who and with what advice. */
import { useLocation } from "preact-iso";
import { written } from "../../figures";
import { label } from "../../graph/labels";
import { Lines, Total } from "../../parts/Lines";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import type { PartProps, Shown } from "./Event";

export function Attendances({ event, answer }: PartProps) {
  const { path, query, route } = useLocation();
  const { nodes, totalCount, pageInfo } = event.attendances;
  const guest = t("不具名", "not named");
  return (
    <Panel
      title={t("出席", "Who takes part")}
      answer={answer}
      isEmpty={() => totalCount === 0}
      sheet={() => ({
        name: t("出席", "attendances"),
        columns: [
          t("委员", "Member"),
          t("区县", "District"),
          t("界别", "Sector"),
          t("身份", "Role"),
          t("状态", "State"),
          t("代表", "On behalf of"),
          t("建言", "Advice"),
        ],
        rows: nodes.map(({ member, role, state, onBehalfOf, advice }) => [
          member?.name ?? guest,
          member?.district.name ?? null,
          member?.sector ? t(member.sector.name, member.sector.nameEn) : null,
          label("AttendanceRole", role),
          label("AttendanceState", state),
          onBehalfOf?.name ?? null,
          advice ?? null,
        ]),
      })}
    >
      {() => (
        <>
          <Summary counts={event.attendanceSummary} />
          <Lines
            of={nodes.map(({ id, member, role, state, mode, onBehalfOf, advice, isSample }) => ({
              key: id,
              name: member?.name ?? guest,
              node: member,
              isSample,
              beside: [
                label("AttendanceRole", role),
                label("AttendanceState", state),
                mode && label("EventMode", mode),
                member?.sector && t(member.sector.name, member.sector.nameEn),
                member?.district.name,
                onBehalfOf && t(`代表${onBehalfOf.name}`, `for ${onBehalfOf.name}`),
              ],
              below: advice && <p class="words">{advice}</p>,
            }))}
          />
          <Total shown={nodes.length} total={totalCount} />
          {(query.after || pageInfo.hasNextPage) && (
            <nav class="controls" aria-label={t("翻页", "Pages")}>
              {query.after && (
                <button type="button" onClick={() => route(path)}>
                  {t("回到第一页", "First page")}
                </button>
              )}
              {pageInfo.hasNextPage && (
                <button
                  type="button"
                  onClick={() => route(`${path}?${new URLSearchParams({ after: pageInfo.endCursor ?? "" })}`)}
                >
                  {t("下一页", "Next page")}
                </button>
              )}
            </nav>
          )}
        </>
      )}
    </Panel>
  );
}

/** Roles down, states across; where nobody is, nothing stands. */
function Summary({ counts }: { counts: Shown["attendanceSummary"] }) {
  const roles = [...new Set(counts.map(({ role }) => role))];
  const states = [...new Set(counts.map(({ state }) => state))];
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t("出席统计", "Counts")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("身份", "Role")}</th>
            {states.map((state) => (
              <th key={state} scope="col" class="figure">
                {label("AttendanceState", state)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {roles.map((role) => (
            <tr key={role}>
              <th scope="row">{label("AttendanceRole", role)}</th>
              {states.map((state) => {
                const found = counts.find((each) => each.role === role && each.state === state);
                return (
                  <td key={state} class="figure">
                    {found && written(found.count)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
