/** Files that are written only to go into a package. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../data/rows.ts';
import { writeParquet, type Schema } from '../../data/write.ts';
import type { Example, Policy, Recipe } from '../../recipe/recipe.ts';
import type { Plan } from '../../train/job.ts';
import type { Split } from '../../train/plan.ts';
import type { PackedFile } from './zip.ts';

export interface RowsFile {
  file: PackedFile;
  exact: Pick<Plan, 'tokens' | 'cut'>;
}

/** What a row of the file is made of, and how many tokens it has. */
type ToRow = (example: Example) => { row: Row; tokens: number };

/** The kept rows of a split in the files' order, as parquet. */
export async function rowsFile(
  name: string,
  recipe: Recipe,
  { selection, survey }: Split,
  { schema, toRow }: { schema: Schema; toRow: ToRow },
): Promise<RowsFile> {
  const exact = { tokens: 0, cut: 0 };
  const once = { ...selection, split: 'validation' as const, kept: survey.kept, policy: nobody };
  const rows = async function* (): AsyncGenerator<Row> {
    for await (const { examples, cut = 0 } of recipe.batches(once)) {
      exact.cut += cut;
      for (const { row, tokens } of examples.map(toRow)) {
        exact.tokens += tokens;
        yield row;
      }
    }
  };
  const data = await written(name, (path) => writeParquet(path, rows(), schema));
  return { file: { name, data }, exact };
}

/** The bytes of what `write` writes. */
export async function written(
  name: string,
  write: (path: string) => Promise<unknown>,
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'rewardlab-ray-'));
  try {
    await write(join(folder, name));
    return await readFile(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Rows are only looked at. */
const nobody: Policy = {
  generate: () => Promise.reject(new Error('nobody writes here')),
  logProbs: () => Promise.reject(new Error('nobody is asked here')),
};
