/**
 * How RM-Gallery (v1, v2) and OpenJudge read a preference, faults included: for comparing runs with
 * theirs. Equal, case by case, to recorded results of their reward functions.
 */
import type { Cell } from '../data/cell.ts';

/** Whose reading, and so whose rewards. */
export const generations = ['v1', 'v2', 'openjudge'] as const;
export type Generation = (typeof generations)[number];

/** What a row says besides the answer. */
export interface PairFacts {
  truth: Cell;
  source: string;
  strength?: number;
  responseId?: string;
}

/** The record that the generation's reward function returns. */
export function compatPreference(
  generation: Generation,
  completion: string,
  { truth, source, strength = 0, responseId = '' }: PairFacts,
): Record<string, string | number> {
  const predicted = { v1: first, v2: second, openjudge: third }[generation](completion);
  const expected = typeof truth === 'string' ? truth : 'tie';
  const score = predicted === expected && predicted !== 'unknown' ? 1 : 0;
  const [predicted_preference, true_preference] = [predicted, expected];
  const last = { task_type: 'pairwise', data_source: source };
  return generation === 'openjudge'
    ? {
        ...{ score, predicted_preference, accuracy: score, true_preference },
        ...{ response_id: responseId, preference_strength: strength, ...last },
      }
    : {
        ...{ score, predicted_preference, true_preference, preference_strength: strength },
        ...{ accuracy: score, ...last },
      };
}

/** V1's template takes any tag up to the last closing of its name, and needs `<think>`. */
function first(completion: string): string {
  const fields = greedyTags(completion);
  return fields.has('think') ? named(fields.get('preference')) : loosely(completion);
}

/** V2's takes the first tag of each name, thinking included. */
function second(completion: string): string {
  return /<think>[\s\S]*?<\/think>/i.test(completion)
    ? named(/<preference>([\s\S]*?)<\/preference>/i.exec(completion)?.[1])
    : loosely(completion);
}

/** OpenJudge drops closed thinking, then takes the letters that the first `<better>` contains. */
function third(completion: string): string {
  const text = withoutClosedThinking(completion);
  const tag = /<better>([\s\S]*?)<\/better>/.exec(text)?.[1]?.trim().toUpperCase();
  if (tag !== undefined) {
    const [a, b] = [tag.includes('A'), tag.includes('B')];
    if (tag === 'TIE' || (a && b)) return 'tie';
    if (a !== b) return a ? 'A' : 'B';
    if (tag.includes('TIE')) return 'tie';
  }
  return byLines(text, ['RESPONSE', 'ANSWER']);
}

export function withoutClosedThinking(completion: string): string {
  return completion
    .replace(/<think>[\s\S]*?<\/think>/gi, '')
    .replace(/\n\s*\n/g, '\n\n')
    .trim();
}

/** Tag name to content, from each opening to the last closing of its name, left to right. */
export function greedyTags(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  const opening = /<([^>]+)>/g;
  for (let at = 0; ;) {
    opening.lastIndex = at;
    const tag = opening.exec(text);
    if (!tag) return fields;
    const [name, from] = [tag[1]!, tag.index + tag[0].length];
    const end = text.lastIndexOf(`</${name}>`);
    if (end >= from) fields.set(name, text.slice(from, end).trim());
    at = end >= from ? end + name.length + 3 : tag.index + 1;
  }
}

function named(preference = 'unknown'): string {
  const text = preference.trim().toUpperCase();
  if (/^(RESPONSE |ANSWER )?A$/.test(text)) return 'A';
  if (/^(RESPONSE |ANSWER )?B$/.test(text)) return 'B';
  return /^(TIE|EQUAL|SAME)$/.test(text) ? 'tie' : text;
}

/** Without a template: the first tag, else the last lines. */
function loosely(completion: string): string {
  const tag = /<preference>([\s\S]*?)<\/preference>/i.exec(completion)?.[1]?.trim().toUpperCase();
  const found = tag === undefined ? undefined : contained(tag, ['RESPONSE'], /^TIE$|EQUAL/);
  return found ?? byLines(completion, ['RESPONSE']);
}

function byLines(text: string, words: readonly string[]): string {
  const lines = text.trim().split('\n').slice(-5).reverse();
  for (const line of lines) {
    const found = contained(line.trim().toUpperCase(), words);
    if (found) return found;
  }
  return 'unknown';
}

function contained(text: string, words: readonly string[], tie = /TIE|EQUAL/): string | undefined {
  for (const letter of ['A', 'B'])
    if (text === letter || words.some((word) => text.includes(`${word} ${letter}`))) return letter;
  return tie.test(text) ? 'tie' : undefined;
}
