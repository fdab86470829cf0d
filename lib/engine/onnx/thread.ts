/**
 * A thread of the executor: runs the jobs it is given, one after another, over weights it shares with the
 * others and a gradient of its own.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import type { Value } from '../../graph/executor.ts';
import { createGradientBuffer } from './gradient-buffer.ts';
import type { GradientBuffer } from './gradient-buffer.ts';
import type { Job, Load, Reply, Request, SessionPlan, StepPlan, ThreadStart } from './messages.ts';
import type { Shared, Writing, WrittenSequence } from './messages.ts';
import { memoryOpener } from './memory.ts';
import type { Memory } from './memory.ts';
import { createOptimizer } from './optimizer.ts';
import { createSession, feedTensors, fromTensor, slotTensor } from './sessions.ts';
import type { Tensors } from './sessions.ts';
import { createCache } from './write/cache.ts';
import { stepOutputs } from './write/draw.ts';
import { writeSequences } from './write/loop.ts';
import { createPlaces } from './write/places.ts';
import { createPromptCache } from './write/prompt-cache.ts';
import { createStepSessions } from './write/step-session.ts';
import type { StepSessions } from './write/step-session.ts';

const { index } = workerData as ThreadStart;
const open = await memoryOpener();
const optimizer = createOptimizer();

/** What comes with the first request. */
let memory: Record<Exclude<keyof Shared, 'gradients'>, Memory> & { gradients: readonly Memory[] };
let gradient: GradientBuffer;

interface Session {
  plan: SessionPlan;
  parameters: Tensors;
  /** By the number of their threads. */
  inner: Map<number, Promise<InferenceSession>>;
}
const sessions = new Map<number, Session>();
const steps = new Map<number, { plan: StepPlan; sessions: StepSessions }>();

const answers: { [T in Request['type']]: (request: Request & { type: T }) => Promise<Reply> } = {
  async begin({ shared, weights, trains }) {
    memory = {
      weights: open(shared.weights),
      gradients: shared.gradients.map(open),
      first: open(shared.first),
      second: open(shared.second),
    };
    gradient = createGradientBuffer(memory.gradients[index]!.flat, weights);
    if (trains) await optimizer.warm();
    return {};
  },
  run: async (load) => ({ outputs: await runAll(load) }),
  async accumulate(load) {
    gradient.begin();
    const outputs = await runAll(load);
    gradient.end();
    memory.gradients[index]!.push();
    return { outputs };
  },
  async combine({ threads, range }) {
    if (threads.length > 1 && threads[0] === index) gradient.spoil();
    const buffers = threads.map((thread) => memory.gradients[thread]!);
    for (const buffer of buffers) buffer.pull(range);
    const flats = buffers.map(({ flat }) => flat);
    const squares = await optimizer.combine(flats, range);
    buffers[0]?.push(range);
    return { squares };
  },
  async update({ parts }) {
    const { weights, first, second, gradients } = memory;
    const gradient = gradients[0]!;
    const flats = {
      weights: weights.flat,
      gradient: gradient.flat,
      first: first.flat,
      second: second.flat,
    };
    for (const part of parts) {
      for (const buffer of [weights, gradient, first, second]) buffer.pull(part.range);
      await optimizer.update(flats, part);
      for (const buffer of [weights, first, second]) buffer.push(part.range);
    }
    return {};
  },
  async write({ writing }) {
    learn(writing.plans);
    return { written: await write(writing) };
  },
  async forget({ session }) {
    await forget(session);
    return {};
  },
  async end() {
    for (const id of [...sessions.keys(), ...steps.keys()]) await forget(id);
    return {};
  },
};

/** Takes over the weights, and plans to run over them. */
function learn(plans: readonly SessionPlan[]): void {
  memory.weights.pull();
  for (const plan of plans) {
    const bound = plan.parameters.map((slot) => [
      slot.input,
      slotTensor(memory.weights.flat, slot),
    ]);
    sessions.set(plan.id, {
      plan,
      parameters: Object.fromEntries(bound) as Tensors,
      inner: new Map(),
    });
  }
}

async function runAll({ jobs, plans }: Load): Promise<Record<string, Value>[]> {
  learn(plans);
  const outputs = [];
  for (const job of jobs) outputs.push(await run(job));
  return outputs;
}

async function run({ session, feeds }: Job, threads = 1): Promise<Record<string, Value>> {
  const known = sessions.get(session)!;
  const { plan, parameters } = known;
  const inner = known.inner.get(threads) ?? createSession(plan.bytes, { threads });
  known.inner.set(threads, inner);
  const sums = gradient.bind(plan);
  const own = [...plan.outputs, ...plan.sparse.flatMap(({ rows, ids }) => [rows, ids])];
  const fetches = { ...Object.fromEntries(own.map((name) => [name, null])), ...sums.fetches };
  const given = { ...parameters, ...sums.feeds, ...feedTensors(plan, feeds) };
  const results = await (await inner).run(given, fetches);
  gradient.scatter(plan, results);
  return Object.fromEntries(plan.outputs.map((name) => [name, fromTensor(results[name]!)]));
}

async function write(writing: Writing): Promise<WrittenSequence[]> {
  const { session: id, step, version, threads, rows, draw } = writing;
  if (step) {
    const sessions = createStepSessions(step, memory.weights.flat);
    steps.set(id, { plan: step, sessions });
  }
  const { plan, sessions } = steps.get(id)!;
  return writeSequences(writing, {
    cache: createCache(plan, rows),
    windows: plan.windows,
    ...(plan.shared && {
      shared: { prompts: createPromptCache(plan), placesOf: createPlaces(plan) },
    }),
    session: await sessions.open({ version, threads }, stepOutputs(draw.temperature)),
    read: ({ job }) => run(job, threads),
    ...(writing.tell && { tell: (tokens) => parentPort!.postMessage({ tokens }) }),
  });
}

async function forget(id: number): Promise<void> {
  await steps.get(id)?.sessions.close();
  steps.delete(id);
  const known = sessions.get(id);
  sessions.delete(id);
  for (const inner of known?.inner.values() ?? []) await (await inner).release();
}

async function answer(request: Request): Promise<Reply> {
  try {
    const reply: (request: never) => Promise<Reply> = answers[request.type];
    return await reply(request as never);
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** One request after another: an answer may wait for a session, and the next must not overtake it. */
let last = Promise.resolve();
parentPort!.on('message', (request: Request) => {
  last = last.then(async () => {
    parentPort!.postMessage(await answer(request));
    if (request.type === 'end') parentPort!.close();
  });
});
