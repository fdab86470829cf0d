/**
 * A zip archive without compression: the form in which Ray takes a package. By PKWARE's APPNOTE 6.3.10,
 * without its 64-bit extensions, so of less than 4 GiB. The same files make the same bytes.
 */
import { crc32 } from 'node:zlib';

export interface PackedFile {
  /** Where it lies in the package, with `/` between folders. */
  name: string;
  data: Uint8Array;
}

export function zip(files: readonly PackedFile[]): Buffer {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data } of files) {
    const path = Buffer.from(name, 'utf8');
    const common = commonFields(data, path.length);
    const local = Buffer.concat([word(0x04034b50), common, path]);
    parts.push(local, data);
    directory.push(word(0x02014b50), short(version), common, short(0, 0, 0), word(0, offset), path);
    offset += local.length + data.length;
  }
  const entries = Buffer.concat(directory);
  const end = [word(0x06054b50), short(0, 0, files.length, files.length)];
  return Buffer.concat([...parts, entries, ...end, word(entries.length, offset), short(0)]);
}

/** 2.0, the first with folders. */
const version = 20;
/** Names are UTF-8. */
const flags = 0x0800;
/** 1 January 1980, the first day that the format knows. */
const date = 0x0021;

/** What an entry says in front of its bytes and again in the directory: no method, a day, check and sizes. */
function commonFields(data: Uint8Array, nameLength: number): Buffer {
  const { length } = data;
  const sizes = word(crc32(data), length, length);
  return Buffer.concat([short(version, flags, 0, 0, date), sizes, short(nameLength, 0)]);
}

function short(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => bytes.writeUInt16LE(value, 2 * i));
  return bytes;
}

function word(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}
