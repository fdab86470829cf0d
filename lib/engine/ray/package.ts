/** The files of a package: our programs, and a model that is small enough to go along. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.ts';
import type { ModelConfig } from '../../model/config.ts';
import type { PackedFile } from './zip.ts';

/** Ray keeps packages in its head's memory, and refuses one of more than 512 MiB. */
const mostModelBytes = 256 * 2 ** 20;

/** A program of ours as it lies beside this module, in a checkout and in the built package. */
export async function program(...names: readonly string[]): Promise<PackedFile[]> {
  const folder = fileURLToPath(new URL('./python/', import.meta.url));
  return Promise.all(
    names.map(async (name) => ({ name, data: await readFile(join(folder, name)) })),
  );
}

export interface PackedModel {
  /** Its folder as the program is told: one in the package, or where it lies. */
  path: string;
  files: PackedFile[];
  /** Set where the cluster has to see the folder itself. */
  reads: string[];
}

/** A model goes along where it is small; a larger one is read from where it lies. */
export async function packModel(folder: string, { adapter }: ModelConfig): Promise<PackedModel> {
  if (adapter)
    throw new UserError(
      `'${folder}' is an adapter, and a cluster trains whole models`,
      'make it one: rewardlab merge',
    );
  const names = (await readdir(folder)).filter((name) => modelFile.test(name)).sort();
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  const all = sizes.reduce((a, b) => a + b, 0);
  if (all > mostModelBytes) return { path: folder, files: [], reads: [folder] };
  const files = names.map(async (name) => ({
    name: `model/${name}`,
    data: await readFile(join(folder, name)),
  }));
  return { path: 'model', files: await Promise.all(files), reads: [] };
}

const modelFile =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|^merges\.txt$|^chat_template\.jinja$|\.safetensors$|^model\.safetensors\.index\.json$/;

export function jsonFile(name: string, value: unknown): PackedFile {
  return { name, data: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) };
}
