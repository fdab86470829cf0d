/**
 * The rows above the prompt that may still change: what the running cell shows now, late displays,
 * and the cells that wait. Pure; never more rows than it is given.
 */
import { inOrder, isFloating, type Block } from '../state/output.ts';
import type { Cell, Late, State } from '../state/state.ts';
import { cleanLine } from '../text/clean.ts';
import { columns, truncate } from '../text/wrap.ts';
import { inPrompt } from '../theme.ts';
import { blockRows, markOf } from './block-rows.ts';
import type { Frame } from './frame.ts';

const waitingLimit = 3;

/** Rows of everything live, at most `limit`. */
export function liveRows(state: State, frame: Frame, limit: number): string[] {
  const waiting = waitingRows(state, frame).slice(0, limit);
  const late = frame.spoken ? [] : state.late.flatMap((l) => lateRows(l, frame));
  const room = limit - waiting.length;
  const kept = late.slice(0, room);
  const blocks = state.cells[0]?.live.blocks ?? [];
  return [...blocksRows(blocks, frame, room - kept.length), ...kept, ...waiting];
}

/** What floats keeps its rows; of the text above it the end is shown. */
function blocksRows(blocks: readonly Block[], frame: Frame, limit: number): string[] {
  const ordered = inOrder(frame.spoken ? blocks.filter((b) => b.kind === 'stream') : blocks);
  const tail = limit * frame.width * 4;
  const rows = (block: Block): string[] => blockRows(ending(block, tail), frame);
  const floating = ordered.filter(isFloating).flatMap(rows).slice(0, limit);
  const flowing = ordered.filter((block) => !isFloating(block)).flatMap(rows);
  const room = limit - floating.length;
  if (flowing.length <= room) return [...flowing, ...floating];
  const hidden = flowing.length - room + 1;
  const more = frame.theme.faint(`… ${String(hidden)} rows above, shown when the cell ends`);
  return room > 0 ? [more, ...flowing.slice(hidden), ...floating] : floating;
}

/** A long stream's end: laying the whole out at every frame would take longer than a frame. */
function ending(block: Block, length: number): Block {
  if (block.kind !== 'stream' || block.text.length <= length) return block;
  return { ...block, text: block.text.slice(-length) };
}

function lateRows(late: Late, frame: Frame): string[] {
  const mark = markOf(late.origin);
  const block: Block = { kind: 'display', data: late.data, updated: true };
  const inner = { ...frame, width: frame.width - columns(mark) };
  return blockRows(block, inner).map((row) => frame.theme.faint(mark) + row);
}

function waitingRows(state: State, frame: Frame): string[] {
  const waiting = state.cells.filter((cell) => cell.count === undefined);
  const rows = waiting.slice(0, waitingLimit).map((cell) => waitingRow(cell, state, frame));
  const more = waiting.length - rows.length;
  return more > 0 ? [...rows, frame.theme.faint(`… ${String(more)} more waiting`)] : rows;
}

function waitingRow(cell: Cell, { kernel }: State, { width, theme }: Frame): string {
  const why =
    cell.status === 'running' ? 'running' : kernel === 'starting' ? 'kernel is starting' : 'queued';
  const [first = '', ...more] = cell.code.split('\n');
  const prompt = inPrompt(undefined);
  const code = cleanLine(first) + (more.length > 0 ? ' …' : '');
  const room = Math.max(4, width - columns(prompt) - why.length - 4);
  return `${theme.faint(prompt)}${truncate(code, room)}  ${theme.faint(`(${why})`)}`;
}
