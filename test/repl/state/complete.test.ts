/** Completion: one match, several, going through them, and answers that come too late. */
import { expect, test } from 'vitest';
import { completed } from '../../../repl/state/complete.ts';
import { press } from '../../../repl/state/press.ts';
import { initialState, type State } from '../../../repl/state/state.ts';

const typed: State = { ...initialState(), edit: { text: 'a.fo', cursor: 4 } };
const several = { matches: ['foo', 'foobar', 'foobaz'], start: 2, end: 4 };
const tab = (state: State, back = false): State => press(state, { key: 'tab', back });

test('puts a single match in', () => {
  expect(completed(typed, typed.edit, { ...several, matches: ['food'] }).edit).toEqual({
    text: 'a.food',
    cursor: 6,
  });
});
test('puts in what several share and offers them', () => {
  const state = completed(typed, typed.edit, several);
  expect([state.edit.text, state.menu?.matches, state.menu?.chosen]).toEqual([
    'a.foo',
    several.matches,
    -1,
  ]);
});
test('goes through them and around, both ways', () => {
  const state = completed(typed, typed.edit, several);
  const texts = [tab(state), tab(tab(state)), tab(tab(tab(tab(state)))), tab(state, true)].map(
    (s) => s.edit.text,
  );
  expect(texts).toEqual(['a.foo', 'a.foobar', 'a.foo', 'a.foobaz']);
});
test('Escape gives back what was typed; another key keeps the choice', () => {
  const chosen = tab(tab(completed(typed, typed.edit, several)));
  expect(press(chosen, { key: 'escape' }).edit).toEqual(typed.edit);
  const on = press(chosen, { key: 'text', text: '(' });
  expect([on.edit.text, on.menu]).toEqual(['a.foobar(', undefined]);
});
test('ignores an answer to what is no longer there', () => {
  const on = press(typed, { key: 'text', text: 'x' });
  expect(completed(on, typed.edit, several)).toBe(on);
});
test('says so when there are none', () => {
  expect(completed(typed, typed.edit, { ...several, matches: [] }).note).toBe('no completions');
});
