/** What a completion loses for its length (DAPO, https://arxiv.org/abs/2503.14476, 3.4, equation 13). */
import type { GrpoOptions } from './options.ts';

export interface OverlongBuffer {
  /** Tokens that a completion may have. */
  most: number;
  /** The last so many of them cost something. */
  length: number;
  /** What a completion of the most tokens loses. */
  factor: number;
}

/** Undefined where the options do not ask for a penalty. */
export function overlongBuffer(options: GrpoOptions): OverlongBuffer | undefined {
  const { max_response_length: most, overlong_buffer_len: length } = options;
  return options.overlong_buffer
    ? { most, length, factor: options.overlong_penalty_factor }
    : undefined;
}

/**
 * What is taken off the reward: 0 up to `most` − `length` tokens, then rising in a line to `factor`. VERL's
 * DAPO reward manager (0.9.1) adds min(−(tokens − (most − length)) / length · factor, 0), which is the same.
 */
export function overlongPenalty(tokens: number, { most, length, factor }: OverlongBuffer): number {
  const over = tokens - (most - length);
  return over > 0 ? (over / length) * factor : 0;
}
