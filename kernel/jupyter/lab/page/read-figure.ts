/** Data of an output, which may be anything, as a figure or as a sentence that says why it is none. */
import { thinned, type Figure, type Panel, type Series } from '../../../../lib/display/figure.ts';

export type ReadFigure =
  { figure: Figure; problem?: undefined } | { figure?: undefined; problem: string };

/** More than any recipe shows; a page of plots that nobody asked for would stop the browser. */
const [mostPanels, mostSeries] = [24, 24];

export function readFigure(data: unknown): ReadFigure {
  try {
    return { figure: thinned(figureOf(data)) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { problem: `This figure cannot be drawn: ${error.message}` };
  }
}

class Unreadable extends Error {}

function figureOf(data: unknown): Figure {
  const { title, x, panels } = record(data, 'a figure');
  return {
    title: text(title, 'title'),
    x: text(x, 'x'),
    panels: list(panels, 'panels', mostPanels).map((panel, i) => panelOf(panel, `panels[${i}]`)),
  };
}

function panelOf(data: unknown, at: string): Panel {
  const { title, series, y } = record(data, at);
  return {
    title: text(title, `${at}.title`),
    series: list(series, `${at}.series`, mostSeries).map((one, i) =>
      seriesOf(one, `${at}.series[${i}]`),
    ),
    ...(y !== undefined && { y: pair(y, `${at}.y`) }),
  };
}

function seriesOf(data: unknown, at: string): Series {
  const { name, kind, values, band } = record(data, at);
  if (kind !== 'line' && kind !== 'points') refuse(`${at}.kind`, "'line' or 'points'", kind);
  const read: Series = {
    name: text(name, `${at}.name`),
    kind,
    values: list(values, `${at}.values`).map((value, i) => pair(value, `${at}.values[${i}]`)),
  };
  if (band === undefined) return read;
  const edges = list(band, `${at}.band`).map((value, i) => pair(value, `${at}.band[${i}]`));
  if (edges.length !== read.values.length)
    refuse(`${at}.band`, `${read.values.length} pairs, one a value`, edges.length);
  return { ...read, band: edges };
}

function record(data: unknown, at: string): Record<string, unknown> {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    refuse(at, 'an object', data);
  return data as Record<string, unknown>;
}

function list(data: unknown, at: string, most = Infinity): unknown[] {
  if (!Array.isArray(data)) refuse(at, 'a list', data);
  if (data.length > most) refuse(at, `at most ${most}`, data.length);
  return data;
}

function text(data: unknown, at: string): string {
  if (typeof data !== 'string') refuse(at, 'a text', data);
  return data;
}

function pair(data: unknown, at: string): [number, number] {
  const [a, b] = list(data, at);
  if (typeof a !== 'number' || typeof b !== 'number') refuse(at, 'two numbers', data);
  return [a, b];
}

function refuse(at: string, expected: string, found: unknown): never {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found);
  const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  throw new Unreadable(`expected ${at} to be ${expected}, found ${short}`);
}
