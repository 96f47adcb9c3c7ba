/** A sheet as a table, its figures aligned. */
import { written } from "../figures";
import type { Sheet } from "../takeaway/sheets";

export function SheetTable({ sheet }: { sheet: Sheet }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={sheet.name}>
      <table>
        <thead>
          <tr>
            {sheet.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sheet.rows.map((row, number) => (
            <tr key={number}>
              {row.map((cell, column) => (
                <td key={column} class={typeof cell === "number" ? "figure" : undefined}>
                  {typeof cell === "string" ? cell : written(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
