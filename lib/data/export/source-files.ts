/** What a person calls files of rows: files, folders, patterns, datasets on the hub. */
import { glob, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import { rowFiles } from '../../hub/data-files.ts';
import { isHubAddress } from '../../hub/name.ts';
import { dataFiles } from '../files.ts';

export interface SourceFile {
  path: string;
  /** Its path below the folder, pattern or repository that it was found by; of a file its name. */
  place: string;
}

/** Each file once, in the order they were named; those of a folder or pattern in the order of their names. */
export async function sourceFiles(names: readonly string[], cwd: string): Promise<SourceFile[]> {
  const found = new Map<string, SourceFile>();
  for (const name of names)
    for (const file of await filesOf(name, cwd)) found.set(file.path, found.get(file.path) ?? file);
  return [...found.values()];
}

/** `~/data` as a path: of a file of settings no shell has seen it. */
export function atHome(path: string): string {
  return path.replace(/^~(?=$|[\\/])/, homedir());
}

async function filesOf(name: string, cwd: string): Promise<SourceFile[]> {
  if (isHubAddress(name))
    return (await dataFiles(name)).map((path) => ({
      path,
      place: path.split(/[\\/]snapshots[\\/][^\\/]+[\\/]/).at(-1)!,
    }));
  const path = resolve(cwd, atHome(name));
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return inFolder(path, name);
  if (there || !/[*?[{]/.test(name)) return [{ path, place: basename(path) }];
  return byPattern(path, name);
}

async function inFolder(folder: string, name: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => at(join(entry.parentPath, entry.name), folder))
    .filter(({ place }) => !/(^|[\\/])\./.test(place)); // Hidden ones, and those in hidden folders.
  const rows = rowFiles(files).toSorted(byPath);
  if (rows.length > 0) return rows;
  throw new UserError(`'${name}' holds no parquet or JSON file`);
}

async function byPattern(pattern: string, name: string): Promise<SourceFile[]> {
  const base = pattern.slice(0, pattern.search(/[^\\/]*[*?[{]/));
  const files: SourceFile[] = [];
  for await (const path of glob(pattern))
    if ((await stat(path)).isFile()) files.push(at(path, base));
  if (files.length > 0) return files.toSorted(byPath);
  throw new UserError(`no file fits '${name}'`);
}

function at(path: string, folder: string): SourceFile {
  return { path, place: relative(folder, path) };
}

function byPath(a: SourceFile, b: SourceFile): number {
  return a.path < b.path ? -1 : 1;
}
