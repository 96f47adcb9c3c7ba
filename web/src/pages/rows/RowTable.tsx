/** Rows of any kind as a table; the first column leads to the row's own page. */
import { hrefOf, type Linked } from "../../parts/links";
import { SampleMark } from "../../parts/SampleNotice";
import { written } from "../../figures";
import { t } from "../../state";
import type { List } from "./lists";

export function RowTable({ list, nodes }: { list: List; nodes: readonly unknown[] }) {
  const columns = list.columns();
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={list.title()}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => {
            const row = node as Linked & { isSample: boolean };
            const href = hrefOf(list.linked ? list.linked(node) : row);
            return (
              <tr key={row.id}>
                {columns.map(({ name, cell }, number) => {
                  const told = cell(node);
                  const text = told === null ? t("无", "n/a") : typeof told === "number" ? written(told) : told;
                  return (
                    <td key={name} class={typeof told === "number" ? "figure" : undefined}>
                      {number === 0 && href ? <a href={href}>{text}</a> : text}
                      {number === 0 && <SampleMark isSample={row.isSample} />}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
