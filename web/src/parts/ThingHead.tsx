/** The head of the page of one thing: where it belongs, what it is called, and whether it is made up. */
import type { ComponentChildren } from "preact";
import type { Answer } from "../graph/answers";
import { t } from "../state";
import { To } from "./Lines";
import type { Linked } from "./links";

export interface ThingHeadProps {
  name: string;
  /** What it lies in, the largest first. */
  path?: (Linked & { name: string })[];
  badges: string[];
  isSample: boolean;
  children?: ComponentChildren;
}

export function ThingHead({ name, path, badges, isSample, children }: ThingHeadProps) {
  return (
    <header class="thing">
      {path && path.length > 0 && (
        <nav class="path" aria-label={t("所在位置", "Where it is")}>
          {path.map((step) => (
            <span key={step.id ?? step.code ?? step.slug}>
              <To node={step}>{step.name}</To>
            </span>
          ))}
        </nav>
      )}
      <div>
        <h1>{name}</h1>
        {badges.map((badge) => (
          <span key={badge} class="badge">
            {badge}
          </span>
        ))}
      </div>
      {children}
      {isSample && (
        <p class="sample" role="note">
          {t("示例数据:为演示而造,不是事实。", "Sample data: made up for demonstration, no fact.")}
        </p>
      )}
    </header>
  );
}

/** Whether a page has nothing to show: there is no such thing, or the viewer may not see it. */
export function isAbsent<D>({ data, failed }: Answer<D>, thing: (data: D) => unknown): boolean {
  return failed?.code === "BAD_ID" || (data !== undefined && !failed && !thing(data));
}
