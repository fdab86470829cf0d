/** A reward function from a file, in a thread that can be ended where it hangs. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors.ts';
import { ownModule } from '../own-process.ts';
import type { OwnScore, Rollout } from '../recipe/recipe.ts';
import { specText, type ModuleSpec } from '../train/module-spec.ts';
import { near } from './own-frames.ts';
import type { FromThread } from './reward-thread.ts';
import { watchCalls, type Watch } from './reward-watch.ts';

/** A reward function, wherever it runs. */
export interface RewardCaller {
  /** A score each; rejects with a sentence, or with the signal's reason as soon as it is aborted. */
  ask: (rollouts: readonly Rollout[], signal?: AbortSignal) => Promise<OwnScore[]>;
  close(): Promise<void>;
}

/** Time for the module to be loaded. */
const loadSeconds = 60;

/** Loads the module. Throws a `UserError` where it has no such function. */
export async function startFileReward(
  { path, export: name }: ModuleSpec,
  timeoutSeconds: number,
): Promise<RewardCaller> {
  const short = specText({ path: near(path), export: name });
  const thread = new Worker(ownModule('lib/code/reward-thread'), {
    workerData: { path, export: name },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  thread.unref();
  let watch: Watch | undefined;
  let gone: Error | undefined;
  const loaded = Promise.withResolvers<undefined>();
  const fail = (error: Error): void => {
    gone ??= error;
    loaded.reject(gone);
    watch?.fail(gone);
  };
  thread.on('message', (message: FromThread) => {
    if (message.type === 'ready') loaded.resolve(undefined);
    else if (message.type === 'refused') fail(new UserError(message.message, message.hint));
    else if (message.type === 'begun') watch?.begun(message.place);
    else watch?.ended(message.place, message.outcome);
  });
  thread.on('error', (error) => fail(new UserError(`${short} broke its thread: ${String(error)}`)));
  thread.on('exit', (code) =>
    fail(
      new UserError(`${short} ended its thread with code ${code}`, 'leave process.exit out of it'),
    ),
  );
  const close = async (): Promise<void> => {
    await thread.terminate();
  };
  const slow = (): void => fail(new UserError(`${short} was not loaded after ${loadSeconds} s`));
  const timer = setTimeout(slow, loadSeconds * 1000);
  try {
    await loaded.promise;
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    close,
    async ask(rollouts, signal) {
      if (gone) throw gone;
      const mine = watchCalls(rollouts, { name: short, timeoutSeconds });
      watch = mine;
      const stop = (): void => mine.fail(signal?.reason as Error);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      thread.postMessage(rollouts);
      try {
        return await mine.scores;
      } catch (error) {
        gone ??= error as Error;
        void close(); // What still runs in it may never end.
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
  };
}
