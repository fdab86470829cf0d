/** Figures of a judge as text: one a line with its interval, groups, a confusion matrix. */
import stringWidth from 'string-width';
import { rowCount } from '../data/refusals.ts';
import { plainLine } from './escape.ts';

/** What is shown; a judge's evaluation is one. */
export interface JudgeFigures {
  rows: number;
  metrics: Readonly<Record<string, number | null>>;
  intervals: Readonly<Record<string, readonly [number, number]>>;
  groups?: Readonly<
    Record<string, { rows: number; accuracy?: number | null; score?: number | null }>
  >;
  confusion?: { labels: readonly number[]; counts: readonly (readonly number[])[] };
}

export function judgeText({ rows, metrics, intervals, groups, confusion }: JudgeFigures): string {
  const figures = Object.entries(metrics).map(([name, value]): string[] => {
    const interval = intervals[name];
    return [name, figure(value), interval ? `[${interval.map(figure).join(', ')}]` : ''];
  });
  const parts = Object.entries(groups ?? {}).map(([name, group]): string[] => [
    plainLine(name),
    figure(group.accuracy ?? group.score ?? null),
    rowCount(group.rows),
  ]);
  return [
    ...table([['rows', rows.toLocaleString('en-US'), ''], ...figures]),
    ...(parts.length > 0 ? ['', ...table(parts)] : []),
    ...(confusion ? ['', ...matrix(confusion)] : []),
  ].join('\n');
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

/** Rows are labels, columns are what the judge said. */
function matrix({ labels, counts }: NonNullable<JudgeFigures['confusion']>): string[] {
  const head = ['label \\ said', ...labels.map(String), 'unread'];
  return table([head, ...labels.map((label, i) => [String(label), ...counts[i]!.map(String)])]);
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column]!))),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const room = ' '.repeat(widths[i]! - stringWidth(cell));
        return i === 0 ? cell + room : room + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}
