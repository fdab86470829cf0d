/** Rows as a table: plain data, HTML with inline styles (it must survive an untrusted notebook), text at a width. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { tableType, type MimeBundle } from './bundle.ts';
import { html, plainLine } from './escape.ts';

export interface Table {
  columns: { name: string; type: string }[];
  rows: Record<string, unknown>[];
  /** Rows that there are, of which `rows` are the first. */
  totalRows?: number;
  title?: string;
}

/** Characters of one cell that HTML shows. */
const longestCell = 300;
const narrowest = 6;

export function tableBundle(table: Table, options: { width?: number } = {}): MimeBundle {
  return {
    [tableType]: { ...table, rows: table.rows.map(jsonRow) },
    'text/html': tableHtml(table),
    'text/plain': tableText(table, options.width ?? 100),
  };
}

/** `3,000 rows x 4 columns`, then the rows in columns that share `width` fairly. */
export function tableText(table: Table, width: number): string {
  const names = table.columns.map(({ name }) => plainLine(name));
  const cells = table.rows.map((row) =>
    table.columns.map(({ name }) => plainLine(cellText(row[name]))),
  );
  const wanted = names.map((name, i) =>
    Math.max(
      stringWidth(name),
      stringWidth(table.columns[i]!.type),
      ...cells.map((row) => stringWidth(row[i]!)),
    ),
  );
  const widths = share(wanted, width - 2 * (names.length - 1));
  const line = (texts: readonly string[], right = false): string =>
    texts
      .map((text, i) =>
        pad(cliTruncate(text, widths[i]!), widths[i]!, right && isNumber(table.columns[i]!.type)),
      )
      .join('  ')
      .trimEnd();
  const types = line(table.columns.map(({ type }) => plainLine(type)));
  const rule = widths.map((w) => '─'.repeat(w)).join('──');
  return [
    ...heading(table),
    line(names),
    types,
    rule,
    ...cells.map((row) => line(row, true)),
    ...footer(table),
  ].join('\n');
}

export function tableHtml(table: Table): string {
  const style =
    'padding:2px 8px;text-align:left;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.3)';
  const type = 'font-weight:normal;opacity:.6;font-size:85%';
  const head = table.columns
    .map(
      ({ name, type: t }) =>
        `<th style="${style}">${html(name)}<br><span style="${type}">${html(t)}</span></th>`,
    )
    .join('');
  const rows = table.rows.map(
    (row) =>
      `<tr>${table.columns.map(({ name }) => `<td style="${style}">${html(shorten(cellText(row[name])))}</td>`).join('')}</tr>`,
  );
  const caption = heading(table)
    .map((text) => `<div>${html(text)}</div>`)
    .join('');
  const rest = footer(table)
    .map((text) => `<div style="opacity:.6">${html(text)}</div>`)
    .join('');
  return `<div>${caption}<table style="border-collapse:collapse;font-size:90%"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>${rest}</div>`;
}

/** One cell as text: texts as they are, numbers as short as they read back, all else as compact JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '·';
  if (typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object') return JSON.stringify(value, big);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return typeof value;
}

function heading({ title, totalRows, rows, columns }: Table): string[] {
  const count = totalRows ?? rows.length;
  const shape = `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'} x ${columns.length} ${columns.length === 1 ? 'column' : 'columns'}`;
  return [title === undefined ? shape : `${plainLine(title)}: ${shape}`];
}

function footer({ totalRows, rows }: Table): string[] {
  const more = (totalRows ?? rows.length) - rows.length;
  return more > 0 ? [`… ${more.toLocaleString('en-US')} more`] : [];
}

/** Widths that add up to at most `room`: no column gets more than it wants, the widest give way first. */
function share(wanted: readonly number[], room: number): number[] {
  let [low, high] = [narrowest, Math.max(narrowest, ...wanted)];
  const total = (cap: number): number => wanted.reduce((sum, w) => sum + Math.min(w, cap), 0);
  while (low < high) {
    const cap = Math.ceil((low + high) / 2);
    if (total(cap) <= room) low = cap;
    else high = cap - 1;
  }
  return wanted.map((w) => Math.min(w, low));
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? space + text : text + space;
}

function isNumber(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*|number)$/i.test(type);
}

function shorten(text: string): string {
  return text.length > longestCell ? `${text.slice(0, longestCell)}…` : text;
}

/** JSON knows no bigint, bytes or dates of its own. */
function jsonRow(row: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(row, big));
}

function big(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
}
