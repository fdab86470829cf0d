import { expect, test } from 'vitest';
import { chartText, short } from '../../../lib/display/braille.ts';
import { chartBundle } from '../../../lib/display/chart.ts';
import { thinned, type Figure } from '../../../lib/display/figure.ts';

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

test.each([40, 80])('a chart in %i columns', (width) => {
  const text = chartText(figure, width);
  expect(text).toMatchSnapshot();
  expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(width);
});

test('a chart without values says so', () => {
  expect(chartText({ ...figure, panels: [] }, 40)).toBe(
    'bradley-terry: runs/bradley-terry-001\n  (no values yet)',
  );
});

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

test.each([
  [0, '0'],
  [0.123456, '0.1235'],
  [1e-5, '1.0e-5'],
  [1234567, '1.2e+6'],
  [-2, '-2'],
])('%d is written %s', (value, text) => {
  expect(short(value)).toBe(text);
});
