/** The tutorial as a person sees it: JupyterLab runs it, plotly draws the figure while training, the table renders. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { install } from '../../bin/commands/install.ts';
import { finished, run, startLab, type Lab } from './lab.ts';
import { makeWorkshop, pictures } from './workshop.ts';
import { harm, malformed, storedFigures } from './stored-figures.ts';

const figure = '.rewardlab-chart .js-plotly-plot';
let lab: Lab;

beforeAll(async () => {
  const { notebooks, prefix, jupyterPath } = makeWorkshop();
  await install({ prefix, name: 'rewardlab' });
  writeFileSync(join(notebooks, 'stored.ipynb'), await storedFigures());
  lab = await startLab(notebooks, jupyterPath);
});

afterAll(() => lab.close());

test('the tutorial runs, plotly draws its figure again while training, its table renders', async () => {
  const { page } = lab;
  await lab.open('bradley-terry.ipynb');
  await run(page, 'notebook:clear-all-cell-outputs');
  await page.waitForFunction(noFigure);
  await page.evaluate(watchFigures);
  await run(page, 'notebook:run-all-cells');
  await page.waitForFunction('window.figures.size >= 3', undefined, { timeout: 300_000 });
  await page.locator(figure).first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(pictures, 'lab-training.png') });
  await page.waitForFunction(finished, undefined, { timeout: 300_000 });
  await page.locator('.jp-RenderedHTMLCommon table').first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(pictures, 'lab-table.png') });
  await page.locator(figure).first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(pictures, 'lab-figure.png') });
  expect(await page.locator('.jp-RenderedHTMLCommon table').count()).toBeGreaterThan(0);
  expect(
    await page
      .locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]')
      .allInnerTexts(),
  ).toEqual([]);
  expect([lab.outside, lab.complaints]).toEqual([[], []]);
});

test('figures of a notebook that is not trusted are drawn as data, in both themes, where one zooms', async () => {
  const { page } = lab;
  await lab.open('stored.ipynb');
  const [plain, harmful] = [page.locator(figure).nth(0), page.locator(figure).nth(1)];
  await harmful.locator('.gtitle').waitFor();
  expect(await harmful.locator('.gtitle').textContent()).toBe(harm);
  expect(await harmful.locator('a, img, b').count()).toBe(0);
  const buttons = plain.locator('.modebar-btn');
  const titles = (await buttons.all()).map((button) => button.getAttribute('data-title'));
  expect(await Promise.all(titles)).toEqual([
    'Download plot as a PNG',
    'Zoom',
    'Pan',
    'Autoscale',
    'Reset axes',
  ]);
  const outputs = page.locator('.rewardlab-chart');
  const sentences = Object.keys(malformed).map((found) => `This figure cannot be drawn: ${found}`);
  expect((await outputs.allTextContents()).slice(2)).toEqual(sentences);

  const light = await inkOf(plain);
  expect(await isZoomed(plain)).toBe(false);
  await page.screenshot({ path: join(pictures, 'lab-light.png') });
  await drag(page, plain.locator('.nsewdrag').first());
  await expect.poll(() => isZoomed(plain)).toBe(true);
  await run(page, 'apputils:change-theme', { theme: 'JupyterLab Dark' });
  await expect.poll(() => inkOf(plain)).not.toEqual(light);
  await expect.poll(() => isZoomed(plain)).toBe(true);
  await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  await page.screenshot({ path: join(pictures, 'lab-dark.png') });

  const width = async (): Promise<number> =>
    (await plain.locator('svg').first().boundingBox())!.width;
  const wide = await width();
  await page.setViewportSize({ width: 900, height: 1600 });
  await expect.poll(width).toBeLessThan(wide - 300);
  expect([lab.outside, lab.complaints]).toEqual([[], []]);
});

test('where plotly does not come, the picture is shown, and why', async () => {
  const { page } = lab;
  await page.route(/static\/\w+\/plotly\.js$/, (route) => route.abort());
  await lab.open('stored.ipynb');
  const output = page.locator('.rewardlab-chart').first();
  await output.locator('img[src^="data:image/svg+xml,"]').waitFor();
  expect(await output.textContent()).toMatch(/^The live figure could not be drawn: .*plotly\.js$/);
});

/** The labels of the x axis, from 0 to 100 before, are those of the part that was dragged over. */
async function isZoomed(drawn: Locator): Promise<boolean> {
  const labels = await drawn.locator('.xtick text').allTextContents();
  return labels.map(Number).every((step) => step > 20 && step < 80);
}

/** The colour of a figure's title, among others. */
async function inkOf(drawn: Locator): Promise<string> {
  const style = await drawn.locator('.gtitle').getAttribute('style');
  return /fill: [^;]+/.exec(style!)![0];
}

/** From the first third to the second, across. */
async function drag(page: Page, place: Locator): Promise<void> {
  const { x, y, width, height } = (await place.boundingBox())!;
  const middle = y + height / 2;
  await page.mouse.move(x + width / 3, middle);
  await page.mouse.down();
  await page.mouse.move(x + (2 * width) / 3, middle, { steps: 5 });
  await page.mouse.up();
}

const noFigure = `document.querySelector('${figure}') === null`;

/** Remembers every curve that the page has shown. Text, because it runs in the page. */
const watchFigures = `
  window.figures = new Set();
  const look = () => {
    const curve = document.querySelector('${figure} .scatterlayer path.js-line');
    if (curve) window.figures.add(curve.getAttribute('d'));
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['d'] });
`;
