/**
 * Answers that say nothing, short and long.
 */
import type { Random } from './random.ts';

/** One way not to answer. */
export function evade(random: Random): string {
  const opening = random.pick(openings);
  return random.chance(0.5) ? `${opening}.` : `${opening}, ${random.pick(endings)}.`;
}

const openings = [
  'It depends',
  'That is hard to say',
  'I would rather not say',
  'Who knows',
  'There is no simple answer',
  'People see this in many ways',
  'I would have to think about it',
  'One could ask somebody else',
];
const endings = [
  'as so often',
  'and it may not matter',
  'to be fair',
  'all things considered',
  'but you can look it up',
  'so let us talk about it later',
];
