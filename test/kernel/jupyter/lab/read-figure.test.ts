/** What the page takes for a figure: anything may be in a notebook. */
import { expect, test } from 'vitest';
import { readFigure } from '../../../../kernel/jupyter/lab/page/read-figure.ts';

const series = {
  name: 'train',
  kind: 'line',
  values: [
    [0, 1],
    [1, 2],
  ],
  band: [
    [0, 2],
    [1, 3],
  ],
};
const figure = { title: 't', x: 'step', panels: [{ title: 'loss', y: [0, 1], series: [series] }] };
const withSeries = (change: object): unknown => ({
  ...figure,
  panels: [{ title: 'loss', series: [{ ...series, ...change }] }],
});

test('a figure is read as it is, without what it should not have', () => {
  expect(readFigure({ ...figure, layout: { images: ['https://example.org'] } })).toEqual({
    figure,
  });
});

test.each([
  [undefined, 'a figure to be an object, found nothing'],
  [[], 'a figure to be an object, found []'],
  [{ ...figure, title: 1 }, 'title to be a text, found 1'],
  [{ ...figure, panels: {} }, 'panels to be a list, found {}'],
  [{ ...figure, panels: [null] }, 'panels[0] to be an object, found null'],
  [
    { ...figure, panels: Array<object>(25).fill(figure.panels[0]!) },
    'panels to be at most 24, found 25',
  ],
  [
    { ...figure, panels: [{ title: 'loss', series: [], y: [0] }] },
    'panels[0].y to be two numbers, found [0]',
  ],
  [withSeries({ kind: 'pie' }), "panels[0].series[0].kind to be 'line' or 'points', found \"pie\""],
  [
    withSeries({ values: [[0, null]] }),
    'panels[0].series[0].values[0] to be two numbers, found [0,null]',
  ],
  [withSeries({ band: [[0, 1]] }), 'panels[0].series[0].band to be 2 pairs, one a value, found 1'],
  [{ ...figure, x: ['x'.repeat(100)] }, `x to be a text, found ["${'x'.repeat(58)}…`],
])('%j is none', (data, sentence) => {
  expect(readFigure(data)).toEqual({
    problem: `This figure cannot be drawn: expected ${sentence}`,
  });
});
