/** The tokens that end what a model writes: those of `config.json` and of `generation_config.json`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { ModelConfig } from './config.ts';
import { baseFolder } from './hub.ts';

const schema = z.object({
  eos_token_id: z.union([z.int().min(0), z.array(z.int().min(0))]).nullish(),
});

/** The config's own first. A folder without a `generation_config.json` has no more. */
export async function readEnds(folder: string, config: ModelConfig): Promise<number[]> {
  const path = join(await baseFolder(folder), 'generation_config.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return [...config.eosIds];
  const parsed = schema.safeParse(parse(text, path));
  if (!parsed.success)
    throw new UserError(`${path}: eos_token_id should be a token id or a list of them`);
  return [...new Set([...config.eosIds, ...[parsed.data.eos_token_id ?? []].flat()])];
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${path} is not JSON: ${(cause as Error).message}`, undefined, { cause });
  }
}
