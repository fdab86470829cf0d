/**
 * What a cell shows, as plain data: the kernel's messages in (`Output`), the pieces of a screen out
 * (`Block`). Pure; knows no widths and no colours.
 */
import type { MimeBundle } from '../../lib/display/bundle.ts';

/** One message of a cell, in the order in which the kernel sent it. */
export type Output =
  | { type: 'started'; count: number; code: string }
  | { type: 'stream'; name: StreamName; text: string }
  | { type: 'display'; id?: string; data: MimeBundle }
  | { type: 'update'; id: string; data: MimeBundle }
  | { type: 'clear'; wait: boolean }
  | { type: 'result'; count: number; data: MimeBundle }
  | { type: 'error'; name: string; message: string; traceback: string[] };
export type StreamName = 'stdout' | 'stderr';

export type Block =
  | { kind: 'stream'; name: StreamName; text: string }
  | { kind: 'display'; id?: string; data: MimeBundle; updated: boolean }
  | { kind: 'result'; count: number; data: MimeBundle }
  | { kind: 'error'; name: string; message: string; traceback: string[] };

/** The part of a running cell that may still change. */
export interface Live {
  readonly blocks: readonly Block[];
  /** The next output replaces these blocks (`clear_output(wait=True)`). */
  readonly stale: boolean;
}

export const nothing: Live = { blocks: [], stale: false };

/** Adds one message to what a cell shows. */
export function add(live: Live, output: Output): Live {
  if (output.type === 'started') return live;
  if (output.type === 'clear') return output.wait ? { ...live, stale: true } : nothing;
  if (output.type === 'update') return { ...live, blocks: live.blocks.map(updatedBy(output)) };
  return { blocks: append(live.stale ? [] : live.blocks, output), stale: false };
}

/**
 * Splits off what cannot change any more and may scroll away: whole lines, and pieces that another
 * one follows. A display that can be updated keeps its place until its cell ends; once it has been
 * updated it stays below the text that goes on scrolling, as a progress bar does.
 */
export function settle(live: Live): { settled: Block[]; live: Live } {
  if (live.stale) return { settled: [], live };
  const settled: Block[] = [];
  const blocks: Block[] = [];
  let held = false;
  for (const [i, block] of live.blocks.entries()) {
    const last = i === live.blocks.length - 1;
    if (held || isPinned(block) || (last && block.kind === 'display')) {
      blocks.push(block);
      held ||= !isFloating(block);
    } else if (last && block.kind === 'stream') {
      const end = block.text.lastIndexOf('\n') + 1;
      if (end > 0) settled.push({ ...block, text: block.text.slice(0, end) });
      if (end < block.text.length) blocks.push({ ...block, text: block.text.slice(end) });
    } else settled.push(block);
  }
  return { settled, live: { ...live, blocks } };
}

/** The blocks in the order in which they are shown: what floats comes last. */
export function inOrder(blocks: readonly Block[]): Block[] {
  return [...blocks.filter((b) => !isFloating(b)), ...blocks.filter(isFloating)];
}

/** Whether a display has moved since it was first shown. */
export function isFloating(block: Block): boolean {
  return block.kind === 'display' && block.updated;
}

function isPinned(block: Block): boolean {
  return block.kind === 'display' && block.id !== undefined;
}

function updatedBy({ id, data }: { id: string; data: MimeBundle }): (block: Block) => Block {
  return (block) =>
    block.kind === 'display' && block.id === id ? { ...block, data, updated: true } : block;
}

type Appended = Exclude<Output, { type: 'started' | 'clear' | 'update' }>;

function append(blocks: readonly Block[], output: Appended): Block[] {
  const last = blocks.at(-1);
  if (output.type === 'stream' && last?.kind === 'stream' && last.name === output.name)
    return [...blocks.slice(0, -1), { ...last, text: last.text + output.text }];
  return [...blocks, blockOf(output)];
}

/** The block that a message begins. */
export function blockOf(output: Appended): Block {
  const { type, ...rest } = output;
  return (
    type === 'display' ? { kind: type, ...rest, updated: false } : { kind: type, ...rest }
  ) as Block;
}
