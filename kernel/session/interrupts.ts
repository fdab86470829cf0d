/**
 * The thread that listens for interrupts while user code computes. It asks the main thread first;
 * only where that does not answer in time does it end the running JavaScript through the inspector,
 * because ending an idle thread would end whatever it does next.
 */
import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { readLines } from './pipe.ts';
import { interruptsFile } from './protocol.ts';

/** States of the shared word: who deals with the interrupt. */
export const idle = 0;
export const asked = 1;
export const answered = 2;
export const forced = 3;

/** What the main thread is told. */
export interface Interruption {
  /** What it computed was ended already. */
  terminated: boolean;
  /** The last that was sent: it may not have begun. */
  cell: number;
}

/** How long the main thread may take to answer before it counts as busy. */
const patienceMs = 8;

if (parentPort && workerData instanceof SharedArrayBuffer) listen(new Int32Array(workerData));

function listen(state: Int32Array): void {
  let turn = Promise.resolve();
  const pipe = readLines(
    interruptsFile,
    (cell) => {
      turn = turn
        .then(() => interrupt(state, Number(cell)))
        .then(() => {
          pipe.write('\n');
        });
    },
    () => process.kill(process.pid, 'SIGKILL'), // the kernel is gone and a cell may be computing
  );
}

async function interrupt(state: Int32Array, cell: number): Promise<void> {
  const tell = (terminated: boolean): void => {
    const interruption: Interruption = { terminated, cell };
    parentPort?.postMessage(interruption);
  };
  Atomics.store(state, 0, asked);
  tell(false);
  const waiting = Atomics.waitAsync(state, 0, asked, patienceMs);
  if (waiting.async) await waiting.value;
  if (Atomics.compareExchange(state, 0, asked, forced) !== asked) return;
  // Not connected for longer: a process that exits waits for a connected session, and says so.
  const inspector = new Session();
  inspector.connectToMainThread();
  await new Promise<void>((resolve) => {
    inspector.post('Runtime.terminateExecution', () => resolve());
  });
  inspector.disconnect();
  // The main thread runs again: let it end the cell, and say so once it has.
  const ended = Atomics.waitAsync(state, 0, forced);
  tell(true);
  if (ended.async) await ended.value;
}
