/** What a program is told of the steps, so that it takes those of the embedded engine. */
import { shuffled } from '../../data/order.ts';
import type { Plan } from '../../train/job.ts';
import type { Prepared } from '../../train/plan.ts';
import { learningRateFactor } from '../../train/schedule.ts';
import { jsonFile } from './package.ts';
import type { PackedFile } from './zip.ts';

/** The permutation of the rows for every epoch, one after another; none where rows keep their order. */
export function orderFile(
  seed: number,
  { options, train }: Prepared,
  epochs: number,
): PackedFile | undefined {
  if (!options.shuffle) return undefined;
  const rows = train.survey.kept.length;
  const data = Buffer.alloc(4 * rows * epochs);
  for (let epoch = 0; epoch < epochs; epoch++)
    shuffled(rows, seed, epoch).forEach((place, i) =>
      data.writeInt32LE(place, 4 * (epoch * rows + i)),
    );
  return { name: 'order.i32', data };
}

/** What the peak learning rate is multiplied by, a step each. */
export function scheduleFile({ options }: Prepared, { steps }: Plan): PackedFile {
  const course = { scheduler: options.scheduler, warmupRatio: options.warmup_ratio, steps };
  const factors = Array.from({ length: steps }, (_, step) => learningRateFactor(step, course));
  return jsonFile('schedule.json', factors);
}
