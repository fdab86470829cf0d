/** Files of the person's own, or of a record, that cannot be read: a sentence each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordFile } from '../../../lib/code/recorded-recipe.ts';
import { replayRecipe } from '../../../lib/code/replay-recipe.ts';
import { hashOf } from '../../../lib/code/spec.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';

const folder = temporaryFolder();

test('no file, and none that can be read', async () => {
  expect(await refusal(() => hashOf(join(folder, 'none.ts')), folder)).toBe(
    "no such file 'none.ts'",
  );
  mkdirSync(join(folder, 'reward.ts'));
  expect(await refusal(() => hashOf(join(folder, 'reward.ts')), folder)).toContain(
    "cannot read 'reward.ts': EISDIR",
  );
});

test.each(['{"format":1,', '{"format":2}', 'null'])('a record that holds %s', async (text) => {
  writeFileSync(join(folder, recordFile), text);
  expect(await refusal(() => replayRecipe(folder), folder)).toBe(
    "'recipe.json' is no record of this version of rewardlab\n  run the recipe again from the cell that defines it",
  );
});
