/**
 * Files of a repository at one commit, from the cache where they are there and from the hub where not. What
 * is missing, of another size or half there is never handed out.
 */
import { join } from 'node:path';
import { UserError, isUserError } from '../errors.ts';
import { interruptSignal } from '../interrupt.ts';
import { askCommit, askFiles, type HubFile } from './api.ts';
import * as cache from './cache.ts';
import { isWhole } from './download.ts';
import { hubListener } from './events.ts';
import { fetchFiles } from './fetch-files.ts';
import { isCommit, repoText, type HubRepo } from './name.ts';
import type { Asking } from './request.ts';
import { hubSettings } from './settings.ts';

export interface Snapshot {
  commit: string;
  /** The folder of this commit in the cache. */
  folder: string;
  /** The chosen files in it. */
  paths: readonly string[];
}

/** The files of a commit: `all` where the hub listed them, else those that the cache happens to have. */
export interface Listing {
  files: readonly HubFile[];
  all: boolean;
  /** Where they lie or will lie. */
  folder: string;
}

/** Picks the files that are needed. Throws a `UserError` where they are not among these. */
export type Choice = (listing: Listing) => HubFile[] | Promise<HubFile[]>;

interface Work {
  repo: HubRepo;
  choose: Choice;
  /** The repository's folder in the cache. */
  folder: string;
  asking: Asking;
}

/**
 * The chosen files of a revision. A commit that the cache has whole needs no network; a branch or tag is
 * looked up, and is what the cache knows it as where that fails. In a cell, an interrupt ends it.
 */
export async function openSnapshot(
  repo: HubRepo,
  choose: Choice,
  { settings = hubSettings(), signal = interruptSignal() }: Partial<Asking> = {},
): Promise<Snapshot> {
  const folder = cache.repoFolder(settings.cache, repo);
  const work: Work = { repo, choose, folder, asking: { settings, signal } };
  const { revision } = repo;
  const known = isCommit(revision) ? revision : await cache.readRef(folder, revision);
  if (settings.offline) return offline(work, known);
  if (known === revision) {
    const here = await unlessRefused(fromCache(work, known, { listed: true }));
    if (here) return here;
  }
  try {
    return await fromHub(work);
  } catch (error) {
    if (!isUserError(error) || known === undefined) throw error;
    const here = await unlessRefused(fromCache(work, known));
    if (!here) throw error;
    hubListener().notice(`${error.message}; using commit ${known.slice(0, 8)} from the cache`);
    return here;
  }
}

async function offline(work: Work, known: string | undefined): Promise<Snapshot> {
  const { repo, folder, asking } = work;
  if (known !== undefined) return fromCache(work, known);
  const name = repoText(repo, repo.revision);
  throw new UserError(
    `HF_HUB_OFFLINE is set, and '${name}' is not in the cache '${asking.settings.cache}'`,
    `unset it to download, or copy ${folder} from another machine`,
  );
}

/** What is here of a commit; refuses where a part is missing, or where it must be `listed` and is not. */
async function fromCache(
  { repo, choose, folder }: Work,
  commit: string,
  { listed = false } = {},
): Promise<Snapshot> {
  const snapshot = cache.snapshotFolder(folder, commit);
  const tree = await cache.readTree(folder, commit);
  if (listed && !tree) throw new UserError(`the files of ${commit} are not listed in the cache`);
  const files = tree ?? (await cache.filesHere(folder, commit));
  const chosen = await choose({ files, all: tree !== undefined, folder: snapshot });
  const missing = await missingOf(snapshot, chosen);
  if (missing.length > 0)
    throw new UserError(
      `the cache has '${repoText(repo, repo.revision)}' in part only: ${missing.map(({ path }) => path).join(', ')} did not come, or not whole`,
      'unset HF_HUB_OFFLINE and try again, which downloads what is missing',
    );
  return snapshotOf(snapshot, commit, chosen);
}

async function fromHub({ repo, choose, folder, asking }: Work): Promise<Snapshot> {
  const { revision } = repo;
  const commit = isCommit(revision) ? revision : await askCommit(repo, asking);
  const snapshot = cache.snapshotFolder(folder, commit);
  let files = await cache.readTree(folder, commit);
  if (!files) {
    files = await askFiles(repo, commit, asking);
    await cache.writeTree(folder, commit, files);
  }
  const chosen = await choose({ files, all: true, folder: snapshot });
  const missing = await missingOf(snapshot, chosen);
  if (missing.length > 0) await fetchFiles(missing, { repo, commit, folder, ...asking });
  if (revision !== commit) await cache.writeRef(folder, revision, commit);
  return snapshotOf(snapshot, commit, chosen);
}

async function missingOf(folder: string, files: readonly HubFile[]): Promise<HubFile[]> {
  const whole = await Promise.all(files.map((file) => isWhole(join(folder, file.path), file)));
  return files.filter((_, i) => !whole[i]);
}

function snapshotOf(folder: string, commit: string, files: readonly HubFile[]): Snapshot {
  return { commit, folder, paths: files.map(({ path }) => join(folder, path)) };
}

async function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (!isUserError(error)) throw error;
    return undefined;
  });
}
