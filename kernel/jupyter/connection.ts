/** The connection file: where a kernel listens, and the key that signs its messages. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../lib/errors.ts';

export interface Connection {
  transport: 'tcp' | 'ipc';
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  key: string;
  signature_scheme: string;
  kernel_name?: string;
}
export type Channel = 'shell' | 'iopub' | 'stdin' | 'control' | 'hb';
const channels: readonly Channel[] = ['shell', 'iopub', 'stdin', 'control', 'hb'];
/** Channels on which a client asks and is answered. */
export type AskChannel = 'shell' | 'control' | 'stdin';

export function addressOf(connection: Connection, channel: Channel): string {
  const port = connection[`${channel}_port`];
  return connection.transport === 'ipc'
    ? `ipc://${connection.ip}-${port}`
    : `tcp://${connection.ip}:${port}`;
}

/** Reads a connection file; a sentence where it is none. */
export function readConnection(file: string): Connection {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(
      `no connection file '${file}'`,
      'in a cell, %connect_info or `jupyter --runtime-dir` says where they are',
      { cause: error },
    );
  }
  const connection = parse(text);
  if (!connection) throw new UserError(`'${file}' is not the connection file of a kernel`);
  if (connection.signature_scheme !== 'hmac-sha256') {
    throw new UserError(
      `'${file}' asks for the signature scheme '${connection.signature_scheme}'; known: hmac-sha256`,
    );
  }
  return connection;
}

function parse(text: string): Connection | undefined {
  try {
    const value = JSON.parse(text) as Partial<Connection> | null;
    const whole = channels.every((channel) => Number.isInteger(value?.[`${channel}_port`]));
    return whole && typeof value?.ip === 'string' && typeof value.key === 'string'
      ? ({ transport: 'tcp', signature_scheme: 'hmac-sha256', ...value } as Connection)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a connection file of a kernel to be, on free ports of this machine; readable by its owner alone. */
export async function makeConnection(): Promise<{ file: string; connection: Connection }> {
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const connection: Connection = {
    transport: 'tcp',
    ip: '127.0.0.1',
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key: randomBytes(32).toString('hex'),
    signature_scheme: 'hmac-sha256',
    kernel_name: 'rewardlab',
  };
  const file = join(mkdtempSync(join(tmpdir(), 'rewardlab-')), 'kernel.json');
  writeFileSync(`${file}.new`, JSON.stringify(connection, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return { file, connection };
}

/** Takes away what `makeConnection` wrote; a file elsewhere, without what lies beside it. */
export function removeConnection(file: string): void {
  rmSync(file, { force: true });
  try {
    rmdirSync(dirname(file));
  } catch {
    return; // others' files are in it, or it is gone
  }
}

/** Asked for together, so that no port is given twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
    server.on('error', reject);
  });
}
