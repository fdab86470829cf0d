/** Names of code of the person's own, and the hash of its file. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { readSpec, type ModuleSpec } from '../train/module-spec.ts';

/** The file, absolute, and the export; undefined where no module is meant. */
export function moduleSpec(text: string, cwd: string): ModuleSpec | undefined {
  const spec = readSpec(text);
  return spec && { ...spec, path: resolve(cwd, spec.path) };
}

/** Whether a text can be the name of something in a session. */
export function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}

/** The hash of a file's bytes. Refuses, in a sentence, a file that cannot be read. */
export async function hashOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `no such file '${path}'` : `cannot read '${path}': ${message}`;
    throw new UserError(why, undefined, { cause });
  });
  return createHash('sha256').update(bytes).digest('hex');
}
