/** A JupyterLab of the test's own, on a folder of its own, and a page of headless Chromium in it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ensureVenv } from '../jupyter/venv.mjs';

export interface Lab {
  page: Page;
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
