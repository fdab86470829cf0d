/** The course of the learning rate: pure functions with transformers' formulas. */

export type Scheduler = 'constant' | 'linear' | 'cosine' | 'wsd';

export interface Course {
  scheduler: Scheduler;
  /** Optimizer steps of the whole run. */
  steps: number;
  /** Part of the steps to warm up for, from 0 to 1. */
  warmupRatio: number;
}

/** Part of the steps after the warm-up that `wsd` holds the peak for (RM-Gallery's 90 %). */
const stablePart = 0.9;

/**
 * What the peak learning rate is multiplied by at a step, the first being 0. Formulas:
 * transformers/optimization.py, `get_{constant,linear,cosine}_schedule_with_warmup` and
 * `get_wsd_schedule` with a cosine decay to 0.
 */
export function learningRateFactor(step: number, course: Course): number {
  const warmup = Math.ceil(course.steps * course.warmupRatio);
  if (step < warmup) return step / Math.max(1, warmup);
  return decay[course.scheduler](step - warmup, course.steps - warmup);
}

/** Factor after `done` of `steps` steps, both counted from the end of the warm-up. */
const decay: Record<Scheduler, (done: number, steps: number) => number> = {
  constant: () => 1,
  linear: (done, steps) => Math.max(0, (steps - done) / Math.max(1, steps)),
  cosine: (done, steps) => halfCosine(done / Math.max(1, steps)),
  wsd: (done, steps) => {
    const stable = Math.floor(steps * stablePart);
    if (done < stable) return 1;
    return done < steps ? halfCosine((done - stable) / Math.max(1, steps - stable)) : 0;
  },
};

function halfCosine(progress: number): number {
  return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
}
