/** Rows as pairs of token ids, the chosen answer first: for every recipe that compares two answers. */
import { preferenceReader, type Preference } from '../data/preference.ts';
import { reshape, slice } from '../graph/ops/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Decoder, SymbolicBatch } from '../model/decoder.ts';
import type { TextEncoder } from '../text/encoder.ts';
import { checkIds, encodeConversation, encodeText, fit, inRow } from './encode.ts';
import { pairExample } from './pair.ts';
import type { Batching, Example, Selection } from './recipe.ts';
import type { RowReader } from './survey.ts';

/**
 * Reads pairs in every form that `bradley-terry` takes. The loss gets `margin` and `strength`, one number
 * a pair, 0 where the data have none.
 */
export function pairRows(selection: Selection<unknown>): Promise<RowReader> {
  return pairReader(selection, ({ margin = 0, strength = 0 }) => ({
    margin: [margin],
    strength: [strength],
  }));
}

/** The rewards of a micro-batch's pairs: those of the chosen answers and of the rejected, [examples] each. */
export function pairRewards(model: Decoder, batch: SymbolicBatch): [Tensor, Tensor] {
  const pairs = reshape(model.rewards(batch), [batch.examples, 2]);
  return [column(pairs, 0), column(pairs, 1)];
}

function column(pairs: Tensor, index: number): Tensor {
  return reshape(slice(pairs, 1, index, index + 1), [pairs.shape[0]!]);
}

/** The same with numbers of the recipe's own for the loss. */
export async function pairReader(
  { rows, text, batching }: Pick<Selection<unknown>, 'rows' | 'text' | 'batching'>,
  numbersOf: (pair: Preference) => Example['data'],
): Promise<RowReader> {
  const reader = await preferenceReader(rows);
  const fitted = (pair: Preference): [readonly number[], readonly number[]] | undefined => {
    const [chosen, rejected] = sides(pair, text).map((ids) => fit(ids, batching));
    return chosen && rejected && [chosen, rejected];
  };
  return {
    columns: reader.columns,
    refusal: (row, index) => {
      const pair = reader.read(row, index);
      if ('dropped' in pair) return pair.dropped;
      const tooLong = mayBeTooLong(pair, batching) && !fitted(pair);
      return tooLong ? `longer than ${batching.maxLength} tokens` : undefined;
    },
    example: (row, index) => {
      const pair = reader.read(row, index);
      if ('dropped' in pair) throw new Error(`row ${index} was refused: ${pair.dropped}`);
      const whole = sides(pair, text);
      const [chosen, rejected] = whole.map((ids) => fit(ids, batching)!) as [number[], number[]];
      const cut = whole.some((ids) => ids.length > batching.maxLength);
      return { example: pairExample([chosen, rejected], index, numbersOf(pair)), cut };
    },
  };
}

function sides(pair: Preference, text: TextEncoder): [number[], number[]] {
  switch (pair.kind) {
    case 'ids':
      return [checkIds(pair.chosen, text, pair.row), checkIds(pair.rejected, text, pair.row)];
    case 'messages':
      return inRow(pair.row, () => [
        encodeConversation(pair.chosen, text),
        encodeConversation(pair.rejected, text),
      ]);
    case 'text': {
      const prompt = pair.prompt ?? '';
      return [encodeText(prompt + pair.chosen, text), encodeText(prompt + pair.rejected, text)];
    }
  }
}

/** Tokenising every row only to drop none of them is slow; a short text cannot have many tokens. */
function mayBeTooLong(pair: Preference, { maxLength, truncation }: Batching): boolean {
  if (truncation !== 'drop') return false;
  if (pair.kind === 'ids') return true;
  const template = pair.kind === 'messages' ? 256 : 1;
  const size = (side: unknown): number => Buffer.byteLength(JSON.stringify(side)) + template;
  const prompt = pair.kind === 'text' ? size(pair.prompt ?? '') : 0;
  return prompt + Math.max(size(pair.chosen), size(pair.rejected)) > maxLength;
}
