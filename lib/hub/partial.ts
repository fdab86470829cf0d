/**
 * What has come of a file so far. It lies beside its blob under a name that says which process writes it, so
 * that one which was ended goes on from there, and two at once never write the same.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { HubFile } from './api.ts';

export interface Partial {
  /** How much there is. */
  readonly bytes: number;
  append(chunk: Uint8Array): Promise<void>;
  /** Throws away what there is. */
  restart(): Promise<void>;
  /** The hash of all that there is, by the file's own rule. */
  digest(): string;
  /** Becomes the blob. */
  become(blob: string): Promise<void>;
  /** Stays for another time. */
  close(): Promise<void>;
}

const host = hostname().replace(/\W+/g, '_');
let opened = 0;

/** What an ended process left of a blob, or a beginning. */
export async function openPartial(blob: string, file: HubFile): Promise<Partial> {
  const path = `${blob}.${host}-${process.pid}-${opened++}.incomplete`;
  const left = await leftBehind(blob);
  if (left !== undefined) await rename(left, path).catch(() => undefined);
  const handle = await open(path, 'a');
  let { bytes, hash } = await readThrough(path, file);
  return {
    get bytes() {
      return bytes;
    },
    async append(chunk) {
      await writeAll(handle, chunk);
      hash.update(chunk);
      bytes += chunk.length;
    },
    async restart() {
      await handle.truncate(0);
      bytes = 0;
      hash = hashOf(file);
    },
    digest: () => hash.copy().digest('hex'),
    async become(to) {
      await handle.sync();
      await handle.close();
      await rename(path, to);
    },
    async close() {
      await handle.close();
      if (bytes === 0) await rm(path, { force: true });
    },
  };
}

async function readThrough(path: string, file: HubFile): Promise<{ bytes: number; hash: Hash }> {
  const { size } = await stat(path);
  const hash = hashOf(file);
  if (size > 0) await pipeline(createReadStream(path), hash, { end: false });
  return { bytes: size, hash };
}

/** Large storage names a file by its SHA-256, git by the SHA-1 of a header and the content. */
function hashOf({ size, pointer }: HubFile): Hash {
  return pointer === undefined ? createHash('sha1').update(`blob ${size}\0`) : createHash('sha256');
}

/** Only what this machine's processes left: of another's, nobody here knows whether it still runs. */
async function leftBehind(blob: string): Promise<string | undefined> {
  const names = await readdir(dirname(blob)).catch(() => []);
  const pattern = new RegExp(`^${basename(blob)}\\.${host}-(\\d+)-\\d+\\.incomplete$`);
  const name = names.find((name) => {
    const [, pid] = pattern.exec(name) ?? [];
    return pid !== undefined && (!isRunning(Number(pid)) || Number(pid) === process.pid);
  });
  return name === undefined ? undefined : join(dirname(blob), name);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;)
    at += (await handle.write(chunk, at, chunk.length - at)).bytesWritten;
}
