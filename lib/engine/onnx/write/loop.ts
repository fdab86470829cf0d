/**
 * Writes sequences on one thread: prompts are taken from a list that all threads share, each is read once
 * for its sequences here, and a sequence that ends makes room for the next at the same step.
 */
import type { Token, Value, WriteRequest } from '../../../graph/executor.ts';
import { createSampler, logProbAt, randomStream } from '../../../generate/sampler.ts';
import type { Random } from '../../../generate/sampler.ts';
import { controlWords as words } from '../messages.ts';
import type { WritePrompt, WriteReading, Writing, WrittenSequence } from '../messages.ts';
import type { Cache } from './cache.ts';
import type { Tensors } from '../sessions.ts';
import { createFeeds } from './feeds.ts';
import type { Room } from './feeds.ts';
import type { createPlaces } from './places.ts';
import type { HeldPrompt, PromptCache } from './prompt-cache.ts';
import type { StepSession } from './step-session.ts';

export interface WriteParts {
  cache: Cache;
  /** Where prompts lie apart from what follows them. */
  shared?: { prompts: PromptCache; placesOf: ReturnType<typeof createPlaces> };
  session: StepSession;
  /** Runs a reading's program. */
  read(reading: WriteReading): Promise<Record<string, Value>>;
  /** Told the tokens of each step, where somebody listens. */
  tell?: (tokens: readonly Token[]) => void;
}

/** A sequence being written. Its last token is not in the cache yet. */
interface Row extends WrittenSequence {
  /** Tokens in the cache, those of a prompt that lies apart not among them. */
  length: number;
  prompt?: HeldPrompt;
  /** How many more it may have. */
  left: number;
  random: Random;
}

/** A prompt that was read, and its sequences that have no row yet. */
interface Waiting {
  prompt: WritePrompt;
  outputs: Record<string, Value>;
  next: number;
  /** From when a sequence of it needs it. */
  held?: HeldPrompt;
}

