/**
 * Writes the safetensors format, whole: to a temporary name, then renamed.
 */
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Value } from '../graph/executor.ts';
import { bytesPerElement, encodeHalves } from './dtype.ts';
import type { StoredType } from './dtype.ts';

export interface WriteOptions {
  /** How elements are stored. Default F32. */
  type?: StoredType;
  metadata?: Readonly<Record<string, string>>;
}

/** Writes float32 tensors in order of their names. `metadata` says `format: pt`, which transformers asks for. */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, Value>,
  options: WriteOptions = {},
): Promise<void> {
  const type = options.type ?? 'F32';
  const names = [...tensors.keys()].sort();
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await writeAll(file, header(tensors, names, { ...options, type }));
      for (const name of names) await writeAll(file, bytesOf(tensors.get(name)!, type, name));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The length and the JSON, padded with spaces so that the data begin at a multiple of eight bytes. */
function header(
  tensors: ReadonlyMap<string, Value>,
  names: readonly string[],
  { type, metadata }: WriteOptions & { type: StoredType },
): Buffer {
  const content: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const name of names) {
    const { data, shape } = tensors.get(name)!;
    const end = offset + data.length * bytesPerElement[type];
    content[name] = { dtype: type, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(content));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  json.copy(bytes, 8);
  return bytes;
}

function bytesOf({ data }: Value, type: StoredType, name: string): Buffer {
  if (!(data instanceof Float32Array)) throw new TypeError(`tensor ${name} is not float32`);
  const stored = type === 'F32' ? data : encodeHalves(type, data);
  return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(bytes.length - done, 1 << 30);
    done += (await file.write(bytes, done, length)).bytesWritten;
  }
}
