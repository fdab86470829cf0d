/** A figure as SVG, drawn by vega, which is loaded when the first picture is drawn. */
import type { Axis, Mark, Spec } from 'vega';
import { plainLine } from './escape.ts';
import {
  colours,
  hasValues,
  thinned,
  xRange,
  yRange,
  type Figure,
  type Panel,
  type Series,
} from './figure.ts';

const [width, height, gap] = [560, 120, 40];
const [titleY, panelTitleY] = [-30, -9];
/** About what a letter takes at the legend's size: nothing here can measure text. */
const letterWidth = 5.6;

export async function chartSvg(figure: Figure): Promise<string> {
  const { parse, View } = await import('vega');
  return new View(parse(chartSpec(thinned(figure))), { renderer: 'none' }).toSVG();
}

function chartSpec({ title, x, panels }: Figure): Spec {
  const shown = panels.filter(hasValues);
  return {
    background: 'white',
    padding: 10,
    width,
    height: Math.max(1, shown.length) * (height + gap) - gap,
    scales: [{ name: 'x', type: 'linear', range: [0, width], domain: xRange(shown), zero: false }],
    marks: [
      label(title, { y: titleY, size: 13, weight: 'bold' }),
      ...legend(shown[0]),
      ...shown.map((panel, index) =>
        group(panel, index, xAxis(shown, index === shown.length - 1 ? x : undefined)),
      ),
      ...(shown.length === 0 ? [label('no values yet', { y: 0, size: 11 })] : []),
    ],
  };
}

function group(panel: Panel, index: number, across: Axis): Mark {
  return {
    type: 'group',
    encode: {
      enter: {
        y: { value: index * (height + gap) },
        width: { value: width },
        height: { value: height },
      },
    },
    scales: [
      {
        name: 'y',
        type: 'linear',
        range: [height, 0],
        zero: false,
        domain: yRange(panel),
        nice: !panel.y,
        clamp: panel.y !== undefined,
      },
    ],
    axes: [yAxis, across],
    data: panel.series.map(({ values, band }, at) => ({
      name: `series${at}`,
      values: values.map(([x, y], i) => ({
        x,
        y,
        ...(band && { low: band[i]![0], high: band[i]![1] }),
      })),
    })),
    marks: [
      label(panel.title, { y: panelTitleY, size: 11 }),
      ...panel.series.flatMap(({ band }, at) => (band ? [area(at)] : [])),
      ...panel.series.map((series, at) => curve(series, at)),
    ],
  };
}

const yAxis: Axis = {
  orient: 'left',
  scale: 'y',
  tickCount: 4,
  grid: true,
  gridColor: '#e8e8e8',
  domain: false,
  ticks: false,
  labelPadding: 6,
};

/** Under every panel; the last one has the labels. Steps are whole, so their labels are. */
function xAxis(panels: readonly Panel[], title: string | undefined): Axis {
  const whole = panels.every(({ series }) =>
    series.every(({ values }) => values.every(([x]) => Number.isInteger(x))),
  );
  return {
    orient: 'bottom',
    scale: 'x',
    tickCount: 6,
    domainColor: '#999',
    tickColor: '#999',
    ...(whole && { format: ',d', tickMinStep: 1 }),
    labels: title !== undefined,
    ...(title !== undefined && { title, titleFontWeight: 'normal' }),
  };
}

/** A line through its points, or dots; a line of one point would not be seen, so it is a dot too. */
function curve({ kind, values }: Series, at: number): Mark {
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  const colour = { value: colours[at % colours.length]! };
  const from = { data: `series${at}` };
  if (kind === 'line' && values.length > 1)
    return {
      type: 'line',
      from,
      encode: { enter: { ...place, stroke: colour, strokeWidth: { value: 1.5 } } },
    };
  const [size, stroke, strokeWidth] = [{ value: 45 }, { value: 'white' }, { value: 1 }];
  return {
    type: 'symbol',
    from,
    encode: { enter: { ...place, fill: colour, size, stroke, strokeWidth } },
  };
}

/** The band of a series, under its line. */
function area(at: number): Mark {
  return {
    type: 'area',
    from: { data: `series${at}` },
    encode: {
      enter: {
        x: { scale: 'x', field: 'x' },
        y: { scale: 'y', field: 'low' },
        y2: { scale: 'y', field: 'high' },
        fill: { value: colours[at % colours.length]! },
        fillOpacity: { value: 0.18 },
      },
    },
  };
}

/** The first panel's series, from the right on the line of its title. None where there is only one. */
function legend(panel: Panel | undefined): Mark[] {
  const entries = (panel?.series ?? [])
    .map(({ name, values }, at) => ({ name, at, empty: values.length === 0 }))
    .filter(({ empty }) => !empty);
  if (entries.length < 2) return [];
  let right = width;
  return entries.reverse().flatMap(({ name, at }) => {
    const x = right - name.length * letterWidth;
    right = x - 26;
    return [
      label(name, { x, y: panelTitleY, size: 11 }),
      {
        type: 'symbol',
        encode: {
          enter: {
            x: { value: x - 9 },
            y: { value: panelTitleY - 4 },
            fill: { value: colours[at % colours.length]! },
            size: { value: 45 },
          },
        },
      } satisfies Mark,
    ];
  });
}

function label(
  text: string,
  {
    x = 0,
    y,
    size,
    weight = 'normal',
  }: { x?: number; y: number; size: number; weight?: 'normal' | 'bold' },
): Mark {
  return {
    type: 'text',
    encode: {
      enter: {
        text: { value: plainLine(text) },
        x: { value: x },
        y: { value: y },
        fontSize: { value: size },
        fontWeight: { value: weight },
        fill: { value: '#222' },
      },
    },
  };
}
