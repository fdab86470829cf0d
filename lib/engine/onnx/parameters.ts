/**
 * Weights, gradients and moments in shared memory, and what threads do with them. Where each weight lies
 * is decided when the first graph is compiled, which says what it stacks.
 */
import { adamWScalars, clipFactor } from '../../graph/adamw.ts';
import type { OptimizerState, Parameters, Program, Value, Work } from '../../graph/executor.ts';
import { isParameter, nodesOf } from '../../graph/graph.ts';
import type { Graph } from '../../graph/graph.ts';
import { cut, share, startCrew } from './crew.ts';
import type { Crew } from './crew.ts';
import type { Load, Reply, SessionPlan, Shared } from './messages.ts';
import { createProgram } from './program.ts';
import type { OnnxProgram, Way } from './program.ts';
import { arrange } from './storage.ts';
import type { Storage } from './storage.ts';

export interface OnnxParameters extends Parameters {
  compile(graph: Graph): Program;
}

interface Machine {
  storage: Storage;
  shared: Shared;
  crew: Crew;
}

export interface Place {
  threads: number;
  device: string;
}

export function createParameters(
  given: ReadonlyMap<string, Value>,
  { threads, device }: Place,
): OnnxParameters {
  let weights: ReadonlyMap<string, Value> | undefined = given;
  let running: Machine | undefined;
  let programs = 0;
  let squares = 0;
  let step = 0;

  const machine = (stacks: readonly (readonly string[])[] = []): Machine => {
    if (running) return running;
    if (!weights) throw new Error('these parameters are closed');
    const storage = arrange(weights, stacks);
    const shared = allocate(storage.total, threads);
    fill(new Float32Array(shared.weights), storage, weights);
    weights = undefined;
    const rows = [...storage.places].map(([name, { offset, size, shape }]) => ({
      name,
      offset,
      size,
      rows: shape[0]!,
    }));
    const crew = startCrew(threads, { device, shared, weights: rows });
    return (running = { storage, shared, crew });
  };

  const runShared = async (way: Way, work: readonly Work[]): Promise<Record<string, Value>[]> => {
    const { crew } = machine();
    const shares = share(
      work.map((w) => w.tokens),
      crew.size,
    );
    const type = way === 'gradient' ? 'accumulate' : 'run';
    const replies = await crew.askAll((thread) => {
      const own = shares[thread]!.map((place) => work[place]!);
      return { type, ...load(way, thread, own) };
    });
    return inOrder(shares, replies);
  };

  return {
    compile(graph) {
      const stacks = nodesOf(Object.values(graph.outputs)).filter(isParameter);
      const { storage, crew } = machine(stacks.map((node) => node.attributes.names));
      return createProgram({ graph, storage, crew, newId: () => programs++, run: runShared });
    },
    evaluate: (work) => runShared('inference', work),
    async accumulate(work) {
      const outputs = await runShared('gradient', work);
      const { crew, storage } = machine();
      const busy = share(
        work.map((w) => w.tokens),
        crew.size,
      ).flatMap((places, thread) => (places.length > 0 ? [thread] : []));
      const ranges = cut({ start: 0, end: storage.total }, crew.size);
      const sums = await crew.askAll((i) => ({
        type: 'combine',
        threads: busy,
        range: ranges[i]!,
      }));
      squares = sums.reduce((total, reply) => total + reply.squares!, 0);
      return outputs;
    },
    async update(rule) {
      const { crew, storage } = machine();
      step++;
      const gradNorm = Math.sqrt(squares);
      const clip = clipFactor(gradNorm, rule.maxGradNorm);
      const parts = [
        { start: 0, end: storage.matrices, decay: rule.weightDecay },
        { start: storage.matrices, end: storage.total, decay: 0 },
      ];
      const shares = parts.map(({ decay, ...range }) => ({
        scalars: adamWScalars(rule, { step, clip, decay }),
        ranges: cut(range, crew.size),
      }));
      await crew.askAll((i) => ({
        type: 'update',
        parts: shares.map(({ scalars, ranges }) => ({ scalars, range: ranges[i]! })),
      }));
      return { gradNorm };
    },
    gradients: () => Promise.resolve(values(machine().shared.gradients[0]!, machine().storage)),
    read: () =>
      Promise.resolve(running ? values(running.shared.weights, running.storage) : new Map(weights)),
    optimizer() {
      const { shared, storage } = machine();
      const first = values(shared.first, storage);
      const second = values(shared.second, storage);
      const moments: OptimizerState['moments'] = new Map();
      for (const [name, value] of first)
        moments.set(name, { first: value, second: second.get(name)! });
      return Promise.resolve({ step, moments });
    },
    restore(state) {
      const { shared, storage } = machine();
      const of = (key: 'first' | 'second') =>
        new Map([...state.moments].map(([name, moment]) => [name, moment[key]]));
      fill(new Float32Array(shared.first), storage, of('first'));
      fill(new Float32Array(shared.second), storage, of('second'));
      step = state.step;
      return Promise.resolve();
    },
    async close() {
      await running?.crew.close();
      running = undefined;
      weights = undefined;
    },
  };
}

function load(way: Way, thread: number, work: readonly Work[]): Load {
  const plans: SessionPlan[] = [];
  const jobs = work.map(({ program, feeds }) => {
    const { plan, told } = program as OnnxProgram;
    if (!told(way).has(thread)) plans.push(plan(way));
    told(way).add(thread);
    return { session: plan(way).id, feeds };
  });
  return { jobs, plans };
}

function allocate(total: number, threads: number): Shared {
  const memory = (): SharedArrayBuffer => new SharedArrayBuffer(Math.max(total, 1) * 4);
  const gradients = Array.from({ length: threads }, memory);
  return { weights: memory(), gradients, first: memory(), second: memory() };
}

function fill(flat: Float32Array, storage: Storage, values: ReadonlyMap<string, Value>): void {
  for (const [name, value] of values) {
    const place = storage.places.get(name);
    if (!place || place.size !== value.data.length)
      throw new Error(`'${name}' does not fit: expected ${place?.size ?? 'no such weight'}`);
    flat.set(value.data as Float32Array, place.offset);
  }
}

function values(memory: SharedArrayBuffer, storage: Storage): Map<string, Value> {
  const flat = new Float32Array(memory);
  return new Map(
    [...storage.places].map(([name, { offset, size, shape }]) => [
      name,
      { data: flat.slice(offset, offset + size), shape },
    ]),
  );
}

function inOrder(shares: readonly number[][], replies: readonly Reply[]): Record<string, Value>[] {
  const outputs: Record<string, Value>[] = [];
  shares.forEach((places, thread) =>
    places.forEach((place, i) => (outputs[place] = replies[thread]!.outputs![i]!)),
  );
  return outputs;
}
