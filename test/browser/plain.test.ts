/** JupyterLab without our extension: the figure is an SVG that moves, and in a notebook that is not trusted a PNG. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installKernel } from '../../kernel/jupyter/kernelspec.ts';
import { finished, run, startLab, type Lab } from './lab.ts';
import { makeWorkshop, pictures } from './workshop.ts';

let lab: Lab;
let notebooks: string;

beforeAll(async () => {
  const workshop = makeWorkshop();
  ({ notebooks } = workshop);
  await installKernel({ prefix: workshop.prefix });
  writeFileSync(join(notebooks, 'short.ipynb'), notebook);
  lab = await startLab(notebooks, workshop.jupyterPath);
});

afterAll(() => lab.close());

test('the figure is an SVG that moves, and a PNG for whom does not trust the notebook', async () => {
  const { page } = lab;
  await lab.open('short.ipynb');
  await page.evaluate(watchFigures);
  await run(page, 'notebook:run-all-cells');
  await page.waitForFunction('window.figures.size >= 3', undefined, { timeout: 120_000 });
  await page.waitForFunction(finished, undefined, { timeout: 120_000 });
  expect(await page.locator('.jp-RenderedSVG').count()).toBe(1);
  await page.screenshot({ path: join(pictures, 'plain-svg.png') });

  await page.evaluate(`jupyterapp.commands.execute('docmanager:save')`);
  const saved = readFileSync(join(notebooks, 'short.ipynb'), 'utf8');
  writeFileSync(join(notebooks, 'foreign.ipynb'), saved.replace('// mine', '// not mine'));
  await lab.open('foreign.ipynb');
  const picture = page.locator('.jp-RenderedImage img');
  await picture.waitFor();
  expect(await picture.getAttribute('src')).toMatch(/^data:image\/png;base64,/);
  expect(await page.locator('.jp-RenderedSVG').count()).toBe(0);
  await page.screenshot({ path: join(pictures, 'plain-png.png') });
  expect([lab.outside, lab.complaints]).toEqual([[], []]);
});

const source = [
  '// mine\n',
  "await magic('train', 'bradley-terry --model model --train data/preferences-train.parquet --max-steps 120')",
];
const notebook = JSON.stringify({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    kernelspec: {
      name: 'rewardlab',
      display_name: 'TypeScript (rewardlab)',
      language: 'typescript',
    },
  },
  cells: [
    { cell_type: 'code', id: 'train', metadata: {}, execution_count: null, outputs: [], source },
  ],
});

/** Remembers every picture that the page has shown. Text, because it runs in the page. */
const watchFigures = `
  window.figures = new Set();
  const look = () => document.querySelectorAll('.jp-RenderedSVG img').forEach((image) => window.figures.add(image.src));
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['src'] });
`;
