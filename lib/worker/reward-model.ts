/** A trained reward model, loaded in a process of its own, to be asked for rewards. */
import { availableParallelism } from 'node:os';
import type { Scorable } from '../engine/served-model.ts';
import { resolveModel } from '../model/hub.ts';
import type { ChatMessage } from '../text/encoder.ts';
import { trainingOptions } from '../train/options.ts';
import { startWorker } from './client.ts';
import { findLocalEngine } from './find-engine.ts';
import type { FromWorker } from './protocol.ts';
import { fromRefusal } from './refusal.ts';

export type { Scorable } from '../engine/served-model.ts';

export interface LoadModelOptions {
  engine?: string;
  device?: string;
  threads?: number;
  /** Tokens that one conversation may have; a longer one loses its beginning. */
  maxLength?: number;
}

export interface RewardModel extends AsyncDisposable {
  readonly model: string;
  /** One reward an item, in their order: texts, conversations, `{ messages }` or `{ ids }`. */
  score(items: Scorable | readonly Scorable[]): Promise<number[]>;
  /** Ends its process. */
  close(): Promise<void>;
}

export const RewardModel = {
  /** Loads a model folder. Throws a `UserError` where it holds no reward model. */
  load: loadRewardModel,
};

async function loadRewardModel(
  folder: string,
  options: LoadModelOptions = {},
): Promise<RewardModel> {
  const { engine: name = 'onnx', threads = availableParallelism() } = options;
  const engine = findLocalEngine(name);
  const model = await resolveModel(folder);
  const { max_length, micro_batch_tokens: microBatchTokens } = trainingOptions.parse({});
  const { device = engine.devices[0]!, maxLength = max_length } = options;
  const serve = { maxLength, microBatchTokens, truncation: 'left' as const };
  const worker = startWorker();
  const messages = worker.messages[Symbol.asyncIterator]();
  worker.send({ type: 'serve', request: { model, engine: name, device, threads, options: serve } });
  const first = await messages.next();
  if (first.done) throw new Error(`${await worker.death()}: ${worker.output()}`);
  if (first.value.type === 'refused') throw fromRefusal(first.value.refusal);

  const asked = new Map<number, Waiting>();
  let nextId = 0;
  let gone: string | undefined;
  const ended = listen(messages, asked).then(async () => {
    gone = `the model's process is gone: ${await worker.death()}`;
    for (const { reject } of asked.values()) reject(new Error(gone));
  });
  const close = async (): Promise<void> => {
    worker.release();
    await ended;
  };
  return {
    model,
    score(items) {
      if (gone !== undefined) return Promise.reject(new Error(gone));
      const id = nextId++;
      worker.send({ type: 'score', id, items: listOf(items) });
      return new Promise((resolve, reject) => asked.set(id, { resolve, reject }));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Waiting {
  resolve: (rewards: number[]) => void;
  reject: (error: Error) => void;
}

async function listen(
  messages: AsyncIterator<FromWorker>,
  asked: Map<number, Waiting>,
): Promise<void> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    const message = next.value;
    const id = 'id' in message ? message.id : undefined;
    const waiting = id === undefined ? undefined : asked.get(id);
    if (id === undefined || !waiting) continue;
    asked.delete(id);
    if (message.type === 'scores') waiting.resolve(message.rewards);
    else if (message.type === 'refused') waiting.reject(fromRefusal(message.refusal));
  }
}

/** A lone text or conversation counts as a list of one. */
function listOf(items: Scorable | readonly Scorable[]): readonly Scorable[] {
  if (!Array.isArray(items)) return [items as Scorable];
  const list = items as readonly (Scorable | ChatMessage)[];
  const [first] = list;
  const conversation = typeof first === 'object' && 'role' in first;
  return conversation ? [list as readonly ChatMessage[]] : (list as readonly Scorable[]);
}
