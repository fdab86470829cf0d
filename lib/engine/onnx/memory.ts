/**
 * A buffer that all threads see. Node before 22.21 cannot hand shared memory to native code, so there a
 * thread works on a copy of its own, brought up to date before a job and written back after it.
 */
import { Tensor } from 'onnxruntime-node';
import { squaresGraph } from '../../graph/adamw.ts';
import type { Range } from './messages.ts';
import { inferenceModel } from './model.ts';
import { createSession } from './sessions.ts';

export interface Memory {
  /** What tensors are made of. */
  readonly flat: Float32Array;
  /** Takes over what other threads wrote; all of it where no range is named. */
  pull(range?: Range): void;
  /** Lets other threads see what was written here. */
  push(range?: Range): void;
}

export type OpenMemory = (shared: SharedArrayBuffer) => Memory;

/** Tries once whether onnxruntime takes shared memory here. */
export async function memoryOpener(): Promise<OpenMemory> {
  return (await takesShared()) ? direct : copied;
}

function direct(shared: SharedArrayBuffer): Memory {
  return { flat: new Float32Array(shared), pull: () => undefined, push: () => undefined };
}

export function copied(shared: SharedArrayBuffer): Memory {
  const all = new Float32Array(shared);
  const flat = new Float32Array(all.length);
  const whole = { start: 0, end: all.length };
  return {
    flat,
    pull: ({ start, end } = whole) => flat.set(all.subarray(start, end), start),
    push: ({ start, end } = whole) => all.set(flat.subarray(start, end), start),
  };
}

async function takesShared(): Promise<boolean> {
  const session = await createSession(inferenceModel(squaresGraph()).bytes);
  try {
    await session.run({
      a: new Tensor('float32', new Float32Array(new SharedArrayBuffer(4)), [1]),
    });
    return true;
  } catch {
    return false;
  } finally {
    await session.release();
  }
}
