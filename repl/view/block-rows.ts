/**
 * The rows of one piece of output. Pure.
 */
import type { Block } from '../state/output.ts';
import type { Origin, Printed } from '../state/state.ts';
import { clean, cleanColoured } from '../text/clean.ts';
import { columns, wrap } from '../text/wrap.ts';
import { inPrompt, outPrompt } from '../theme.ts';
import { bundleText } from './bundle-text.ts';
import type { Frame } from './frame.ts';
import { inputRows } from './input-rows.ts';

/** The rows of what has scrolled away, with a mark where it comes from elsewhere. */
export function printedRows(piece: Printed, frame: Frame): string[] {
  const mark = markOf(piece.origin);
  const inner = { ...frame, width: frame.width - columns(mark) };
  const rows = unmarked(piece, inner);
  return mark ? rows.map((row) => frame.theme.faint(mark) + row) : rows;
}

/** The rows of a block at the frame's width. */
export function blockRows(block: Block, frame: Frame): string[] {
  const { theme, width } = frame;
  if (block.kind === 'stream') {
    const rows = wrap(clean(block.text).replace(/\n$/, ''), width);
    return block.name === 'stderr' ? rows.map(theme.warning) : rows;
  }
  if (block.kind === 'display') return wrap(bundleText(block.data, frame), width);
  if (block.kind === 'result') return resultRows(block.count, block.data, frame);
  const text =
    block.traceback.length > 0 ? block.traceback.join('\n') : `${block.name}: ${block.message}`;
  const shown = cleanColoured(text, theme.colours);
  return wrap(shown.includes('\u001b') ? shown : paintFirst(shown, theme.error), width);
}

/** The gutter before rows that are not the running cell's. */
export function markOf(origin: Origin | undefined): string {
  if (!origin) return '';
  const count = origin.count === undefined ? '' : `[${String(origin.count)}] `;
  return origin.from === 'late' ? `${count}late │ ` : `${count}other │ `;
}

function unmarked(piece: Printed, frame: Frame): string[] {
  if (piece.kind === 'block') return blockRows(piece.block, frame);
  if (piece.kind === 'note') return wrap(clean(piece.text), frame.width).map(frame.theme.warning);
  const { rows } = inputRows(inPrompt(piece.count), clean(piece.code), frame);
  return piece.run ? rows : [...rows, frame.theme.warning('not run')];
}

/** A result of one line stands beside its number, a longer one below it. */
function resultRows(count: number, data: Record<string, unknown>, frame: Frame): string[] {
  const label = outPrompt(count);
  const wide = bundleText(data, frame);
  if (wide.includes('\n') || columns(label + wide) > frame.width)
    return [frame.theme.result(label.trimEnd()), ...wrap(wide, frame.width)];
  return [frame.theme.result(label) + wide];
}

function paintFirst(text: string, paint: (text: string) => string): string {
  const end = text.indexOf('\n');
  return end === -1 ? paint(text) : paint(text.slice(0, end)) + text.slice(end);
}
