/**
 * The loop: steps, validations, checkpoints, and what it is told meanwhile, as one stream of events.
 * Knows recipes and learners by their interfaces, files only through `save` and `finish`.
 */
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { tokensOf } from '../recipe/pair.ts';
import type { Batch, PlainState } from '../recipe/recipe.ts';
import type { LoopState } from './checkpoint.ts';
import { obey } from './control.ts';
import type { Plan, TrainEvent } from './job.ts';
import { lastOf, save, unlessStopped, type Kept } from './keep.ts';
import type { Learner, Metrics } from './learner.ts';
import type { TrainingOptions } from './options.ts';
import { learningRateFactor } from './schedule.ts';
import { applyUpdates } from './updates.ts';
import { validate, type Validating } from './validate.ts';

export interface LoopRun extends Validating {
  options: TrainingOptions;
  plan: Plan;
  learner: Pick<Learner, 'accumulate' | 'measure' | 'update'>;
  /** Training batches after the one that left this state; endless. */
  batches(state: PlainState | undefined): AsyncIterable<Batch>;
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
  const next = yield* unlessStopped(run, kept, () => batches.next());
  if (!next || run.commands.stopping.aborted) return false;
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
