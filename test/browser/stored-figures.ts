/** A notebook with figures in it that nobody trusts: a good one, one whose texts mean harm, and some that are none. */
import { finalChart } from '../../lib/display/chart.ts';
import { chartType, type MimeBundle } from '../../lib/display/bundle.ts';
import type { Figure } from '../../lib/display/figure.ts';

export const harm =
  '<b>bold</b> <a href="https://example.org">x</a><img src="https://example.org/x" onerror="alert(1)">';

const figure: Figure = {
  title: 'stored',
  x: 'step',
  panels: [
    {
      title: 'loss',
      series: [
        {
          name: 'train',
          kind: 'line',
          values: Array.from({ length: 100 }, (_, x) => [x, 0.7 * 0.97 ** x]),
          band: Array.from({ length: 100 }, (_, x) => [0.6 * 0.97 ** x, 0.8 * 0.97 ** x]),
        },
        {
          name: 'validation',
          kind: 'points',
          values: [
            [50, 0.2],
            [99, 0.1],
          ],
        },
      ],
    },
    {
      title: 'accuracy',
      y: [0, 1],
      series: [
        {
          name: 'train',
          kind: 'line',
          values: [
            [0, 0.5],
            [99, 0.9],
          ],
        },
      ],
    },
  ],
};

const harmful: Figure = {
  title: harm,
  x: harm,
  panels: [
    {
      title: harm,
      series: [
        {
          name: harm,
          kind: 'line',
          values: [
            [0, 1],
            [1, 2],
          ],
        },
      ],
    },
  ],
};

/** What is no figure, by the sentence that says so. */
export const malformed: Record<string, unknown> = {
  'expected a figure to be an object, found null': null,
  'expected panels to be a list, found "<i>none</i>"': { title: '', x: '', panels: '<i>none</i>' },
  'expected panels[0].series[0].values[1] to be two numbers, found [1,"x"]': {
    title: '',
    x: '',
    panels: [
      {
        title: '',
        series: [
          {
            name: '',
            kind: 'line',
            values: [
              [0, 1],
              [1, 'x'],
            ],
          },
        ],
      },
    ],
  },
};

/** One cell a figure, in the order above. */
export async function storedFigures(): Promise<string> {
  const good = await Promise.all([figure, harmful].map(finalChart));
  const bundles: MimeBundle[] = [
    ...good.map(({ data }) => data),
    ...Object.values(malformed).map((data) => ({ [chartType]: data, 'text/plain': 'text' })),
  ];
  const cells = bundles.map((data, i) => ({
    cell_type: 'code',
    id: `figure-${i}`,
    metadata: {},
    execution_count: 1,
    source: '',
    outputs: [{ output_type: 'display_data', metadata: {}, data }],
  }));
  const kernelspec = {
    name: 'rewardlab',
    display_name: 'TypeScript (rewardlab)',
    language: 'typescript',
  };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells });
}
