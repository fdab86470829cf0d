/** Files are written whole or not at all: under a temporary name beside the place, then renamed. */
import { rename, rm, writeFile } from 'node:fs/promises';

export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const fresh = `${path}.new-${process.pid}`;
  try {
    await writeFile(fresh, data);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
