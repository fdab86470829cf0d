/** Notebook files as Jupyter writes them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeNotebook, type Notebook } from '../../../kernel/jupyter/notebook-file.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

test('text forms of an output are lists of lines; a PNG and data are as they came', () => {
  const path = join(temporaryFolder(), 'written.ipynb');
  const data = {
    'text/plain': 'a\nb',
    'image/svg+xml': '<svg>\n</svg>',
    'image/png': 'iVBORw0KGgo=\n',
    'application/vnd.rewardlab.chart+json': { title: 'a\nb' },
  };
  const outputs = [{ output_type: 'display_data' as const, metadata: {}, data }];
  const cell = { cell_type: 'code' as const, id: 'c', metadata: {}, source: '', outputs };
  writeNotebook(path, { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
  const { cells } = JSON.parse(readFileSync(path, 'utf8')) as Notebook;
  expect(cells[0]!.outputs![0]!['data']).toEqual({
    ...data,
    'text/plain': ['a\n', 'b'],
    'image/svg+xml': ['<svg>\n', '</svg>'],
  });
});
