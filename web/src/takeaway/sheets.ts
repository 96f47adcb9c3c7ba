/** What is shown as rows and columns, and the files one can take it away in. */

export type Cell = string | number | null;

export interface Sheet {
  /** What the file is called, without its ending. */
  name: string;
  columns: string[];
  rows: Cell[][];
}

/** The sheet as CSV; a byte order mark first, without which spreadsheets take Chinese for something else. */
export function csv({ columns, rows }: Sheet): string {
  const line = (cells: Cell[]): string => cells.map(field).join(",");
  return `\uFEFF${[line(columns), ...rows.map(line)].join("\r\n")}\r\n`;
}

function field(cell: Cell): string {
  if (typeof cell !== "string") return cell === null ? "" : String(cell);
  // A spreadsheet would run what begins like a formula.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export async function takeCsv(sheet: Sheet): Promise<void> {
  take(new Blob([csv(sheet)], { type: "text/csv;charset=utf-8" }), `${sheet.name}.csv`);
}

export async function takeXlsx(sheet: Sheet): Promise<void> {
  const { default: write } = await import("write-excel-file/browser");
  const head = sheet.columns.map((value) => ({ value, fontWeight: "bold" as const }));
  const rows = sheet.rows.map((row) => row.map((value) => (value === null ? null : { value })));
  const made = write([head, ...rows] as never) as unknown as { toBlob(): Promise<Blob> };
  take(await made.toBlob(), `${sheet.name}.xlsx`);
}

export function takePng(address: string, name: string): void {
  const link = Object.assign(document.createElement("a"), { href: address, download: `${name}.png` });
  link.click();
}

function take(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
