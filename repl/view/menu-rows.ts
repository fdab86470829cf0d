/**
 * The rows below the input: completions in columns, a note, or why a key asks to be pressed again.
 * Pure.
 */
import { isRunning, type Menu, type State } from '../state/state.ts';
import { clean, cleanLine } from '../text/clean.ts';
import { columns, truncate, wrap } from '../text/wrap.ts';
import type { Frame } from './frame.ts';

export const menuLimit = 6;

/** At most `menuLimit` rows. */
export function menuRows(state: State, frame: Frame): string[] {
  if (state.leaving) return [frame.theme.warning(truncate(leavingText(state), frame.width))];
  if (state.menu) return matchRows(state.menu, frame);
  if (state.note === undefined) return [];
  const rows = wrap(clean(state.note).trimEnd(), frame.width);
  const cut = rows.length > menuLimit ? [...rows.slice(0, menuLimit - 1), '…'] : rows;
  return cut.map(frame.theme.faint);
}

function leavingText(state: State): string {
  return isRunning(state)
    ? 'a cell is running: Ctrl-D again ends it and leaves'
    : 'Ctrl-C again, or Ctrl-D, leaves';
}

/** Matches row by row, scrolled so that the chosen one is among them. */
function matchRows({ matches, chosen }: Menu, { width, theme }: Frame): string[] {
  const names = matches.map((match) => truncate(cleanLine(match), width - 2));
  const cell = Math.min(width, Math.max(...names.map(columns)) + 2);
  const perRow = Math.max(1, Math.floor(width / cell));
  const all = Math.ceil(names.length / perRow);
  const visible = all > menuLimit ? menuLimit - 1 : all;
  const chosenRow = Math.floor(Math.max(0, chosen) / perRow);
  const first = Math.min(Math.max(0, chosenRow - visible + 1), all - visible);
  const rows = Array.from({ length: visible }, (_, i) => {
    const start = (first + i) * perRow;
    return names
      .slice(start, start + perRow)
      .map((name, j) => {
        const padded = ` ${name} `;
        const fill = ' '.repeat(Math.max(0, cell - columns(padded)));
        return (start + j === chosen ? theme.chosen(padded) : padded) + fill;
      })
      .join('')
      .trimEnd();
  });
  return all > visible ? [...rows, theme.faint(` ${String(names.length)} in all`)] : rows;
}
