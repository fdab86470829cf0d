/**
 * What the terminal needs of a kernel, in the terminal's own words. A fake of it is a small object.
 */
import type { Matches } from '../state/complete.ts';
import type { Output } from '../state/output.ts';
import type { Origin } from '../state/state.ts';

export interface Kernel {
  /** Cells run so far. */
  readonly count: Promise<number>;
  /** Resolves once the cell has ended and everything that it has shown so far has been heard. */
  run(code: string, listener: CellListener): Promise<'ok' | 'error'>;
  /** Offsets are UTF-16 code units. */
  complete(code: string, cursor: number): Promise<Matches>;
  /** What is known of the name under the cursor, as text. */
  inspect(code: string, cursor: number): Promise<string | undefined>;
  isComplete(code: string): Promise<{ status: string; indent: string }>;
  /** The latest cells of earlier sessions and this one, oldest first. */
  history(): Promise<string[]>;
  interrupt(): Promise<void>;
  /** What comes late from a cell that has ended, or from another client's. */
  onOutside(listener: (origin: Origin, output: Output) => void): void;
  /** The kernel ended of itself: a sentence. */
  onNews(listener: (news: { text: string; gone: boolean }) => void): void;
  /** Ends a kernel that was started here; only leaves one that was attached to. */
  close(): Promise<void>;
  /** Leaves without ending the kernel, as when the terminal is lost. */
  detach(): void;
}

export interface CellListener {
  readonly output: (output: Output) => void;
  /** A line from the person, for the cell. */
  readonly ask: (question: { prompt: string; password: boolean }) => Promise<string>;
}
