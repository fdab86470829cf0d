/**
 * The process that holds weights: runs one job, measures one model, or serves one. Ends with its work,
 * and when the process that started it is gone, a job keeping a checkpoint first.
 */
import { on } from 'node:events';
import { fileRewardOf, liveRewardName, recipeOf } from '../code/open-code.ts';
import type { Executor } from '../graph/executor.ts';
import { findEngine } from './find-engine.ts';
import { pipeReward, type PipeReward } from './pipe-reward.ts';
import type { FromWorker, OpenRequest, ToWorker } from './protocol.ts';
import { toRefusal } from './refusal.ts';
import { recipes } from '../recipe/index.ts';
import type { Job, JobCommand } from '../train/job.ts';

const abandoned = new AbortController();
const inbox = on(process, 'message', { close: ['disconnect'] }) as AsyncIterableIterator<
  [ToWorker]
>;
process.on('disconnect', () => abandoned.abort());
process.on('SIGTERM', () => abandoned.abort());
process.on('SIGINT', () => undefined); // The terminal tells the whole group; our parent decides.
if (process.argv[2] === 'train') void import('../engine/train-locally.ts').catch(() => undefined);

try {
  await serveFirst();
} catch (error) {
  await send({ type: 'refused', refusal: toRefusal(error) });
}
process.exit();

/** The first message says what this process is for; leaving a loop would close the inbox. */
async function serveFirst(): Promise<void> {
  const first = await inbox.next();
  if (first.done) return;
  const [message] = first.value;
  const pipe = { messages: requests(), send };
  if (message.type === 'train') await train(message.job);
  if (message.type === 'measure') await measure(message.job);
  if (message.type === 'serve') {
    const { serveRewards } = await import('./serve.ts');
    await serveRewards(message.request, await executorOf(message.request), pipe);
  }
  if (message.type === 'open') {
    const { serveLanguage } = await import('./serve.ts');
    await serveLanguage(message.request, await executorOf(message.request), pipe);
  }
}

function executorOf({ engine, device, threads }: OpenRequest): Promise<Executor> {
  return findEngine(engine).executor!({ device, threads });
}

async function train(job: Job): Promise<void> {
  const engine = findEngine(job.engine);
  const pipe = pipeReward(send);
  const live = liveRewardName(job) === undefined ? undefined : pipe;
  const [recipe, reward] = await Promise.all([recipeOf(job, recipes), live ?? fileRewardOf(job)]);
  const control = {
    signal: abandoned.signal,
    recipes: [recipe],
    ...(reward && { reward: reward.ask }),
  };
  for await (const event of engine.train(job, { ...control, commands: commands(pipe) }))
    await send({ type: 'event', event });
}

async function* commands({ answered }: PipeReward): AsyncGenerator<JobCommand> {
  for await (const [message] of inbox) {
    if (message.type === 'command') yield message.command;
    if (message.type === 'answer') answered(message);
  }
}

async function measure(job: Job): Promise<void> {
  const { measureModel } = await import('../engine/measure-model.ts');
  const recipe = recipes.find(({ name }) => name === job.recipe)!;
  const executor = await findEngine(job.engine).executor!(job);
  const measurement = await measureModel({ job, recipe }, executor, (done, rows) => {
    void send({ type: 'progress', done, rows });
  });
  await send({ type: 'measured', measurement });
}

async function* requests(): AsyncGenerator<ToWorker> {
  for await (const [message] of inbox) yield message;
}

/** Resolves when the message is on its way, or has nobody left to go to. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });
}
