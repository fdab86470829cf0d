/** A job from its files to its last event, on an executor of this process. */
import { isUserError, UserError } from '../errors.ts';
import type { Executor } from '../graph/executor.ts';
import { readEnds } from '../model/ends.ts';
import type { ModelConfig } from '../model/config.ts';
import { loadWeights } from '../model/weights.ts';
import type { OwnReward, Recipe } from '../recipe/recipe.ts';
import {
  readCheckpoint,
  writeCheckpoint,
  writeFinal,
  type LoopState,
  type ModelFiles,
} from '../train/checkpoint.ts';
import { commandQueue, type CommandQueue } from '../train/commands.ts';
import { writeEnvironment } from '../train/environment.ts';
import type { Job, TrainEvent } from '../train/job.ts';
import { createLearner, type Learner } from '../train/learner.ts';
import { beginning, trainLoop, type LoopRun } from '../train/loop.ts';
import { readJobModel } from '../train/model.ts';
import { prepare, type Prepared, type Split } from '../train/plan.ts';
import { checkRun, openRun, type ResumePoint, type RunFolder } from '../train/run-folder.ts';
import type { Control } from './engine.ts';
import type { LocalPlace } from './local.ts';
import { createPolicy, type LocalPolicy } from './policy.ts';

/** Runs a job; with `--dry-run` its exact plan is the only event before the end. */
export async function* trainLocally(
  job: Job,
  place: LocalPlace,
  control: Control,
): AsyncGenerator<TrainEvent> {
  const recipe = control.recipes.find(({ name }) => name === job.recipe);
  if (!recipe) throw new UserError(`this engine does not know the recipe '${job.recipe}'`);
  if (job.options.dry_run === true) {
    const { plan } = await prepare(job, recipe, true);
    yield { type: 'plan', plan };
    yield { type: 'end', reason: 'done', step: 0 };
    return;
  }
  const from = await checkRun(job);
  const notices: string[] = [];
  const beginning = begin({ job, recipe, place, from, notice: (text) => notices.push(text) });
  const opened = prepare(job, recipe, false).then(async (prepared) => {
    await beginning; // A job that cannot begin leaves no folder behind.
    return { prepared, run: await openRun(job, from) };
  });
  opened.catch(async () => (await beginning).learner.close()).catch(() => undefined);
  const begun = await beginning;
  const { prepared, run } = await opened;
  notices.forEach(run.log);
  const commands = commandQueue(control.commands, control.signal);
  const policy = policyOf({ ...begun, job, recipe, place, prepared, commands });
  try {
    yield* recorded(run, { ...begun, job, recipe, prepared, control, commands, policy });
  } finally {
    run.close();
    commands.close();
    await policy.close();
    await begun.learner.close();
  }
}

interface Begin {
  job: Job;
  recipe: Recipe;
  place: LocalPlace;
  from: ResumePoint | undefined;
  notice: (sentence: string) => void;
}
interface Begun {
  executor: Executor;
  config: ModelConfig;
  /** Tokens that end what the model writes, where its files say so. */
  ends: readonly number[];
  learner: Learner;
  state: LoopState;
}

/** Puts the weights, and a resumed run's moments, on the executor. */
async function begin({ job, recipe, place, from, notice }: Begin): Promise<Begun> {
  const executor = await place.executor(job);
  const lack = await executor.unavailable();
  if (lack !== undefined) throw new UserError(`engine ${place.name} cannot run here: ${lack}`);
  const config = await readJobModel(job);
  const { dropout } = config.adapter ?? {};
  if (dropout !== undefined)
    notice(`'${job.model}' was trained with lora_dropout ${dropout}; from here on there is none`);
  const options = { head: recipe.head, seed: job.seed, notice };
  const weights = await loadWeights(from?.path ?? job.model, config, options);
  const recipeOptions = recipe.options.parse(job.options);
  const learner = await createLearner({
    ...{ executor, config, weights },
    objective: (model, batch) => {
      const { loss, metrics } = recipe.loss(model, batch, recipeOptions);
      return { loss, ...metrics };
    },
    microBatchTokens: Number(job.options.micro_batch_tokens),
  });
  const begun = { executor, config, learner, ends: await readEnds(job.model, config) };
  if (!from) return { ...begun, state: beginning() };
  const { state, optimizer } = await readCheckpoint(from.path);
  await learner.restore(optimizer);
  return { ...begun, state };
}

