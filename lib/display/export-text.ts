/** What an export came to, for a person: a line a part. */
import type { ExportedPart, ExportResult } from '../data/export/run-export.ts';
import { plainLine } from './escape.ts';
import { placeText } from './place.ts';

/** Parts with their rows, prompts, labels and files; files as seen from a folder. */
export function exportText({ from, to, read, used, parts }: ExportResult, cwd: string): string {
  const rows = parts.map((part) => [
    part.part ?? '',
    count(part.rows, 'row'),
    count(part.prompts, 'prompt'),
    labelsText(part),
    part.files.map((file) => placeText(cwd, file)).join(' '),
  ]);
  const filled = rows[0]!.map((_, column) => rows.some((row) => row[column] !== ''));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 1 || i === 2 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .filter((_, i) => filled[i])
      .join('  ')
      .trimEnd(),
  );
  const left = used === read ? '' : ` (${(read - used).toLocaleString('en-US')} left out)`;
  return [
    `${from} to ${to}: ${count(used, 'row')} used${left}`,
    ...lines.map((l) => `  ${l}`),
  ].join('\n');
}

function labelsText({ labels }: ExportedPart): string {
  return Object.entries(labels)
    .map(([label, rows]) => `${plainLine(label)}: ${rows.toLocaleString('en-US')}`)
    .join(', ');
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}
