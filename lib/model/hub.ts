/**
 * From what a person calls a model to its folder: one on this disk, or a repository of the Hugging Face hub
 * in the cache.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError, closest, isUserError } from '../errors.ts';
import { openHubModel } from '../hub/model-files.ts';
import { isHubAddress, modelNamed } from '../hub/name.ts';
import { adapterConfigFile, readAdapterFile } from './adapter-config.ts';

/**
 * The absolute path of a model's folder. `ORG/NAME[@REVISION]` is downloaded where there is no such folder
 * and the cache does not have it. Refuses, in a sentence, what is no model.
 */
export async function resolveModel(nameOrPath: string, cwd = process.cwd()): Promise<string> {
  const folder = resolve(cwd, nameOrPath);
  const address = isHubAddress(nameOrPath);
  const found = address ? undefined : await stat(folder).catch(() => undefined);
  if (!found) return fromHub(nameOrPath, folder);
  if (!found.isDirectory())
    throw new UserError(`'${nameOrPath}' is a file; a model is a folder with a config.json`);
  const names = await readdir(folder);
  if (names.includes(adapterConfigFile)) await baseFolder(folder);
  else if (!names.includes('config.json'))
    throw new UserError(
      `'${nameOrPath}' is not a model folder: it has no config.json`,
      await innerModels(nameOrPath, folder, names),
    );
  return folder;
}

/**
 * The folder of the model that an adapter was trained on, which is found or downloaded as that is named; the
 * folder itself where it holds no adapter.
 */
export async function baseFolder(folder: string): Promise<string> {
  const adapter = await readAdapterFile(folder);
  if (!adapter) return folder;
  const { base, revision } = adapter;
  const known = await stat(resolve(base)).catch(() => undefined);
  const name = revision === undefined || known ? base : `${base}@${revision}`;
  const found = await resolveModel(name).catch((cause: unknown) => {
    if (!isUserError(cause)) throw cause;
    throw new UserError(
      `adapter '${folder}' was trained on the model '${name}', which cannot be opened: ${cause.message}`,
      `bring it back, or say where it is now: base_model_name_or_path in ${join(folder, adapterConfigFile)}`,
      { cause },
    );
  });
  if (await readAdapterFile(found))
    throw new UserError(
      `adapter '${folder}' was trained on '${name}', which is an adapter itself`,
      'merge that one into its base first: rewardlab merge',
    );
  return found;
}

/** The folder that a model's tokenizer and chat template are read from: an adapter's own, or its base's. */
export async function textFolder(folder: string): Promise<string> {
  const own = await stat(join(folder, 'tokenizer.json')).catch(() => undefined);
  return own ? folder : baseFolder(folder);
}

async function fromHub(name: string, path: string): Promise<string> {
  const repo = modelNamed(name);
  const guess = isHubAddress(name) ? undefined : await guessOf(name, path);
  if (!repo) throw notFound(name, path, guess);
  try {
    const { folder } = await openHubModel(repo);
    await baseFolder(folder);
    return folder;
  } catch (error) {
    if (!isUserError(error) || isHubAddress(name)) throw error;
    throw new UserError(
      `no model '${name}': there is no folder ${path}, and ${error.message}`,
      guess ?? error.hint,
      { cause: error },
    );
  }
}

function notFound(name: string, folder: string, guess: string | undefined): UserError {
  const [, page] = /^https?:\/\/[^/]+\/([^/]+\/[^/?#]+)/.exec(name) ?? [];
  if (page !== undefined)
    return new UserError(`'${name}' is an address of a page`, `name the model as '${page}'`);
  if (isHubAddress(name))
    return new UserError(`'${name}' is no model: expected ORG/NAME or ORG/NAME@REVISION`);
  return new UserError(
    `no model '${name}': there is no folder ${folder}`,
    guess ??
      'name a folder with config.json, model.safetensors and tokenizer.json, or ORG/NAME of the Hugging Face hub',
  );
}

async function guessOf(name: string, folder: string): Promise<string | undefined> {
  const beside = await readdir(dirname(folder)).catch(() => []);
  const guess = closest(basename(folder), beside);
  return guess && `did you mean '${join(dirname(name), guess)}'?`;
}

/** A run folder holds models one level down. */
async function innerModels(
  name: string,
  folder: string,
  names: readonly string[],
): Promise<string | undefined> {
  const models: string[] = [];
  for (const inner of [...names].sort())
    for (const file of ['config.json', adapterConfigFile])
      if (await stat(join(folder, inner, file)).catch(() => undefined)) models.push(inner);
  return models.length > 0
    ? `it holds model folders: ${models.map((inner) => join(name, inner)).join(', ')}`
    : undefined;
}
