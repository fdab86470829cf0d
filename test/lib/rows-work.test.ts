/** When work over rows shows itself, what it says, and how it ends. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { interruptedBy } from '../../lib/interrupt.ts';
import {
  onTerminal,
  rowsParts,
  rowsWork,
  showRowsWork,
  type RowsProgress,
} from '../../lib/rows-work.ts';

let shown: RowsProgress[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  shown = [];
  showRowsWork((progress) => shown.push(progress));
});
afterEach(() => {
  vi.useRealTimers();
  interruptedBy(new AbortController().signal);
});
const pass = (ms: number): void => void vi.advanceTimersByTime(ms);

test('after half a second, five times a second, and at the end', () => {
  {
    using work = rowsWork('scoring');
    for (let done = 100; done <= 1000; done += 100) {
      pass(100);
      work.report(done, 1000);
    }
  }
  expect(shown.map(({ done }) => done)).toEqual([500, 700, 900, 1000]);
  expect(shown.map(({ end }) => end)).toEqual([undefined, undefined, undefined, true]);
  expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
  expect(shown[0]!.rowsPerSecond).toBeCloseTo(1000);
  expect(shown.at(-1)!.seconds).toBeCloseTo(1);
});

test('what is soon over shows nothing', () => {
  {
    using work = rowsWork('scoring');
    pass(499);
    work.report(5, 5);
  }
  expect(shown).toEqual([]);
});

test('somebody who is told shows it', () => {
  const told: number[] = [];
  {
    using work = rowsWork('scoring', { onProgress: (done) => void told.push(done) });
    pass(2000);
    work.report(1, 2);
  }
  expect([told, shown]).toEqual([[1], []]);
});

test('an interrupt, and a signal of its own, end it at its next report', () => {
  const [person, own] = [new AbortController(), new AbortController()];
  interruptedBy(person.signal);
  using work = rowsWork('scoring', { signal: new AbortController().signal });
  using other = rowsWork('scoring', { signal: own.signal });
  other.report(1, 2);
  own.abort(new Error('enough'));
  expect(() => other.report(2, 2)).toThrow('enough');
  work.report(1, 2);
  person.abort(new Error('interrupted'));
  expect(() => work.report(2, 2)).toThrow('interrupted');
});

const progress = { id: '', doing: 'scoring', noun: 'rows', done: 1200, rows: 10_000, seconds: 3.6 };
test.each<[RowsProgress, string]>([
  [progress, 'scoring: 1,200 of 10,000 rows'],
  [{ ...progress, rowsPerSecond: 341.7 }, 'scoring: 1,200 of 10,000 rows, 26 s left, 342 rows/s'],
  [
    { ...progress, rowsPerSecond: 0.4567 },
    'scoring: 1,200 of 10,000 rows, 5 h 21 min left, 0.457 rows/s',
  ],
  [{ ...progress, done: 10_000, end: true, seconds: 29 }, 'scoring: 10,000 rows, 29 s'],
  [{ ...progress, end: true }, 'scoring: 1,200 of 10,000 rows, ended'],
])('%# says %2$s', (given, text) => {
  expect(rowsParts(given).join(', ')).toBe(text);
});

test('a line of a terminal changes in place and goes; a pipe has none', () => {
  const written = (tty: boolean): string => {
    const stream = new PassThrough();
    const show = onTerminal(Object.assign(stream, { isTTY: tty, columns: 30 }) as never);
    show(progress);
    show({ ...progress, end: true });
    return (stream.read() as Buffer | null)?.toString() ?? '';
  };
  expect(written(true)).toBe('\r\u001b[Kscoring: 1,200 of 10,000 rows\r\u001b[K');
  expect(written(false)).toBe('');
});
