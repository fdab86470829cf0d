/** Notebooks through a real kernel: what is stored, and what `verify` makes of recorded figures. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runNotebook } from '../../../kernel/jupyter/notebook.ts';
import { verifyNotebook } from '../../../kernel/jupyter/verify.ts';
import { arithmetic } from '../../../lib/train/machine.ts';
import { refusal } from '../../lib/refusal.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const folder = temporaryFolder();
const ran = join(folder, 'ran.ipynb');

const sources = [
  "console.log('begins'); var base = 0.1",
  'base * 2',
  'display.figures({ accuracy: base + 0.2, rows: 3 }, { within: { accuracy: 0.03 } })',
];

beforeAll(async () => {
  const { failed } = await runNotebook(write('fresh.ipynb', sources), { output: ran });
  expect(failed).toBeUndefined();
});

test('figures that come out again are equal', async () => {
  expect(await verifyNotebook(ran)).toEqual({ figures: 2, differences: [], elsewhere: [] });
});

test('a figure edited by hand is found, to the last bit', async () => {
  const text = readFileSync(ran, 'utf8');
  expect(text).toContain('0.30000000000000004');
  const edited = join(folder, 'edited.ipynb');
  writeFileSync(edited, text.replaceAll('0.30000000000000004', '0.3'));
  expect(await verifyNotebook(edited)).toEqual({
    figures: 2,
    differences: [{ name: 'accuracy', cell: 2, recorded: 0.3, found: 0.1 + 0.2, within: 0 }],
    elsewhere: [],
  });
});

test('what another kind of processor summed is compared within the limits that were recorded', async () => {
  const text = readFileSync(ran, 'utf8')
    .replace(arithmetic(), 'abacus')
    .replace('"rows": 3', '"rows": 4');
  const other = join(folder, 'other.ipynb');
  const verified = async (accuracy: string): Promise<string[]> => {
    writeFileSync(other, text.replaceAll('0.30000000000000004', accuracy));
    const { differences, elsewhere } = await verifyNotebook(other);
    expect(elsewhere).toEqual(['abacus']);
    return differences.map(({ name, within }) => `${name} ${within}`);
  };
  expect(await verified('0.33')).toEqual(['rows 0']);
  expect(await verified('0.331')).toEqual(['accuracy 0.03', 'rows 0']);
});

test('a figure that is recorded no more, or newly, is a difference', async () => {
  const changed = join(folder, 'changed.ipynb');
  writeFileSync(changed, readFileSync(ran, 'utf8').replace('rows: 3', 'lines: 3'));
  expect((await verifyNotebook(changed)).differences).toEqual([
    { name: 'rows', cell: 2, recorded: 3, found: undefined, within: 0 },
    { name: 'lines', cell: 2, recorded: undefined, found: 3, within: 0 },
  ]);
});

test('a cell that fails ends the run, and is told with its index', async () => {
  const failing = join(folder, 'failing.ipynb');
  writeFileSync(failing, readFileSync(ran, 'utf8').replace('base * 2', 'missing * 2'));
  expect(await verifyNotebook(failing)).toEqual({
    figures: 2,
    differences: [],
    elsewhere: [],
    failed: { index: 1, message: 'ReferenceError: missing is not defined' },
  });
});

test('a notebook without figures is refused', async () => {
  const path = write('none.ipynb', ['1 + 1']);
  expect(await refusal(() => verifyNotebook(path), folder)).toBe(
    `'none.ipynb' has recorded no figures\n  record some with display.figures({ name: number }) and run it once`,
  );
});

/** A new notebook of these cells. */
function write(name: string, cells: readonly string[]): string {
  const path = join(folder, name);
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
  };
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}
