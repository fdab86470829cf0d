/** A figure as SVG, drawn by vega. Loaded when the first picture is drawn. */
import { parse, View, type Spec, type Title } from 'vega';
import type { Figure, Panel } from './figure.ts';

const [width, height, gap] = [560, 120, 34];
/** Okabe and Ito's colours, which colour-blind readers tell apart. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7'];

export async function chartSvg(figure: Figure): Promise<string> {
  const panels = figure.panels.filter(({ series }) =>
    series.some(({ values }) => values.length > 0),
  );
  return new View(parse(spec(figure, panels)), { renderer: 'none' }).toSVG();
}

function spec(figure: Figure, panels: readonly Panel[]): Spec {
  const points = panels.flatMap(({ series }) =>
    series.flatMap(({ values }) => values.map(([x]) => ({ x }))),
  );
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 8,
    width,
    height: panels.length * (height + gap) - gap,
    title: heading(figure.title, 13),
    data: [{ name: 'all', values: points }],
    scales: [
      {
        name: 'x',
        type: 'linear',
        range: [0, width],
        domain: { data: 'all', field: 'x' },
        zero: false,
      },
    ],
    marks: panels.map((panel, index) =>
      group(panel, index, index === panels.length - 1 ? figure.x : undefined),
    ),
  };
}

type Group = NonNullable<Spec['marks']>[number];

function group(panel: Panel, index: number, axis: string | undefined): Group {
  const series = panel.series.filter(({ values }) => values.length > 0);
  const names = series.map(({ name }) => name);
  const values = series.flatMap(({ values }, at) => values.map(([x, y]) => ({ x, y, at })));
  return {
    type: 'group',
    encode: {
      enter: {
        y: { value: index * (height + gap) },
        width: { value: width },
        height: { value: height },
      },
    },
    title: { ...heading(panel.title, 11), fontWeight: 'normal', offset: 4 },
    data: [
      { name: 'values', values },
      ...series.map((_, at) => ({
        name: `series${at}`,
        source: 'values',
        transform: [{ type: 'filter' as const, expr: `datum.at == ${at}` }],
      })),
    ],
    scales: [
      {
        name: 'y',
        type: 'linear',
        range: [height, 0],
        nice: !panel.y,
        zero: false,
        domain: panel.y ?? { data: 'values', field: 'y' },
      },
      { name: 'colour', type: 'ordinal', domain: names, range: colours },
    ],
    axes: [
      {
        orient: 'left',
        scale: 'y',
        grid: true,
        gridColor: '#eee',
        tickCount: 4,
        domain: false,
        ticks: false,
      },
      {
        orient: 'bottom',
        scale: 'x',
        tickCount: 6,
        labels: axis !== undefined,
        ...(axis !== undefined && { title: axis }),
        domainColor: '#999',
        tickColor: '#999',
      },
    ],
    legends:
      names.length > 1 && index === 0
        ? [
            {
              fill: 'colour',
              orient: 'none',
              direction: 'horizontal',
              legendX: width - 74 * names.length,
              legendY: -20,
              symbolType: 'circle',
              symbolSize: 40,
            },
          ]
        : [],
    marks: series.map(({ kind }, at) => mark(kind, at)),
  };
}

function heading(text: string, fontSize: number): Title {
  return { text, anchor: 'start', frame: 'group', fontSize };
}

function mark(kind: 'line' | 'points', at: number): Group {
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  const colour = { value: colours[at % colours.length]! };
  if (kind === 'line')
    return {
      type: 'line',
      from: { data: `series${at}` },
      encode: { enter: { ...place, stroke: colour, strokeWidth: { value: 1.5 } } },
    };
  return {
    type: 'symbol',
    from: { data: `series${at}` },
    encode: { enter: { ...place, fill: colour, size: { value: 40 } } },
  };
}
