/** `rewardlab evaluate --output`, interrupted: what has been judged is not lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ownArguments } from '../../lib/own-process.ts';
import { parseConfig } from '../../lib/model/config.ts';
import { expectedShapes } from '../../lib/model/shapes.ts';
import { writeTensors } from '../../lib/model/write-safetensors.ts';
import { qwen3 } from '../lib/model/micro-model.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { writeMicroTokenizer } from '../lib/text/micro-tokenizer.ts';
import { randomWeights } from '../lib/train/micro-run.ts';

const folder = temporaryFolder();

async function writeJudge(): Promise<void> {
  const model = join(folder, 'judge');
  mkdirSync(model);
  await writeMicroTokenizer(model);
  const config = JSON.stringify({ ...qwen3, dtype: 'float32', max_position_embeddings: 1024 });
  writeFileSync(join(model, 'config.json'), config);
  const shapes = expectedShapes(parseConfig(config, 'config.json'), 'causal');
  await writeTensors(join(model, 'model.safetensors'), randomWeights(shapes));
}

/** Resolves when there is something in the file. */
function filled(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, () => {
      if (!existsSync(path) || statSync(path).size === 0) return;
      watcher.close();
      resolve();
    });
  });
}

test('the verdicts until then are kept, and named', async () => {
  await writeJudge();
  const pair = { prompt: 'q', response_a: 'a', response_b: 'b', preferred: 'A' };
  const rows = Array.from({ length: 400 }, () => `${JSON.stringify(pair)}\n`);
  writeFileSync(join(folder, 'pairs.jsonl'), rows.join(''));
  const partial = join(folder, 'verdicts.jsonl.partial.jsonl');
  const some = filled(partial);
  const options = ['--max-tokens', '64', '--thinking', 'off', '--rubric', ''];
  const words = ['evaluate', 'judge', '--data', 'pairs.jsonl', '--output', 'verdicts.jsonl'];
  const child = spawn(process.execPath, [...ownArguments('bin/rewardlab'), ...words, ...options], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(child.stderr);
  await some;
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  const lines = readFileSync(partial, 'utf8').trim().split('\n');
  expect(await said).toContain(
    `the verdicts on ${lines.length} rows are kept in verdicts.jsonl.partial.jsonl\n`,
  );
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ row: lines.length - 1, truth: 'A' });
  expect(lines.length).toBeLessThan(400);
  expect(existsSync(join(folder, 'verdicts.jsonl'))).toBe(false);
});
