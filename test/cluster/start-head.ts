/** A Ray head of the tests' own on 127.0.0.1, in a Python environment of its own; ended by its process id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { ensureVenv } from '../jupyter/venv.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The dashboard's address. */
    ray: string;
    /** The environment's python. */
    python: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const python = await ensureVenv({
    name: '.venv-cluster',
    requirements: join(import.meta.dirname, 'requirements.txt'),
    what: 'PyTorch, Ray and VERL for the CPU (two or three minutes)',
  });
  const folder = await mkdtemp(join(tmpdir(), 'ray-')); // Short: Ray's sockets lie below it.
  const [port, dashboard, client] = await Promise.all([freePort(), freePort(), freePort()]);
  const started = Date.now();
  const head = spawn(python, ['-m', 'ray.scripts.scripts', ...headWords(folder)], {
    env: {
      ...process.env,
      PATH: [dirname(python), process.env.PATH].join(delimiter),
      // VERL knows no processors: it is shown them by modules of the tests' own.
      PYTHONPATH: join(import.meta.dirname, 'python'),
      ...{ VERL_PLATFORM: 'cpu', VERL_ENGINE_DEVICE: 'cuda' },
    },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true, // A process group of its own, by which all of it is ended.
  });
  const url = `http://127.0.0.1:${dashboard}`;
  await answered(url, head);
  console.error(`cluster: a Ray head answers after ${Math.round((Date.now() - started) / 1000)} s`);
  project.provide('ray', url);
  project.provide('python', python);
  return async () => {
    if (head.exitCode === null) process.kill(-head.pid!, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  };

  function headWords(temporary: string): string[] {
    return [
      ...['start', '--head', '--block', '--disable-usage-stats', '--temp-dir', temporary],
      ...['--node-ip-address', '127.0.0.1', '--port', `${port}`, '--num-cpus', '8'],
      ...['--num-gpus', '0', '--object-store-memory', '200000000'],
      ...['--include-dashboard', 'true', '--dashboard-host', '127.0.0.1'],
      ...['--dashboard-port', `${dashboard}`, '--ray-client-server-port', `${client}`],
      ...['--dashboard-agent-listen-port', '0'],
    ];
  }
}

async function answered(url: string, head: ChildProcess): Promise<void> {
  for (;;) {
    if (head.exitCode !== null) throw new Error(`the Ray head ended with code ${head.exitCode}`);
    // It answers before it has a node.
    const found = await fetch(`${url}/nodes?view=summary`).catch(() => undefined);
    if ((await found?.text())?.includes('"ALIVE"')) return;
    await sleep(250);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
