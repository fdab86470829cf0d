/** What the hub knows of a repository: which commit a revision is, and which files that has. */
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { isRepoPath, type HubRepo } from './name.ts';
import { hostOf } from './refusal.ts';
import { brokenOff, request, type Asking, type Question } from './request.ts';

export interface HubFile {
  path: string;
  size: number;
  /** Git's SHA-1 of a blob, or the SHA-256 of what lies in large storage: also its name in the cache. */
  oid: string;
  /** Git's name of the pointer that stands for it, of a file in large storage. */
  pointer?: string;
  /** Its name in newer storage, for the Python client, which reads it in the cache. */
  xet?: string;
}

const commitAnswer = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const size = z.number().int().nonnegative();
const treeAnswer = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: size.default(0),
    oid: z.string().default(''),
    lfs: z.object({ oid: z.string(), size }).nullish(),
    xetHash: z.string().nullish(),
  }),
);

/** The commit that a revision is now. */
export async function askCommit(repo: HubRepo, asking: Asking): Promise<string> {
  const path = `/api/${repo.kind}s/${repo.id}/revision/${encodeURIComponent(repo.revision)}`;
  return (await ask(path, commitAnswer, { repo, ...asking })).value.sha;
}

/** Every file of a commit. Those with names that leave a folder, or hashes that are none, are not listed. */
export async function askFiles(repo: HubRepo, commit: string, asking: Asking): Promise<HubFile[]> {
  const files: HubFile[] = [];
  let path: string | undefined =
    `/api/${repo.kind}s/${repo.id}/tree/${commit}?recursive=true&expand=false`;
  while (path !== undefined) {
    const page: Page<z.infer<typeof treeAnswer>> = await ask(path, treeAnswer, { repo, ...asking });
    for (const { type, path, size, oid, lfs, xetHash: xet } of page.value) {
      const file = lfs ? { path, ...lfs, pointer: oid, ...(xet && { xet }) } : { path, size, oid };
      if (type === 'file' && isHubFile(file)) files.push(file);
    }
    path = page.next;
  }
  return files;
}

/** Whether its path stays inside a folder and its hash is one. */
export function isHubFile({ path, oid, pointer }: HubFile): boolean {
  const sha1 = /^[0-9a-f]{40}$/;
  return isRepoPath(path) && (pointer === undefined ? sha1 : /^[0-9a-f]{64}$/).test(oid);
}

/** Where the bytes of a file are asked for. */
export function bytesPath({ kind, id }: HubRepo, commit: string, path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${kind === 'dataset' ? '/datasets' : ''}/${id}/resolve/${commit}/${encoded}`;
}

interface Page<T> {
  value: T;
  /** Path of the next page, on the same server. */
  next: string | undefined;
}

async function ask<T>(path: string, schema: z.ZodType<T>, question: Question): Promise<Page<T>> {
  const { response, end } = await request(path, question);
  const text = await response
    .text()
    .catch((cause: unknown) => {
      throw brokenOff(cause, question);
    })
    .finally(end);
  const parsed = schema.safeParse(parsedJson(text));
  if (!parsed.success)
    throw new UserError(
      `${hostOf(question.settings)} does not answer as the Hugging Face hub does: ${path} gave no ${path.includes('/tree/') ? 'list of files' : 'commit'}`,
      'HF_ENDPOINT names the server; a proxy in between may answer in its place',
    );
  return { value: parsed.data, next: nextPath(response, question.settings.endpoint) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The token would go along to wherever the next page is said to be. */
function nextPath(response: Response, endpoint: string): string | undefined {
  const [, next] = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('link') ?? '') ?? [];
  if (next === undefined) return undefined;
  const url = new URL(next, endpoint);
  return url.origin === new URL(endpoint).origin
    ? `${url.pathname.slice(new URL(endpoint).pathname.replace(/\/$/, '').length)}${url.search}`
    : undefined;
}
