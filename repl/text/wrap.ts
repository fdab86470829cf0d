/**
 * Breaks text into the rows that a terminal shows, so that a view knows its height and where the
 * cursor stands. Counts columns as terminals do: wide characters take two, combining ones none.
 */
import { colourSequence } from './clean.ts';

const graphemes = new Intl.Segmenter();
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|^[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const invisible = /^[\p{Mark}\p{Cf}]+$/u;
const reset = '\u001b[0m';

/** The user-visible characters of a text. */
export function characters(text: string): string[] {
  return Array.from(graphemes.segment(text), (part) => part.segment);
}

/** Columns that a text without newlines takes. */
export function columns(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  return characters(text).reduce((sum, character) => sum + columnsOf(character), 0);
}

/** Rows of at most `width` columns; colours that are open at a break are closed and opened again. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)));
}

/** The text cut to `width` columns, with an ellipsis where something was cut. */
export function truncate(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let cut = '';
  for (const character of characters(text)) {
    if (columns(cut) + columnsOf(character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
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
      const size = columnsOf(character);
      if (used + size > width) {
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

function columnsOf(character: string): number {
  if (character >= ' ' && character <= '~') return 1;
  if (invisible.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
