/** What benches that run peers are told alike: the peers' Python and scripts, and how much to run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface PeerOptions {
  /** A Python with the peers' packages; none: no peers. */
  python: string | undefined;
  /** Folder of the peers' scripts. */
  peers: string | undefined;
  batches: number;
  repeats: number;
  threads: number;
}

/** Flags by name, each with a text. */
export function readFlags(words: string[], own: readonly string[]): Record<string, string> {
  const names = [...own, 'python', 'peers', 'batches', 'repeats', 'threads'];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  return parseArgs({ args: words, options }).values as Record<string, string>;
}

export function peerOptions(values: Record<string, string>): PeerOptions {
  const { BENCH_PYTHON, BENCH_PEERS } = process.env;
  const peers = values.peers ?? BENCH_PEERS;
  return {
    python: values.python ?? BENCH_PYTHON,
    peers: peers && resolve(peers),
    batches: Number(values.batches ?? 4),
    repeats: Number(values.repeats ?? 3),
    threads: Number(values.threads ?? 2),
  };
}

/** Runs in a temporary folder, which is gone afterwards. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rewardlab-bench-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
