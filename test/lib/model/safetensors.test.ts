/** Files of tensors: round trips, the layout of the bytes, and what is refused. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTensors, readTensors } from '../../../lib/model/safetensors.ts';
import { writeTensors } from '../../../lib/model/write-safetensors.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();
const path = join(folder, 'x.safetensors');
const tensors = new Map([
  ['b', { data: Float32Array.of(1, -2, 0.5, 3, 0, 1.25), shape: [2, 3] }],
  ['a', { data: Float32Array.of(7), shape: [1] }],
  ['empty', { data: new Float32Array(0), shape: [0, 4] }],
]);

test.each(['F32', 'F16', 'BF16'] as const)('%s comes back', async (type) => {
  await writeTensors(path, tensors, { type, metadata: { step: '3' } });
  const back = await readTensors(path);
  expect([...back.keys()]).toEqual(['a', 'b', 'empty']);
  for (const [name, value] of tensors) expect(back.get(name)).toEqual(value);
  const file = await openTensors(path);
  await file.close();
  expect(file.metadata).toEqual({ format: 'pt', step: '3' });
  expect(readdirSync(folder)).toEqual(['x.safetensors']);
});

test('the bytes are those of the format', async () => {
  await writeTensors(path, new Map([['w', { data: Float32Array.of(1), shape: [1, 1] }]]));
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  expect(length % 8).toBe(0);
  expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
    __metadata__: { format: 'pt' },
    w: { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] },
  });
  expect(bytes.subarray(8 + length)).toEqual(Buffer.from([0, 0, 0x80, 0x3f]));
});

const file = (header: string, data = 0): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(data)]);
};
const tensor = (dtype: string, end: number): string =>
  JSON.stringify({ w: { dtype, shape: [2], data_offsets: [0, end] } });

const refused: [what: string, bytes: Buffer, sentence: string][] = [
  ['a few bytes', Buffer.from('abc'), "'x' is not a safetensors file: it has 3 bytes"],
  [
    'text',
    Buffer.from('hello there'),
    `'x' is not a safetensors file: it begins with "hello there"`,
  ],
  [
    'a pointer of Git LFS',
    Buffer.from('version https://git-lfs.github.com/spec/v1'),
    "'x' is not a safetensors file: it is the pointer that Git LFS left in its place (git lfs pull fetches the file)",
  ],
  [
    'a cut header',
    file('{"w":').subarray(0, 10),
    "'x' was cut short: its header has 5 bytes, the file 10",
  ],
  ['a broken header', file('{"w":'), "'x' is not a safetensors file: its header is not JSON"],
  [
    'a wrong header',
    file('{"w":{}}'),
    "'x' is not a safetensors file: its header is wrong at w.dtype",
  ],
  ['a cut file', file(tensor('F32', 8), 4), "'x' was cut short: it should have 70 bytes, found 66"],
  [
    'a wrong size',
    file(tensor('F32', 4), 4),
    "'x': tensor w should have 8 bytes for F32 [2], found 4",
  ],
];

test.each(refused)('refuses %s', async (_, bytes, sentence) => {
  const bad = join(folder, 'x');
  writeFileSync(bad, bytes);
  expect(await refusal(() => readTensors(bad), folder)).toBe(sentence);
});

test('refuses an element type it does not know, when that tensor is read', async () => {
  const bad = join(folder, 'x');
  writeFileSync(bad, file(tensor('I64', 16), 16));
  const opened = await openTensors(bad);
  expect(await refusal(() => opened.read(opened.entries[0]!), folder)).toBe(
    "'x': tensor w is I64; supported: F32, F16, BF16",
  );
  await opened.close();
});
