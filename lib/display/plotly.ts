/**
 * A figure as plotly's data and layout, for front ends that have plotly.js; ours in JupyterLab runs this
 * file too, so it needs nothing of Node.
 */
import { colours, type Figure, type Series } from './figure.ts';

export interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

export interface PlotlyOptions {
  /** Makes a text one line without control characters. */
  harmless: (text: string) => string;
  /** The colour of a series by its place in its panel. */
  curves?: readonly string[];
}

export function plotlyFigure(
  figure: Figure,
  { harmless, curves = colours }: PlotlyOptions,
): PlotlyFigure {
  const escaped = (text: string): string => untagged(harmless(text));
  const count = figure.panels.length;
  const axis = (name: string, index: number): string =>
    index === 0 ? name : `${name}${index + 1}`;
  const layout = {
    title: { text: escaped(figure.title), x: 0, xref: 'paper', xanchor: 'left' },
    height: 160 * count + 100,
    margin: { l: 64, r: 16, t: 76, b: 48 },
    xaxis: { title: { text: escaped(figure.x) }, anchor: axis('y', Math.max(0, count - 1)) },
    legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
    ...Object.fromEntries(
      figure.panels.map(({ title, y }, index) => [
        axis('yaxis', index),
        {
          title: { text: escaped(title) },
          exponentformat: 'e', // Plotly's own is a learning rate of 400µ.
          domain: [1 - (index + 0.9) / count, 1 - index / count],
          ...(y && { range: y }),
        },
      ]),
    ),
  };
  return { data: traces(figure, { yaxis: (index) => axis('y', index), escaped, curves }), layout };
}

interface Told extends Required<Pick<PlotlyOptions, 'curves'>> {
  yaxis: (index: number) => string;
  escaped: (text: string) => string;
}

/** A series of the same name has one colour and one legend entry, in however many panels it is. */
function traces({ panels }: Figure, { yaxis, escaped, curves }: Told): PlotlyFigure['data'] {
  const listed = new Set<string>();
  return panels.flatMap(({ series }, index) =>
    series.flatMap((shown, at) => {
      const { name, kind, values } = shown;
      if (values.length === 0) return [];
      const showlegend = !listed.has(name);
      listed.add(name);
      const axes = { xaxis: 'x', yaxis: yaxis(index) };
      const colour = curves[at % curves.length]!;
      const curve = {
        type: 'scatter',
        mode: kind === 'line' ? 'lines' : 'markers',
        name: escaped(name),
        legendgroup: name,
        showlegend,
        ...(kind === 'line'
          ? { line: { color: colour, width: 1.5 } }
          : { marker: { color: colour, size: 7, line: { color: 'white', width: 1 } } }),
        x: values.map(([x]) => x),
        y: values.map(([, y]) => y),
        ...axes,
      };
      return [...band(shown, colour).map((trace) => ({ ...trace, ...axes })), curve];
    }),
  );
}

/** Up along the low edge and back along the high one, filled. */
function band({ name, values, band: edges }: Series, colour: string): object[] {
  if (!edges) return [];
  const x = values.map(([at]) => at);
  const [low, high] = [edges.map(([from]) => from), edges.map(([, to]) => to)];
  return [
    {
      type: 'scatter',
      mode: 'lines',
      line: { width: 0 },
      fill: 'toself',
      fillcolor: `${colour}33`,
      legendgroup: name,
      showlegend: false,
      hoverinfo: 'skip',
      x: [...x, ...x.toReversed()],
      y: [...low, ...high.toReversed()],
    },
  ];
}

/** Plotly reads a few tags in its texts, links among them. */
function untagged(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
