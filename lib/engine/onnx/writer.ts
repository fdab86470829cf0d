/** Writes sequences on all threads: prepares what each is told, and gathers what each has written. */
import type { Merge, Prompt, Step, Token } from '../../graph/executor.ts';
import type { WriteControl, WriteRequest, Writer, Written } from '../../graph/executor.ts';
import { parameterInput, writeOnnx } from '../../graph/onnx/write.ts';
import type { Machine } from './machine.ts';
import { controlWords } from './messages.ts';
import type { Part, SessionPlan, StepPlan, WriteReading, Writing } from './messages.ts';
import type { OnnxProgram } from './program.ts';
import { placeOf } from './storage.ts';
import type { Storage } from './storage.ts';

/** A model of Protocol Buffers has 2 GB at most; beyond this, weights are fed. */
const mostFrozen = 2 ** 28;
/** Weights (64 MiB of them) that stay in the processor's caches, by and large. */
const mostInCache = 2 ** 24;
/** Threads of onnxruntime that share a step of few weights: for more, its products are too short. */
const mostTogether = 2;
/** Sequences at a time for each thread: past these, a step takes as much longer as it has more rows. */
const mostRows = 32;
/** Elements of keys and values that a writer may keep: 1 GiB. */
const mostCached = 2 ** 28;

export interface WriterParts {
  machine: Machine;
  id: number;
  /** How often the weights have changed. */
  version: () => number;
}

export function createWriter(step: Step, { machine, id, version }: WriterParts): Writer {
  const { crew, storage } = machine;
  const plan = planOf(step, storage);
  const vocab = step.graph.outputs.probs!.shape.at(-1) as number;
  const told = new Set<number>();
  return {
    async write(request, control = {}) {
      const { signal } = control;
      signal?.throwIfAborted();
      const words = new Int32Array(
        new SharedArrayBuffer(4 * (controlWords.ended + sequencesOf(request))),
      );
      const writers = writersOf(request, machine);
      const { count, threads } = writers;
      const common = {
        ...{ session: id, version: version(), draw: request.draw, ends: request.ends, vocab },
        readings: readingsOf(request, count),
        rows: rowsOf(request, step, writers),
        threads,
        control: words.buffer,
        tell: control.onTokens !== undefined,
      };
      const heard = (tokens: readonly Token[]): void => {
        if (signal?.aborted) return;
        for (const sequence of control.onTokens?.(tokens) ?? [])
          Atomics.store(words, controlWords.ended + sequence, 1);
      };
      const replies = Array.from({ length: count }, (_, thread) => {
        const known = told.has(thread);
        told.add(thread);
        const plans = newPlans(request, thread);
        const writing: Writing = { ...common, plans, ...(!known && { step: plan }) };
        return crew.ask(thread, { type: 'write', writing }, heard);
      });
      const stopTelling = tellOften(control.onProgress, () => [
        Atomics.load(words, controlWords.written),
        sequencesOf(request),
      ]);
      const written = await untilAborted(Promise.all(replies), signal, () =>
        Atomics.store(words, controlWords.aborted, 1),
      ).finally(stopTelling);
      return inOrder(written.flatMap((reply) => reply.written!));
    },
    async close() {
      for (const thread of told) await crew.ask(thread, { type: 'forget', session: id });
      told.clear();
    },
  };
}

function planOf({ graph, constants, merges, ...step }: Step, storage: Storage): StepPlan {
  const frozen = storage.total <= mostFrozen;
  const { bytes, parameters } = writeOnnx(graph.outputs, {
    parameters: frozen,
    inputs: Object.keys(constants),
  });
  return {
    ...step,
    ...{ bytes, constants, frozen },
    parameters: parameters.map((node) => ({
      name: parameterInput(node),
      shape: node.outputs[0]!.shape as readonly number[],
      parts: node.attributes.names.map((name) => partOf(name, merges, storage)),
    })),
  };
}

function partOf(name: string, merges: readonly Merge[], storage: Storage): Part {
  const weight = placeOf(storage, name);
  const merge = merges.find((one) => one.weight === name);
  if (!merge) return weight;
  const [up, down] = [placeOf(storage, merge.up), placeOf(storage, merge.down)];
  return { ...weight, merge: { weight, up, down, scale: merge.scale } };
}

/**
 * Our threads that write, and onnxruntime's of each. Threads that share a step read the weights once for
 * all rows; only where there are many, and weights are at hand, is it better that some write by themselves.
 */
function writersOf(request: WriteRequest, { crew, storage }: Machine): Writers {
  if (storage.total > mostInCache) return { count: 1, threads: crew.size };
  const threads = Math.min(crew.size, mostTogether);
  return { count: Math.min(Math.floor(crew.size / threads), sequencesOf(request)), threads };
}

interface Writers {
  count: number;
  /** Of onnxruntime, each. */
  threads: number;
}

function promptsOf({ readings }: Pick<WriteRequest, 'readings'>): Prompt[] {
  return readings.flatMap(({ prompts }) => prompts);
}

function sequencesOf({ readings, n }: WriteRequest): number {
  return promptsOf({ readings }).length * n;
}

/** A prompt is read by one thread, or by several where there would be nothing to do for some. */
function readingsOf({ readings, n }: WriteRequest, threads: number): WriteReading[] {
  const parts = Math.min(n, Math.ceil(threads / readings.length));
  let first = 0;
  return readings.flatMap(({ program, feeds, prompts }) => {
    const job = { session: (program as OnnxProgram).plan('inference').id, feeds };
    const all = prompts.map(({ number, ...prompt }) => {
      const sequences = Array.from({ length: n }, (_, j) => ({
        sequence: first++,
        stream: [number, j],
      }));
      return { ...prompt, sequences };
    });
    return Array.from({ length: parts }, (_, part) => ({
      job,
      prompts: all.map(({ sequences, ...prompt }) => ({
        ...prompt,
        sequences: sequences.filter((_, j) => j % parts === part),
      })),
    }));
  });
}

/** All writers alike, as far as memory allows. */
function rowsOf(request: WriteRequest, step: Step, { count, threads }: Writers): number {
  const own = (tokens: number): number => (step.shared ? tokens / request.n : tokens);
  const longest = Math.max(...promptsOf(request).map(({ tokens, most }) => own(tokens) + most));
  const size = 2 * step.layers * step.heads * step.width * (longest + 64);
  const even = Math.ceil(sequencesOf(request) / count);
  return Math.max(1, Math.min(even, mostRows * threads, Math.floor(mostCached / size)));
}

/** Plans of readings' programs that a thread does not know. */
function newPlans({ readings }: WriteRequest, thread: number): SessionPlan[] {
  const programs = new Set(readings.map(({ program }) => program as OnnxProgram));
  return [...programs].flatMap((program) => {
    const told = program.told('inference');
    if (told.has(thread)) return [];
    told.add(thread);
    return program.plan('inference');
  });
}

const tellMs = 200;

/** Tells how far it is until it is stopped. */
function tellOften(
  tell: WriteControl['onProgress'],
  state: () => readonly [done: number, sequences: number],
): () => void {
  const timer = tell && setInterval(() => tell(...state()), tellMs);
  return () => clearInterval(timer);
}

/** The caller need not wait for threads to see that they are told to stop. */
async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  abort: () => void,
): Promise<T> {
  if (!signal) return work;
  let stop: () => void = abort;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      abort();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function inOrder(written: readonly ({ sequence: number } & Written)[]): Written[] {
  const ordered: Written[] = [];
  for (const { sequence, ids, logProbs, ended } of written)
    ordered[sequence] = { ids, logProbs, ended };
  return ordered;
}
