/** A Python that listens before Node can, and becomes Node. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  makeConnection,
  removeConnection,
  type Connection,
} from '../../../kernel/jupyter/connection.ts';
import { ensureVenv } from '../../jupyter/venv.mjs';

const script = fileURLToPath(new URL('../../../kernel/jupyter/hold-ports.py', import.meta.url));
let python: string;
let file: string;
let connection: Connection;
beforeAll(async () => {
  python = await ensureVenv();
  ({ file, connection } = await makeConnection());
}, 600_000);
afterAll(() => removeConnection(file));

/** What a Node in the kernel's place says of itself, as the JSON that it prints. */
function become(code: string, connectionFile = file): unknown {
  const words = ['-I', '-S', script, process.execPath, '-e', code, connectionFile];
  const { stdout, stderr } = spawnSync(python, words, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const changed = (changes: Partial<Connection>): string => {
  const other = join(dirname(file), 'other.json');
  writeFileSync(other, JSON.stringify({ ...connection, ...changes }, null, 1));
  return other;
};
const told = 'console.log(JSON.stringify(process.env.REWARDLAB_HELD_PORTS ?? null))';

test('the five ports are open from before, to this process and to nothing that it starts', () => {
  const ports = become(`
    const { createServer } = require('node:net');
    const { spawnSync } = require('node:child_process');
    const ports = {};
    const pairs = process.env.REWARDLAB_HELD_PORTS.split(',').map((pair) => pair.split('='));
    for (const [channel, fd] of pairs) {
      const code = 'if (require("node:fs").fstatSync(' + fd + ').isSocket()) process.exit(9)';
      if (spawnSync(process.execPath, ['-e', code]).status === 9)
        throw new Error('a child has ' + channel);
      const server = createServer().listen({ fd: Number(fd) }, () => {
        ports[channel + '_port'] = server.address().port;
        server.close();
        if (Object.keys(ports).length === 5) console.log(JSON.stringify(ports));
      });
    }`);
  const { shell_port, iopub_port, stdin_port, control_port, hb_port } = connection;
  expect(ports).toEqual({ shell_port, iopub_port, stdin_port, control_port, hb_port });
});

test.each<Partial<Connection>>([{ ip: '0.0.0.0' }, { transport: 'ipc' }, { hb_port: 99_999 }])(
  '%j is left to the kernel',
  (changes) => {
    expect(become(told, changed(changes))).toBe(null);
  },
);

test('so is a port that another has, and a file that is not there', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(connection.hb_port, '127.0.0.1', resolve);
  });
  expect(become(told)).toBe(null);
  other.close();
  expect(become(told, join(dirname(file), 'none.json'))).toBe(null);
});
