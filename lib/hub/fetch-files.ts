/** Several files into a snapshot, some at a time, with one account of how far they are. */
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { HubFile } from './api.ts';
import { linkBlob, snapshotFolder } from './cache.ts';
import { download } from './download.ts';
import { bytesText, hubListener, type DownloadProgress } from './events.ts';
import { repoText, type HubRepo } from './name.ts';
import { diskRefusal } from './refusal.ts';
import type { Asking } from './request.ts';

export interface Place extends Asking {
  repo: HubRepo;
  commit: string;
  /** The repository's folder in the cache. */
  folder: string;
}

/** Shards come side by side: one connection seldom fills a line. */
const atOnce = 4;

/** Downloads and links. The first failure ends the others, whose parts are kept. */
export async function fetchFiles(files: readonly HubFile[], place: Place): Promise<void> {
  const { repo, commit, folder, settings } = place;
  await checkRoom(files, place);
  const account = openAccount(repoText(repo), files);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(place.signal ? [place.signal] : [])]);
  const queue = [...files];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const { path } = file;
      const onBytes = (bytes: number): void => account.bytes(path, bytes);
      const blob = await download({ repo, commit, file, folder, onBytes }, { settings, signal });
      await linkBlob(blob, join(snapshotFolder(folder, commit), path)).catch((cause: unknown) => {
        throw diskRefusal(cause, settings) ?? cause;
      });
      account.whole(path);
    }
  };
  const workers = Array.from({ length: atOnce }, () =>
    work().catch((error: unknown) => {
      failed.abort(error);
    }),
  );
  await Promise.all(workers);
  account.end(signal.aborted ? 'failed' : 'done');
  if (signal.aborted) throw signal.reason;
}

/** Before anything comes: a disk that fills up is everybody's trouble. */
async function checkRoom(
  files: readonly HubFile[],
  { repo, folder, settings }: Place,
): Promise<void> {
  const needed = files.reduce((sum, { size }) => sum + size, 0);
  let free: number;
  try {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    free = bavail * bsize;
  } catch (cause) {
    throw diskRefusal(cause, settings) ?? cause;
  }
  if (needed > free)
    throw new UserError(
      `'${repoText(repo)}' needs ${bytesText(needed)} in the cache '${settings.cache}', where ${bytesText(free)} are free`,
      'make room, or name a folder on another disk with HF_HUB_CACHE',
    );
}

interface Account {
  bytes(path: string, bytes: number): void;
  whole(path: string): void;
  end(how: 'done' | 'failed'): void;
}

const redrawMs = 100;
let accounts = 0;

function openAccount(of: string, files: readonly HubFile[]): Account {
  const listener = hubListener();
  const id = `${process.pid}-${accounts++}`;
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const there = new Map<string, number>();
  let [done, told, file] = [0, -Infinity, files[0]?.path ?? ''];
  let begun: { at: number; bytes: number } | undefined;
  const tell = (end?: DownloadProgress['end']): void => {
    const now = performance.now();
    if (end === undefined && now - told < redrawMs) return;
    told = now;
    const bytes = there.values().reduce((sum, part) => sum + part, 0);
    // What an earlier attempt left was not fetched now.
    begun ??= { at: now, bytes };
    const seconds = (now - begun.at) / 1000;
    const came = bytes - begun.bytes;
    listener.progress({
      ...{ id, of, file, files: { done, all: files.length }, bytes, total },
      ...(came > 0 && seconds > 0 && { bytesPerSecond: came / seconds }),
      ...(end && { end }),
    });
  };
  return {
    bytes(path, bytes) {
      file = path;
      there.set(path, bytes);
      tell();
    },
    whole(path) {
      there.set(path, sizes.get(path) ?? 0);
      done++;
      tell();
    },
    end: tell,
  };
}
