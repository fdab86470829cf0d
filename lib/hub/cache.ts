/**
 * The cache of the Python client on disk, `models--ORG--NAME/` with `blobs/` by hash, `refs/` from names to
 * commits, `snapshots/COMMIT/` of links to blobs, and `trees/COMMIT.json`, the files of a commit.
 */
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../write-whole.ts';
import { isHubFile, type HubFile } from './api.ts';
import { repoText, type HubRepo } from './name.ts';

/** The folder of a repository in a cache. */
export function repoFolder(cache: string, { kind, id }: HubRepo): string {
  return join(cache, [`${kind}s`, ...id.split('/')].join('--'));
}

export function snapshotFolder(folder: string, commit: string): string {
  return join(folder, 'snapshots', commit);
}

export function blobPath(folder: string, { oid }: HubFile): string {
  return join(folder, 'blobs', oid);
}

/** What a path in the cache is called on the hub, at its commit; undefined for a path elsewhere. */
export function nameInHub(path: string, cache: string): string | undefined {
  const inside = relative(cache, path);
  if (isAbsolute(inside) || inside.startsWith('..')) return undefined;
  const [folder = '', snapshots, commit = '', ...parts] = inside.split(/[/\\]/);
  const [kinds, org, name, ...more] = folder.split('--');
  if (snapshots !== 'snapshots' || !/^[0-9a-f]{40}$/.test(commit) || !name || more.length > 0)
    return undefined;
  if (kinds !== 'models' && kinds !== 'datasets') return undefined;
  const kind = kinds === 'models' ? 'model' : 'dataset';
  const repo: HubRepo = { kind, id: `${org!}/${name}`, revision: commit };
  return [repoText(repo, commit), ...parts].join('/');
}

/** The commit that a branch or tag was when it was last looked at. */
export async function readRef(folder: string, revision: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'refs', revision), 'utf8').catch(() => '');
  return /^[0-9a-f]{40}$/.exec(text.trim())?.[0];
}

/** A cache that may only be read is as good. */
export async function writeRef(folder: string, revision: string, commit: string): Promise<void> {
  if ((await readRef(folder, revision)) === commit) return;
  await write(join(folder, 'refs', revision), commit);
}

const treeFile = z.object({
  format_version: z.literal(1),
  files: z.record(
    z.string(),
    z.object({
      size: z.number(),
      blob_id: z.string(),
      lfs_sha256: z.string().optional(),
      lfs_size: z.number().optional(),
      xet_hash: z.string().optional(),
    }),
  ),
});

/** The files of a commit, as the hub listed them once. A commit never changes. */
export async function readTree(folder: string, commit: string): Promise<HubFile[] | undefined> {
  const text = await readFile(join(folder, 'trees', `${commit}.json`), 'utf8').catch(() => '');
  const parsed = treeFile.safeParse(text === '' ? undefined : parsedJson(text));
  if (!parsed.success) return undefined;
  const files = Object.entries(parsed.data.files).map(([path, info]): HubFile => {
    const { size, blob_id, lfs_sha256: oid, lfs_size = size, xet_hash: xet } = info;
    if (oid === undefined) return { path, size, oid: blob_id };
    return { path, size: lfs_size, oid, pointer: blob_id, ...(xet && { xet }) };
  });
  return files.filter(isHubFile);
}

export async function writeTree(
  folder: string,
  commit: string,
  files: readonly HubFile[],
): Promise<void> {
  const entries = files.map(({ path, size, oid, pointer, xet }) => {
    const large = pointer !== undefined && {
      ...{ lfs_sha256: oid, lfs_size: size },
      ...(xet && { xet_hash: xet }),
    };
    return [path, { size, blob_id: pointer ?? oid, ...large }];
  });
  const tree = { format_version: 1, files: Object.fromEntries(entries.sort()) as object };
  await write(join(folder, 'trees', `${commit}.json`), JSON.stringify(tree, null, 1));
}

/** The files of a snapshot that are here, in folders too; their hashes are not known. */
export async function filesHere(folder: string, commit: string): Promise<HubFile[]> {
  const snapshot = snapshotFolder(folder, commit);
  const names = await readdir(snapshot, { recursive: true }).catch(() => []);
  const found = names.sort().map(async (name): Promise<HubFile[]> => {
    const file = await stat(join(snapshot, name)).catch(() => undefined);
    return file?.isFile() ? [{ path: name.replaceAll('\\', '/'), size: file.size, oid: '' }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Puts a blob into a snapshot: a relative link, or a copy where there are no links. */
export async function linkBlob(blob: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await symlink(relative(dirname(path), blob), path).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return; // another process has put it there
    const fresh = `${path}.new-${process.pid}`;
    await copyFile(blob, fresh);
    await rename(fresh, path);
  });
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
    .then(() => writeWhole(path, text))
    .catch(() => undefined);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
