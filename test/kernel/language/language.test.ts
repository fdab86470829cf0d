/**
 * Golden types: the cells of a file of test/golden/language were run; each entry is a cell that is being
 * written, and what is known of it.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createCells } from '../../../kernel/language/cells.ts';
import { check } from '../../../kernel/language/check.ts';
import { complete } from '../../../kernel/language/complete.ts';
import { inspect } from '../../../kernel/language/inspect.ts';
import { createService } from '../../../kernel/language/service.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

interface GoldenFile {
  cells: string[];
  /** `only`: all matches; `has`: some of them; `is`: their signatures; `replaces`: the text they stand for. */
  completions: {
    at: string;
    only?: string[];
    has?: string[];
    is?: Record<string, string>;
    replaces?: string;
  }[];
  /** No text and no source: nothing is known. */
  inspections: { at: string; detail?: 0 | 1; text?: string; source?: string }[];
  /** Line, column, message and number of each. */
  checks: { code: string; problems: string[] }[];
}

const folder = temporaryFolder();
mkdirSync(join(folder, 'node_modules'));
writeFileSync(
  join(folder, 'module.ts'),
  'export function loss(margin: number): number { return -margin }\n',
);

function marked(at: string): { code: string; cursor: number } {
  return { code: at.replace('|', ''), cursor: at.indexOf('|') };
}

for (const path of globSync(join(import.meta.dirname, '../../golden/language/*.yaml'))) {
  const golden = parse(readFileSync(path, 'utf8')) as GoldenFile;
  describe(basename(path, '.yaml'), () => {
    const cells = createCells();
    const service = createService(folder, cells);
    for (const code of golden.cells) cells.add(code);

    test.each(golden.completions)('completes $at', ({ at, only, has, is = {}, replaces }) => {
      const { code, cursor } = marked(at);
      const { matches, start, end, types } = complete({ code, cursor }, service, cells);
      if (only) expect(matches.toSorted()).toEqual(only);
      expect(matches).toEqual(expect.arrayContaining(has ?? []));
      const signatures = new Map(types.map(({ text, signature }) => [text, signature]));
      for (const [name, signature] of Object.entries(is))
        expect(signatures.get(name)).toBe(signature);
      if (replaces !== undefined) expect(code.slice(start, end)).toBe(replaces);
    });

    test.each(golden.inspections)('inspects $at', ({ at, detail = 0, text, source }) => {
      const found = inspect({ ...marked(at), detail }, service, cells);
      if (text === undefined && source === undefined) expect(found).toBeUndefined();
      if (text !== undefined) expect(found?.text).toBe(text);
      expect(found?.source).toBe(source);
    });

    test.each(golden.checks)('checks $code', ({ code, problems }) => {
      const found = check({ code }, service, cells);
      expect(found.map((p) => `${p.line}:${p.column} ${p.message} (${p.code})`)).toEqual(problems);
    });

    test('forgets what a session has lost', () => {
      cells.forget();
      expect(complete({ code: 'mar', cursor: 3 }, service, cells).matches).toEqual([]);
    });
  });
}

test('what a file of the person’s says now is what counts', () => {
  const cells = createCells();
  const service = createService(folder, cells);
  const at = { code: "import { late } from './late.ts'; late.", cursor: 39 };
  writeFileSync(join(folder, 'late.ts'), 'export const late = { before: 1 }\n');
  expect(complete(at, service, cells).matches).toEqual(['before']);
  writeFileSync(join(folder, 'late.ts'), 'export const late = { afterwards: 1 }\n');
  expect(complete(at, service, cells).matches).toEqual(['afterwards']);
});
