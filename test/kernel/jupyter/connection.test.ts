/** Connection files: made for a kernel to be, read back, refused with a sentence. */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { addressOf, makeConnection, readConnection } from '../../../kernel/jupyter/connection.ts';
import { refusal } from '../../lib/refusal.ts';
import { temporaryFolder } from '../../lib/temporary.ts';

const folder = temporaryFolder();

test('a new one has five free ports and a key, for its owner alone', async () => {
  const { file, connection } = await makeConnection();
  const { shell_port, iopub_port, stdin_port, control_port, hb_port, key } = connection;
  expect(new Set([shell_port, iopub_port, stdin_port, control_port, hb_port]).size).toBe(5);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(readConnection(file)).toEqual(connection);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  rmSync(dirname(file), { recursive: true });
});

test('an address by transport', async () => {
  const { file, connection } = await makeConnection();
  rmSync(dirname(file), { recursive: true });
  const at = { ...connection, hb_port: 7 };
  expect(addressOf(at, 'hb')).toBe('tcp://127.0.0.1:7');
  expect(addressOf({ ...at, transport: 'ipc', ip: 'kernel-ipc' }, 'hb')).toBe('ipc://kernel-ipc-7');
});

const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };

const wrong: [string, string | undefined, string][] = [
  ['no such file', undefined, `no connection file 'it.json'`],
  ['not JSON', '{', `'it.json' is not the connection file of a kernel`],
  ['another JSON', '{ "rows": 3 }', `'it.json' is not the connection file of a kernel`],
  ['null', 'null', `'it.json' is not the connection file of a kernel`],
  [
    'another signature',
    JSON.stringify({ ...ports, ip: '127.0.0.1', key: 'k', signature_scheme: 'hmac-md5' }),
    `'it.json' asks for the signature scheme 'hmac-md5'; known: hmac-sha256`,
  ],
];

test.each(wrong)('%s is refused', async (_, text, sentence) => {
  const file = join(folder, 'it.json');
  rmSync(file, { force: true });
  if (text !== undefined) writeFileSync(file, text);
  const [first] = (await refusal(() => readConnection(file), folder)).split('\n');
  expect(first).toBe(sentence);
});
