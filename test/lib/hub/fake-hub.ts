/**
 * A hub on this machine that answers as huggingface.co did in 2026: the revision and tree calls, small files
 * behind a redirect to the same server, large ones behind one to another, with the headers of both.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRepo {
  kind: 'model' | 'dataset';
  id: string;
  /** Branches and tags to commits. */
  refs: Record<string, string>;
  /** Commits to files. */
  commits: Record<string, Record<string, Buffer>>;
  /** Only with this token; `gated`: its information is public, its bytes are not. */
  token?: string;
  gated?: boolean;
}

export interface FakeHub {
  url: string;
  /** `GET /path`, in the order they came; those of the storage begin with `storage`. */
  requests: string[];
  /** The `authorization` of every request, '' where there was none. */
  tokens: string[];
  /** Answers in place of the hub where it returns true. */
  fault?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** The same for the storage of large files. */
  storageFault?: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

/** Files of a page of a tree. */
const pageSize = 5;

export async function startHub(repos: readonly FakeRepo[]): Promise<FakeHub> {
  const large = new Map<string, Buffer>();
  const hub: FakeHub = { url: '', requests: [], tokens: [], close };
  const note = (request: IncomingMessage, place: string): void => {
    hub.requests.push(`${place}${request.method!} ${request.url!}`);
    hub.tokens.push(request.headers.authorization ?? '');
  };
  const storage = await listen((request, response) => {
    note(request, 'storage ');
    if (hub.storageFault?.(request, response)) return;
    const body = large.get(request.url!.slice(1));
    if (body) sendBytes(request, response, body);
    else refuse(response, 403, undefined, 'Access Denied');
  });
  const main = await listen((request, response) => {
    note(request, '');
    if (hub.fault?.(request, response)) return;
    answer(request, response, { repos, large, storage: urlOf(storage), self: hub.url });
  });
  hub.url = urlOf(main);
  return hub;

  async function close(): Promise<void> {
    for (const server of [main, storage]) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }
}

/** Git's name of a file, and of what lies in large storage (here: what is no text of ours) its SHA-256. */
export function sha1Of(body: Buffer): string {
  return createHash('sha1').update(`blob ${body.length}\0`).update(body).digest('hex');
}

export function sha256Of(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

export function isLarge(path: string): boolean {
  return /\.(safetensors|parquet)$|^tokenizer\.json$/.test(path);
}

interface Shop {
  repos: readonly FakeRepo[];
  large: Map<string, Buffer>;
  storage: string;
  self: string;
}

function answer(request: IncomingMessage, response: ServerResponse, shop: Shop): ServerResponse {
  const url = new URL(request.url!, shop.self);
  const path = decodeURIComponent(url.pathname);
  const [, kinds, id = '', call, rest = ''] =
    /^\/api\/(models|datasets)\/([^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(path) ?? [];
  const [, cachedKinds, cachedId = '', commit = '', cachedPath = ''] =
    /^\/api\/resolve-cache\/(models|datasets)\/([^/]+\/[^/]+)\/(\w{40})\/(.+)$/.exec(path) ?? [];
  const [, prefix, fileId = '', at = '', file = ''] =
    /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const kind = (kinds ?? cachedKinds ?? (prefix && 'datasets') ?? 'models').slice(0, -1);
  const name = id || cachedId || fileId;
  const repo = shop.repos.find((known) => known.kind === kind && known.id === name);
  const token = request.headers.authorization?.replace('Bearer ', '');
  if (token !== undefined && token.includes('expired'))
    return refuse(response, 401, undefined, 'Invalid credentials in Authorization header');
  if (!repo || (repo.token !== undefined && !repo.gated && token !== repo.token))
    return token === undefined
      ? refuse(response, 401, undefined, 'Invalid username or password.')
      : refuse(response, 404, 'RepoNotFound', 'Repository not found');
  if (repo.gated && repo.token !== token && !kinds)
    return refuse(
      response,
      token === undefined ? 401 : 403,
      'GatedRepo',
      `Access to ${repo.kind} ${repo.id} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
    );
  if (call === 'revision') return sendRevision(response, repo, rest);
  if (call === 'tree') return sendTree(response, { repo, commit: rest, url });
  response.setHeader('X-Repo-Commit', commit || (repo.refs[at] ?? at));
  if (cachedPath) return sendBytes(request, response, repo.commits[commit]![cachedPath]!);
  return sendFile(response, { repo, commit: repo.refs[at] ?? at, path: file, shop });
}

function sendRevision(response: ServerResponse, repo: FakeRepo, revision: string): ServerResponse {
  const sha = repo.refs[revision] ?? (repo.commits[revision] ? revision : undefined);
  if (sha === undefined)
    return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
  const siblings = Object.keys(repo.commits[sha]!).map((rfilename) => ({ rfilename }));
  const { id } = repo;
  return sendJson(response, {
    _id: '6',
    id,
    sha,
    private: false,
    gated: repo.gated ?? false,
    siblings,
  });
}

function sendTree(
  response: ServerResponse,
  { repo, commit, url }: { repo: FakeRepo; commit: string; url: URL },
): ServerResponse {
  const [revision = '', ...folder] = commit.split('/');
  const files = repo.commits[repo.refs[revision] ?? revision];
  if (!files) return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${commit}`);
  if (folder.length > 0) return refuse(response, 404, 'EntryNotFound', 'Entry not found');
  const folders = new Set(
    Object.keys(files).flatMap((path) => (path.includes('/') ? [path.split('/')[0]!] : [])),
  );
  const entries = [
    ...[...folders].map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path })),
    ...Object.entries(files).map(([path, body]) => entryOf(path, body)),
  ];
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const to = from + pageSize;
  if (to < entries.length) {
    url.searchParams.set('cursor', String(to));
    response.setHeader('Link', `<${url.href}>; rel="next"`);
  }
  return sendJson(response, entries.slice(from, to));
}

function entryOf(path: string, body: Buffer): object {
  const { length: size } = body;
  if (!isLarge(path)) return { type: 'file', oid: sha1Of(body), size, path };
  const oid = sha256Of(body);
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;
  const lfs = { oid, size, pointerSize: pointer.length };
  return { type: 'file', oid: sha1Of(Buffer.from(pointer)), size, lfs, xetHash: oid, path };
}

function sendFile(
  response: ServerResponse,
  { repo, commit, path, shop }: { repo: FakeRepo; commit: string; path: string; shop: Shop },
): ServerResponse {
  const body = repo.commits[commit]?.[path];
  response.setHeader('Accept-Ranges', 'bytes');
  if (!body) return refuse(response, 404, 'EntryNotFound', 'Entry not found');
  const large = isLarge(path);
  const etag = `"${large ? sha256Of(body) : sha1Of(body)}"`;
  response.setHeader('X-Linked-Size', body.length);
  response.setHeader('X-Linked-ETag', etag);
  response.setHeader('ETag', etag);
  if (large) shop.large.set(sha256Of(body), body);
  const inner = `/api/resolve-cache/${repo.kind}s/${repo.id}/${commit}/${path}`;
  const location = large ? `${shop.storage}/${sha256Of(body)}` : inner;
  return response.writeHead(large ? 302 : 307, { location }).end();
}

export function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): ServerResponse {
  const [, start] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const from = Number(start ?? 0);
  if (from >= body.length && start !== undefined)
    return response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
  const headers = {
    'content-length': body.length - from,
    etag: `"${sha1Of(body)}"`,
    ...(start !== undefined && {
      'content-range': `bytes ${from}-${body.length - 1}/${body.length}`,
    }),
  };
  response.writeHead(start === undefined ? 200 : 206, headers);
  return response.end(request.method === 'HEAD' ? undefined : body.subarray(from));
}

export function refuse(
  response: ServerResponse,
  status: number,
  code: string | undefined,
  message: string,
): ServerResponse {
  if (code !== undefined) response.setHeader('X-Error-Code', code);
  response.writeHead(status, { 'X-Error-Message': message, 'content-type': 'application/json' });
  return response.end(JSON.stringify({ error: message }));
}

function sendJson(response: ServerResponse, value: unknown): ServerResponse {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  return response.end(JSON.stringify(value));
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(handle);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
