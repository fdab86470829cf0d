/**
 * What a person calls something on the hub: `ORG/NAME@REVISION` is a model, and
 * `hf://datasets/ORG/NAME@REVISION/PATH` files of a dataset, as fsspec, polars and DuckDB spell it.
 */
import { UserError } from '../errors.ts';

export interface HubRepo {
  kind: 'model' | 'dataset';
  /** `ORG/NAME`. */
  id: string;
  /** A branch, a tag, a commit, or `refs/pr/1`. */
  revision: string;
}

export interface HubData extends HubRepo {
  /** A file, a folder, or a pattern; empty where none was named. */
  path: string;
}

const scheme = 'hf://';

/** Whether a text means something on the hub whatever lies on this disk. */
export function isHubAddress(text: string): boolean {
  return text.startsWith(scheme);
}

/** `[hf://]ORG/NAME[@REVISION]` as a model; undefined where the text cannot be one. */
export function modelNamed(text: string): HubRepo | undefined {
  const name = text.replace(/^hf:\/\/(models\/)?/, '');
  const [, id = '', revision = 'main'] = /^([^/@]+\/[^/@]+)(?:@(.+))?$/.exec(name) ?? [];
  return isRepoId(id) && isRevision(revision) ? { kind: 'model', id, revision } : undefined;
}

/** Reads `hf://datasets/ORG/NAME[@REVISION][/PATH]`. Throws a `UserError` for anything else. */
export function readDataAddress(text: string): HubData {
  const [, org = '', rest = ''] = /^hf:\/\/datasets\/([^/@]+)\/(.+)$/.exec(text) ?? [];
  const [, name = '', at, path = ''] = /^([^/@]+)(?:@(?=.)(.*?))?(?:\/(.*))?$/s.exec(rest) ?? [];
  const [revision, inside] = splitRevision(at, path);
  const id = `${org}/${name}`;
  if (!isRepoId(id) || !isRevision(revision) || !isRepoPath(inside, true))
    throw new UserError(
      `'${shown(text)}' is no address of a dataset: expected hf://datasets/ORG/NAME, then @REVISION and /FILE where wanted`,
      'for example hf://datasets/allenai/reward-bench-2/data/test-*.parquet',
    );
  return { kind: 'dataset', id, revision, path: inside };
}

/** A repository as it is typed, at a commit or as it was named. */
export function repoText({ kind, id }: HubRepo, revision?: string): string {
  const name = kind === 'model' ? id : `${scheme}datasets/${id}`;
  return revision === undefined || revision === 'main' ? name : `${name}@${revision}`;
}

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/** Whether a path stays inside the folder that it is joined to, on every system. */
export function isRepoPath(path: string, maybeEmpty = false): boolean {
  if (path === '') return maybeEmpty;
  return (
    !/[\\\p{Cc}]/u.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '..' && !/^[a-z]:/i.test(part))
  );
}

/** Text of a server's without what moves a terminal's cursor or turns its words around. */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '');
}

/** DuckDB's `~parquet`, and revisions with slashes of their own, written out or as `%2F`. */
function splitRevision(at: string | undefined, path: string): [string, string] {
  const trimmed = path.replace(/\/$/, '');
  if (at === undefined) return ['main', trimmed];
  if (at === '~parquet') return ['refs/convert/parquet', trimmed];
  const [, name, rest = ''] =
    (at === 'refs' && /^((?:convert\/[\w.-]+|pr\/\d+))(?:\/(.*))?$/.exec(trimmed)) || [];
  return name === undefined ? [at.replace(/%2F/gi, '/'), trimmed] : [`refs/${name}`, rest];
}

/** The hub's own rule; `--` would make folder names of the cache ambiguous. */
function isRepoId(id: string): boolean {
  const part = /^[\w](?:[\w.-]{0,94}[\w])?$/;
  return id.split('/').every((name) => part.test(name)) && !/--|\.\./.test(id);
}

function isRevision(revision: string): boolean {
  return /^[\w][\w.+/-]*$/.test(revision) && isRepoPath(revision);
}
