/** A validation within a run. */
import type { Batch, Sample } from '../recipe/recipe.ts';
import type { TrainEvent } from './job.ts';
import { unlessStopped, type Keeping, type Kept } from './keep.ts';
import type { Learner } from './learner.ts';
import { meanMetrics } from './measure.ts';

export interface Validating extends Keeping {
  learner: Pick<Learner, 'measure'>;
  /** Every validation row once; undefined where there is nothing to validate on. */
  validation: (() => AsyncIterable<Batch>) | undefined;
}

/**
 * Means over every validation row; each batch's sums are added in the rows' order. One that a stop cuts
 * short is owed by the run that resumes.
 */
export async function* validate(run: Validating, kept: Kept): AsyncGenerator<TrainEvent> {
  const { validation, learner, state } = run;
  if (!validation) return;
  const samples: Sample[] = [];
  const batches = withSamples(validation(), samples);
  state.owesValidation = true;
  const metrics = yield* unlessStopped(run, kept, () => meanMetrics(batches, learner));
  if (!metrics) return;
  state.owesValidation = false;
  const shown = samples.length > 0 && { samples };
  yield { type: 'validation', step: state.step, metrics, ...shown };
}

/** The batches as they come, their samples put aside. */
async function* withSamples(
  batches: AsyncIterable<Batch>,
  samples: Sample[],
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    samples.push(...(batch.samples ?? []));
    yield batch;
  }
}
