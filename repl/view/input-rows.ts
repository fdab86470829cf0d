/**
 * The rows of typed code behind its prompt, and where the cursor stands among them. Pure.
 */
import { columns, wrap } from '../text/wrap.ts';
import { continuation, type Paint } from '../theme.ts';
import type { Frame } from './frame.ts';

export interface InputRows {
  rows: string[];
  cursor: { x: number; y: number };
}

/** Rows at the frame's width; `cursor` is an offset in the code. */
export function inputRows(
  prompt: string,
  code: string,
  { width, theme }: Frame,
  cursor: number = code.length,
  paint: Paint = theme.prompt,
): InputRows {
  const room = Math.max(4, width - columns(prompt));
  const more = continuation(prompt);
  const rows = code.split('\n').flatMap((line, i) =>
    wrap(shown(line), room).map((row, j) => {
      const label = i === 0 && j === 0 ? prompt : j === 0 ? more : ' '.repeat(columns(prompt));
      return paint(label) + row;
    }),
  );
  const { x, y } = cursorAmong(code.slice(0, cursor), room);
  // Behind a row that is full to the edge the cursor stands on a row of its own.
  while (rows.length <= y) rows.push(' '.repeat(columns(prompt)));
  return { rows, cursor: { x: x + columns(prompt), y } };
}

/** The rows around the cursor, no more than `limit`. */
export function around({ rows, cursor }: InputRows, limit: number): InputRows {
  if (rows.length <= limit) return { rows, cursor };
  const first = Math.min(Math.max(0, cursor.y - limit + 1), rows.length - limit);
  return {
    rows: rows.slice(first, first + limit),
    cursor: { x: cursor.x, y: cursor.y - first },
  };
}

function cursorAmong(before: string, room: number): { x: number; y: number } {
  const rows = before.split('\n').flatMap((line) => wrap(shown(line), room));
  const x = columns(rows.at(-1)!);
  return x < room ? { x, y: rows.length - 1 } : { x: 0, y: rows.length };
}

/** Tabs in code are shown four wide wherever they stand, so that each character keeps its width. */
function shown(line: string): string {
  return line.replaceAll('\t', '    ');
}
