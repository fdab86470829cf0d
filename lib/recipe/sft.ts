/**
 * Supervised fine-tuning: the probability of the assistant's own tokens, each given all that comes before
 * it. What the user says, and what the chat template writes around it, is read and not learnt.
 */
import { z } from 'zod';
import { conversationReader, type TrainingConversation } from '../data/conversation.ts';
import * as t from '../graph/ops/elementwise.ts';
import { sum } from '../graph/ops/reduce.ts';
import type { TextEncoder } from '../text/encoder.ts';
import type { Marked } from '../text/spans.ts';
import { defineRecipe } from './define-recipe.ts';
import { checkIds, encodeTurns, fit, inRow } from './encode.ts';
import type { Batching, Example, Selection } from './recipe.ts';
import { rowBatches } from './row-batches.ts';
import { withSamples } from './sft-samples.ts';
import type { RowReader } from './survey.ts';
import { surveyRows } from './survey.ts';

const options = z.object({
  samples: z
    .int()
    .min(0)
    .default(0)
    .describe('at a validation, let the model answer the first so many rows'),
});
type Options = z.infer<typeof options>;

export const sft = defineRecipe<Options>({
  name: 'sft',
  summary: 'a language model from conversations, learning what the assistant says',
  columns: {
    messages: 'the conversation, nested or as JSON; a message with loss_mask 0 is not learnt',
    tools: 'optional: a list for the chat template, nested or as JSON',
    enable_thinking: 'optional: true or false for the chat template',
    input_ids: 'in place of messages: token ids',
    loss_mask: 'with input_ids, optional: 1 on the ids to learn, 0 on the others',
  },
  head: 'causal',
  options,
  survey: (selection, exact) => surveyRows(selection, conversationRows(selection), exact),
  batches: (source) => withSamples(source, rowBatches(source, conversationRows(source))),

  /** −log p over the learnt tokens of the whole step, each counting the same; ties count as right. */
  loss(model, batch) {
    const { logProbs, hits } = model.nextTokens(batch, batch.data.targets!);
    return {
      loss: t.mul(t.neg(sum(logProbs)), batch.scale),
      metrics: { token_accuracy: t.mul(sum(hits), batch.scale) },
    };
  },
});

/** Rows as one sequence each, read where the next token is to be learnt. */
function conversationRows(
  selection: Pick<Selection<unknown>, 'rows' | 'text' | 'batching'>,
): RowReader {
  const { rows, text, batching } = selection;
  const reader = conversationReader(rows);
  const encode = (row: TrainingConversation) => encodeRow(row, text);
  return {
    columns: reader.columns,
    refusal: (row, index) => {
      const read = reader.read(row, index);
      if ('dropped' in read) return read.dropped;
      if (!mayBeRefused(read, batching)) return undefined;
      const { ids, inside } = encode(read);
      if (ids.length <= batching.maxLength) return undefined;
      const kept = inRow(index, () => fit(inside, batching));
      if (!kept) return `longer than ${batching.maxLength} tokens`;
      return kept.includes(true, 1) ? undefined : 'all that is learnt was cut away';
    },
    example: (row, index) => {
      const read = reader.read(row, index);
      if ('dropped' in read) throw new Error(`row ${index} was refused: ${read.dropped}`);
      const { ids, inside } = encode(read);
      const [kept, scored] = inRow(index, () => [fit(ids, batching)!, fit(inside, batching)!]);
      const example = toExample(kept, scored, index);
      return { example, cut: ids.length > batching.maxLength };
    },
  };
}

function encodeRow(row: TrainingConversation, text: TextEncoder): Marked {
  if (row.kind === 'ids') return { ids: checkIds(row.ids, text, row.row), inside: row.scored };
  return inRow(row.row, () => encodeTurns(row, text, { template: row.template }));
}

/** The token before each learnt one is read. */
function toExample(ids: readonly number[], scored: readonly boolean[], row: number): Example {
  const places = ids.flatMap((_, i) => (i > 0 && scored[i] ? [i] : []));
  return {
    segments: [{ ids, parent: -1 }],
    reads: places.map((place) => ({ segment: 0, offset: place - 1 })),
    data: { targets: places.map((place) => ids[place]!) },
    weight: places.length,
    row,
  };
}

/**
 * Encoding every row only to refuse none is slow. A short text cannot have many tokens, and where the end
 * is kept, so is a learnt turn that it ends with.
 */
function mayBeRefused(row: TrainingConversation, { maxLength, truncation }: Batching): boolean {
  if (row.kind === 'ids') return row.ids.length > maxLength;
  const { messages, scored, template } = row;
  const endKept = (truncation === 'left' || truncation === 'middle') && maxLength >= shortest;
  if (endKept && scored.at(-1)) return false;
  const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value, plain));
  const around = 256 + 64 * messages.length + (template.tools ? 1024 : 0);
  return size(messages) + 2 * size(template) + around > maxLength;
}

/** Tokens in whose second half an end token and the white space after it have room. */
const shortest = 16;

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
