/**
 * What each key does to the state. Pure: what the kernel has to be asked is left in `wants`.
 */
import { answer, drop, submit } from './cells.ts';
import { choose } from './complete.ts';
import * as edits from './edit.ts';
import { newer, older, shown, type History } from './history.ts';
import type { Key } from './key.ts';
import { isRunning, type State } from './state.ts';

/** The state after a key. While a line is being checked, keys wait for the verdict. */
export function press(state: State, key: Key): State {
  if (key.key === 'interrupt') return interrupt(state);
  if (state.wants.check) return { ...state, held: [...state.held, key] };
  if (state.question) return pressInQuestion(state, key);
  if (key.key === 'endOfInput') return endInput(state);
  const calm = { ...state, note: undefined, leaving: false };
  if (key.key === 'tab') return tab(calm, key.back);
  const open = { ...calm, menu: undefined };
  if (key.key === 'escape') return state.menu ? { ...open, edit: state.menu.original } : open;
  if (key.key === 'enter') return enter(open);
  if (key.key === 'newline') return insertNewline(open);
  if (key.key === 'up' || key.key === 'down') return vertical(open, key.key);
  return editWith(open, key);
}

/** What the kernel says of a line: a whole cell is submitted, another goes on with an indent. */
export function checked(state: State, verdict: { status: string; indent: string }): State {
  const { held } = state;
  const open = { ...state, wants: { ...state.wants, check: undefined }, held: [] };
  const next =
    verdict.status === 'incomplete'
      ? { ...open, edit: edits.insert(open.edit, `\n${verdict.indent}`) }
      : submit(open);
  return held.reduce(press, next);
}

function interrupt(state: State): State {
  const wants = { ...state.wants, check: undefined };
  const calm = { ...state, wants, held: [], menu: undefined, note: undefined, leaving: false };
  if (state.wants.check) return calm;
  if (isRunning(state)) return { ...calm, wants: { ...wants, interrupt: {} } };
  if (state.cells.length > 0) return drop(calm);
  if (state.edit.text !== '') return { ...calm, edit: edits.empty, history: reset(state.history) };
  return leave(state);
}

function endInput(state: State): State {
  if (state.edit.text !== '')
    return { ...state, menu: undefined, edit: edits.cut(state.edit, 'right').edit };
  return state.cells.length > 0 ? leave(state) : { ...state, wants: { ...state.wants, leave: {} } };
}

/** Twice leaves; the first time only says so. */
function leave(state: State): State {
  if (!state.leaving) return { ...state, leaving: true, note: undefined };
  return { ...state, leaving: false, wants: { ...state.wants, leave: {} } };
}

function pressInQuestion(state: State, key: Key): State {
  const question = state.question!;
  if (key.key === 'enter' || (key.key === 'endOfInput' && question.edit.text === ''))
    return answer(state, question);
  const { edit, cut } = editWith({ ...state, edit: question.edit }, key);
  return { ...state, cut, question: { ...question, edit } };
}

function tab(state: State, back: boolean): State {
  if (state.menu) return choose(state, state.menu, back ? -1 : 1);
  const { edit, wants } = state;
  if (back) return { ...state, wants: { ...wants, inspect: { edit } } };
  if (edits.lineBefore(edit).trim() === '') return { ...state, edit: edits.insert(edit, '  ') };
  return { ...state, wants: { ...wants, complete: { edit } } };
}

function enter(state: State): State {
  const { text } = state.edit;
  if (text.trim() === '') return { ...state, edit: edits.empty };
  if (state.kernel === 'gone') return { ...state, note: 'the kernel has ended: Ctrl-D leaves' };
  if (!edits.isOnLastLine(state.edit)) return insertNewline(state);
  // Two blank lines end even what the parser still waits for, so that nobody is caught in a cell.
  if (/\n\s*\n\s*$/.test(text)) return submit(state);
  return { ...state, wants: { ...state.wants, check: { text } } };
}

function insertNewline(state: State): State {
  const indent = /^\s*/.exec(edits.lineBefore(state.edit))![0];
  return { ...state, edit: edits.insert(state.edit, `\n${indent}`) };
}

function vertical(state: State, key: 'up' | 'down'): State {
  const { edit, history } = state;
  const edge = key === 'up' ? edits.isOnFirstLine(edit) : edits.isOnLastLine(edit);
  if (!edge) return { ...state, edit: edits.move(edit, key === 'up' ? 'lineUp' : 'lineDown') };
  const next = key === 'up' ? older(history, edit.text) : newer(history);
  return next ? { ...state, history: next, edit: edits.editOf(shown(next)) } : state;
}

function editWith(state: State, key: Key): State {
  const { edit } = state;
  switch (key.key) {
    case 'text':
      return { ...state, edit: edits.type(edit, key.text) };
    case 'paste':
      return { ...state, edit: edits.insert(edit, key.text) };
    case 'yank':
      return { ...state, edit: edits.insert(edit, state.cut) };
    case 'move':
      return { ...state, edit: edits.move(edit, key.to) };
    case 'cut': {
      const { edit: rest, removed } = edits.cut(edit, key.to);
      const isWord = key.to !== 'left' && key.to !== 'right';
      return { ...state, edit: rest, cut: isWord && removed ? removed : state.cut };
    }
    default:
      return state;
  }
}

function reset(history: History): History {
  return { ...history, at: history.entries.length, draft: '' };
}
