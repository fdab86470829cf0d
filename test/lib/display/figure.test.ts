import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { short } from '../../../lib/display/braille.ts';
import { chartBundle, finalChart } from '../../../lib/display/chart.ts';
import { thinned, type Figure } from '../../../lib/display/figure.ts';
import { ownModule } from '../../../lib/own-process.ts';

const points = (n: number, y: (x: number) => number): [number, number][] =>
  Array.from({ length: n }, (_, x) => [x, y(x)]);
const figure: Figure = {
  title: 'bradley-terry: runs/bradley-terry-001',
  x: 'step',
  panels: [
    {
      title: 'loss',
      series: [
        { name: 'train', kind: 'line', values: points(60, (x) => 0.7 * 0.97 ** x) },
        {
          name: 'validation',
          kind: 'points',
          values: [
            [30, 0.4],
            [59, 0.2],
          ],
        },
      ],
    },
    {
      title: 'accuracy',
      y: [0, 1],
      series: [{ name: 'train', kind: 'line', values: points(60, (x) => 0.5 + x / 150) }],
    },
    { title: 'nothing yet', series: [{ name: 'train', kind: 'line', values: [] }] },
  ],
};

test('thinning keeps the ends, the extremes and about a thousand points, and drops what is not a number', () => {
  const values = points(50_000, (x) =>
    x === 31_337 ? 99 : x === 7 ? Number.NaN : Math.sin(x / 100),
  );
  const thin = thinned({
    ...figure,
    panels: [{ title: 'p', series: [{ name: 's', kind: 'line', values }] }],
  }).panels[0]!.series[0]!.values;
  expect(thin.length).toBeLessThanOrEqual(1000);
  expect([thin[0], thin.at(-1)]).toEqual([values[0], values.at(-1)]);
  expect(thin.map(([, y]) => y)).toContain(99);
  expect(thin.every(([x], i) => i === 0 || x > thin[i - 1]![0])).toBe(true);
});

test('a curve that is not finite anywhere draws nothing, in no form', async () => {
  const broken: Figure = {
    title: 'broken',
    x: 'step',
    panels: [
      {
        title: 'loss',
        series: [
          {
            name: 'train',
            kind: 'line',
            values: [
              [1, Number.NaN],
              [2, Infinity],
            ],
          },
        ],
      },
    ],
  };
  const bundle = await chartBundle(broken);
  expect(bundle['text/plain']).toContain('(no values yet)');
  expect(bundle['image/svg+xml']).toContain('no values yet');
  expect(JSON.stringify(bundle)).not.toMatch(/NaN|Infinity|null/);
});

test('in plotly a series has one colour and one legend entry over all panels', async () => {
  const bundle = await chartBundle(figure);
  const { data } = bundle['application/vnd.plotly.v1+json'] as {
    data: { name: string; showlegend: boolean; yaxis: string }[];
  };
  expect(data.map(({ name, showlegend, yaxis }) => [name, showlegend, yaxis])).toEqual([
    ['train', true, 'y'],
    ['validation', true, 'y'],
    ['train', false, 'y2'],
  ]);
});

test('the picture has lines, points, a legend and whole steps', async () => {
  const svg = (await chartBundle(figure))['image/svg+xml'] as string;
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  expect(texts).toEqual(
    expect.arrayContaining([figure.title, 'loss', 'accuracy', 'train', 'validation', 'step', '50']),
  );
  expect(texts).not.toContain('nothing yet');
  expect(svg.match(/<g class="mark-line/g)).toHaveLength(2);
  expect(svg.match(/#D55E00/g)!.length).toBeGreaterThanOrEqual(3);
});

test('vega is loaded by the first picture, not before', () => {
  const code = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (name === 'vega') console.log('vega');
        return next(name, context);
      },
    });
    const { chartBundle } = await import(${JSON.stringify(ownModule('lib/display/chart').href)});
    console.log('imported');
    await chartBundle({ title: '', x: '', panels: [] });`;
  const loader = ownModule('lib/typescript-loader').href;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module'];
  const printed = execFileSync(process.execPath, [...flags, '--import', loader, '--eval', code], {
    encoding: 'utf8',
  });
  expect(printed.trim().split('\n')).toEqual(['imported', 'vega']);
});

test('a chart has a data form, plotly, a picture and text, and no HTML', async () => {
  const bundle = await chartBundle({ ...figure, title: '<script>' });
  expect(Object.keys(bundle)).toEqual([
    'application/vnd.rewardlab.chart+json',
    'application/vnd.plotly.v1+json',
    'image/svg+xml',
    'text/plain',
  ]);
  expect(bundle['image/svg+xml']).toMatch(/^<svg[\s\S]*&lt;script&gt;[\s\S]*<\/svg>$/);
  expect(bundle['image/svg+xml']).not.toContain('<script');
});

test('a figure that stays has a PNG besides, of twice the pixels that it is shown in', async () => {
  const { data, metadata } = await finalChart(figure);
  const png = Buffer.from(data['image/png'] as string, 'base64');
  const { width, height } = metadata!['image/png'] as { width: number; height: number };
  expect(data).toEqual({ ...(await chartBundle(figure)), 'image/png': data['image/png'] });
  expect(data['image/svg+xml']).toContain(`viewBox="0 0 ${width} ${height}"`);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * width, 2 * height]);
  expect(png.length).toBeLessThan(150_000);
});

test.each([
  [0, '0'],
  [12_345, '12345'],
  [0.123456, '0.1235'],
  [1e-5, '1.0e-5'],
  [1234567, '1.2e+6'],
  [-2, '-2'],
])('%d is written %s', (value, text) => {
  expect(short(value)).toBe(text);
});
