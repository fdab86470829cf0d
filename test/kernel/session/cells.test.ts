/**
 * Golden cells: each file of test/golden/cells is one session, each entry a cell and what it shows.
 * A new case is a new entry, not new code.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SessionEvent } from '../../../kernel/session/events.ts';
import { joined, openSession } from './open-session.ts';

interface GoldenFile {
  /** Path to text: files in the session's folder. */
  files?: Record<string, string>;
  cells: GoldenCell[];
}

interface GoldenCell {
  code: string;
  /** What its `result` shows as plain text; none where absent. */
  result?: string;
  stdout?: string;
  stderr?: string;
  /** Lines of its error, stack and code frame. */
  error?: string;
  hint?: string;
  /** What it asks, each with its level of detail. */
  questions?: string[];
  /** Bundles of displays and updates, in order. */
  displays?: Record<string, unknown>[];
}

for (const path of globSync(join(import.meta.dirname, '../../golden/cells/*.yaml'))) {
  const { files = {}, cells } = parse(readFileSync(path, 'utf8')) as GoldenFile;
  describe(basename(path, '.yaml'), () => {
    const session = openSession(files);
    afterAll(() => session.close());
    for (const { code, ...expected } of cells) {
      test(code, async () => {
        expect(shown(joined(await session.run(code)), session.cwd)).toEqual(expected);
      });
    }
  });
}

function shown(events: SessionEvent[], cwd: string): Omit<GoldenCell, 'code'> {
  const seen: Omit<GoldenCell, 'code'> = {};
  for (const event of events) {
    switch (event.type) {
      case 'stream':
        seen[event.name] = (seen[event.name] ?? '') + event.text;
        break;
      case 'result':
        seen.result = String(event.data['text/plain']);
        break;
      case 'display':
      case 'update':
        (seen.displays ??= []).push(event.data);
        break;
      case 'done':
        if (event.questions)
          seen.questions = event.questions.map(({ code, detail }) => `${code} ${detail}`);
        break;
      case 'error':
        seen.error = event.stack
          .map((line) => line.replaceAll(`file://${cwd}`, '.').replaceAll(cwd, '.').trimEnd())
          .join('\n');
        if (event.hint !== undefined) seen.hint = event.hint;
    }
  }
  return seen;
}
