/** Notebooks run through a real kernel, kept as Jupyter keeps them, and verified. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Cell, Notebook } from '../../../kernel/jupyter/notebook-file.ts';
import { runNotebook } from '../../../kernel/jupyter/notebook.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const folder = temporaryFolder();
const path = join(folder, 'notebook.ipynb');

function write(cells: { code: string; tags?: string[] }[], metadata: object = {}): void {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 4,
    metadata,
    cells: [
      { cell_type: 'markdown', metadata: {}, source: ['# Title\n', 'text'] },
      ...cells.map(({ code, tags }) => ({
        cell_type: 'code',
        metadata: tags ? { tags } : {},
        source: code,
        outputs: [{ output_type: 'stream', name: 'stdout', text: 'of an earlier run' }],
        execution_count: 99,
      })),
    ],
  };
  writeFileSync(path, JSON.stringify(notebook));
}

function read(): Notebook {
  return JSON.parse(readFileSync(path, 'utf8')) as Notebook;
}

describe('a run', () => {
  let cells: Cell[];
  const seen: [string, number][] = [];
  beforeAll(async () => {
    write(
      [
        { code: 'var rows = 2', tags: ['parameters'] },
        {
          code: `globalThis.fire = Promise.withResolvers(); fire.promise.then(() => console.log('late'))
const handle = display.html('<b>1</b>'); console.log('one'); console.log('two'); rows`,
        },
        { code: `throw new RangeError('expected')`, tags: ['raises-exception'] },
        {
          code: `handle.update('<b>2</b>'); fire.resolve(); await fire.promise; void 0`,
        },
        { code: '   ' },
        { code: `console.log('a'); display.clear({ wait: true }); console.log('b')` },
      ],
      { rewardlab: { kept: 0.5 }, authors: [] },
    );
    const { failed } = await runNotebook(path, {
      parameters: { rows: 3, names: ['x'] },
      onMessage: ({ header, content }, index) => {
        if (header.msg_type === 'stream') seen.push([String(content['text']), index]);
      },
    });
    expect(failed).toBeUndefined();
    ({ cells } = read());
  });
  const texts = (cell: Cell | undefined): unknown[] =>
    (cell?.outputs ?? []).map(({ output_type, text, data, ename }) => [
      output_type,
      text ?? data ?? ename,
    ]);

  test('sets parameters after the cell that is tagged for them', () => {
    expect(cells[2]).toMatchObject({
      id: 'injected-parameters',
      metadata: { tags: ['injected-parameters'] },
      source: ['var rows = 3;\n', 'var names = ["x"];'],
    });
  });

  test('joins streams, applies updates, and keeps late output with its cell', () => {
    expect(texts(cells[3])).toEqual([
      ['display_data', { 'text/html': ['<b>2</b>'], 'text/plain': ['[HTML]'] }],
      ['stream', ['one\n', 'two\n']],
      ['execute_result', { 'text/plain': ['3'] }],
      ['stream', ['late\n']],
    ]);
    expect(texts(cells[5])).toEqual([]);
    expect(seen).toContainEqual(['late\n', 3]);
  });

  test('goes on after a cell that may fail', () => {
    expect(texts(cells[4])).toEqual([['error', 'RangeError']]);
  });

  test('obeys a clear that waits', () => {
    expect(texts(cells[7])).toEqual([['stream', ['b\n']]]);
  });

  test('counts what ran and forgets the earlier run', () => {
    expect(cells.map(({ execution_count }) => execution_count)).toEqual([
      undefined,
      1,
      2,
      3,
      4,
      5,
      null,
      6,
    ]);
    expect(cells[6]?.outputs).toEqual([]);
  });

  test('is a notebook of format 4.5 that says what it ran on', () => {
    const { nbformat_minor, metadata } = read();
    expect(nbformat_minor).toBe(5);
    expect(cells.every(({ id }) => /^[\w-]{1,64}$/.test(id))).toBe(true);
    expect(metadata).toMatchObject({
      authors: [],
      kernelspec: { name: 'rewardlab', language: 'typescript' },
      language_info: { name: 'typescript', file_extension: '.ts' },
      rewardlab: { kept: 0.5, version: '0.1.0', node: process.versions.node },
    });
  });
});

test('ends at the first error, and keeps what ran', async () => {
  write([{ code: '1' }, { code: `throw new Error('no')` }, { code: '3' }]);
  const { failed } = await runNotebook(path);
  expect(failed).toEqual({ index: 2, message: 'Error: no' });
  expect(read().cells.map(({ execution_count }) => execution_count)).toEqual([
    undefined,
    1,
    2,
    null,
  ]);
});

test('an interrupted run ends after its cell', async () => {
  write([{ code: `console.log('began'); await new Promise(() => {})` }, { code: '2' }]);
  const controller = new AbortController();
  const { failed } = await runNotebook(path, {
    signal: controller.signal,
    onMessage: ({ header }) => header.msg_type === 'stream' && controller.abort(),
  });
  expect(failed).toMatchObject({
    index: 1,
    message: expect.stringContaining('interrupted') as string,
  });
});

test.each([
  ['is not there', undefined, /cannot read the notebook '.*': there is no such file/],
  ['is no JSON', 'hello', /is not a notebook of format 4/],
  ['is of format 3', '{"nbformat":3,"worksheets":[]}', /is not a notebook of format 4/],
])('a notebook that %s is a sentence', async (name, text, sentence) => {
  const file = join(folder, `${name}.ipynb`);
  if (text !== undefined) writeFileSync(file, text);
  await expect(runNotebook(file)).rejects.toThrow(sentence);
});

test('parameters need their cell, and names', async () => {
  write([{ code: '1' }]);
  await expect(runNotebook(path, { parameters: { a: 1 } })).rejects.toThrow(/no cell tagged/);
  write([{ code: '1', tags: ['parameters'] }]);
  await expect(runNotebook(path, { parameters: { 'a b': 1 } })).rejects.toThrow(/got 'a b'/);
});
