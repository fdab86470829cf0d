/** How far a recording is, in a sentence from time to time: a short one says nothing. */
import { duration } from '../duration.ts';

export interface Recording {
  /** The recipe's name. */
  name: string;
  /** Rows to record. */
  rows: number;
  notice?: ((sentence: string) => void) | undefined;
  /** Milliseconds. */
  now?: (() => number) | undefined;
}

/** When the first sentence is due, and how long until the next, in milliseconds. */
const firstMs = 2_000;
const nextMs = 10_000;

/** Is told of rows as they are recorded. */
export function recordProgress({
  name,
  rows,
  notice,
  now = () => performance.now(),
}: Recording): (more: number) => void {
  const began = now();
  let [done, due] = [0, began + firstMs];
  return (more) => {
    done += more;
    const at = now();
    if (at < due || done >= rows) return;
    due = at + nextMs;
    const left = ((at - began) / 1000 / done) * (rows - done);
    notice?.(`recording ${name}: ${count(done)} of ${count(rows)} rows, ${duration(left)} left`);
  };
}

function count(rows: number): string {
  return rows.toLocaleString('en-US');
}
