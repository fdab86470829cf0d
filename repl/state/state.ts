/**
 * Everything that the terminal shows and everything that it wants done, as plain data. The reducer
 * makes the next state; the driver performs what a state asks for; the view draws it.
 */
import type { MimeBundle } from '../../lib/display/bundle.ts';
import { empty, type Edit } from './edit.ts';
import { historyOf, type History } from './history.ts';
import type { Block, Live } from './output.ts';
import type { Key } from './key.ts';

export interface State {
  readonly edit: Edit;
  readonly history: History;
  /** What was last cut, for Ctrl-Y. */
  readonly cut: string;
  /** The running cell, when there is one, and those that wait behind it. */
  readonly cells: readonly Cell[];
  /** What is about to scroll away: drawn once, in this order, and then let go. */
  readonly printed: readonly Printed[];
  /** Displays of finished or foreign cells that still change. */
  readonly late: readonly Late[];
  readonly menu?: Menu | undefined;
  /** Shown below the input until the next key: what is known of a name, or why a key did nothing. */
  readonly note?: string | undefined;
  /** A cell asks for a line of input. */
  readonly question?: Question | undefined;
  /** Highest execution count seen. */
  readonly count: number;
  readonly kernel: 'starting' | 'ready' | 'gone';
  /** The kernel was there before, and has not told its count yet. */
  readonly uncounted: boolean;
  /** Ctrl-C or Ctrl-D was pressed once where twice leaves. */
  readonly leaving: boolean;
  readonly wants: Wants;
  /** Keys pressed while `wants.check` is open: they act once it is answered. */
  readonly held: readonly Key[];
  /** Number given to the next cell, question, or printed piece. */
  readonly serial: number;
}

/** Questions to the kernel. The driver acts once on each new object. */
export interface Wants {
  /** Is this text a whole cell? Answered by `checked`. */
  readonly check?: { readonly text: string } | undefined;
  readonly complete?: { readonly edit: Edit };
  readonly inspect?: { readonly edit: Edit };
  readonly interrupt?: object;
  readonly answer?: { readonly question: number; readonly text: string };
  readonly leave?: object;
}

export interface Cell {
  readonly key: number;
  readonly code: string;
  readonly status: 'waiting' | 'running';
  /** Known once the kernel has begun it; its input has scrolled away then. */
  readonly count?: number;
  readonly live: Live;
}

/** Where a piece comes from, if not from the cell that runs. */
export interface Origin {
  readonly count?: number;
  readonly from: 'late' | 'other';
}

export type Printed = { readonly id: number; readonly origin?: Origin } & (
  | {
      readonly kind: 'input';
      readonly count?: number;
      readonly code: string;
      readonly run: boolean;
    }
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'note'; readonly text: string }
);

export interface Late {
  readonly id: string;
  readonly origin: Origin;
  readonly data: MimeBundle;
}

export interface Menu {
  readonly matches: readonly string[];
  /** The chosen match; -1 while none is. */
  readonly chosen: number;
  readonly start: number;
  readonly end: number;
  /** The edit before the menu changed it. */
  readonly original: Edit;
}

export interface Question {
  readonly id: number;
  readonly prompt: string;
  readonly password: boolean;
  readonly edit: Edit;
}

/** The state before the first key. */
export function initialState(uncounted = false): State {
  return {
    edit: empty,
    history: historyOf([]),
    cut: '',
    cells: [],
    printed: [],
    late: [],
    count: 0,
    kernel: 'starting',
    uncounted,
    leaving: false,
    wants: {},
    held: [],
    serial: 0,
  };
}

/** The number that the next cell is going to have. */
export function nextCount(state: State): number {
  const waiting = state.cells.filter((cell) => cell.count === undefined).length;
  return state.count + waiting + 1;
}

type Piece<T = Printed> = T extends Printed ? Omit<T, 'id'> : never;

/** Lets pieces scroll away. */
export function print(state: State, ...pieces: Piece[]): State {
  const added = pieces.map((piece, i) => ({ ...piece, id: state.serial + i }));
  return {
    ...state,
    printed: [...state.printed, ...added],
    serial: state.serial + pieces.length,
  };
}

/** Whether the kernel is working on a cell of ours. */
export function isRunning(state: State): boolean {
  return state.cells[0]?.status === 'running';
}
