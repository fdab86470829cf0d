/**
 * From what a person calls a model to its folder.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError, closest } from '../errors.ts';

/** The absolute path of a local model folder. Refuses, in a sentence, what is not one. */
export async function resolveModel(nameOrPath: string): Promise<string> {
  const folder = resolve(nameOrPath);
  const found = await stat(folder).catch(() => undefined);
  if (!found) throw await notFound(nameOrPath, folder);
  if (!found.isDirectory())
    throw new UserError(`'${nameOrPath}' is a file; a model is a folder with a config.json`);
  const names = await readdir(folder);
  if (!names.includes('config.json'))
    throw new UserError(
      `'${nameOrPath}' is not a model folder: it has no config.json`,
      await innerModels(nameOrPath, folder, names),
    );
  return folder;
}

async function notFound(name: string, folder: string): Promise<UserError> {
  const beside = await readdir(dirname(folder)).catch(() => []);
  const guess = closest(basename(folder), beside);
  return new UserError(
    `no model '${name}': there is no folder ${folder}`,
    guess
      ? `did you mean '${join(dirname(name), guess)}'?`
      : 'models are not downloaded yet: name a local Hugging Face folder (config.json, model.safetensors, tokenizer.json)',
  );
}

/** A run folder holds models one level down. */
async function innerModels(
  name: string,
  folder: string,
  names: readonly string[],
): Promise<string | undefined> {
  const models: string[] = [];
  for (const inner of [...names].sort())
    if (await stat(join(folder, inner, 'config.json')).catch(() => undefined)) models.push(inner);
  return models.length > 0
    ? `it holds model folders: ${models.map((inner) => join(name, inner)).join(', ')}`
    : undefined;
}
