/** Completion from the live session: names, members, magics and their flags. */
import type { Scope } from '../../lib/code/live.ts';
import { codeOnly } from './cell.ts';
import { columnsFor, openString } from './columns.ts';
import { constantName } from './constants.ts';
import type { Evaluator } from './evaluate.ts';
import type { Completion, CompletionRequest } from './events.ts';
import { expressionBefore } from './expression-before.ts';
import { importMetaName, importName } from './rewrite.ts';
import type { Magics } from './magics.ts';
import { membersOf, typeOfValue } from './members.ts';
import type { Member } from './members.ts';

export interface LiveParts {
  evaluator: Evaluator;
  magics: Magics;
  scope: Scope;
}

export async function complete(
  { code, cursor }: CompletionRequest,
  parts: LiveParts,
): Promise<Completion> {
  const head = code.slice(0, cursor);
  const line = head.slice(head.lastIndexOf('\n') + 1);
  if (/^%{1,2}(\p{L}|$)/u.test(line)) return completeMagic(line, cursor, parts);
  if (/^\s*%%/.test(code)) return choose([], '', cursor);
  const text = codeOnly(head, parts.magics.names());
  const [word = ''] = /[\p{ID_Continue}$]*$/u.exec(text) ?? [];
  const string = openString(text);
  if (string !== undefined)
    return choose(await columnsFor(text.slice(0, string), parts.evaluator), word, cursor);
  const before = text.slice(0, text.length - word.length).trimEnd();
  const object = /^(.*?)\??\.$/s.exec(before)?.[1];
  if (object === undefined) return choose(await namesInScope(parts.evaluator), word, cursor);
  const expression = expressionBefore(object);
  if (expression === undefined || /^\d+$/.test(expression)) return choose([], word, cursor);
  const outcome = await parts.evaluator.evaluate(`(${expression}\n)`, { pure: true });
  return choose(outcome.type === 'value' ? membersOf(outcome.value) : [], word, cursor);
}

async function completeMagic(
  line: string,
  cursor: number,
  { magics, scope }: LiveParts,
): Promise<Completion> {
  const [, mark = '%', name = '', rest] = /^(%{1,2})([\p{L}\p{N}_-]*)(\s.*)?$/su.exec(line) ?? [];
  if (rest === undefined) {
    const names = magics.names().map((text) => ({ text: `${mark}${text}`, type: 'magic' }));
    return choose(names, line, cursor);
  }
  const word = /\S*$/.exec(rest)![0];
  if (!magics.names().includes(name)) return choose([], word, cursor);
  const magic = await magics.find(name);
  const matches = (await magic.complete?.(rest.trimStart(), scope)) ?? [];
  return choose(
    matches.map((text) => ({ text, type: 'magic' })),
    word,
    cursor,
  );
}

async function namesInScope(evaluator: Evaluator): Promise<Member[]> {
  const members = new Map<string, Member>();
  const add = (member: Member): void => {
    if (!hidden.has(member.text) && !members.has(member.text)) members.set(member.text, member);
  };
  for (const text of await evaluator.lexicalNames()) {
    const outcome = await evaluator.evaluate(text, { pure: true });
    add({ text, type: outcome.type === 'value' ? typeOfValue(outcome.value) : 'instance' });
  }
  for (const member of membersOf(globalThis)) add(member);
  for (const text of keywords) add({ text, type: 'keyword' });
  return [...members.values()];
}

/** Those that begin as the word does; where none does, those that do so in another case. */
function choose(members: readonly Member[], word: string, cursor: number): Completion {
  const exact = members.filter(({ text }) => text.startsWith(word));
  const lower = word.toLowerCase();
  const chosen =
    exact.length > 0 ? exact : members.filter(({ text }) => text.toLowerCase().startsWith(lower));
  const types = chosen.toSorted(byName);
  return {
    matches: types.map(({ text }) => text),
    start: cursor - word.length,
    end: cursor,
    types,
  };
}

/** Names that begin with an underscore come last. */
function byName(a: Member, b: Member): number {
  const [hiddenA, hiddenB] = [a.text.startsWith('_'), b.text.startsWith('_')];
  return Number(hiddenA) - Number(hiddenB) || a.text.localeCompare(b.text);
}

const hidden = new Set([importName, importMetaName, constantName, 'babelHelpers']);

const keywords = (
  'async await break case catch class const continue debugger default delete do else enum export ' +
  'extends false finally for from function if implements import in instanceof interface let new ' +
  'null of return satisfies static super switch this throw true try type typeof var void while yield'
).split(' ');
