/**
 * The life of a cell, as steps of the state: submitted, run, heard of, ended. Pure.
 */
import { empty } from './edit.ts';
import { remember } from './history.ts';
import { add, blockOf, inOrder, nothing, settle, type Output } from './output.ts';
import { print, type Cell, type Late, type Origin, type Question, type State } from './state.ts';

/** More displays than these at once would fill the screen; the oldest scrolls away. */
const lateLimit = 2;

/** Puts what was typed behind the cells that wait, and clears the input. */
export function submit(state: State): State {
  const code = state.edit.text.trimEnd();
  const cell: Cell = { key: state.serial, code, status: 'waiting', live: nothing };
  const history = remember(state.history, code);
  const cells = [...state.cells, cell];
  return { ...retire(state, state.late), history, cells, edit: empty, serial: cell.key + 1 };
}

/** The kernel has been asked to run the first cell. */
export function run(state: State, key: number): State {
  return onCell(state, key, (cell) => ({ ...cell, status: 'running' }));
}

/** A message of a cell that is running. */
export function hear(state: State, key: number, output: Output): State {
  const cell = state.cells.find((c) => c.key === key);
  if (!cell) return state;
  if (output.type === 'started') return begin(state, cell, output.count);
  const { settled, live } = settle(add(cell.live, output));
  const next = onCell(state, key, (c) => ({ ...c, live }));
  return print(next, ...settled.map((block) => ({ kind: 'block' as const, block })));
}

/** The kernel has answered: what is left of the cell scrolls away. */
export function end(state: State, key: number, status: 'ok' | 'error'): State {
  const cell = state.cells.find((c) => c.key === key);
  if (!cell) return state;
  let next = cell.count === undefined ? printInput(state, cell, true) : state;
  const blocks = inOrder(cell.live.blocks);
  next = print(next, ...blocks.map((block) => ({ kind: 'block' as const, block })));
  next = { ...next, cells: next.cells.filter((c) => c.key !== key), question: undefined };
  return status === 'ok' ? next : drop(next);
}

/** Gives up the cells that wait: what they build on has failed. */
export function drop(state: State): State {
  const waiting = state.cells.filter((cell) => cell.status === 'waiting');
  const cells = state.cells.filter((cell) => cell.status === 'running');
  return waiting.reduce<State>((next, cell) => printInput(next, cell, false), { ...state, cells });
}

/** A message of a cell that has ended, or of another client's. */
export function overhear(state: State, origin: Origin, output: Output): State {
  if (output.type === 'clear') return state;
  if (output.type === 'update') return follow(state, { id: output.id, data: output.data, origin });
  if (output.type === 'started') {
    const { count, code } = output;
    const seen = { ...state, count: Math.max(state.count, count) };
    return print(seen, { kind: 'input', count, code, run: true, origin });
  }
  return print(state, { kind: 'block', block: blockOf(output), origin });
}

/** A cell asks for a line. */
export function ask(state: State, asked: Pick<Question, 'prompt' | 'password'>): State {
  const question = { ...asked, id: state.serial, edit: empty };
  return { ...state, question, menu: undefined, serial: state.serial + 1 };
}

/** The person has answered: the line scrolls away, a password without its text. */
export function answer(state: State, { id, prompt, password, edit }: Question): State {
  const text = `${prompt}${password ? '' : edit.text}\n`;
  const block = { kind: 'stream' as const, name: 'stdout' as const, text };
  const wants = { ...state.wants, answer: { question: id, text: edit.text } };
  return print({ ...state, question: undefined, wants }, { kind: 'block', block });
}

function begin(state: State, cell: Cell, count: number): State {
  const counted = { ...cell, count };
  const next = onCell(state, cell.key, () => counted);
  return printInput({ ...next, count: Math.max(state.count, count) }, counted, true);
}

function follow(state: State, late: Late): State {
  const kept = state.late.filter((l) => l.id !== late.id);
  const tooMany = kept.slice(0, Math.max(0, kept.length + 1 - lateLimit));
  const place = state.late.findIndex((l) => l.id === late.id);
  if (place !== -1) return { ...state, late: state.late.with(place, late) };
  const next = retire(state, tooMany);
  return { ...next, late: [...next.late, late] };
}

/** Lets late displays scroll away as they are now; their next update brings them back. */
function retire(state: State, gone: readonly Late[]): State {
  const late = state.late.filter((l) => !gone.includes(l));
  const pieces = gone.map(({ id, data, origin }) => ({
    kind: 'block' as const,
    block: { kind: 'display' as const, id, data, updated: true },
    origin,
  }));
  return print({ ...state, late }, ...pieces);
}

function printInput(state: State, { code, count }: Cell, run: boolean): State {
  return print(state, { kind: 'input', code, run, ...(count !== undefined && { count }) });
}

function onCell(state: State, key: number, change: (cell: Cell) => Cell): State {
  return { ...state, cells: state.cells.map((cell) => (cell.key === key ? change(cell) : cell)) };
}
