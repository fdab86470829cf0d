/** A figure as plotly's data and layout, for front ends that have plotly.js. */
import type { Figure } from './figure.ts';

export function plotlyFigure(figure: Figure): { data: unknown[]; layout: unknown } {
  const count = figure.panels.length;
  const axis = (name: string, index: number): string =>
    index === 0 ? name : `${name}${index + 1}`;
  const data = figure.panels.flatMap(({ series }, index) =>
    series.map(({ name, kind, values }) => ({
      type: 'scatter',
      mode: kind === 'line' ? 'lines' : 'markers',
      name,
      x: values.map(([x]) => x),
      y: values.map(([, y]) => y),
      xaxis: 'x',
      yaxis: axis('y', index),
    })),
  );
  const axes = figure.panels.map(({ title, y }, index) => [
    axis('yaxis', index),
    {
      title: { text: title },
      domain: [1 - (index + 0.9) / count, 1 - index / count],
      ...(y && { range: y }),
    },
  ]);
  const layout = {
    title: { text: figure.title },
    height: 160 * count + 100,
    xaxis: { title: { text: figure.x }, anchor: axis('y', count - 1) },
    ...(Object.fromEntries(axes) as object),
  };
  return { data, layout };
}
