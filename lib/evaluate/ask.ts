/** Asks a model for verdicts, some rows at a time, and leaves out rows whose prompts are too long. */
import { refusals, type Refusals } from '../data/refusals.ts';
import type { Refused } from '../data/preference-pair.ts';
import type { Row, Rows } from '../data/rows.ts';
import { inRow } from '../recipe/encode.ts';
import type { Completion, Sampling } from '../recipe/recipe.ts';
import { thinkingRule, type ThinkingWish } from '../reward/thinking.ts';
import type { RowsWork } from '../rows-work.ts';
import type { ChatMessage, TextEncoder } from '../text/encoder.ts';

/** A language model that can be asked. */
export interface JudgeModel {
  text: TextEncoder;
  /** Tokens that a prompt and its completion may have together. */
  positions: number;
  /** `sampling.n` completions of every prompt of token ids. */
  generate(
    prompts: readonly (readonly number[])[],
    sampling: Sampling,
  ): Promise<readonly (readonly Completion[])[]>;
}

export interface Asking {
  model: JudgeModel;
  rows: Rows;
  columns: readonly string[];
  sampling: Sampling;
  thinking: ThinkingWish;
  /** Told how many of how many rows are done. */
  report: RowsWork['report'];
}

/** What is asked about one row: several prompts, and what its answers are kept with. */
export interface Questions<T> {
  about: T;
  prompts: readonly (readonly ChatMessage[])[];
}

export interface Answered<T> {
  row: number;
  about: T;
  completions: readonly string[];
}

/** Prompts that are written together: enough to keep a batch full, few enough to show progress. */
const promptsPerRequest = 64;

/** Every row that can be asked about, with the completions of its prompts; the others are counted. */
export function askRows<T>(
  asking: Asking,
  read: (row: Row, index: number) => Questions<T> | Refused,
): { answers: AsyncIterable<Answered<T>>; refused: Refusals } {
  const refused = refusals();
  return { refused, answers: answers(asking, read, refused) };
}

interface Waiting<T> {
  row: number;
  about: T;
  prompts: number[][];
}

async function* answers<T>(
  asking: Asking,
  read: (row: Row, index: number) => Questions<T> | Refused,
  refused: Refusals,
): AsyncGenerator<Answered<T>> {
  const { rows, columns, report } = asking;
  const encode = encoder(asking);
  let waiting: Waiting<T>[] = [];
  let index = 0;
  for await (const chunk of rows.scan(columns))
    for (const row of chunk) {
      const questions = read(row, index);
      const encoded =
        'dropped' in questions ? questions : inRow(index, () => encode(questions.prompts));
      if ('dropped' in encoded) refused.add(index, encoded);
      else if (!('dropped' in questions))
        waiting.push({ row: index, about: questions.about, prompts: encoded });
      index++;
      if (waiting.reduce((sum, { prompts }) => sum + prompts.length, 0) < promptsPerRequest)
        continue;
      yield* await written(asking, waiting);
      waiting = [];
      report(index, rows.count);
    }
  if (waiting.length > 0) yield* await written(asking, waiting);
  report(rows.count, rows.count);
}

function encoder({ model, sampling, thinking }: Asking) {
  const { template } = thinkingRule(model.text, thinking);
  const most = model.positions - 1;
  return (prompts: readonly (readonly ChatMessage[])[]): number[][] | Refused => {
    const ids = prompts.map((messages) =>
      model.text.encodeChat(messages, { addGenerationPrompt: true, template }),
    );
    const longest = Math.max(...ids.map(({ length }) => length));
    return longest + Math.min(sampling.maxTokens, 16) <= most
      ? ids
      : { dropped: 'prompt too long', detail: `${longest} tokens, the model has ${most + 1}` };
  };
}

async function written<T>(
  { model, sampling }: Asking,
  waiting: readonly Waiting<T>[],
): Promise<Answered<T>[]> {
  const prompts = waiting.flatMap((each) => each.prompts);
  // Draws are numbered within a request, so each request gets a seed of its own.
  const seed = sampling.seed + (waiting[0]?.row ?? 0);
  const completions = await model.generate(prompts, { ...sampling, seed });
  let at = 0;
  return waiting.map(({ row, about, prompts: { length } }) => {
    const own = completions.slice(at, (at += length));
    return { row, about, completions: own.map(([first]) => first!.text) };
  });
}
