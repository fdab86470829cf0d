/** A view in a cell. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { writeParquet } from '../../../lib/data/write.ts';
import { view } from '../../../lib/display/view.ts';
import { temporaryFolder } from '../temporary.ts';

const path = join(temporaryFolder(), 'x.parquet');

beforeAll(() =>
  writeParquet(
    path,
    Array.from({ length: 12 }, (_, n) => ({ n, text: `<b>${n}</b>\u001b[31m`, list: [{ n }] })),
  ),
);

async function shown(value: object): Promise<Record<string, unknown>> {
  const display = (value as Record<symbol, () => Promise<Record<string, unknown>>>)[
    Symbol.for('Jupyter.display')
  ]!;
  return display();
}

test('shows shape, schema and first rows, with nothing that could act', async () => {
  const bundle = await shown(view(path));
  const text = bundle['text/plain'] as string;
  expect(text).toContain('x.parquet: 12 rows x 3 columns');
  expect(text).toContain('BIGINT');
  expect(text).not.toContain('\u001b');
  expect(bundle['text/html']).toContain('&lt;b&gt;0&lt;/b&gt;');
  expect(bundle['text/html']).not.toContain('<b>');
  expect(bundle['application/vnd.rewardlab.table+json']).toMatchObject({
    totalRows: 12,
    rows: { length: 10 },
  });
});

test('what a verb gives shows itself too', async () => {
  const bundle = await shown(view([path, path]).filter('n > 10').select('n'));
  expect(bundle['text/plain']).toContain('x.parquet and 1 more: 2 rows x 1 column');
});
