/**
 * The loop: steps, validations, checkpoints, and what it is told meanwhile, as one stream of events.
 * Knows recipes and learners by their interfaces, files only through `save` and `finish`.
 */
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { tokensOf } from '../recipe/pair.ts';
import type { Batch, PlainState, Sample } from '../recipe/recipe.ts';
import type { LoopState } from './checkpoint.ts';
import { obey, type Controlled } from './control.ts';
import type { Plan, TrainEvent } from './job.ts';
import type { Learner, Metrics } from './learner.ts';
import { meanMetrics } from './measure.ts';
import type { TrainingOptions } from './options.ts';
import { learningRateFactor } from './schedule.ts';
import { applyUpdates } from './updates.ts';

export interface LoopRun extends Controlled {
  options: TrainingOptions;
  plan: Plan;
  learner: Pick<Learner, 'accumulate' | 'measure' | 'update'>;
  /** Training batches after the one that left this state; endless. */
  batches(state: PlainState | undefined): AsyncIterable<Batch>;
  /** Every validation row once; undefined where there is nothing to validate on. */
  validation: (() => AsyncIterable<Batch>) | undefined;
  /** Writes a whole checkpoint and returns its path. */
  save: (state: LoopState) => Promise<string>;
  /** Writes the trained model and returns its path. */
  finish(): Promise<string>;
  /** Milliseconds, for `seconds`. */
  now?: () => number;
}

/** A state that nothing has happened in. */
export function beginning(): LoopState {
  return { step: 0, numTokens: 0, cut: 0, planned: false, changed: {} };
}

/** Ends with an `end` event; throws where a step cannot be done. */
export async function* trainLoop(run: LoopRun): AsyncGenerator<TrainEvent> {
  const { state, plan } = run;
  const batches = run.batches(state.batch)[Symbol.asyncIterator]();
  const kept: Kept = {};
  try {
    if (state.owesValidation ?? (state.step === 0 && run.options.eval_on_start))
      yield* validate(run, kept);
    for (;;) {
      await setImmediate(); // Lets messages in: a step may be one long native call.
      const stop = yield* obey(run, () => save(run, kept));
      if (state.step >= plan.steps) break;
      if (stop) {
        yield* save(run, kept);
        yield { type: 'end', reason: 'stopped', step: state.step, ...lastOf(kept) };
        return;
      }
      if (!(yield* step(run, batches, kept))) continue;
      const { eval_steps, save_steps } = optionsNow(run);
      if (due(state.step, eval_steps) || state.step === plan.steps) yield* validate(run, kept);
      if (due(state.step, save_steps)) yield* save(run, kept);
    }
  } finally {
    await batches.return?.();
  }
  const model = await run.finish();
  yield { type: 'end', reason: 'done', step: state.step, model, ...lastOf(kept) };
}

/** The last checkpoint of this process. */
interface Kept {
  step?: number;
  path?: string;
}

/** The common options as they are now. */
function optionsNow({ options, state }: LoopRun): TrainingOptions {
  return { ...options, ...state.changed };
}

/** Returns whether the step was done: one whose batch was cut short by a stop is not. */
async function* step(
  run: LoopRun,
  batches: AsyncIterator<Batch>,
  kept: Kept,
): AsyncGenerator<TrainEvent, boolean, undefined> {
  const { state, learner, plan, now = () => performance.now() } = run;
  const options = optionsNow(run);
  const started = now();
  const next = yield* savingFirst(run, kept, () => batches.next());
  if (!next) return false;
  if (next.done || next.value.examples.length === 0)
    throw new UserError(`the training rows ended after step ${state.step} of ${plan.steps}`);
  const { examples, metrics: before = {}, cut = 0, state: batch, samples } = next.value;
  const { scheduler, warmup_ratio: warmupRatio } = options;
  const factor = learningRateFactor(state.step, { scheduler, warmupRatio, steps: plan.steps });
  const learningRate = options.learning_rate * factor;
  const { metrics, gradNorm } = await applyUpdates(learner, next.value, {
    learningRate,
    betas: options.betas,
    eps: options.eps,
    weightDecay: options.weight_decay,
    maxGradNorm: options.max_grad_norm ?? Infinity,
  });
  const tokens = examples.reduce((sum, example) => sum + tokensOf(example), 0);
  refuseOverflow(state.step + 1, { ...metrics, grad_norm: gradNorm });
  state.step++;
  state.numTokens += tokens;
  state.cut += cut;
  state.batch = batch;
  const seconds = (now() - started) / 1000;
  yield {
    type: 'step',
    step: state.step,
    metrics: {
      ...metrics,
      ...before,
      grad_norm: gradNorm,
      learning_rate: learningRate,
      num_tokens: state.numTokens,
      seconds,
      tokens_per_second: seconds > 0 ? tokens / seconds : 0,
    },
    ...(samples && { samples }),
  };
  yield* exactPlan(run);
  return true;
}

/** After the first epoch the numbers that were estimated are known. */
function* exactPlan({ plan, state, options }: LoopRun): Generator<TrainEvent> {
  const epochSteps = Math.ceil(plan.rows.train / options.batch_size);
  if (!plan.approximate || state.planned || state.step !== epochSteps) return;
  state.planned = true;
  const exact = { approximate: false, tokens: state.numTokens, cut: state.cut };
  yield { type: 'plan', plan: { ...plan, ...exact } };
}

/**
 * Means over every validation row; each batch's sums are added in the rows' order. One that a stop cuts
 * short is owed by the run that resumes.
 */
async function* validate(run: LoopRun, kept: Kept): AsyncGenerator<TrainEvent> {
  const { validation, learner, state } = run;
  if (!validation) return;
  const samples: Sample[] = [];
  const batches = withSamples(validation(), samples);
  state.owesValidation = true;
  const metrics = yield* savingFirst(run, kept, () => meanMetrics(batches, learner));
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

/**
 * What comes of it, or undefined where it failed because the run is told to stop. Where rows or a reward
 * function fail, the weights are still those of a whole step, which is kept.
 */
async function* savingFirst<T>(
  run: LoopRun,
  kept: Kept,
  work: () => Promise<T>,
): AsyncGenerator<TrainEvent, T | undefined, undefined> {
  try {
    return await work();
  } catch (error) {
    if (run.commands.stopping.aborted) return undefined;
    yield* save(run, kept);
    throw error;
  }
}

/** Keeps a checkpoint of this step, once; of step 0 there is nothing to keep. */
async function* save({ save, state }: LoopRun, kept: Kept): AsyncGenerator<TrainEvent> {
  if (state.step === 0 || kept.step === state.step) return;
  kept.path = await save(state);
  kept.step = state.step;
  yield { type: 'checkpoint', step: state.step, path: kept.path };
}

function lastOf({ path }: Kept): { checkpoint?: string } {
  return path === undefined ? {} : { checkpoint: path };
}

function due(step: number, every: number | null): boolean {
  return every !== null && step % every === 0;
}

function refuseOverflow(step: number, metrics: Metrics): void {
  const [name] = Object.entries(metrics).find(([, value]) => !Number.isFinite(value)) ?? [];
  if (name !== undefined)
    throw new UserError(
      `step ${step}: ${name} is no longer a number: the weights have overflowed`,
      'lower --learning-rate, or set --max-grad-norm',
    );
}
