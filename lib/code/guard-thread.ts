/** The thread that watches calls of the main one, by words that both can see. */
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';

/** The places of the words: the number of the call that runs, 0 where none does; */
export const current = 0;
/** how many works wait for calls; */
export const asking = 1;
/** how often the main thread has answered. */
export const heard = 2;
export const wordCount = 3;
/** In the place of a call's number: it is being ended. */
export const givenUp = -1;

export interface Guarded {
  words: ArrayBufferLike;
  /** What is called, for the sentence. */
  name: string;
  timeoutMs: number;
}

/** Without work for so long, the thread goes. */
const restMs = 30_000;

if (parentPort) watch(workerData as Guarded);

function watch({ words: buffer, name, timeoutMs }: Guarded): void {
  const words = new Int32Array(buffer);
  const call = stretch();
  const silence = stretch();
  const rest = stretch();
  let told = false;
  const look = setInterval(
    () => {
      const busy = Atomics.load(words, asking) > 0;
      if (rest(busy) > restMs && !busy) clearInterval(look);
      const number = Atomics.load(words, current);
      if (call(number) >= timeoutMs && number > 0) void endCall(words, number);
      parentPort!.postMessage('do you hear?');
      const silentMs = silence(busy && Atomics.load(words, heard));
      if (silentMs < timeoutMs) told = false;
      else if (busy && number === 0 && !told) {
        told = true;
        const seconds = Math.round(silentMs / 1000);
        const called = name.replace(/\p{Cc}/gu, ' ');
        writeSync(
          2,
          `${called} is being asked, and nothing answers for ${seconds} s: interrupt to end what computes\n`,
        );
      }
    },
    Math.min(1000, timeoutMs / 4),
  );
}

/** How long a value has been the same, in milliseconds. */
function stretch(): (value: unknown) => number {
  let [last, since]: [unknown, number] = [undefined, performance.now()];
  return (value) => {
    if (value !== last) [last, since] = [value, performance.now()];
    return performance.now() - since;
  };
}

/** Unless it has come to its own end meanwhile. */
async function endCall(words: Int32Array, number: number): Promise<void> {
  if (Atomics.compareExchange(words, current, number, givenUp) !== number) return;
  // Not connected for longer: a process that exits waits for a connected session.
  const inspector = new Session();
  inspector.connectToMainThread();
  await new Promise<void>((resolve) => {
    inspector.post('Runtime.terminateExecution', () => resolve());
  });
  inspector.disconnect();
  Atomics.store(words, current, 0);
  Atomics.notify(words, current);
}
