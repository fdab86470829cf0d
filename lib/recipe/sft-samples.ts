/** What the model itself answers to the first validation rows, for a person to look at. */
import { isUserError } from '../errors.ts';
import type { Batch, Example, Sample, Sampling, Source } from './recipe.ts';

type Sampled = Pick<Source<{ samples: number }>, 'options' | 'split' | 'policy' | 'text' | 'seed'>;

/** Tokens of an answer: enough to see what it is like. */
const maxTokens = 128;

/** The same batches; the first of a validation carries samples, where the policy can write. */
export async function* withSamples(
  source: Sampled,
  batches: AsyncIterable<Batch>,
): AsyncGenerator<Batch> {
  let wanted = source.split === 'validation' ? source.options.samples : 0;
  for await (const batch of batches) {
    const shown = batch.examples.slice(0, wanted);
    wanted -= shown.length;
    const samples = shown.length > 0 ? await sample(source, shown) : [];
    yield samples.length > 0 ? { ...batch, samples } : batch;
  }
}

/** Greedy: the last learnt turn of each, from all that comes before it. */
async function sample({ policy, text, seed }: Sampled, examples: Example[]): Promise<Sample[]> {
  const sampling: Sampling = {
    ...{ maxTokens, temperature: 0, topP: 1, topK: 0, n: 1, seed, stop: [] },
  };
  const parts = examples.map(lastTurn);
  const written = await policy
    .generate(
      parts.map(({ prompt }) => prompt),
      sampling,
    )
    .catch((error: unknown) => {
      if (isUserError(error)) return []; // An engine that cannot generate still measures.
      throw error;
    });
  return written.map(([completion], i) => ({
    prompt: text.decode(parts[i]!.prompt),
    completion: completion!.text,
    values: { expected: text.decode(parts[i]!.answer, { skipSpecial: true }) },
  }));
}

/** Cuts a sequence where the last run of learnt tokens begins. */
function lastTurn({ segments, reads }: Example): { prompt: number[]; answer: number[] } {
  const { ids } = segments[0]!;
  const last = reads.at(-1)!.offset;
  let first = reads.length - 1;
  while (first > 0 && reads[first - 1]!.offset === reads[first]!.offset - 1) first--;
  const begin = reads[first]!.offset + 1;
  return { prompt: ids.slice(0, begin), answer: ids.slice(begin, last + 2) };
}