export async function writeSequences(
  writing: Writing,
  parts: WriteParts,
): Promise<WrittenSequence[]> {
  const flags = new Int32Array(writing.control);
  const { cache, session, shared } = parts;
  const draw = createDraw(writing);
  const feedsOf = createFeeds(writing.draw.temperature);
  const rows: Row[] = [];
  const done: WrittenSequence[] = [];
  const waiting: Waiting[] = [];
  let fresh: Token[] = [];

  /** Gives a row its next token; says whether it goes on. */
  const extend = (row: Row, outputs: Outputs, at: number): boolean => {
    const { id, logProb } = draw(outputs, at, row.random);
    row.ids.push(id);
    row.logProbs.push(logProb);
    row.left--;
    if (parts.tell) fresh.push({ sequence: row.sequence, id, logProb });
    row.ended = writing.ends.includes(id);
    return !row.ended && row.left > 0;
  };

  const takeReading = async (): Promise<void> => {
    const reading = writing.readings[Atomics.add(flags, words.nextReading, 1)];
    if (!reading) return;
    const outputs = await parts.read(reading);
    const some = reading.prompts.filter(({ sequences }) => sequences.length > 0);
    waiting.push(...some.map((prompt) => ({ prompt, outputs, next: 0 })));
  };

  const admit = async (): Promise<void> => {
    while (rows.length < writing.rows && Atomics.load(flags, words.aborted) === 0) {
      if (waiting.length === 0) await takeReading();
      const [first] = waiting;
      if (!first) return;
      const { prompt, outputs } = first;
      const row = begin(prompt, first.next++, writing.draw);
      if (extend(row, outputs, prompt.row)) place(row, first);
      else done.push(row);
      if (first.next < prompt.sequences.length) continue;
      waiting.shift();
      if (first.held) shared!.prompts.leave(first.held);
    }
  };

  /** Gives a row what the prompt left: its own keys and values, or a part in those that lie apart. */
  const place = (row: Row, from: Waiting): void => {
    const { prompt, outputs } = from;
    if (shared) {
      from.held ??= shared.prompts.hold(outputs, prompt);
      from.held.users++;
      row.prompt = from.held;
    } else row.length = prompt.tokens;
    cache.fit(Math.max(row.length + 1, cache.places), lengthsOf(rows));
    rows.push(row);
    if (!shared) cache.fill(rows.length - 1, outputs, prompt);
  };

  /** Keys and values of all rows, and how many places they have. */
  const past = (): { tensors: Tensors; room: Room } => {
    const own = cache.tensors(rows.length);
    if (!shared) return { tensors: own, room: { places: cache.places, ofPrompt: 0 } };
    const prompts = shared.prompts.tensors();
    const places = shared.placesOf(rows.map(({ prompt }) => prompt!.slot));
    const room = { places: cache.places, ofPrompt: shared.prompts.places };
    return { tensors: { ...own, ...prompts, ...places }, room };
  };

  const step = async (): Promise<void> => {
    const lengths = lengthsOf(rows);
    cache.fit(Math.max(...lengths) + 1, lengths);
    const { tensors, room } = past();
    const outputs = await session.run({ ...tensors, ...feedsOf(rows, room) });
    const added = outputs.fresh!.data as Float32Array;
    const going = rows.map((row, r) => {
      cache.put(r, row.length++, added);
      return extend(row, outputs, r) && Atomics.load(flags, words.ended + row.sequence) === 0;
    });
    for (let r = rows.length - 1; r >= 0; r--) {
      if (going[r]) continue;
      done.push(rows[r]!);
      if (rows[r]!.prompt) shared!.prompts.leave(rows[r]!.prompt!);
      const last = rows.pop()!;
      if (r === rows.length) continue;
      rows[r] = last;
      cache.move(rows.length, r);
    }
  };

  const say = (): void => {
    if (fresh.length > 0) parts.tell?.(fresh);
    fresh = [];
  };

  for (;;) {
    await admit();
    say();
    if (rows.length === 0 || Atomics.load(flags, words.aborted) !== 0) break;
    await step();
  }
  return done.map(({ sequence, ids, logProbs, ended }) => ({ sequence, ids, logProbs, ended }));
}

function begin(
  { most, sequences }: WritePrompt,
  which: number,
  { seed }: WriteRequest['draw'],
): Row {
  const { sequence, stream } = sequences[which]!;
  return {
    ...{ sequence, ids: [], logProbs: [], ended: false },
    ...{ length: 0, left: most, random: randomStream(seed, ...stream) },
  };
}

/** What of a step is needed to draw from it. */
export function stepOutputs(temperature: number): string[] {
  if (temperature === 0) return ['best', 'bestProb', 'fresh'];
  return temperature === 1 ? ['probs', 'fresh'] : ['scores', 'probs', 'fresh'];
}

type Outputs = Record<string, Value>;
type Draw = (outputs: Outputs, at: number, random: Random) => { id: number; logProb: number };

/** Draws from row `at` of what a run gave. */
function createDraw({ draw, vocab }: Writing): Draw {
  const { temperature } = draw;
  if (temperature === 0)
    return ({ best, bestProb }, at) => {
      const logProb = Math.log(Number(bestProb!.data[at]));
      return { id: Number(best!.data[at]), logProb };
    };
  const pick = createSampler(draw);
  const rowOf = ({ data }: Value, at: number): Float32Array =>
    (data as Float32Array).subarray(at * vocab, (at + 1) * vocab);
  return ({ scores, probs }, at, random) => {
    const row = rowOf(probs!, at);
    const id = pick(row, random);
    if (temperature === 1) return { id, logProb: Math.log(row[id]!) };
    return { id, logProb: logProbAt(rowOf(scores!, at), id, temperature) };
  };
}

function lengthsOf(rows: readonly Row[]): number[] {
  return rows.map(({ length }) => length);
}
