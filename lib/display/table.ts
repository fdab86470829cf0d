/** Rows as a table: plain data, HTML with inline styles (it must survive an untrusted notebook), text at a width. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { tableType, type MimeBundle } from './bundle.ts';
import { cellText, cut, jsonValue } from './cell-text.ts';
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
/** What a column keeps when there are many, and what is between two. */
const [narrowest, between] = [6, 2];

export function tableBundle(table: Table, options: { width?: number } = {}): MimeBundle {
  return {
    [tableType]: { ...table, rows: table.rows.map(jsonValue) },
    'text/html': tableHtml(table),
    'text/plain': tableText(table, options.width ?? 100),
  };
}

/**
 * `3,000 rows x 4 columns`, then the rows in columns that share `width` fairly. Columns for which
 * there is no room are named below.
 */
export function tableText(table: Table, width: number): string {
  const columns = table.columns.map((column) => textColumn(column, table.rows));
  const wanted = columns.map(({ texts }) => Math.max(...texts.map((text) => stringWidth(text))));
  const count = fitting(wanted, width);
  const widths = share(wanted.slice(0, count), width - between * (count - 1));
  const line = (row: number): string =>
    widths
      .map((w, i) => pad(cliTruncate(columns[i]!.texts[row]!, w), w, columns[i]!.numeric))
      .join(' '.repeat(between))
      .trimEnd();
  const rule = widths.map((w) => '─'.repeat(w)).join('─'.repeat(between));
  return [
    heading(table),
    line(0),
    line(1),
    rule,
    ...table.rows.map((_, row) => line(row + 2)),
    ...footer(table, count),
  ]
    .map((text) => cliTruncate(text, width))
    .join('\n');
}

export function tableHtml(table: Table): string {
  const style = (type: string): string =>
    `padding:2px 8px;text-align:${isNumber(type) ? 'right' : 'left'};vertical-align:top;border-bottom:1px solid rgba(128,128,128,.3)`;
  const small = 'font-weight:normal;opacity:.6;font-size:85%';
  const head = table.columns.map(
    ({ name, type }) =>
      `<th style="${style(type)}">${html(name)}<br><span style="${small}">${html(type)}</span></th>`,
  );
  const cell = (value: unknown): string => html(cut(cellText(value), longestCell));
  const rows = table.rows.map(
    (row) =>
      `<tr>${table.columns.map(({ name, type }) => `<td style="${style(type)}">${cell(row[name])}</td>`).join('')}</tr>`,
  );
  const rest = footer(table, table.columns.length).map(
    (text) => `<div style="opacity:.6">${html(text)}</div>`,
  );
  return `<div><div>${html(heading(table))}</div><table style="border-collapse:collapse;font-size:90%"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>${rest.join('')}</div>`;
}

interface TextColumn {
  numeric: boolean;
  /** Name, type, then a text a row, all harmless and on one line. */
  texts: string[];
}

function textColumn({ name, type }: Table['columns'][number], rows: Table['rows']): TextColumn {
  const texts = [name, type, ...rows.map((row) => cellText(row[name]))];
  return { numeric: isNumber(type), texts: texts.map(plainLine) };
}

function heading({ title, totalRows, rows, columns }: Table): string {
  const shape = `${counted(totalRows ?? rows.length, 'row')} x ${counted(columns.length, 'column')}`;
  return title === undefined ? shape : `${plainLine(title)}: ${shape}`;
}

function footer({ totalRows, rows, columns }: Table, shown: number): string[] {
  const more = (totalRows ?? rows.length) - rows.length;
  const hidden = columns.slice(shown).map(({ name }) => plainLine(name));
  return [
    ...(more > 0 ? [`… ${counted(more, 'more row')}`] : []),
    ...(hidden.length > 0
      ? [`… ${counted(hidden.length, 'more column')}: ${hidden.join(', ')}`]
      : []),
  ];
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** How many columns, from the left, have room when each is as narrow as it may be; at least one. */
function fitting(wanted: readonly number[], width: number): number {
  let used = -between;
  const over = wanted.findIndex((w) => (used += between + Math.min(w, narrowest)) > width);
  return over === -1 ? wanted.length : Math.max(1, over);
}

/** Widths that add up to at most `room`: no column gets more than it wants, the widest give way first. */
function share(wanted: readonly number[], room: number): number[] {
  let [low, high] = [Math.min(narrowest, room), Math.max(narrowest, ...wanted)];
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
