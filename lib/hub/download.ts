/** One file into the cache: it goes on where it broke off, and becomes a blob once its size and hash agree. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../errors.ts';
import { bytesPath, type HubFile } from './api.ts';
import { blobPath } from './cache.ts';
import { bytesText } from './events.ts';
import { repoText, type HubRepo } from './name.ts';
import { openPartial, type Partial } from './partial.ts';
import { causeText, diskRefusal, hostOf, isBroken } from './refusal.ts';
import { brokenOff, pauseFor, request, type Asking, type Question } from './request.ts';

export interface Wanted {
  repo: HubRepo;
  commit: string;
  file: HubFile;
  /** The repository's folder in the cache. */
  folder: string;
  /** Told how many bytes of the file there are. */
  onBytes: (bytes: number) => void;
}

/** Blobs that this process writes now: another call waits and finds it done. */
const writing = new Map<string, Promise<unknown>>();

/** The path of the blob. Throws a `UserError` where it cannot be had whole; what came of it is kept. */
export async function download(wanted: Wanted, asking: Asking): Promise<string> {
  const blob = blobPath(wanted.folder, wanted.file);
  while (writing.has(blob)) await writing.get(blob)!.catch(() => undefined);
  asking.signal?.throwIfAborted();
  const work = isWhole(blob, wanted.file)
    .then((there) => (there ? undefined : write(blob, wanted, asking)))
    .finally(() => writing.delete(blob));
  writing.set(blob, work);
  try {
    await work;
  } catch (cause) {
    throw diskRefusal(cause, asking.settings) ?? cause;
  }
  return blob;
}

/** Whether there is a file of this size, behind links too. */
export async function isWhole(path: string, { size }: HubFile): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.size === size;
}

async function write(blob: string, wanted: Wanted, asking: Asking): Promise<void> {
  await mkdir(dirname(blob), { recursive: true });
  const partial = await openPartial(blob, wanted.file);
  let whole = false;
  try {
    const resumed = partial.bytes > 0;
    await fill(partial, wanted, asking);
    if (resumed && partial.digest() !== wanted.file.oid) {
      await partial.restart();
      await fill(partial, wanted, asking);
    }
    if (partial.digest() !== wanted.file.oid) throw await otherBytes(partial, wanted, asking);
    await partial.become(blob);
    whole = true;
  } finally {
    if (!whole) await partial.close();
  }
}

/** Reads until the size is reached; an attempt that got further has all the pauses before it again. */
async function fill(partial: Partial, wanted: Wanted, asking: Asking): Promise<void> {
  const { size } = wanted.file;
  const { pausesMs } = asking.settings;
  if (partial.bytes > size) await partial.restart();
  wanted.onBytes(partial.bytes);
  for (let attempt = 0; partial.bytes < size; attempt++) {
    const before = partial.bytes;
    const broken = await readOn(partial, wanted, asking);
    if (partial.bytes > size) throw await otherBytes(partial, wanted, asking);
    if (partial.bytes === size) return;
    if (partial.bytes > before) attempt = 0;
    const pause = pausesMs[attempt];
    if (pause === undefined) throw tooShort(broken, partial, wanted, asking);
    await pauseFor(pause, asking.signal);
  }
}

/** One attempt. Returns why it ended early; throws what no other attempt can mend. */
async function readOn(partial: Partial, wanted: Wanted, asking: Asking): Promise<unknown> {
  const { repo, commit, file, onBytes } = wanted;
  const from = partial.bytes;
  const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  const question: Question = { repo, ...asking, file: file.path, headers: range };
  try {
    const { response, heard, end } = await request(bytesPath(repo, commit, file.path), question);
    try {
      if (!continues(response, from)) await partial.restart();
      if (response.status === 416) return await response.body?.cancel();
      const length = response.headers.get('content-length');
      if (length !== null && partial.bytes + Number(length) !== file.size)
        throw await otherBytes(partial, wanted, asking, partial.bytes + Number(length));
      for await (const chunk of bodyOf(response, question)) {
        heard();
        await partial.append(chunk);
        onBytes(partial.bytes);
        if (partial.bytes > file.size) break;
      }
    } finally {
      end();
    }
  } catch (error) {
    if (isBroken(error)) return error.cause;
    throw error;
  }
  return undefined;
}

async function* bodyOf(response: Response, question: Question): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array;
  } catch (cause) {
    throw brokenOff(cause, question);
  }
}

/** Whether an answer goes on from where a file broke off; a server may send it from its beginning. */
function continues(response: Response, from: number): boolean {
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  return response.status === 206 ? Number(start) === from : from === 0;
}

/** What came is not what the hub lists, and is thrown away. */
async function otherBytes(
  partial: Partial,
  { repo, file }: Wanted,
  { settings }: Asking,
  bytes = partial.bytes,
): Promise<UserError> {
  const { size, oid, pointer } = file;
  const agrees = bytes === size;
  const got = agrees ? partial.digest() : count(bytes);
  await partial.restart();
  const rule = pointer === undefined ? "git's SHA-1" : 'SHA-256';
  return new UserError(
    `'${file.path}' of '${repoText(repo)}' is not what ${hostOf(settings)} lists: expected ${agrees ? `${rule} ${oid}` : count(size)}, got ${got}`,
    'what came was thrown away; try again, and look for a proxy or mirror that changes files',
  );
}

function tooShort(
  broken: unknown,
  partial: Partial,
  { repo, file }: Wanted,
  { settings }: Asking,
): UserError {
  const why = broken === undefined ? 'the connection was closed' : causeText(broken);
  const share = `${bytesText(partial.bytes)} of ${bytesText(file.size)}`;
  return new UserError(
    `'${file.path}' of '${repoText(repo)}' broke off after ${share} from ${hostOf(settings)}: ${why}`,
    partial.bytes > 0 ? 'what came is kept: the same again goes on from there' : undefined,
    { cause: broken },
  );
}

function count(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} ${bytes === 1 ? 'byte' : 'bytes'}`;
}
