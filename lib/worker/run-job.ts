/** Runs a job: in a worker process when its engine holds weights, here otherwise. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { engines as shippedEngines } from '../engine/index.ts';
import type { Engine } from '../engine/engine.ts';
import type { RewardCaller } from '../code/file-reward.ts';
import type { Live } from '../code/live.ts';
import { liveReward } from '../code/live-reward.ts';
import { fileRewardOf, liveRewardName, recipeOf, timeoutOf } from '../code/open-code.ts';
import { unknownName, UserError } from '../errors.ts';
import { recipes as shippedRecipes } from '../recipe/index.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { latestCheckpoint } from '../train/checkpoint.ts';
import type { Job, JobCommand, TrainEvent } from '../train/job.ts';
import { recordEnd } from '../train/run-folder.ts';
import { startWorker, type WorkerClient } from './client.ts';
import { answerAsk } from './pipe-reward.ts';
import { readyJob } from './ready-job.ts';
import { fromRefusal } from './refusal.ts';

export interface RunOptions {
  /** Aborted: the job stops after its current step, keeps a checkpoint, and says where. */
  signal?: AbortSignal;
  commands?: AsyncIterable<JobCommand>;
  /** Lists other than those that ship cannot be named to another process, so the job runs here. */
  engines?: readonly Engine[];
  recipes?: readonly Recipe[];
  /** Run in this process although the engine would have one of its own. */
  inProcess?: boolean;
  /** What the job uses of this process: `resolveJob` gives it beside the job. */
  live?: Live;
  /** Told what the person should know before the job begins. */
  notice?: (sentence: string) => void;
  /** A worker that was started before the job was known; released in any case. */
  worker?: WorkerClient;
  /** Told the worker's process id. */
  onWorker?: (pid: number) => void;
}

/** The job's events, ending with `end`. Throws a `UserError` where the job cannot begin. */
export async function* runJob(given: Job, options: RunOptions = {}): AsyncGenerator<TrainEvent> {
  const { job, recipe, undo } = await readyJob(given, options);
  const reward = liveRewardOf(job, options.live);
  let begun = false;
  try {
    for await (const event of run(
      job,
      { ...options, ...(recipe && { recipes: [recipe] }) },
      reward,
    )) {
      begun = job.options.dry_run !== true;
      yield event;
    }
  } finally {
    if (!begun) await undo();
  }
}

/** The session's function that the job calls. Throws a `UserError` where the job names one that is not here. */
function liveRewardOf(job: Job, live: Live | undefined): RewardCaller | undefined {
  const name = liveRewardName(job);
  if (name === undefined) return undefined;
  if (live?.reward) return liveReward(live.reward, { name, timeoutSeconds: timeoutOf(job) });
  throw new UserError(
    `this job calls '${name}', a function of the session that it was started in`,
    `define ${name} in this session first, or name a file: --reward ./reward.ts`,
  );
}

async function* run(
  job: Job,
  options: RunOptions,
  live: RewardCaller | undefined,
): AsyncGenerator<TrainEvent> {
  const engines = options.engines ?? shippedEngines;
  const recipes = options.recipes ?? shippedRecipes;
  const engine = engines.find(({ name }) => name === job.engine);
  if (!engine)
    throw unknownName(
      'engine',
      job.engine,
      engines.map(({ name }) => name),
    );
  const shipped = engines === shippedEngines && recipes === shippedRecipes;
  if (engine.ownProcess && shipped && !options.inProcess) {
    yield* inWorker(job, options, live);
    return;
  }
  const lack = await engine.unavailable();
  if (lack !== undefined) throw new UserError(`engine ${engine.name} cannot run here: ${lack}`);
  const reward = live ?? (await fileRewardOf(job));
  try {
    const recipe = options.recipes ? undefined : await recipeOf(job, recipes);
    const own = { recipes: recipe ? [recipe] : recipes, ...(reward && { reward: reward.ask }) };
    yield* engine.train(job, { ...options, ...own });
  } finally {
    await reward?.close();
  }
}

async function* inWorker(
  job: Job,
  { signal, commands, onWorker, worker = startWorker('train') }: RunOptions,
  reward: RewardCaller | undefined,
): AsyncGenerator<TrainEvent> {
  if (worker.pid !== undefined) onWorker?.(worker.pid);
  const stop = (): void => worker.send({ type: 'command', command: { type: 'stop' } });
  const iterator = commands?.[Symbol.asyncIterator]();
  try {
    worker.send({ type: 'train', job });
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    if (iterator) void forward(iterator, worker);
    let begun = false;
    for await (const message of worker.messages()) {
      if (message.type === 'refused') throw fromRefusal(message.refusal);
      if (message.type === 'ask')
        void answerAsk(message, reward, signal).then((answer) => worker.send(answer));
      if (message.type !== 'event') continue;
      begun = true;
      yield message.event;
      if (message.event.type === 'end') return;
    }
    const reason = await worker.death();
    if (!begun) throw new UserError(`${reason}: ${worker.output().trim().slice(-400)}`);
    yield await diedEarly(job, reason);
  } finally {
    signal?.removeEventListener('abort', stop);
    void iterator?.return?.();
    worker.release();
    keepOutput(job, worker);
  }
}

async function forward(iterator: AsyncIterator<JobCommand>, worker: WorkerClient): Promise<void> {
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      worker.send({ type: 'command', command: next.value });
  } catch {
    return; // A source of commands that breaks has ended; the job goes on.
  }
}

/** The end of a job whose process could not tell of it. */
async function diedEarly(job: Job, reason: string): Promise<TrainEvent> {
  const last = await latestCheckpoint(job.output);
  const next = last
    ? `--resume continues from step ${last.step}`
    : 'there is no checkpoint yet; --save-steps would keep some';
  const event: TrainEvent = {
    type: 'end',
    reason: 'failed',
    step: last?.step ?? 0,
    ...(last && { checkpoint: last.path }),
    message: `${reason}\n  ${next}`,
  };
  recordEnd(job.output, event);
  return event;
}

/** What native code said goes to the run's log. */
function keepOutput(job: Job, worker: WorkerClient): void {
  const output = worker.output();
  if (output === '') return;
  try {
    appendFileSync(join(job.output, 'log.txt'), output, { flag: 'a' });
  } catch {
    return; // The job never came to have a folder.
  }
}
