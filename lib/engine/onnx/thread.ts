/**
 * A thread of the executor: runs the jobs it is given, one after another, over weights it shares with the
 * others and a gradient of its own.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import type { Value } from '../../graph/executor.ts';
import { createGradientBuffer } from './gradient-buffer.ts';
import type { Job, Load, Reply, Request, SessionPlan, ThreadStart } from './messages.ts';
import { createOptimizer } from './optimizer.ts';
import { createSession, feedTensors, fromTensor, slotTensor } from './sessions.ts';
import type { Tensors } from './sessions.ts';

const { index, device, shared, weights } = workerData as ThreadStart;
const flatWeights = new Float32Array(shared.weights);
const gradient = createGradientBuffer(shared.gradients[index]!, weights);
const optimizer = createOptimizer();

interface Session {
  plan: SessionPlan;
  parameters: Tensors;
  inner?: Promise<InferenceSession>;
}
const sessions = new Map<number, Session>();

const answers: { [T in Request['type']]: (request: Request & { type: T }) => Promise<Reply> } = {
  run: async (load) => ({ outputs: await runAll(load) }),
  async accumulate(load) {
    gradient.begin();
    const outputs = await runAll(load);
    gradient.end();
    return { outputs };
  },
  async combine({ threads, range }) {
    const buffers = threads.map((thread) => new Float32Array(shared.gradients[thread]!));
    return { squares: await optimizer.combine(buffers, range) };
  },
  async update({ parts }) {
    const memory = {
      weights: flatWeights,
      gradient: new Float32Array(shared.gradients[0]!),
      first: new Float32Array(shared.first),
      second: new Float32Array(shared.second),
    };
    for (const part of parts) await optimizer.update(memory, part);
    return {};
  },
  async forget({ session }) {
    const known = sessions.get(session);
    sessions.delete(session);
    await (await known?.inner)?.release();
    return {};
  },
};

async function runAll({ jobs, plans }: Load): Promise<Record<string, Value>[]> {
  for (const plan of plans) {
    const bound = plan.parameters.map((slot) => [slot.input, slotTensor(flatWeights, slot)]);
    sessions.set(plan.id, { plan, parameters: Object.fromEntries(bound) as Tensors });
  }
  const outputs = [];
  for (const job of jobs) outputs.push(await run(job));
  return outputs;
}

async function run({ session, feeds }: Job): Promise<Record<string, Value>> {
  const known = sessions.get(session)!;
  const { plan, parameters } = known;
  const inner = await (known.inner ??= createSession(plan.bytes, device));
  const sums = gradient.bind(plan);
  const own = [...plan.outputs, ...plan.sparse.flatMap(({ rows, ids }) => [rows, ids])];
  const fetches = { ...Object.fromEntries(own.map((name) => [name, null])), ...sums.fetches };
  const given = { ...parameters, ...sums.feeds, ...feedTensors(plan, feeds) };
  const results = await inner.run(given, fetches);
  gradient.scatter(plan, results);
  return Object.fromEntries(plan.outputs.map((name) => [name, fromTensor(results[name]!)]));
}

async function answer(request: Request): Promise<Reply> {
  try {
    const reply: (request: never) => Promise<Reply> = answers[request.type];
    return await reply(request as never);
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

parentPort!.on('message', (request: Request) => {
  void answer(request).then((reply) => parentPort!.postMessage(reply));
});
