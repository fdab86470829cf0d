/**
 * Verdicts on their way to a file: each is on the disk as soon as it is given, beside the file, which gets
 * its name when all of them are there.
 */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileRows } from '../data/exact-rows.ts';
import type { Row } from '../data/rows.ts';
import { checkOutput, jsonLine, writeRows } from '../data/write-rows.ts';
import { UserError } from '../errors.ts';

export interface VerdictFile {
  add: (verdict: Row) => void;
  /** All are there: writes the file, whole. */
  finish(): Promise<void>;
  /** No more will come: says where those are that came, as JSON lines; undefined where there are none. */
  leave(): { path: string; verdicts: number } | undefined;
}

/** Throws a `UserError` where there can be no such file. */
export function verdictFile(path: string): VerdictFile {
  checkOutput(path);
  const partial = `${path}.partial.jsonl`;
  const file = open(partial, path);
  let verdicts = 0;
  return {
    add(verdict) {
      writeSync(file, jsonLine(verdict));
      verdicts++;
    },
    async finish() {
      closeSync(file);
      if (extname(path) === '.jsonl') return rename(partial, path);
      await writeRows(path, fileRows(partial));
      rmSync(partial);
    },
    leave() {
      if (verdicts > 0) return { path: partial, verdicts };
      rmSync(partial, { force: true });
      return undefined;
    },
  };
}

function open(partial: string, path: string): number {
  try {
    return openSync(partial, 'w');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new UserError(`cannot write '${path}': ${why}`, 'choose another with --output', {
      cause,
    });
  }
}
