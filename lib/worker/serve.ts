/** The worker's side of a served model: answers requests by their number, several at a time. */
import type { Executor } from '../graph/executor.ts';
import type { ServedLanguageModel } from '../engine/served-language-model.ts';
import type { WrittenToken } from '../generate/generator.ts';
import type { FromWorker, OpenRequest, ServeRequest, ToWorker } from './protocol.ts';
import { toRefusal } from './refusal.ts';

export interface Pipe {
  messages: AsyncIterable<ToWorker>;
  send: (message: FromWorker) => Promise<void>;
}

/** Rewards, until nobody asks any more. */
export async function serveRewards(
  { model, options }: ServeRequest,
  executor: Executor,
  { messages, send }: Pipe,
): Promise<void> {
  const { serveModel } = await import('../engine/served-model.ts');
  const served = await serveModel(model, executor, options);
  await send({ type: 'serving' });
  for await (const message of messages) {
    if (message.type !== 'score') continue;
    const { id, items } = message;
    await answer(id, send, async () => ({
      type: 'scores',
      id,
      rewards: await served.score(items),
    }));
  }
}

/** Completions and log-probabilities. */
export async function serveLanguage(
  { model }: OpenRequest,
  executor: Executor,
  { messages, send }: Pipe,
): Promise<void> {
  const { serveLanguageModel } = await import('../engine/served-language-model.ts');
  const served = await serveLanguageModel(model, executor);
  const writing = new Map<number, AbortController>();
  await send({ type: 'serving' });
  for await (const message of messages) {
    if (message.type === 'abort') writing.get(message.id)?.abort();
    if (message.type === 'generate') {
      const { id } = message;
      const controller = new AbortController();
      writing.set(id, controller);
      void answer(id, send, () => write(message, { served, send, signal: controller.signal })).then(
        () => writing.delete(id),
      );
    }
    if (message.type === 'ask-log-probs') {
      const { id, items, template } = message;
      void answer(id, send, async () => ({
        ...{ type: 'log-probs', id },
        logProbs: await served.logProbs(items, template),
      }));
    }
  }
}

interface Write extends Pick<Pipe, 'send'> {
  served: ServedLanguageModel;
  signal: AbortSignal;
}

async function write(
  { id, prompts, sampling, options, tell }: Extract<ToWorker, { type: 'generate' }>,
  { served, send, signal }: Write,
): Promise<FromWorker> {
  let fresh: WrittenToken[] = [];
  const flush = (): void => {
    if (fresh.length > 0) void send({ type: 'tokens', id, tokens: fresh });
    fresh = [];
  };
  const onToken = (token: WrittenToken): void => {
    if (fresh.push(token) === 1) setImmediate(flush);
  };
  const onProgress = (done: number, all: number): void =>
    void send({ type: 'writing', id, done, completions: all });
  const hooks = { ...options, signal, onProgress, ...(tell && { onToken }) };
  const completions = await served.generate(prompts, sampling, hooks);
  flush();
  return { type: 'completions', id, completions };
}

async function answer(
  id: number,
  send: Pipe['send'],
  work: () => Promise<FromWorker>,
): Promise<void> {
  try {
    await send(await work());
  } catch (error) {
    await send({ type: 'refused', id, refusal: toRefusal(error) });
  }
}
