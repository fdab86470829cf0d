/**
 * How RM-Gallery (v1, v2) and OpenJudge read and reward a score from 0 to 4, faults included: for
 * comparing runs with theirs. Equal, case by case, to recorded results of their reward functions.
 */
import type { Cell } from '../data/cell.ts';
import { greedyTags, withoutClosedThinking, type Generation } from './compat-preference.ts';
import { worthOf } from './worth.ts';

/** What a row says besides the answer; the truth as the data hold it, unread. */
export interface PointFacts {
  truth: Cell;
  source: string;
}

const scale = { min: 0, max: 4, k: 2 };

/** The record that the generation's reward function returns. */
export function compatScore(
  generation: Generation,
  completion: string,
  { truth, source }: PointFacts,
): Record<string, string | number> {
  const data_source = source;
  const expected = truthOf(truth);
  if (generation === 'openjudge') {
    const predicted = firstInteger(completion);
    const score = worthOf('linear-exact', { ...scale, predicted, truth: expected });
    return { score, predicted_helpfulness: predicted, true_helpfulness: expected, data_source };
  }
  const value = wholeNumber(
    generation === 'v1'
      ? greedyTags(completion).get('score')
      : /<score>([\s\S]*?)<\/score>/i.exec(completion)?.[1],
  );
  if (value === undefined)
    return { score: 0, predicted_helpfulness: 0, true_helpfulness: 0, data_source, accuracy: 0 };
  const predicted = onScale(value);
  const score = worthOf('exp-decay', { ...scale, predicted, truth: expected });
  const accuracy = predicted === expected ? 1 : 0;
  return {
    ...{ score, predicted_helpfulness: predicted, true_helpfulness: expected },
    ...{ data_source, accuracy },
  };
}

/** Numbers lose their fraction; texts that are not digits count as 0. */
function truthOf(truth: Cell): number {
  if (typeof truth === 'number') return Math.trunc(truth);
  if (typeof truth === 'string') return /^\d+$/.test(truth) ? Number(truth) : 0;
  if (typeof truth !== 'object' || truth === null || !('helpfulness' in truth)) return 0;
  return truthOf(truth.helpfulness);
}

/** As Python's int() reads a text; undefined where that fails. */
function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[+-]?\d+(_\d+)*\s*$/.test(text)
    ? Number(text.replaceAll('_', ''))
    : undefined;
}

function firstInteger(completion: string): number {
  const tag = /<score>([\s\S]*?)<\/score>/i.exec(withoutClosedThinking(completion))?.[1] ?? '';
  return onScale(Number(/\d+/.exec(tag)?.[0] ?? 0));
}

/** A score off the scale counts as the lowest one. */
function onScale(value: number): number {
  return value >= scale.min && value <= scale.max ? value : 0;
}
