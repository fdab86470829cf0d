/** A thread's session of a step, made anew when the weights have changed. */
import type { InferenceSession } from 'onnxruntime-node';
import { Tensor } from 'onnxruntime-node';
import type { Value } from '../../../graph/executor.ts';
import type { StepPlan } from '../messages.ts';
import { createSession, fromTensor } from '../sessions.ts';
import type { Tensors } from '../sessions.ts';
import { freeze, type Frozen } from './frozen.ts';
import { createMerger } from './merge.ts';

export interface StepSession {
  /** Fed everything but weights and constants. */
  run(feeds: Tensors): Promise<Record<string, Value>>;
}

export interface StepSessions {
  /** The session over the weights of a version, giving these outputs. */
  open(which: Which, outputs: readonly string[]): Promise<StepSession>;
  close(): Promise<void>;
}

interface Which {
  /** Of the weights. */
  version: number;
  threads: number;
}

export function createStepSessions(plan: StepPlan, flat: Float32Array): StepSessions {
  let known: (Which & { session: InferenceSession; bound: Tensors }) | undefined;
  const merges = plan.parameters.some(({ parts }) => parts.some(({ merge }) => merge));
  const close = async (): Promise<void> => {
    await known?.session.release();
    known = undefined;
  };
  return {
    close,
    async open({ version, threads }, outputs) {
      const old = (plan.frozen || merges) && known?.version !== version;
      if (!known || old || known.threads !== threads) {
        await close();
        const { bytes, bound } = await over(plan, flat, threads);
        const session = await createSession(bytes, { threads, shortRuns: true });
        known = { version, threads, session, bound };
      }
      const { session, bound } = known;
      return {
        async run(feeds) {
          const given = { ...bound, ...feeds };
          const results = await session.run(given, outputs);
          return Object.fromEntries(outputs.map((name) => [name, fromTensor(results[name]!)]));
        },
      };
    },
  };
}

/** The model with its constants inside it, and its weights, too, or beside it as what it is fed. */
async function over(
  plan: StepPlan,
  flat: Float32Array,
  threads: number,
): Promise<{ bytes: Uint8Array; bound: Tensors }> {
  const merger = createMerger(flat, threads);
  try {
    const parameters: Frozen[] = [];
    for (const { name, shape, parts } of plan.parameters) {
      const data = [];
      for (const part of parts) data.push(await merger.dataOf(part));
      parameters.push({ name, shape, data });
    }
    const constants = Object.entries(plan.constants).map(([name, { data, shape }]) => ({
      ...{ name, shape },
      data: [data],
    }));
    if (plan.frozen) return { bytes: freeze(plan.bytes, [...constants, ...parameters]), bound: {} };
    const bound = parameters.map(({ name, shape, data }) => [
      name,
      new Tensor('float32', joined(data), shape),
    ]);
    return { bytes: freeze(plan.bytes, constants), bound: Object.fromEntries(bound) as Tensors };
  } finally {
    await merger.close();
  }
}

/** Pieces that lie together are taken where they lie; others are copied. */
function joined(pieces: readonly Float32Array[]): Float32Array {
  const [first] = pieces;
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let at = first!.byteOffset;
  const together = pieces.every((piece) => {
    const follows = piece.buffer === first!.buffer && piece.byteOffset === at;
    at += piece.byteLength;
    return follows;
  });
  if (together) return new Float32Array(first!.buffer, first!.byteOffset, size);
  const copy = new Float32Array(size);
  let to = 0;
  for (const piece of pieces) {
    copy.set(piece, to);
    to += piece.length;
  }
  return copy;
}
