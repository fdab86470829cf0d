/** Rows as the exact prompts that a judge is given: which can be used, and their tokens. */
import { UserError } from '../../errors.ts';
import type { Row } from '../../data/rows.ts';
import type { Judge, JudgePrompt } from '../../reward/judge.ts';
import { fit, inRow } from '../encode.ts';
import type { Batching, Example, Selection, Source, Survey } from '../recipe.ts';
import { rowBatches } from '../row-batches.ts';
import { surveyRows, type RowReader } from '../survey.ts';
import type { GrpoOptions } from './options.ts';

/** A row that has a prompt. */
export interface Asked extends Example {
  /** The prompt's tokens, with the opening of the model's turn. */
  ids: readonly number[];
  prompt: JudgePrompt;
  /** The row that it was made of. */
  from: Row;
}

export interface Asking {
  judge: Judge;
  /** Arguments of the chat template. */
  template: Readonly<Record<string, unknown>>;
}

type Options = Pick<
  GrpoOptions,
  'max_prompt_length' | 'max_response_length' | 'filter_overlong_prompts'
>;

/**
 * Reads rows; their examples are prompts without completions. A reward function of the person's own is
 * shown whole rows.
 */
export function promptReader(
  selection: Selection<Options> & Pick<Source<Options>, 'reward'>,
  { judge, template }: Asking,
): RowReader<Asked> {
  const { rows, text, reward } = selection;
  const limits = limitsOf(selection);
  const tokens = (prompt: JudgePrompt, index: number): number[] =>
    inRow(index, () => text.encodeChat(prompt.messages, { addGenerationPrompt: true, template }));
  return {
    columns: reward ? Object.keys(rows.columns) : judge.columns(rows),
    refusal(row, index) {
      const prompt = judge.read(row, index);
      if ('dropped' in prompt) return prompt.dropped;
      if (!mayBeTooLong(prompt, limits)) return undefined;
      const { length } = tokens(prompt, index);
      if (length <= limits.maxLength) return undefined;
      if (limits.truncation === 'error') throw tooLong(index, length, limits.maxLength);
      return `prompt longer than ${limits.maxLength} tokens`;
    },
    example(row, index) {
      const prompt = promptOf(judge, row, index);
      const whole = tokens(prompt, index);
      const ids = fit(whole, limits)!;
      const example = { segments: [{ ids, parent: -1 }], reads: [], data: {}, weight: 1 };
      return {
        example: { ...example, ids, prompt, from: row, row: index },
        cut: whole.length > limits.maxLength,
      };
    },
  };
}

/** Looks at every row. Tokens are those of n completions as long as allowed, so never exact. */
export async function surveyPrompts(
  selection: Selection<GrpoOptions>,
  asking: Asking,
  exact: boolean,
): Promise<Survey> {
  const { n, max_prompt_length, max_response_length: longest } = selection.options;
  const survey = await surveyRows(selection, promptReader(selection, asking), exact);
  const tokens = n * (survey.tokens + survey.kept.length * longest);
  const { maxLength, truncation } = limitsOf(selection);
  const by = maxLength < max_prompt_length ? 'positions' : 'max_prompt_length';
  return { ...survey, tokens, approximate: true, limit: { tokens: maxLength, by, truncation } };
}

/** The prompts of the kept rows, in the files' order. */
export async function* promptsOf(
  selection: Selection<Options> & Pick<Source<Options>, 'kept'>,
  asking: Asking,
): AsyncGenerator<{ prompt: JudgePrompt; cut: boolean }> {
  const batching = { ...selection.batching, batchSize: 1 };
  const once = { ...selection, batching, split: 'validation' as const };
  for await (const { examples, cut = 0 } of rowBatches(once, promptReader(selection, asking)))
    yield { prompt: examples[0]!.prompt, cut: cut > 0 };
}

type Limits = Pick<Batching, 'maxLength' | 'truncation'>;

/** A prompt leaves room for a completion in what the model can tell the places of. */
function limitsOf({ options, batching, maxPositions = Infinity }: Selection<Options>): Limits {
  const { max_prompt_length, max_response_length: response, filter_overlong_prompts } = options;
  if (response >= maxPositions)
    throw new UserError(
      `--max-response-length: expected less than the model's ${maxPositions} positions, got '${response}'`,
      'a prompt needs some of them',
    );
  return {
    maxLength: Math.min(max_prompt_length, maxPositions - response),
    truncation: filter_overlong_prompts ? 'drop' : batching.truncation,
  };
}

function promptOf(judge: Judge, row: Row, index: number): JudgePrompt {
  const prompt = judge.read(row, index);
  if ('dropped' in prompt) throw new Error(`row ${index} was refused: ${prompt.dropped}`);
  return prompt;
}

/** Encoding every row only to drop none is slow; a short text cannot have many tokens. */
function mayBeTooLong({ messages }: JudgePrompt, { maxLength, truncation }: Limits): boolean {
  if (truncation !== 'drop' && truncation !== 'error') return false;
  return Buffer.byteLength(JSON.stringify(messages)) + 256 > maxLength;
}

function tooLong(row: number, length: number, most: number): UserError {
  return new UserError(
    `row ${row}: its prompt has ${length} tokens, more than the ${most} that it may have`,
    'raise --max-prompt-length, leave such rows out with --filter-overlong-prompts, or cut them with --truncation left, right or middle',
  );
}
