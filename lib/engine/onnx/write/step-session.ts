/** A thread's session of a step, made anew when the weights have changed. */
import type { InferenceSession } from 'onnxruntime-node';
import type { Value } from '../../../graph/executor.ts';
import type { StepPlan } from '../messages.ts';
import { createSession, fromTensor, slotTensor, toTensor } from '../sessions.ts';
import type { Tensors } from '../sessions.ts';
import { freeze } from './frozen.ts';

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

export function createStepSessions(
  plan: StepPlan,
  device: string,
  flat: Float32Array,
): StepSessions {
  let known: (Which & { session: InferenceSession }) | undefined;
  const constants = Object.fromEntries(
    Object.entries(plan.constants).map(([name, value]) => [name, toTensor(value)]),
  );
  const bound: Tensors = {};
  for (const slot of plan.fed) bound[slot.input] = slotTensor(flat, slot);
  const close = async (): Promise<void> => {
    await known?.session.release();
    known = undefined;
  };
  return {
    close,
    async open({ version, threads }, outputs) {
      const old = plan.frozen.length > 0 && known?.version !== version;
      if (!known || old || known.threads !== threads) {
        await close();
        const bytes = freeze(plan.bytes, plan.frozen, flat);
        known = { version, threads, session: await createSession(bytes, device, threads) };
      }
      const { session } = known;
      return {
        async run(feeds) {
          const given = { ...constants, ...bound, ...feeds };
          const results = await session.run(given, outputs);
          return Object.fromEntries(outputs.map((name) => [name, fromTensor(results[name]!)]));
        },
      };
    },
  };
}
