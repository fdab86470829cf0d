/** `rewardlab merge`: an adapter and its base as one plain model. */
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { plainLine } from '../../lib/display/escape.ts';
import { UserError } from '../../lib/errors.ts';
import { readConfig } from '../../lib/model/config.ts';
import { resolveModel } from '../../lib/model/hub.ts';
import { mergeAdapter } from '../../lib/model/merge.ts';
import { saveModel } from '../../lib/model/save.ts';
import { loadWeights } from '../../lib/model/weights.ts';
import { loadEncoder } from '../../lib/text/encoder.ts';
import { writeFolder } from '../../lib/write-folder.ts';

/** Writes a Hugging Face folder in float32. Returns what to tell. */
export async function mergeCommand(model: string, output: string): Promise<string> {
  const folder = await resolveModel(model);
  const config = await readConfig(folder);
  const { adapter } = config;
  if (!adapter)
    throw new UserError(
      `'${model}' is no adapter: it has no adapter_config.json, so there is nothing to merge`,
    );
  const path = resolve(output);
  const there = await readdir(path).catch(() => []);
  if (there.length > 0)
    throw new UserError(
      `'${output}' is there already, and is not empty`,
      'name another folder with --output',
    );
  const merged = mergeAdapter(config, await loadWeights(folder, config));
  const padId = config.padId ?? (await loadEncoder(folder)).special.pad;
  await writeFolder(path, (fresh) =>
    saveModel(fresh, { ...merged, from: folder, ...(padId !== undefined && { padId }) }),
  );
  return plainLine(
    `wrote '${output}': ${adapter.base} with the adapter of rank ${adapter.r} in it`,
  );
}
