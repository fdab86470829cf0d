/** Folders are written whole or not at all: filled under a temporary name beside the place, then renamed. */
import { mkdir, rename, rm } from 'node:fs/promises';

/** What `writeFolder` calls a folder until it is whole, and what it calls one that it replaces. */
export const unfinishedFolder = /^(.+)\.\d+\.(tmp|old)$/;

/** What stood there before goes last. Returns the path. */
export async function writeFolder(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const temporary = `${path}.${process.pid}.tmp`;
  const old = `${path}.${process.pid}.old`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(path, old).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await rm(old, { recursive: true, force: true });
  return path;
}
