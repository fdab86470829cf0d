/** The tutorial as a person sees it: JupyterLab runs it, the figure moves while training, the table renders. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installKernel } from '../../kernel/jupyter/kernelspec.ts';
import { startLab, type Lab } from './lab.ts';

const root = join(import.meta.dirname, '../..');
const pictures = join(root, 'test-results');
let folder: string;
let lab: Lab;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rewardlab-lab-'));
  mkdirSync(pictures, { recursive: true });
  cpSync(join(root, 'notebooks'), join(folder, 'notebooks'), {
    recursive: true,
    filter: (source) => !source.includes('runs'),
  });
  await installKernel({ prefix: join(folder, 'prefix') });
  lab = await startLab(join(folder, 'notebooks'), join(folder, 'prefix/share/jupyter'));
});

afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the tutorial runs, its figure changes while training, its table renders', async () => {
  const { page } = lab;
  const outside: string[] = [];
  page.on('request', (request) => {
    if (!/^(http|ws)s?:\/\/127\.0\.0\.1|^(data|blob):/.test(request.url()))
      outside.push(request.url());
  });
  await lab.open('bradley-terry.ipynb');
  await page.evaluate(watchFigures);
  await run(page, 'notebook:run-all-cells');
  await page.waitForFunction('window.figures.size >= 3', undefined, { timeout: 300_000 });
  await page.locator('.jp-RenderedSVG').first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(pictures, 'lab-training.png') });
  await page.waitForFunction(finished, undefined, { timeout: 300_000 });
  await page.locator('.jp-RenderedHTMLCommon table').first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(pictures, 'lab-table.png') });
  await page.locator('.jp-RenderedSVG').first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(pictures, 'lab-figure.png') });
  expect(await page.locator('.jp-RenderedHTMLCommon table').count()).toBeGreaterThan(0);
  expect(
    await page
      .locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]')
      .allInnerTexts(),
  ).toEqual([]);
  expect(outside).toEqual([]);
});

/** Remembers every picture that the page has shown. Text, because it runs in the page. */
const watchFigures = `
  window.figures = new Set();
  const look = () => document.querySelectorAll('.jp-RenderedSVG img').forEach((image) => window.figures.add(image.src));
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
`;

/** Every code cell has its number: JupyterLab sets it when the reply has come. */
const finished = `jupyterapp.shell.currentWidget.content.widgets.every(
  ({ model }) => model.type !== 'code' || model.executionCount !== null)`;

/** Starts a command without waiting for its end. */
function run(page: Lab['page'], command: string): Promise<unknown> {
  return page.evaluate(`void jupyterapp.commands.execute('${command}')`);
}
