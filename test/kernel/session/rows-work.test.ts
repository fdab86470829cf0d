/** Work over rows in a cell: one bundle, renewed in place. */
import { expect, test, vi } from 'vitest';
import { showRowsWorkIn } from '../../../kernel/session/rows-work.ts';
import { rowsWork } from '../../../lib/rows-work.ts';

test('is a bar and a line, and stays as what was done', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const shown: { id: string; text: unknown; html: string }[] = [];
  showRowsWorkIn({
    bundle: (bundle, options) => {
      const { 'text/plain': text, 'text/html': html } = bundle;
      shown.push({ id: options!.id!, text, html: String(html) });
    },
  } as Parameters<typeof showRowsWorkIn>[0]);
  {
    using work = rowsWork('exporting');
    work.report(0, 4000);
    vi.advanceTimersByTime(1000);
    work.report(1000, 4000);
    vi.advanceTimersByTime(3000);
    work.report(4000, 4000);
  }
  vi.useRealTimers();
  await vi.waitFor(() => expect(shown).toHaveLength(3));
  expect(shown.map(({ text }) => text)).toEqual([
    '━━━━╌╌╌╌╌╌╌╌╌╌╌╌ exporting: 1,000 of 4,000 rows  3 s left  1,000 rows/s',
    '━━━━━━━━━━━━━━━━ exporting: 4,000 of 4,000 rows  0 s left  1,000 rows/s',
    '━━━━━━━━━━━━━━━━ exporting: 4,000 rows  4 s',
  ]);
  expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
  expect(shown[0]!.html).toContain('<progress value="0.2500"');
});
