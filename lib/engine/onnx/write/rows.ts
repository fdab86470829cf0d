/**
 * The sequences that are being written, and what each has before its next token: its keys and values in
 * the cache, with the prompt's before them or in a cache of prompts.
 */
import type { Random } from '../../../generate/sampler.ts';
import type { Tensors } from '../sessions.ts';
import type { WritePrompt, WrittenSequence } from '../messages.ts';
import type { Cache } from './cache.ts';
import type { Outputs } from './draw.ts';
import { createFeeds } from './feeds.ts';
import type { createPlaces } from './places.ts';
import type { HeldPrompt, PromptCache } from './prompt-cache.ts';

/** A sequence being written. Its last token is not in the cache yet. */
export interface Row extends WrittenSequence {
  /** Tokens in the cache, those of a prompt that lies apart not among them. */
  length: number;
  prompt?: HeldPrompt;
  /** How many more it may have. */
  left: number;
  random: Random;
}

/** A prompt that was read, and its sequences that have no row yet. */
export interface Waiting {
  prompt: WritePrompt;
  outputs: Outputs;
  next: number;
  /** From when a sequence of it needs it. */
  held?: HeldPrompt;
}

export interface Caches {
  cache: Cache;
  /** Where prompts lie apart from what follows them. */
  shared?: { prompts: PromptCache; placesOf: ReturnType<typeof createPlaces> };
  /** Those of the step. */
  windows: readonly number[];
}

export interface Rows {
  readonly all: readonly Row[];
  /** Adds a sequence after its prompt. */
  add(row: Row, after: Waiting): void;
  /** No sequence of the prompt is to come. */
  exhausted(prompt: Waiting): void;
  /** What a step is fed, with room for a token of each row. */
  feeds(): Tensors;
  /** Keeps each row's keys and values of a step's token. */
  put(fresh: Float32Array): void;
  /** Takes out the rows that do not go on, and gives them. */
  take(going: readonly boolean[]): Row[];
}

export function createRows({ cache, shared, windows }: Caches, temperature: number): Rows {
  const rows: Row[] = [];
  const feedsOf = createFeeds(temperature, windows);
  const lengths = (): number[] => rows.map(({ length }) => length);
  return {
    all: rows,
    add(row, after) {
      const { prompt, outputs } = after;
      if (shared) {
        after.held ??= shared.prompts.hold(outputs, prompt);
        after.held.users++;
        row.prompt = after.held;
      } else row.length = prompt.tokens;
      cache.fit(Math.max(row.length + 1, cache.places), lengths());
      rows.push(row);
      if (!shared) cache.fill(rows.length - 1, outputs, prompt);
    },
    exhausted({ held }) {
      if (held) shared!.prompts.leave(held);
    },
    feeds() {
      cache.fit(Math.max(...lengths()) + 1, lengths());
      const own = cache.tensors(rows.length);
      const { places } = cache;
      if (!shared) return { ...own, ...feedsOf(rows, { places, ofPrompt: 0 }) };
      const prompts = shared.prompts.tensors();
      const placed = shared.placesOf(rows.map(({ prompt }) => prompt!.slot));
      const room = { places, ofPrompt: shared.prompts.places };
      return { ...own, ...prompts, ...placed, ...feedsOf(rows, room) };
    },
    put(fresh) {
      rows.forEach((row, r) => cache.put(r, row.length++, fresh));
    },
    take(going) {
      const taken: Row[] = [];
      for (let r = rows.length - 1; r >= 0; r--) {
        if (going[r]) continue;
        const row = rows[r]!;
        taken.push(row);
        if (row.prompt) shared!.prompts.leave(row.prompt);
        const last = rows.pop()!;
        if (r === rows.length) continue;
        rows[r] = last;
        cache.move(rows.length, r);
      }
      return taken;
    },
  };
}
