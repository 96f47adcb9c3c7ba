/** Figures as bars that are words and links at once, for whoever reads, presses keys or prints. */
import type { ComponentChildren } from "preact";

export interface Bar {
  key: string;
  name: ComponentChildren;
  value: number;
  /** The value in words. */
  text: string;
  href?: string;
}

export function Bars({ label, bars }: { label: string; bars: readonly Bar[] }) {
  const most = Math.max(...bars.map(({ value }) => value), 1);
  return (
    <ol class="bars" aria-label={label}>
      {bars.map(({ key, name, value, text, href }) => {
        const told = (
          <>
            <span class="name">{name}</span>{" "}
            <span class="track">
              <span class="fill" style={{ width: `${(100 * value) / most}%` }} />
            </span>
            <span class="figure">{text}</span>
          </>
        );
        return <li key={key}>{href ? <a href={href}>{told}</a> : <div>{told}</div>}</li>;
      })}
    </ol>
  );
}
