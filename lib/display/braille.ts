/** A figure as text: lines of braille dots, two by four to a character, with axes and a legend. */
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { plainLine } from './escape.ts';
import {
  hasValues,
  thinned,
  xRange,
  yRange,
  type Figure,
  type Panel,
  type Series,
} from './figure.ts';

/** Dot of a braille character by its row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const labelWidth = 9;

/** Each panel takes `height` rows of dots' characters besides its title and axis. */
export function chartText(figure: Figure, width: number, height = 6): string {
  const { title, x, panels } = thinned(figure);
  const inner = Math.max(10, width - labelWidth - 2);
  const shown = panels.filter(hasValues);
  const range = xRange(shown);
  const body = shown.flatMap((panel) => panelRows(panel, range, inner, height));
  const axis = shown.length === 0 ? ['  (no values yet)'] : [axisRow(x, range, inner)];
  return [plainLine(title), ...body, ...axis].map((line) => cliTruncate(line, width)).join('\n');
}

function panelRows(
  panel: Panel,
  across: [number, number],
  width: number,
  height: number,
): string[] {
  const series = panel.series.filter(({ values }) => values.length > 0);
  const [low, high] = yRange(panel);
  const grid = draw(series, across, [low, high], width, height);
  const legend =
    series.length > 1
      ? `  ${series.map(({ name, kind, values }) => `${kind === 'line' ? '─' : '×'} ${plainLine(name)} ${short(values.at(-1)![1])}`).join('   ')}`
      : `  ${short(series[0]!.values.at(-1)![1])}`;
  const label = (row: number): string =>
    (row === 0 ? short(high) : row === height - 1 ? short(low) : '').padStart(labelWidth);
  return [
    `${' '.repeat(labelWidth)} ${plainLine(panel.title)}${legend}`,
    ...grid.map((line, row) => `${label(row)} ┤${line}`),
  ];
}

/** Lines join their points; points are crosses over them, so that two series can be told apart without colour. */
function draw(
  series: readonly Series[],
  [x0, x1]: [number, number],
  [y0, y1]: [number, number],
  width: number,
  height: number,
): string[] {
  const cells = Array.from({ length: height }, () => new Uint8Array(width));
  const marks = new Map<number, string>();
  const column = (x: number): number => Math.round(((x - x0) / (x1 - x0 || 1)) * (width * 2 - 1));
  const row = (y: number): number => Math.round((1 - (y - y0) / (y1 - y0 || 1)) * (height * 4 - 1));
  const dot = (c: number, r: number): void => {
    const cell = cells[r >> 2];
    if (cell && c >= 0 && c < width * 2) cell[c >> 1]! |= dots[r & 3]![(c & 1) as 0 | 1];
  };
  for (const { kind, values } of series) {
    const places = values.map(([x, y]) => [column(x), row(y)] as const);
    if (kind === 'line') places.forEach((to, i) => segment(places[i - 1] ?? to, to, dot));
    else
      for (const [c, r] of places)
        if (r >= 0 && r < height * 4) marks.set((r >> 2) * width + (c >> 1), '×');
  }
  return cells.map((line, r) =>
    Array.from(
      line,
      (bits, c) =>
        marks.get(r * width + c) ?? (bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits)),
    )
      .join('')
      .trimEnd(),
  );
}

/** Every dot on the way, one per column or row, whichever is more. */
function segment(
  [c0, r0]: readonly [number, number],
  [c1, r1]: readonly [number, number],
  dot: (c: number, r: number) => void,
): void {
  const steps = Math.max(Math.abs(c1 - c0), Math.abs(r1 - r0), 1);
  for (let i = 0; i <= steps; i++)
    dot(Math.round(c0 + ((c1 - c0) * i) / steps), Math.round(r0 + ((r1 - r0) * i) / steps));
}

function axisRow(name: string, [low, high]: [number, number], width: number): string {
  const [left, right, middle] = [short(low), short(high), plainLine(name)];
  const gap = Math.max(2, width - stringWidth(left) - stringWidth(right) - stringWidth(middle));
  const before = Math.floor(gap / 2);
  return `${' '.repeat(labelWidth)} └${left}${' '.repeat(before)}${middle}${' '.repeat(gap - before)}${right}`;
}

/** Four digits that matter, at most nine characters; whole numbers under a million are exact. */
export function short(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  if (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6) return String(Number(value.toPrecision(4)));
  return value.toExponential(1);
}
