/**
 * A reward function of the person's own: what it may give back, and calling it for many completions.
 */
import type { Row } from '../data/rows.ts';
import type { OwnScore, Rollout } from '../recipe/recipe.ts';
import { describeError, shownValue } from './own-frames.ts';

/** A number, or one named `score` among further numbers and words, which are averaged and shown. */
export type Reward = number | ({ score: number } & Record<string, unknown>);

/** What a completion is worth. `row` is the row of the data that its prompt was made of. */
export type RewardFunction = (
  prompt: string,
  completion: string,
  row: Row,
) => Reward | Promise<Reward>;

/** How one call ended: with a score, or with words for what went wrong. */
export type Outcome = { score: OwnScore } | { threw: string } | { returned: string };

/** Told of each call by the rollout's place. */
export interface Listener {
  begun: (place: number) => void;
  /** It has given a promise: others can be called. */
  waiting: (place: number) => void;
  ended: (place: number, outcome: Outcome) => void;
  /** Whether nobody waits for what is left. */
  over?: () => boolean;
}

/** Calls under way at a time: a function may ask a server. */
const mostCalls = 16;

/** Calls the function for every rollout, in their order, until that is over; never rejects. */
export async function callForEach(
  reward: RewardFunction,
  rollouts: readonly Rollout[],
  { begun, waiting, ended, over = () => false }: Listener,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < rollouts.length && !over()) {
      const place = next++;
      begun(place);
      const outcome = call(reward, rollouts[place]!);
      if (!(outcome instanceof Promise)) ended(place, outcome);
      else {
        waiting(place);
        ended(place, await outcome);
      }
    }
  };
  await Promise.all(Array.from({ length: mostCalls }, work));
}

/** A plain value is judged at once: nothing else has its turn meanwhile. */
function call(
  reward: RewardFunction,
  { prompt, completion, row }: Rollout,
): Outcome | Promise<Outcome> {
  try {
    const value: unknown = reward(prompt, completion, row);
    return isPromise(value) ? Promise.resolve(value).then(judged).catch(threw) : judged(value);
  } catch (error) {
    return threw(error);
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function threw(error: unknown): Outcome {
  return { threw: describeError(error) };
}

function judged(value: unknown): Outcome {
  const record = typeof value === 'object' && value !== null ? { ...value } : { score: value };
  const { score, ...others } = record as Record<string, unknown>;
  if (typeof score !== 'number' || !Number.isFinite(score)) return { returned: shownValue(value) };
  const values = Object.entries(others).flatMap(([name, other]) => {
    if (typeof other === 'boolean') return [[name, Number(other)] as const];
    const plain = typeof other === 'string' || Number.isFinite(other);
    return plain ? [[name, other as string | number] as const] : [];
  });
  return { score: { score, values: Object.fromEntries(values) } };
}
