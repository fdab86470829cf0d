/**
 * Work over many rows, as the person follows it. Whoever runs code with a place to show progress says so
 * here; otherwise it is a line on standard error, on a terminal only. An interrupt ends it.
 */
import { duration } from './duration.ts';
import { interruptSignal } from './interrupt.ts';

export interface RowsProgress {
  /** Which work this is, among several at once. */
  id: string;
  /** What is done with the rows, as in `scoring`. */
  doing: string;
  /** What the rows are called. */
  noun: string;
  done: number;
  rows: number;
  seconds: number;
  /** Undefined until there is something to tell it by. */
  rowsPerSecond?: number;
  /** It is over, or was given up where not all rows are done. */
  end?: boolean;
}

export interface RowsWorkOptions {
  /** Aborted: the work rejects with its reason. In a cell, an interrupt does the same besides. */
  signal?: AbortSignal | undefined;
  /** Told how many of how many rows are done, in place of the person: it shows it, or is a part of what does. */
  onProgress?: ((done: number, rows: number) => void) | undefined;
}

export interface RowsWork extends Disposable {
  readonly signal: AbortSignal | undefined;
  /** Tells how far it is. Throws the signal's reason where the work is to end. */
  report: (done: number, rows: number) => void;
}

/** What is over by then shows nothing. */
const quietMs = 500;
const redrawMs = 200;

const key = Symbol.for('rewardlab.rows-work');
type Show = (progress: RowsProgress) => void;

/** From now on work over rows is shown here. */
export function showRowsWork(show: Show): void {
  Object.defineProperty(globalThis, key, { value: show, configurable: true, writable: true });
}

/** Begins work that reports; disposed of, it is over. */
export function rowsWork(doing: string, options: RowsWorkOptions = {}, noun = 'rows'): RowsWork {
  const { onProgress } = options;
  const signals = [options.signal, interruptSignal()].filter((given) => given !== undefined);
  const signal = signals.length > 0 ? AbortSignal.any(signals) : undefined;
  const show = (Reflect.get(globalThis, key) as Show | undefined) ?? onTerminal(process.stderr);
  const quiet = onProgress !== undefined;
  const id = crypto.randomUUID();
  const begun = performance.now();
  let [last, first]: { at: number; done: number; rows: number }[] = [];
  let shown: number | undefined;
  const tell = (end?: true): void => {
    const { at, done, rows } = last!;
    const between = (at - first!.at) / 1e3;
    const came = done - first!.done;
    show({
      ...{ id, doing, noun, done, rows, seconds: (performance.now() - begun) / 1e3 },
      ...(came > 0 && between > 0 && { rowsPerSecond: came / between }),
      ...(end && { end }),
    });
  };
  return {
    signal,
    report(done, rows) {
      signal?.throwIfAborted();
      onProgress?.(done, rows);
      const now = performance.now();
      last = { at: now, done, rows };
      first ??= last;
      if (quiet || now - (shown ?? begun + quietMs - redrawMs) < redrawMs) return;
      shown = now;
      tell();
    },
    [Symbol.dispose]() {
      if (shown !== undefined) tell(true);
    },
  };
}

/** A line that changes in place, and is gone at the end. */
export function onTerminal(stream: NodeJS.WriteStream): Show {
  return (progress) => {
    if (!stream.isTTY) return;
    const text = progress.end ? '' : rowsParts(progress).join(', ');
    stream.write(`\r\u001b[K${text.slice(0, (stream.columns || 80) - 1)}`);
  };
}

/** `scoring: 1,200 of 10,000 rows`, `26 s left`, `340 rows/s`; at the end `scoring: 10,000 rows` and `29 s`. */
export function rowsParts(progress: RowsProgress): string[] {
  const { doing, noun, done, rows, seconds, rowsPerSecond, end } = progress;
  const [now, all] = [done, rows].map((count) => count.toLocaleString('en-US'));
  if (end && done >= rows) return [`${doing}: ${all} ${noun}`, duration(seconds)];
  const far = `${doing}: ${now} of ${all} ${noun}`;
  if (end) return [far, 'ended'];
  if (rowsPerSecond === undefined) return [far];
  const rate = rowsPerSecond.toLocaleString('en-US', { maximumSignificantDigits: 3 });
  return [far, `${duration((rows - done) / rowsPerSecond)} left`, `${rate} ${noun}/s`];
}
