/** A link that leaves these pages; only addresses of the web are made links, whatever a row holds. */
import type { ComponentChildren } from "preact";

export function Outward({ href, children }: { href?: string | null; children: ComponentChildren }) {
  return href && /^https?:\/\//i.test(href) ? (
    <a href={href} rel="noreferrer noopener" target="_blank">
      {children}
    </a>
  ) : (
    <>{children}</>
  );
}
