/** Where a member belongs, and below it, told apart, where they belonged. */
import { unmask } from "../../gql";
import { day } from "../../figures";
import { label } from "../../graph/labels";
import { type Line, Lines } from "../../parts/Lines";
import { Panel } from "../../parts/Panel";
import { PLATFORM } from "../../parts/PlatformList";
import { t } from "../../state";
import type { PartProps, Shown } from "./Member";

type Membership = Shown["memberships"]["nodes"][number];

export function Memberships({ member, answer }: PartProps) {
  const { nodes, totalCount } = member.memberships;
  const today = day(new Date().toISOString());
  const past = nodes.filter(({ endsOn }) => endsOn && endsOn < today);
  const current = nodes.filter((each) => !past.includes(each));
  return (
    <Panel
      title={t("任职与隶属", "Posts and memberships")}
      answer={answer}
      isEmpty={() => totalCount === 0}
      sheet={() => ({
        name: t("任职与隶属", "memberships"),
        columns: [
          t("组织或平台", "Body or platform"),
          t("身份", "Role"),
          t("职务", "Post"),
          t("代表", "On behalf of"),
          t("自", "From"),
          t("至", "To"),
        ],
        rows: nodes.map((each) => [
          nameOf(each),
          label("MembershipRole", each.role),
          each.post ?? null,
          each.onBehalfOf?.name ?? null,
          each.startsOn ?? null,
          each.endsOn ?? null,
        ]),
      })}
    >
      {() => (
        <>
          {current.length > 0 && <Lines of={current.map(lineOf)} />}
          {past.length > 0 && (
            <>
              <h3>{t("曾任", "Past")}</h3>
              <Lines of={past.map(lineOf)} />
            </>
          )}
          {nodes.length < totalCount && (
            <p class="total">{t(`共 ${totalCount},显示 ${nodes.length}`, `${nodes.length} of ${totalCount} shown`)}</p>
          )}
        </>
      )}
    </Panel>
  );
}

function nameOf({ organization, platform }: Membership): string {
  return organization?.name ?? unmask(PLATFORM, platform)?.name ?? "";
}

function lineOf(membership: Membership): Line {
  const { id, role, post, startsOn, endsOn, organization, platform, onBehalfOf, isSample } = membership;
  const at = unmask(PLATFORM, platform);
  return {
    key: id,
    name: nameOf(membership),
    node: at,
    isSample,
    beside: [
      label("MembershipRole", role),
      post,
      organization ? label("OrganizationKind", organization.kind) : at && label("PlatformKind", at.kind),
      onBehalfOf && t(`代表${onBehalfOf.name}`, `for ${onBehalfOf.name}`),
      (startsOn || endsOn) && `${startsOn ?? t("?", "?")} – ${endsOn ?? ""}`,
    ],
  };
}
