/** A JupyterLab of the test's own, on a folder of its own, and a page of headless Chromium in it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ensureVenv } from '../jupyter/venv.mjs';

export interface Lab {
  page: Page;
  /** Addresses that the page asked for and that are not of this machine. */
  outside: string[];
  /** Errors that the page wrote on its console, or did not catch. */
  complaints: string[];
  open(notebook: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server in `folder`, with the kernels of `jupyterPath` beside the usual ones. */
export async function startLab(folder: string, jupyterPath: string): Promise<Lab> {
  const python = await ensureVenv();
  const server = spawn(
    python,
    [
      '-m',
      'jupyterlab',
      '--no-browser',
      '--allow-root',
      '--ip=127.0.0.1',
      '--port=0',
      '--expose-app-in-browser',
      `--ServerApp.root_dir=${folder}`,
      '--LabApp.news_url=',
      '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    ],
    {
      cwd: folder,
      env: {
        ...process.env,
        JUPYTER_PATH: jupyterPath,
        JUPYTER_CONFIG_DIR: join(folder, '.config'),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const address = await serverAddress(server);
  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  return {
    page,
    ...watch(page),
    async open(notebook) {
      await page.goto(`${address.base}/lab/tree/${notebook}?token=${address.token}&reset`);
      await page.waitForSelector('.jp-Notebook .jp-Cell', { timeout: 120_000 });
      await page.waitForFunction(kernelIsReady, undefined, { timeout: 120_000 });
    },
    async close() {
      await browser.close();
      server.kill('SIGTERM');
    },
  };
}

function watch(page: Page): Pick<Lab, 'outside' | 'complaints'> {
  const [outside, complaints]: string[][] = [[], []];
  page.on('request', (request) => {
    if (!/^(http|ws)s?:\/\/127\.0\.0\.1[:/]|^(data|blob):/.test(request.url()))
      outside!.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints!.push(message.text());
  });
  page.on('pageerror', (error) => complaints!.push(String(error)));
  return { outside: outside!, complaints: complaints! };
}

/** Starts a command of JupyterLab's without waiting for its end. */
export function run(page: Page, command: string, args: object = {}): Promise<unknown> {
  return page.evaluate(`void jupyterapp.commands.execute('${command}', ${JSON.stringify(args)})`);
}

/** Every code cell has its number: JupyterLab sets it when the reply has come. Text, as it runs in the page. */
export const finished = `jupyterapp.shell.currentWidget.content.widgets.every(
  ({ model }) => model.type !== 'code' || model.executionCount !== null)`;

/** A cell that is run before would make JupyterLab ask for a kernel. Text, because it runs in the page. */
const kernelIsReady = `jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'`;

async function serverAddress(server: ChildProcess): Promise<{ base: string; token: string }> {
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr! })) {
    said.push(line);
    const found = /(http:\/\/127\.0\.0\.1:\d+)\/lab\?token=(\w+)/.exec(line);
    if (found) {
      server.stderr!.resume();
      return { base: found[1]!, token: found[2]! };
    }
  }
  throw new Error(`JupyterLab ended before it listened:\n${said.join('\n')}`);
}

function launch(): Promise<Browser> {
  const quiet = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet });
}
