/**
 * A text being typed and the place of the cursor in it. Pure: every function takes an edit and
 * returns the next. Offsets are UTF-16 code units, always between user-visible characters.
 */
import { characters, columns } from '../text/wrap.ts';

export interface Edit {
  readonly text: string;
  readonly cursor: number;
}

export type Place =
  | 'left'
  | 'right'
  | 'wordLeft'
  | 'wordRight'
  | 'lineStart'
  | 'lineEnd'
  | 'lineUp'
  | 'lineDown'
  | 'start'
  | 'end';

export const empty: Edit = { text: '', cursor: 0 };

/** The edit with the cursor behind its last character. */
export function editOf(text: string): Edit {
  return { text, cursor: text.length };
}

export function before(edit: Edit): string {
  return edit.text.slice(0, edit.cursor);
}
export function after(edit: Edit): string {
  return edit.text.slice(edit.cursor);
}
/** What stands left of the cursor on its line. */
export function lineBefore(edit: Edit): string {
  return before(edit).slice(lineStart(edit));
}

export function insert(edit: Edit, text: string): Edit {
  return { text: before(edit) + text + after(edit), cursor: edit.cursor + text.length };
}

/** Inserts a typed character; a closing bracket that opens a line steps back one indent. */
export function type(edit: Edit, text: string): Edit {
  const dedent = /^[)\]}]$/.test(text) && /^ {2,}$/.test(lineBefore(edit));
  return insert(dedent ? remove(edit, edit.cursor - 2, edit.cursor) : edit, text);
}

export function move(edit: Edit, to: Place): Edit {
  return { ...edit, cursor: places[to](edit) };
}

/** Removes what lies between the cursor and a place; returns what was removed too. */
export function cut(edit: Edit, to: Place): { edit: Edit; removed: string } {
  const from = Math.min(edit.cursor, places[to](edit));
  const until = Math.max(edit.cursor, places[to](edit));
  // At the end of a line there is nothing left to cut but the line break itself.
  const end = from === until && to === 'lineEnd' ? Math.min(until + 1, edit.text.length) : until;
  return { edit: remove(edit, from, end), removed: edit.text.slice(from, end) };
}

/** Replaces a range and puts the cursor behind the replacement. */
export function replace(edit: Edit, start: number, end: number, text: string): Edit {
  return {
    text: edit.text.slice(0, start) + text + edit.text.slice(end),
    cursor: start + text.length,
  };
}

export function isOnFirstLine(edit: Edit): boolean {
  return !before(edit).includes('\n');
}
export function isOnLastLine(edit: Edit): boolean {
  return !after(edit).includes('\n');
}

const places: Record<Place, (edit: Edit) => number> = {
  left: (edit) => edit.cursor - (characters(before(edit)).at(-1)?.length ?? 0),
  right: (edit) => edit.cursor + (characters(after(edit)).at(0)?.length ?? 0),
  wordLeft: (edit) => before(edit).replace(/[\p{L}\p{N}_$]*[^\p{L}\p{N}_$]*$/u, '').length,
  wordRight: (edit) =>
    edit.cursor + (/^[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]*/u.exec(after(edit))?.[0].length ?? 0),
  lineStart,
  lineEnd: (edit) => lineEnd(edit.text, edit.cursor),
  lineUp: (edit) => {
    const start = lineStart(edit);
    return start === 0 ? edit.cursor : inLine(edit, lineStart({ ...edit, cursor: start - 1 }));
  },
  lineDown: (edit) => {
    const end = lineEnd(edit.text, edit.cursor);
    return end === edit.text.length ? edit.cursor : inLine(edit, end + 1);
  },
  start: () => 0,
  end: (edit) => edit.text.length,
};

function lineStart(edit: Edit): number {
  return before(edit).lastIndexOf('\n') + 1;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** The offset in the line that begins at `start` under the cursor's column. */
function inLine(edit: Edit, start: number): number {
  const column = columns(lineBefore(edit));
  let offset = start;
  for (const character of characters(edit.text.slice(start, lineEnd(edit.text, start)))) {
    if (columns(edit.text.slice(start, offset)) >= column) break;
    offset += character.length;
  }
  return offset;
}

function remove(edit: Edit, from: number, until: number): Edit {
  return { text: edit.text.slice(0, from) + edit.text.slice(until), cursor: from };
}
