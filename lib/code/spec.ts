/** `./reward.ts#name`: code of the person's own, named by its file and export. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';

export interface ModuleSpec {
  /** Absolute. */
  path: string;
  export: string;
}

/** The file and the export, `default` where none is named; undefined where no module is meant. */
export function moduleSpec(text: string, cwd: string): ModuleSpec | undefined {
  const at = text.lastIndexOf('#');
  const file = at < 0 ? text : text.slice(0, at);
  if (!/\.[cm]?[jt]sx?$/i.test(file)) return undefined;
  return { path: resolve(cwd, file), export: at < 0 ? 'default' : text.slice(at + 1) };
}

/** As `moduleSpec` reads it. */
export function specText(spec: ModuleSpec): string {
  return spec.export === 'default' ? spec.path : `${spec.path}#${spec.export}`;
}

/** Whether a text can be the name of something in a session. */
export function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}

/** The hash of a file's bytes. Refuses, in a sentence, a file that is not there. */
export async function hashOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UserError(`no such file '${path}'`, undefined, { cause });
  });
  return createHash('sha256').update(bytes).digest('hex');
}
