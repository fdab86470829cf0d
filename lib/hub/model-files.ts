/** Which files of a repository make a model, and the folder that holds them. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { HubFile } from './api.ts';
import { shown, repoText, type HubRepo } from './name.ts';
import type { Asking } from './request.ts';
import { openSnapshot, type Choice, type Listing, type Snapshot } from './snapshot.ts';

/** Config, weights, tokenizer and chat template of a model, or of an adapter, whole, in one folder. */
export function openHubModel(repo: HubRepo, asking?: Partial<Asking>): Promise<Snapshot> {
  return openSnapshot(repo, chooseModel(repo), asking);
}

/** What peft writes. Its base may be named in no other place, and a tokenizer need not come with it. */
const adapter = ['adapter_config.json', 'adapter_model.safetensors'];
const words = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'vocab.txt',
  'merges.txt',
  'tokenizer.model',
];
const shardIndex = z.object({ weight_map: z.record(z.string(), z.string()) });
const index = 'model.safetensors.index.json';

function chooseModel(repo: HubRepo): Choice {
  return async (listing) => {
    const { files } = listing;
    const top = files.filter(({ path }) => !path.includes('/'));
    const names = top.map(({ path }) => path);
    const isWord = (path: string): boolean =>
      words.includes(path) || /^(additional_chat_templates\/.*|chat_template.*)$/.test(path);
    const text = files.filter(({ path }) => isWord(path));
    if (adapter.every((name) => names.includes(name)))
      return [...text, ...top.filter(({ path }) => adapter.includes(path))];
    const weights = await weightsOf(top, listing);
    const here = listing.all || names.includes('tokenizer.json');
    if (weights.length === 0 || !names.includes('config.json') || !here)
      throw listing.all ? noModel(repo, names) : partOnly(repo, names);
    return [...text, ...weights];
  };
}

/** One file, or an index and its shards; never the same weights a second time in another form. */
async function weightsOf(top: readonly HubFile[], listing: Listing): Promise<HubFile[]> {
  const one = top.find(({ path }) => path === 'model.safetensors');
  if (one) return [one];
  const map = top.find(({ path }) => path === index);
  if (!map) return [];
  if (listing.all)
    return top.filter((file) => file === map || /^model-.*\.safetensors$/.test(file.path));
  const shards = await shardsOf(join(listing.folder, index));
  const absent: HubFile = { path: '', size: -1, oid: '' };
  return [
    map,
    ...shards.map((name) => top.find(({ path }) => path === name) ?? { ...absent, path: name }),
  ];
}

async function shardsOf(path: string): Promise<string[]> {
  const map = await readFile(path, 'utf8').then(weightMap, () => undefined);
  if (!map)
    throw new UserError(`'${path}' is no index of weights`, 'remove it to download it again');
  return [...new Set(Object.values(map))].map((name) => basename(name));
}

function weightMap(text: string): Record<string, string> | undefined {
  try {
    return shardIndex.safeParse(JSON.parse(text)).data?.weight_map;
  } catch {
    return undefined;
  }
}

function partOnly(repo: HubRepo, names: readonly string[]): UserError {
  return new UserError(
    `the cache has '${repoText(repo, repo.revision)}' in part only: ${listed(names)}`,
    'unset HF_HUB_OFFLINE and try again, which downloads what is missing',
  );
}

function noModel(repo: HubRepo, names: readonly string[]): UserError {
  const name = repoText(repo, repo.revision);
  if (!names.includes('config.json'))
    return new UserError(
      `'${name}' is no model as transformers saves it: it has no config.json, but ${listed(names)}`,
    );
  const others = names.filter((name) =>
    /\.(bin|pt|pth|gguf|h5|msgpack|onnx|safetensors)$/.test(name),
  );
  return new UserError(
    `'${name}' has no weights that are read here: expected model.safetensors, found ${listed(others)}`,
    others.some((name) => name.endsWith('.bin'))
      ? 'somebody may have converted it: look at its pull requests, ORG/NAME@refs/pr/N'
      : undefined,
  );
}

function listed(names: readonly string[]): string {
  const most = 12;
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return names.length === 0 ? 'none' : shown(names.slice(0, most).join(', ')) + more;
}
