/** What a chart shows, as data: panels over one x axis. Renderings are elsewhere. */

export interface Series {
  name: string;
  kind: 'line' | 'points';
  /** In the order of x. */
  values: [x: number, y: number][];
  /** What a pale band covers, at each x of `values`; text has none. */
  band?: [low: number, high: number][];
}

export interface Panel {
  title: string;
  series: Series[];
  /** Fixed range of y; absent: that of the values. */
  y?: [low: number, high: number];
}

export interface Figure {
  title: string;
  /** Name of the x axis. */
  x: string;
  panels: Panel[];
}

/** Okabe and Ito's colours, which colour-blind readers tell apart; a series has the one of its place in the panel. */
export const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7'] as const;

/** Points of a series that a rendering gets at the most. */
const mostPoints = 1000;

/** Drops what is not a number, and all but about a thousand points a series: first, last, and the extremes of each stretch between. */
export function thinned(figure: Figure): Figure {
  return {
    ...figure,
    panels: figure.panels.map((panel) => ({
      ...panel,
      series: panel.series.map(thinSeries),
    })),
  };
}

export function hasValues({ series }: Panel): boolean {
  return series.some(({ values }) => values.length > 0);
}

/** Least and greatest; `room` on both sides of a single value, and 0 to 1 for none. */
function span(values: readonly number[], room?: number): [low: number, high: number] {
  const [low, high] = values.reduce(
    ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
    [Infinity, -Infinity],
  );
  if (low > high) return [0, 1];
  const around = room ?? Math.abs(low || 1) / 2;
  return low === high ? [low - around, high + around] : [low, high];
}

/** The range of a panel's y axis, and of the x axis that panels share. */
export function yRange({ series, y }: Panel): [low: number, high: number] {
  return (
    y ??
    span(series.flatMap(({ values, band = [] }) => [...values.map(([, at]) => at), ...band.flat()]))
  );
}
export function xRange(panels: readonly Panel[]): [low: number, high: number] {
  return span(
    panels.flatMap(({ series }) => series.flatMap(({ values }) => values.map(([at]) => at))),
    1,
  );
}

function thinSeries(series: Series): Series {
  const values = thin(series.values);
  if (!series.band) return { ...series, values };
  const places = new Map(series.values.map(([x], i) => [x, i]));
  return { ...series, values, band: values.map(([x]) => series.band![places.get(x)!]!) };
}

function thin(values: Series['values']): Series['values'] {
  const finite = values.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (finite.length <= mostPoints) return finite;
  const stretches = mostPoints / 2 - 1;
  const inner = finite.slice(1, -1);
  const kept = Array.from({ length: stretches }, (_, i) => {
    const stretch = inner.slice(
      Math.floor((i * inner.length) / stretches),
      Math.floor(((i + 1) * inner.length) / stretches),
    );
    const low = stretch.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = stretch.reduce((a, b) => (b[1] > a[1] ? b : a));
    return low[0] <= high[0] ? [low, high] : [high, low];
  });
  return [finite[0]!, ...kept.flat(), finite.at(-1)!].filter(
    (point, i, all) => point !== all[i - 1],
  );
}
