/** The members of a district by the sector that they speak for. */
import { graphql } from "../../gql";
import { written } from "../../figures";
import { useAnswer } from "../../graph/answers";
import { label } from "../../graph/labels";
import { rowsHref } from "../../parts/links";
import { Panel } from "../../parts/Panel";
import { t } from "../../state";
import { Bars } from "./Bars";
import { type Scope, standing } from "./scope";

const SECTORS = graphql(`
  query DistrictSectors($where: RollupFilter) {
    members: rollup(
      of: MEMBERS
      by: [SECTOR]
      measures: [COUNT, SHARE_OF_TOTAL]
      where: $where
      orderBy: [{ field: COUNT, direction: DESC }]
    ) {
      total {
        where
        values {
          value
        }
      }
      rows {
        keys {
          value
          label
          node {
            ... on Sector {
              nameEn
              group
            }
          }
        }
        where
        values {
          value
        }
      }
    }
    samples: rollup(of: MEMBERS, by: [IS_SAMPLE], measures: [COUNT], where: $where) {
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

export function Sectors({ scope }: { scope: Scope }) {
  const answer = useAnswer(SECTORS, { where: standing(scope) });
  const nameOf = ({ keys }: { keys: readonly { label: string; node?: unknown }[] }): string => {
    const [key] = keys;
    if (!key?.label) return t("未知界别", "Sector not known");
    return t(key.label, (key.node as { nameEn?: string } | null)?.nameEn ?? key.label);
  };
  const groupOf = ({ keys }: { keys: readonly { node?: unknown }[] }): string | undefined =>
    (keys[0]?.node as { group?: string } | null)?.group;
  return (
    <Panel
      title={t("委员与界别", "Members by sector")}
      className="wide sectors"
      answer={answer}
      isEmpty={({ members }) => members.rows.length === 0}
      sheet={({ members }) => ({
        name: t(`${scope.name}委员界别`, `members by sector ${scope.code}`),
        columns: [t("界别", "Sector"), t("类别", "Family"), t("委员数", "Members"), t("占比", "Share")],
        rows: members.rows.map((row) => [
          nameOf(row),
          groupOf(row) ? label("SectorFamily", groupOf(row) ?? "") : null,
          ...row.values.map(({ value }) => value ?? null),
        ]),
      })}
    >
      {({ members, samples }) => {
        const made = samples.rows.find(({ keys }) => keys[0]?.value.toLowerCase() === "true")?.values[0]?.value ?? 0;
        return (
          <>
            <p class="note">
              <a href={rowsHref("MEMBERS", members.total.where)}>
                {t(
                  `共 ${written(members.total.values[0]?.value)} 名`,
                  `${written(members.total.values[0]?.value)} in all`,
                )}
              </a>
              {made > 0 && t(`,其中 ${written(made)} 名为示例`, `, ${written(made)} of them samples`)}
            </p>
            <Bars
              label={t("各界别委员数", "Members by sector")}
              bars={members.rows.map((row) => ({
                key: row.keys[0]?.value ?? "",
                name: nameOf(row),
                value: row.values[0]?.value ?? 0,
                text: `${written(row.values[0]?.value)} · ${written(row.values[1]?.value, "RATIO")}`,
                href: rowsHref("MEMBERS", row.where),
              }))}
            />
          </>
        );
      }}
    </Panel>
  );
}
