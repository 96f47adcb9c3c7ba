/** Lists of rows of one kind, a line each, with how many there are and where all of them are. */
import type { ComponentChildren } from "preact";
import { t } from "../state";
import { hrefOf, type Linked } from "./links";
import { SampleMark } from "./SampleNotice";

export interface Line {
  key: string;
  name: ComponentChildren;
  /** What the name leads to. */
  node?: Linked | null;
  isSample?: boolean;
  /** What is said beside the name; what is not known is left out. */
  beside?: (string | null | undefined | false)[];
  below?: ComponentChildren;
}

export function Lines({ of, total, href }: { of: Line[]; total?: number; href?: string }) {
  return (
    <>
      <ul class="list">
        {of.map(({ key, name, node, isSample, beside, below }) => (
          <li key={key}>
            <To node={node}>{name}</To> <SampleMark isSample={isSample ?? false} />{" "}
            {beside && (
              <small>
                {beside
                  .filter((each) => Boolean(each))
                  .map((each, number, all) => (
                    <span key={number} class="said">
                      {each}
                      {number < all.length - 1 && " · "}
                    </span>
                  ))}
              </small>
            )}
            {below}
          </li>
        ))}
      </ul>
      {total !== undefined && <Total shown={of.length} total={total} href={href} />}
    </>
  );
}

/** A name that leads to the page of what it names, if that has one. */
export function To({ node, children }: { node?: Linked | null; children: ComponentChildren }) {
  const href = node ? hrefOf(node) : undefined;
  return href ? <a href={href}>{children}</a> : <>{children}</>;
}

/** How many there are, how many of them are shown, and the way to all. */
export function Total({ shown, total, href }: { shown: number; total: number; href?: string }) {
  return (
    <p class="total">
      {shown < total
        ? t(`共 ${total},显示 ${shown}`, `${shown} of ${total} shown`)
        : t(`共 ${total}`, `${total} in all`)}
      {href && total > 0 && (
        <>
          {" "}
          <a href={href}>{t("全部列出", "List all")} →</a>
        </>
      )}
    </p>
  );
}
