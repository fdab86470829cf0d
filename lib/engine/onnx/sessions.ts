/** Sessions of onnxruntime. They compute on the thread that runs them, and on more where they are given more. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Feeds, Value } from '../../graph/executor.ts';
import type { SessionPlan, Slot } from './messages.ts';

export type Tensors = Record<string, Tensor>;

/** Ten times what lies between two runs of a step: after it, others have the processor again. */
const waitUs = '200';

export interface SessionOptions {
  threads?: number;
  /**
   * One short run follows another: threads ask for the next without end, and memory is laid out once for all
   * runs of a shape. Of two sessions that ran at once, each would keep the other's threads from a processor.
   */
  shortRuns?: boolean;
}

export function createSession(
  bytes: Uint8Array,
  { threads = 1, shortRuns = false }: SessionOptions = {},
): Promise<InferenceSession> {
  const waiting = shortRuns ? { spin_duration_us: waitUs } : { allow_spinning: '0' };
  return InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Elsewhere it takes more memory than it saves time.
    enableMemPattern: shortRuns,
    // The graph is written as it should run; onnxruntime's rewriting costs time and undoes some of it.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
    extra: { session: { intra_op: waiting } },
  });
}

export function toTensor({ data, shape }: Value): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  if (data instanceof Int32Array) return new Tensor('int32', data, shape);
  return new Tensor('int64', data, shape);
}

export function fromTensor(tensor: Tensor): Value {
  const { data, dims } = tensor;
  if (data instanceof Float32Array || data instanceof Int32Array || data instanceof BigInt64Array)
    return { data, shape: dims };
  if (data instanceof Uint8Array) return { data: Int32Array.from(data), shape: dims };
  throw new Error(`a graph cannot return ${tensor.type} tensors`);
}

/** A view of a flat buffer as a tensor. */
export function slotTensor(
  flat: Float32Array,
  { offset, size, shape }: Omit<Slot, 'input'>,
): Tensor {
  return new Tensor('float32', flat.subarray(offset, offset + size), shape);
}

export function feedTensors(plan: SessionPlan, feeds: Feeds): Tensors {
  return Object.fromEntries(
    plan.inputs.map((name) => {
      const value = feeds[name];
      if (!value) throw new Error(`the graph's input '${name}' was not fed`);
      return [name, toTensor(value)];
    }),
  );
}
