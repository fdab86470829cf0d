/**
 * Breaks text into the rows that a terminal shows, so that a view knows its height and where the
 * cursor stands. Counts columns as terminals do: wide characters take two, combining ones none.
 */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { colourSequence } from './clean.ts';

const graphemes = new Intl.Segmenter();
const reset = '\u001b[0m';

/** The user-visible characters of a text. */
export function characters(text: string): string[] {
  return Array.from(graphemes.segment(text), (part) => part.segment);
}

/** Columns that a text without newlines takes. ASCII, and the braille of charts, need no table. */
export function columns(text: string): number {
  return /^[ -~\u2800-\u28ff]*$/.test(text) ? text.length : stringWidth(text);
}

/** Rows of at most `width` columns; colours that are open at a break are closed and opened again. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)));
}

/** The text cut to `width` columns, with an ellipsis where something was cut. */
export function truncate(text: string, width: number): string {
  return cliTruncate(text, width);
}

function wrapLine(line: string, width: number): string[] {
  if (line.length <= width && /^[ -~]*$/.test(line)) return [line];
  const rows: string[] = [];
  let row = '';
  let used = 0;
  let open = '';
  for (const part of line.split(colourSequence)) {
    if (colourSequence.test(part)) {
      row += part;
      open = isReset(part) ? '' : open + part;
      continue;
    }
    for (const character of characters(part)) {
      const size = columns(character);
      if (used > 0 && used + size > width) {
        rows.push(open ? row + reset : row);
        row = open;
        used = 0;
      }
      row += character;
      used += size;
    }
  }
  return [...rows, row];
}

function isReset(sequence: string): boolean {
  return /\[(0?|39)m$/.test(sequence);
}
