/** Which files of a dataset an address means: one, those that a pattern fits, or the only one there is. */
import { matchesGlob } from 'node:path/posix';
import { closest, UserError } from '../errors.ts';
import type { HubFile } from './api.ts';
import { readDataAddress, repoText, shown, type HubData } from './name.ts';
import type { Asking } from './request.ts';
import { openSnapshot, type Choice } from './snapshot.ts';

/** Paths of the files of `hf://datasets/ORG/NAME[@REVISION][/PATH]` in the cache, in the order of their names. */
export async function openHubData(address: string, asking?: Partial<Asking>): Promise<string[]> {
  const data = readDataAddress(address);
  return [...(await openSnapshot(data, chooseData(data), asking)).paths];
}

function chooseData(data: HubData): Choice {
  return ({ files, all }) => {
    const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const named = sorted.find(({ path }) => path === data.path);
    if (named) return [named];
    if (!all)
      throw new UserError(
        `the cache does not know which files '${nameOf(data)}' has; it holds ${listed(sorted)}`,
        'name one of them, or unset HF_HUB_OFFLINE',
      );
    if (/[*?[{]/.test(data.path)) {
      const fitting = sorted.filter(({ path }) => matchesGlob(path, data.path));
      if (fitting.length > 0) return fitting;
      throw noFile(data, sorted);
    }
    return onlyOne(data, sorted);
  };
}

/** The one data file of the repository, or of a folder in it. */
function onlyOne(data: HubData, files: readonly HubFile[]): HubFile[] {
  const inside = files.filter(({ path }) => data.path === '' || path.startsWith(`${data.path}/`));
  if (inside.length === 0) throw noFile(data, files);
  const found = rowFiles(inside);
  if (found.length === 1) return [...found];
  if (found.length === 0) throw noFile(data, inside);
  throw new UserError(
    `'${nameOf(data)}' has ${found.length} data files: ${listed(found)}`,
    `name one, or some by a pattern: ${repoText(data, data.revision)}/${patternFor(found)}`,
  );
}

function noFile(data: HubData, files: readonly HubFile[]): UserError {
  const found = rowFiles(files);
  const name = repoText(data, data.revision);
  if (found.length === 0)
    return new UserError(
      `'${name}' has no parquet or JSON-lines file; it holds ${listed(files)}`,
      data.revision === 'main'
        ? `the hub may have made some: ${name}@refs/convert/parquet`
        : undefined,
    );
  const guess = closest(
    data.path,
    found.map(({ path }) => path),
  );
  const what = data.path === '' ? 'file' : `file '${data.path}'`;
  return new UserError(
    `'${name}' has no ${what}; it holds ${listed(found)}`,
    guess && `did you mean '${name}/${guess}'?`,
  );
}

/** Of files those that hold rows. Plain JSON counts where there is nothing else; descriptions of a dataset never do. */
export function rowFiles<T extends { path: string }>(files: readonly T[]): readonly T[] {
  const rows = files.filter(({ path }) => /\.(parquet|(jsonl|ndjson)(\.gz)?)$/i.test(path));
  if (rows.length > 0) return rows;
  return files.filter(
    ({ path }) => /\.json(\.gz)?$/i.test(path) && !/dataset_infos?\.json$/.test(path),
  );
}

/** The first file's name with its shard numbers left open. */
function patternFor([first]: readonly HubFile[]): string {
  return shown(first!.path).replace(/\d{4,}(-of-\d{4,})?/, '*');
}

function nameOf(data: HubData): string {
  return [repoText(data, data.revision), ...(data.path === '' ? [] : [data.path])].join('/');
}

function listed(files: readonly HubFile[]): string {
  const most = 12;
  const more = files.length > most ? ` and ${files.length - most} more` : '';
  const names = files.slice(0, most).map(({ path }) => shown(path));
  return names.length === 0 ? 'nothing' : names.join(', ') + more;
}
