/**
 * Reads the safetensors format: eight bytes of length, a JSON header, tensors end to end. One tensor is
 * read at a time, so that a file is never in memory twice.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Value } from '../graph/executor.ts';
import { bytesPerElement, decodeHalves, isStoredType } from './dtype.ts';

export interface Entry {
  name: string;
  shape: readonly number[];
  /** F32, F16 and BF16 can be read. */
  type: string;
  /** Where its bytes are, from the beginning of the file. */
  begin: number;
  end: number;
}

export interface TensorFile {
  path: string;
  entries: readonly Entry[];
  metadata: Readonly<Record<string, string>>;
  /** A tensor as float32. */
  read(entry: Entry): Promise<Value>;
  close(): Promise<void>;
}

/** Opens a file and reads its header. Refuses, in a sentence, what is not safetensors or is cut short. */
export async function openTensors(path: string): Promise<TensorFile> {
  const file = await open(path).catch((cause: unknown) => {
    throw new UserError(`no such file '${path}'`, undefined, { cause });
  });
  try {
    const { entries, metadata } = await readHeader(file, path);
    return {
      path,
      entries,
      metadata,
      read: (entry) => readTensor(file, entry, path),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Every tensor of a file, by name. */
export async function readTensors(path: string): Promise<Map<string, Value>> {
  const file = await openTensors(path);
  try {
    const tensors = new Map<string, Value>();
    for (const entry of file.entries) tensors.set(entry.name, await file.read(entry));
    return tensors;
  } finally {
    await file.close();
  }
}

const size = z.int().min(0);
const headerSchema = z.record(
  z.string(),
  z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) }),
);

async function readHeader(file: FileHandle, path: string) {
  const { size: fileSize } = await file.stat();
  const bad = (what: string): UserError =>
    new UserError(`'${path}' is not a safetensors file: ${what}`);
  if (fileSize < 8) throw bad(`it has ${fileSize} bytes`);
  const length = Number((await readBytes(file, 0, 8)).readBigUInt64LE());
  if (length > 100_000_000) throw bad(await beginning(file, fileSize));
  if (length > fileSize - 8)
    throw new UserError(
      `'${path}' was cut short: its header has ${length} bytes, the file ${fileSize}`,
    );
  let header: Record<string, unknown>;
  try {
    header = JSON.parse((await readBytes(file, 8, length)).toString()) as Record<string, unknown>;
  } catch {
    throw bad('its header is not JSON');
  }
  const { __metadata__: metadata, ...tensors } = header;
  const parsed = headerSchema.safeParse(tensors);
  if (!parsed.success)
    throw bad(`its header is wrong at ${parsed.error.issues[0]!.path.join('.')}`);
  const start = 8 + length;
  const entries = Object.entries(parsed.data).map(([name, { dtype, shape, data_offsets }]) => ({
    name,
    shape,
    type: dtype,
    begin: start + data_offsets[0],
    end: start + data_offsets[1],
  }));
  refuseBadEntries(entries, fileSize, path);
  return { entries, metadata: z.record(z.string(), z.string()).catch({}).parse(metadata) };
}

/** Cloning without Git LFS leaves a few lines of text where a large file should be. */
async function beginning(file: FileHandle, fileSize: number): Promise<string> {
  const text = (await readBytes(file, 0, Math.min(fileSize, 24))).toString('latin1');
  return text.startsWith('version https://git-lfs')
    ? 'it is the pointer that Git LFS left in its place (git lfs pull fetches the file)'
    : `it begins with ${JSON.stringify(text)}`;
}

function refuseBadEntries(entries: readonly Entry[], fileSize: number, path: string): void {
  const furthest = Math.max(0, ...entries.map(({ end }) => end));
  if (furthest > fileSize)
    throw new UserError(
      `'${path}' was cut short: it should have ${furthest} bytes, found ${fileSize}`,
    );
  for (const { name, shape, type, begin, end } of entries) {
    if (!isStoredType(type)) continue;
    const expected = elements(shape) * bytesPerElement[type];
    if (end - begin !== expected)
      throw new UserError(
        `'${path}': tensor ${name} should have ${expected} bytes for ${type} [${shape.join(', ')}], found ${end - begin}`,
      );
  }
}

async function readTensor(file: FileHandle, entry: Entry, path: string): Promise<Value> {
  const { name, shape, type, begin } = entry;
  if (!isStoredType(type))
    throw new UserError(`'${path}': tensor ${name} is ${type}; supported: F32, F16, BF16`);
  const data = new Float32Array(elements(shape));
  if (type === 'F32') await readInto(file, Buffer.from(data.buffer), begin);
  else {
    const chunk = new Uint16Array(Math.min(data.length, 1 << 20));
    for (let at = 0; at < data.length; at += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, data.length - at));
      await readInto(file, Buffer.from(part.buffer, 0, part.byteLength), begin + 2 * at);
      decodeHalves(type, part, data.subarray(at, at + part.length));
    }
  }
  return { data, shape };
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await readInto(file, buffer, position);
  return buffer;
}

/** One system call reads at most 2 GiB. */
async function readInto(file: FileHandle, buffer: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < buffer.length) {
    const length = Math.min(buffer.length - done, 1 << 30);
    const { bytesRead } = await file.read(buffer, done, length, position + done);
    if (bytesRead === 0) throw new Error(`the file ended at byte ${position + done}`);
    done += bytesRead;
  }
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
