/** A reward function from a file, in a thread that can be ended where it hangs. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors.ts';
import { ownModule } from '../own-process.ts';
import type { OwnScore, Rollout } from '../recipe/recipe.ts';
import { specText, type ModuleSpec } from '../train/module-spec.ts';
import { near } from './own-frames.ts';
import type { FromThread } from './reward-thread.ts';
import { watchCalls, type Watch, type Watched } from './reward-watch.ts';

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
  spec: ModuleSpec,
  timeoutSeconds: number,
): Promise<RewardCaller> {
  const thread = startThread(spec);
  const { name } = thread;
  const timer = setTimeout(() => {
    thread.fail(new UserError(`${name} was not loaded after ${loadSeconds} s`));
  }, loadSeconds * 1000);
  try {
    await thread.loaded;
  } catch (error) {
    await thread.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    close: thread.close,
    async ask(rollouts, signal) {
      const watch = thread.ask(rollouts, { name, timeoutSeconds });
      const stop = (): void => watch.fail(signal?.reason as Error);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      try {
        return await watch.scores;
      } catch (error) {
        thread.fail(error as Error);
        void thread.close(); // What still runs in it may never end.
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    },
  };
}

interface RewardThread {
  /** How the person calls the function. */
  name: string;
  loaded: Promise<undefined>;
  /** Throws what the thread has failed with before. */
  ask(rollouts: readonly Rollout[], watched: Watched): Watch;
  fail: (error: Error) => void;
  close: () => Promise<void>;
}

function startThread(spec: ModuleSpec): RewardThread {
  const name = specText({ ...spec, path: near(spec.path) });
  const thread = new Worker(ownModule('lib/code/reward-thread'), {
    workerData: { path: spec.path, export: spec.export },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  thread.unref();
  let watch: Watch | undefined;
  let gone: Error | undefined;
  const loaded = Promise.withResolvers<undefined>();
  loaded.promise.catch(() => undefined); // Thrown where it is awaited.
  const fail = (error: Error): void => {
    gone ??= error;
    loaded.reject(gone);
    watch?.fail(gone);
  };
  thread.on('message', (message: FromThread) => {
    if (message.type === 'ready') loaded.resolve(undefined);
    else if (message.type === 'refused') fail(new UserError(message.message, message.hint));
    else if (message.type === 'ended') watch?.ended(message.place, message.outcome);
    else watch?.[message.type](message.place);
  });
  thread.on('error', (error) => fail(new UserError(`${name} broke its thread: ${String(error)}`)));
  thread.on('exit', (code) => {
    fail(
      new UserError(`${name} ended its thread with code ${code}`, 'leave process.exit out of it'),
    );
  });
  return {
    name,
    fail,
    loaded: loaded.promise,
    ask(rollouts, watched) {
      if (gone) throw gone;
      watch = watchCalls(rollouts, watched);
      thread.postMessage(rollouts);
      return watch;
    },
    close: async () => {
      await thread.terminate();
    },
  };
}