interface Asked extends Begun {
  job: Job;
  recipe: Recipe;
  place: LocalPlace;
  prepared: Prepared;
  commands: CommandQueue;
}

/** The model as a writer. Its reference is what the job began from, after a resume too. */
function policyOf({ executor, config, learner, job, recipe, place, ...asked }: Asked): LocalPolicy {
  const { ends, prepared } = asked;
  const { text } = prepared;
  const { stopping: signal } = asked.commands;
  const own = place.policy?.(learner, signal);
  const policy = createPolicy({
    ...{ executor, config, text, head: recipe.head, parameters: learner.parameters },
    ...(ends.length > 0 && { ends }),
    microBatchTokens: Number(job.options.micro_batch_tokens),
    signal,
    reference: () => loadWeights(job.model, config, { head: 'causal' }),
  });
  return { ...policy, ...own };
}

interface Running extends Begun {
  job: Job;
  recipe: Recipe;
  prepared: Prepared;
  control: Pick<Control, 'reward'>;
  commands: CommandQueue;
  policy: LocalPolicy;
}

/** The loop's events, each written to the run folder first; an error becomes the end. */
async function* recorded(run: RunFolder, running: Running): AsyncGenerator<TrainEvent> {
  const { job, prepared, state } = running;
  const resumed = state.step > 0;
  const record = (event: TrainEvent): TrainEvent => {
    run.record(event);
    return event;
  };
  const environment = writeEnvironment(job).catch((error: unknown) => run.log(String(error)));
  const plan: TrainEvent = { type: 'plan', plan: prepared.plan };
  let checkpoint: string | undefined;
  try {
    yield resumed ? plan : record(plan);
    for await (const event of trainLoop(loopRun(run, running))) {
      if (event.type === 'checkpoint') checkpoint = event.path;
      yield record(event);
    }
  } catch (error) {
    if (!isUserError(error)) run.log((error as Error).stack ?? String(error));
    yield record({
      type: 'end',
      reason: 'failed',
      step: state.step,
      ...(checkpoint !== undefined && { checkpoint }),
      message: failure(error),
    });
  } finally {
    await environment;
  }
}

function failure(error: unknown): string {
  if (isUserError(error)) return error.hint ? `${error.message}\n  ${error.hint}` : error.message;
  return `${(error as Error).message} (a fault of rewardlab; log.txt has its trace)`;
}

function loopRun(run: RunFolder, running: Running): LoopRun {
  const { job, recipe, prepared, commands, learner, policy, state } = running;
  const { config, text, train, validation, options, plan } = prepared;
  const { pad, eos } = text.special;
  const { head } = recipe;
  // By a pad that is the end token, transformers would read the reward a token too early.
  const padId = pad !== undefined && pad !== eos && { padId: pad };
  const files: ModelFiles = { config, head, from: job.model, ...padId };
  const ask = running.control.reward;
  const reward: OwnReward | undefined = ask && ((rollouts) => ask(rollouts, commands.stopping));
  const own = { policy, ...(reward && { reward }) };
  const source = ({ selection, survey }: Split) => ({ ...selection, kept: survey.kept, ...own });
  return {
    options,
    plan,
    learner,
    state,
    commands,
    notice: run.log,
    batches: (from) => recipe.batches({ ...source(train), ...(from && { state: from }) }),
    validation: validation && (() => recipe.batches(source(validation))),
    save: async (state) =>
      writeCheckpoint(run.path, files, {
        weights: await learner.weights(),
        optimizer: await learner.optimizer(),
        state,
      }),
    finish: async () => writeFinal(run.path, files, await learner.weights()),
  };
}
