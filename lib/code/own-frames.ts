/** What of an error's stack is the person's own, with short paths. */
import { relative } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { inspect } from 'node:util';

/** Folders of this package whose frames say nothing to the person. */
const ours = ['../../lib/', '../../kernel/', '../../node_modules/'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

/** A value of any kind on one short line. */
export function shownValue(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 60 });
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** `TypeError: …` with the frames above ours; what was thrown and is no error, as it is. */
export function describeError(error: unknown, cwd = process.cwd()): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : shownValue(error);
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map(
      (line) =>
        `    ${line
          .trim()
          .replace('file://', '')
          .replace(/\?v=\w+/, '')}`,
    )
    .filter((line) => !/\(?node:|<anonymous>\)?$/.test(line))
    .filter((line) => !ours.some((folder) => line.includes(folder)))
    .map((line) =>
      line.replace(
        /(\/[^():]+)(:\d+:\d+\)?)$/,
        (_, path: string, place: string) => near(path, cwd) + place,
      ),
    );
  return [`${error.name}: ${error.message}`, ...frames.slice(0, 8)].join('\n');
}

/** A path from the working folder, where it lies in there. */
export function near(path: string, cwd = process.cwd()): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}
