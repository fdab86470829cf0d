/**
 * Completion as steps of the state: one match is put in, several are offered and gone through. Pure.
 */
import { replace, type Edit } from './edit.ts';
import type { Menu, State } from './state.ts';

export interface Matches {
  matches: readonly string[];
  /** Range that a match replaces, in UTF-16 code units. */
  start: number;
  end: number;
}

/** The kernel's answer; ignored where the person has typed on meanwhile. */
export function completed(state: State, asked: Edit, { matches, start, end }: Matches): State {
  if (state.edit !== asked) return state;
  const [first] = matches;
  if (first === undefined) return { ...state, note: 'no completions' };
  if (matches.length === 1) return { ...state, edit: replace(asked, start, end, first) };
  const typed = asked.text.slice(start, end);
  const shared = matches.reduce(sharedStart);
  const edit = shared.length > typed.length ? replace(asked, start, end, shared) : asked;
  return {
    ...state,
    edit,
    menu: { matches, chosen: -1, start, end: edit.cursor, original: asked },
  };
}

/** Puts the next or the previous match in. */
export function choose(state: State, menu: Menu, step: 1 | -1): State {
  const { length } = menu.matches;
  const from = menu.chosen === -1 && step === -1 ? 0 : menu.chosen;
  const chosen = (from + step + length) % length;
  const edit = replace(state.edit, menu.start, menu.end, menu.matches[chosen]!);
  return { ...state, edit, menu: { ...menu, chosen, end: edit.cursor } };
}

function sharedStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
