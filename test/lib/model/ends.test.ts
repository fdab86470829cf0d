/** Where the tokens that end a completion come from. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../lib/model/config.ts';
import { readEnds } from '../../../lib/model/ends.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { qwen3 } from './micro-model.ts';

const folder = temporaryFolder();
const config = parseConfig(JSON.stringify(qwen3), 'config.json');
const write = (text: string): Promise<void> =>
  writeFile(join(folder, 'generation_config.json'), text);

test('those of both files, each once', async () => {
  expect(await readEnds(folder, config)).toEqual([272]);
  await write('{"eos_token_id": [270, 272]}');
  expect(await readEnds(folder, config)).toEqual([272, 270]);
  await write('{"eos_token_id": 270}');
  expect(await readEnds(folder, config)).toEqual([272, 270]);
  await write('{"max_new_tokens": 5}');
  expect(await readEnds(folder, config)).toEqual([272]);
});

test('refuses what is no token', async () => {
  await write('{"eos_token_id": "<end>"}');
  expect(await refusal(() => readEnds(folder, config), folder)).toBe(
    'generation_config.json: eos_token_id should be a token id or a list of them',
  );
});
