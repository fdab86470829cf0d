/** Which files of a repository make a model, and the folder that holds them. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../errors.ts';
import type { HubFile } from './api.ts';
import { shown, repoText, type HubRepo } from './name.ts';
import type { Asking } from './request.ts';
import { openSnapshot, type Choice, type Listing, type Snapshot } from './snapshot.ts';

/** Config, weights, tokenizer and chat template of a model, whole, in one folder. */
export function openHubModel(repo: HubRepo, asking?: Partial<Asking>): Promise<Snapshot> {
  return openSnapshot(repo, chooseModel(repo), asking);
}

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
const index = 'model.safetensors.index.json';

function chooseModel(repo: HubRepo): Choice {
  return async (listing) => {
    const { files } = listing;
    const top = files.filter(({ path }) => !path.includes('/'));
    const names = top.map(({ path }) => path);
    if (!names.includes('config.json'))
      throw new UserError(
        `'${repoText(repo, repo.revision)}' is no model as transformers saves it: it has no config.json`,
        listing.all ? `it has ${listed(names)}` : undefined,
      );
    const weights = await weightsOf(top, listing);
    if (weights.length === 0) throw noWeights(repo, names);
    const isWord = (path: string): boolean =>
      words.includes(path) || /^(additional_chat_templates\/.*|chat_template.*)$/.test(path);
    return [...files.filter(({ path }) => isWord(path)), ...weights];
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
  const text = await readFile(path, 'utf8');
  const { weight_map: map } = JSON.parse(text) as { weight_map?: Record<string, string> };
  return [...new Set(Object.values(map ?? {}))].map((name) => basename(name));
}

function noWeights(repo: HubRepo, names: readonly string[]): UserError {
  const others = names.filter((name) =>
    /\.(bin|pt|pth|gguf|h5|msgpack|onnx|safetensors)$/.test(name),
  );
  return new UserError(
    `'${repoText(repo, repo.revision)}' has no weights that are read here: expected model.safetensors, found ${listed(others)}`,
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
