/**
 * Writes sequences on one thread: prompts are taken from a list that all threads share, each is read once
 * for its sequences here, and a sequence that ends makes room for the next at the same step.
 */
import type { Token, WriteRequest } from '../../../graph/executor.ts';
import { randomStream } from '../../../generate/sampler.ts';
import { controlWords as words } from '../messages.ts';
import type { WritePrompt, WriteReading, Writing, WrittenSequence } from '../messages.ts';
import { createDraw } from './draw.ts';
import type { Outputs } from './draw.ts';
import { createRows } from './rows.ts';
import type { Caches, Row, Waiting } from './rows.ts';
import type { StepSession } from './step-session.ts';

export interface WriteParts extends Caches {
  session: StepSession;
  /** Runs a reading's program. */
  read(reading: WriteReading): Promise<Outputs>;
  /** Told the tokens of each step, where somebody listens. */
  tell?: (tokens: readonly Token[]) => void;
}

export async function writeSequences(
  writing: Writing,
  parts: WriteParts,
): Promise<WrittenSequence[]> {
  const flags = new Int32Array(writing.control);
  const aborted = (): boolean => Atomics.load(flags, words.aborted) !== 0;
  const tokens = tokensOf(writing, parts);
  const rows = createRows(parts, writing.draw.temperature);
  const done: Row[] = [];
  const waiting: Waiting[] = [];

  const end = (some: readonly Row[]): void => {
    done.push(...some);
    if (some.length > 0) Atomics.add(flags, words.written, some.length);
  };

  const takeReading = async (): Promise<void> => {
    const reading = writing.readings[Atomics.add(flags, words.nextReading, 1)];
    if (!reading) return;
    const outputs = await parts.read(reading);
    const some = reading.prompts.filter(({ sequences }) => sequences.length > 0);
    waiting.push(...some.map((prompt) => ({ prompt, outputs, next: 0 })));
  };

  const admit = async (): Promise<void> => {
    while (rows.all.length < writing.rows && !aborted()) {
      if (waiting.length === 0) await takeReading();
      const [first] = waiting;
      if (!first) return;
      const { prompt, outputs } = first;
      const row = begin(prompt, first.next++, writing.draw);
      if (tokens.next(row, outputs, prompt.row)) rows.add(row, first);
      else end([row]);
      if (first.next < prompt.sequences.length) continue;
      waiting.shift();
      rows.exhausted(first);
    }
  };

  const step = async (): Promise<void> => {
    const outputs = await parts.session.run(rows.feeds());
    rows.put(outputs.fresh!.data as Float32Array);
    const going = rows.all.map(
      (row, r) =>
        tokens.next(row, outputs, r) && Atomics.load(flags, words.ended + row.sequence) === 0,
    );
    end(rows.take(going));
  };

  for (;;) {
    await admit();
    tokens.told();
    if (rows.all.length === 0 || aborted()) break;
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

interface Tokens {
  /** Gives a row its next token, by row `at` of the outputs; says whether it goes on. */
  next(row: Row, outputs: Outputs, at: number): boolean;
  /** Tells of those since the last time. */
  told(): void;
}

function tokensOf(writing: Writing, { tell }: Pick<WriteParts, 'tell'>): Tokens {
  const draw = createDraw(writing);
  let fresh: Token[] = [];
  return {
    next(row, outputs, at) {
      const { id, logProb } = draw(outputs, at, row.random);
      row.ids.push(id);
      row.logProbs.push(logProb);
      row.left--;
      if (tell) fresh.push({ sequence: row.sequence, id, logProb });
      row.ended = writing.ends.includes(id);
      return !row.ended && row.left > 0;
    },
    told() {
      if (fresh.length > 0) tell?.(fresh);
      fresh = [];
    },
  };
}
