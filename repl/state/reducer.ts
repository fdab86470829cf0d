/**
 * One step of the terminal: a state and an action in, the next state out.
 */
import * as cells from './cells.ts';
import { completed, type Matches } from './complete.ts';
import type { Edit } from './edit.ts';
import { recall } from './history.ts';
import type { Key } from './key.ts';
import type { Output } from './output.ts';
import { checked, press } from './press.ts';
import { print, type Origin, type State } from './state.ts';

export type Action =
  | { type: 'key'; key: Key }
  | { type: 'checked'; status: string; indent: string }
  | { type: 'completed'; asked: Edit; matches: Matches }
  | { type: 'inspected'; asked: Edit; text: string | undefined }
  | { type: 'kernel'; status: 'ready' | 'gone' }
  | { type: 'counted'; count: number }
  | { type: 'remembered'; entries: readonly string[] }
  | { type: 'note'; text: string }
  | { type: 'drawn'; count: number }
  | { type: 'run'; cell: number }
  | { type: 'output'; cell: number; output: Output }
  | { type: 'outside'; origin: Origin; output: Output }
  | { type: 'ask'; prompt: string; password: boolean }
  | { type: 'ended'; cell: number; status: 'ok' | 'error' };

type Steps = {
  [T in Action['type']]: (state: State, action: Extract<Action, { type: T }>) => State;
};

const steps: Steps = {
  key: (state, { key }) => press(state, key),
  checked: (state, verdict) => (state.wants.check ? checked(state, verdict) : state),
  completed: (state, { asked, matches }) => completed(state, asked, matches),
  inspected: (state, { asked, text }) =>
    state.edit === asked ? { ...state, note: text ?? 'nothing is known of it' } : state,
  kernel: (state, { status }) => ({ ...state, kernel: status }),
  counted: (state, { count }) => ({
    ...state,
    uncounted: false,
    count: Math.max(state.count, count),
  }),
  remembered: (state, { entries }) => ({ ...state, history: recall(state.history, entries) }),
  note: (state, { text }) => print(state, { kind: 'note', text }),
  drawn: (state, { count }) => ({ ...state, printed: state.printed.slice(count) }),
  run: (state, { cell }) => cells.run(state, cell),
  output: (state, { cell, output }) => cells.hear(state, cell, output),
  outside: (state, { origin, output }) => cells.overhear(state, origin, output),
  ask: (state, question) => cells.ask(state, question),
  ended: (state, { cell, status }) => cells.end(state, cell, status),
};

/** The state after an action. */
export function reduce(state: State, action: Action): State {
  // The table's type ties each step to its action; the compiler cannot follow that through a lookup.
  const step = steps[action.type] as (state: State, action: Action) => State;
  return step(state, action);
}
