/** The splits that data sets come with: they are told by the names of files, or by a column `split`. */
import type { Cell } from '../cell.ts';

const spellings: Record<string, string> = {
  ...{ train: 'train', training: 'train', test: 'test', testing: 'test' },
  ...{ val: 'validation', valid: 'validation', validation: 'validation', dev: 'validation' },
};

/** `train`, `validation` or `test`, where a column says so. */
export function officialSplit(cell: Cell | undefined): string | undefined {
  return typeof cell === 'string' ? known(cell.toLowerCase()) : undefined;
}

/** The same, where a path does: `data/train-00000-of-00002.parquet`, `validation/a.jsonl`. */
export function officialOf(place: string): string | undefined {
  const words = place
    .toLowerCase()
    .replace(/\.\w+$/, '')
    .split(/[^a-z]+/);
  return words.map(known).findLast((name) => name !== undefined);
}

function known(word: string): string | undefined {
  return Object.hasOwn(spellings, word) ? spellings[word] : undefined;
}
