/**
 * A bundle as text for a terminal: drawn anew from its data at the terminal's width where it carries
 * them, else the text that the kernel sent.
 */
import { chartText } from '../../lib/display/braille.ts';
import { chartType, progressType, tableType, type MimeBundle } from '../../lib/display/bundle.ts';
import type { Figure } from '../../lib/display/figure.ts';
import { lineText, type ProgressLine } from '../../lib/display/progress.ts';
import { tableText, type Table } from '../../lib/display/table.ts';
import { clean } from '../text/clean.ts';

/** Columns and rows of a terminal. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

const textual = ['text/plain', 'text/markdown', 'text/latex', 'image/svg+xml'];
/** Rows of a figure that are not its panels' dots: its title, its axis, the prompt, some air. */
const around = 6;
const tallestPanel = 6;

/** Text without control characters and without a final newline; without `room`, the kernel's own. */
export function bundleText(data: MimeBundle, room?: Room): string {
  const drawn = room && drawnAt(data, room);
  if (drawn !== undefined) return clean(drawn);
  for (const type of textual) {
    const text = data[type];
    if (typeof text === 'string') return clean(text).replace(/\n$/, '');
  }
  const types = Object.keys(data).map(clean).join(', ');
  return `(cannot be shown in a terminal: ${types || 'nothing'})`;
}

/** Undefined where there are no data, or none of the shape that their type promises. */
function drawnAt(data: MimeBundle, { width, height }: Room): string | undefined {
  try {
    if (tableType in data) return tableText(data[tableType] as Table, width);
    if (progressType in data) return lineText(data[progressType] as ProgressLine, width);
    if (chartType in data) {
      const figure = data[chartType] as Figure;
      return chartText(figure, width, panelHeight(figure.panels.length, height));
    }
  } catch {
    // What an unknown kernel calls a table need not be one; its text is there.
  }
  return undefined;
}

/** Rows a panel, so that a whole figure fits into the terminal while it moves. */
function panelHeight(panels: number, height: number): number {
  const share = Math.floor((height - around) / Math.max(1, panels)) - 1;
  return Math.min(tallestPanel, Math.max(2, share));
}
