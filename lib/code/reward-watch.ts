/**
 * Follows calls of a reward function: gathers scores, and ends with a sentence at the first call that
 * throws, gives back no number, or takes too long.
 */
import { UserError } from '../errors.ts';
import type { OwnScore, Rollout } from '../recipe/recipe.ts';
import type { Listener, Outcome } from './reward-function.ts';

export interface Watched {
  /** As the person wrote it: `reward.ts#score`, `myReward`. */
  name: string;
  /** How long one call may take. */
  timeoutSeconds: number;
}

export interface Watch extends Listener {
  /** The scores in the rollouts' order; rejects with a `UserError`, or with what `fail` was told. */
  readonly scores: Promise<OwnScore[]>;
  fail: (error: Error) => void;
}

export function watchCalls(rollouts: readonly Rollout[], watched: Watched): Watch {
  const { promise, resolve, reject } = Promise.withResolvers<OwnScore[]>();
  const scores = new Array<OwnScore>(rollouts.length);
  const timers = new Map<number, NodeJS.Timeout>();
  let left = rollouts.length;
  let calling: number | undefined;
  const fail = (error: Error): void => {
    for (const timer of timers.values()) clearTimeout(timer);
    left = 0;
    reject(error);
  };
  if (left === 0) resolve([]);
  promise.catch(() => undefined); // Thrown where it is awaited.
  return {
    scores: promise,
    fail,
    over: () => left === 0,
    begun(place) {
      if (left === 0) return;
      calling = place;
      // What others wait for may be one that computes.
      const late = (): void => fail(tooLong(watched, rollouts[calling ?? place]!));
      timers.set(place, setTimeout(late, watched.timeoutSeconds * 1000));
    },
    waiting() {
      calling = undefined;
    },
    ended(place, outcome) {
      if (calling === place) calling = undefined;
      if (left === 0) return;
      clearTimeout(timers.get(place));
      timers.delete(place);
      if ('score' in outcome) {
        scores[place] = outcome.score;
        if (--left === 0) resolve(scores);
      } else fail(refused(watched, rollouts[place]!, outcome));
    },
  };
}

function tooLong({ name, timeoutSeconds }: Watched, rollout: Rollout): UserError {
  return new UserError(
    `${name} took more than ${timeoutSeconds} s for ${placeOf(rollout)}, and was ended`,
    'allow it more with --reward-timeout, or find out what it waits for; then go on with --resume',
  );
}

function refused(
  { name }: Watched,
  rollout: Rollout,
  outcome: Exclude<Outcome, { score: OwnScore }>,
): UserError {
  if ('threw' in outcome)
    return new UserError(
      `${name} threw an error for ${placeOf(rollout)}: ${outcome.threw}`,
      'mend it, then go on with --resume',
    );
  return new UserError(
    `${name} returned ${outcome.returned} for ${placeOf(rollout)}: expected a finite number, or an object with one named 'score'`,
    'return a number for every completion, then go on with --resume',
  );
}

const shownLetters = 40;

function placeOf({ index, completion }: Rollout): string {
  const line = completion.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  const letters = Array.from(line);
  const begin = letters.slice(0, shownLetters).join('');
  return `row ${index}, completion '${begin}${letters.length > shownLetters ? '…' : ''}'`;
}
