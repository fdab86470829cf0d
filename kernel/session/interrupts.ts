/**
 * The thread that listens for interrupts while user code computes. It asks the main thread first;
 * only where that does not answer in time does it end the running JavaScript through the inspector,
 * because ending an idle thread would end whatever it does next.
 */
import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { readLines } from './pipe.ts';
import { interruptsFile } from './protocol.ts';

/** The words that both threads share. */
export const words = { state: 0, inMagic: 1, count: 2 };

/** States of the first: who deals with the interrupt. */
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

/**
 * How long the main thread may take to answer before it counts as busy. Ended by force, it loses what was due
 * besides, so it is given the time in which our own work there is done; and more where that is likely, as a
 * magic runs or much has come meanwhile.
 */
const patienceMs = 40;
const longPatienceMs = 150;

if (parentPort && workerData instanceof SharedArrayBuffer) listen(new Int32Array(workerData));

function listen(shared: Int32Array): void {
  let turn = Promise.resolve();
  const pipe = readLines(
    interruptsFile,
    (cell) => {
      turn = turn
        .then(() => interrupt(shared, Number(cell)))
        .then(() => {
          pipe.write('\n');
        });
    },
    () => process.kill(process.pid, 'SIGKILL'), // the kernel is gone and a cell may be computing
  );
}

async function interrupt(shared: Int32Array, cell: number): Promise<void> {
  const tell = (terminated: boolean): void => {
    const interruption: Interruption = { terminated, cell };
    parentPort?.postMessage(interruption);
  };
  Atomics.store(shared, words.state, asked);
  tell(false);
  const patience = Atomics.load(shared, words.inMagic) === 0 ? patienceMs : longPatienceMs;
  const waiting = Atomics.waitAsync(shared, words.state, asked, patience);
  if (waiting.async) await waiting.value;
  if (Atomics.compareExchange(shared, words.state, asked, forced) !== asked) return;
  await terminate();
  tell(true);
  // What was due next may compute without end as well, before the main thread comes to end the cell.
  for (;;) {
    const ended = Atomics.waitAsync(shared, words.state, forced, longPatienceMs);
    if (ended.async) await ended.value;
    if (Atomics.load(shared, words.state) !== forced) return;
    await terminate();
  }
}

/** Not connected for longer: a process that exits waits for a connected session, and says so. */
async function terminate(): Promise<void> {
  const inspector = new Session();
  inspector.connectToMainThread();
  await new Promise<void>((resolve) => {
    inspector.post('Runtime.terminateExecution', () => resolve());
  });
  inspector.disconnect();
}
