/** The splits that data sets come with: they are told by the names of files, or by a column `split`. */

const spellings: Record<string, string> = {
  ...{ train: 'train', training: 'train', test: 'test', testing: 'test' },
  ...{ val: 'validation', valid: 'validation', validation: 'validation', dev: 'validation' },
};

/** What a path or a name of a split says: `data/train-00000-of-00002.parquet`, `validation/a.jsonl`, `test_prefs`. */
export function officialOf(text: string): string | undefined {
  const words = text.toLowerCase().split(/[^a-z]+/);
  return words
    .map((word) => (Object.hasOwn(spellings, word) ? spellings[word] : undefined))
    .findLast((name) => name !== undefined);
}
