/** Repositories for a fake hub, and a client that tries again without waiting. */
import { join } from 'node:path';
import { hubSettings, type HubSettings } from '../../../lib/hub/settings.ts';
import { type FakeHub, type FakeRepo } from './fake-hub.ts';

export const commits = { first: 'a'.repeat(40), second: 'b'.repeat(40) } as const;
export const token = 'hf_verysecret';

const bytes = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed) % 251));

export const weights = bytes(300_000, 7);

const modelFiles = {
  '.gitattributes': Buffer.from('*.safetensors filter=lfs\n'),
  'README.md': Buffer.from('# tiny'),
  'config.json': Buffer.from('{"model_type":"qwen3"}'),
  'generation_config.json': Buffer.from('{}'),
  'chat_template.jinja': Buffer.from('{{ messages }}'),
  'model.safetensors': weights,
  'pytorch_model.bin': bytes(1000, 3),
  'onnx/model.onnx': bytes(1000, 4),
  'tokenizer.json': bytes(2000, 5),
  'tokenizer_config.json': Buffer.from('{}'),
};

const index = {
  weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
};

const shards = {
  'config.json': modelFiles['config.json'],
  'consolidated.safetensors': bytes(2000, 6),
  'model-00001-of-00002.safetensors': bytes(50_000, 1),
  'model-00002-of-00002.safetensors': bytes(60_000, 2),
  'model.safetensors.index.json': Buffer.from(JSON.stringify(index)),
  'tokenizer.json': modelFiles['tokenizer.json'],
};

const repo = (kind: FakeRepo['kind'], id: string, files: Record<string, Buffer>): FakeRepo => ({
  ...{ kind, id },
  refs: { main: commits.first },
  commits: { [commits.first]: files },
});

/** A model in one file, at two commits; one in shards; what is no model; private and gated ones; datasets. */
export const shelf: readonly FakeRepo[] = [
  {
    ...repo('model', 'desk/tiny', modelFiles),
    refs: { main: commits.first, v2: commits.second, 'refs/pr/1': commits.second },
    commits: {
      [commits.first]: modelFiles,
      [commits.second]: { ...modelFiles, 'config.json': Buffer.from('{"model_type":"qwen2"}') },
    },
  },
  repo('model', 'desk/shards', shards),
  repo('model', 'desk/pickle', {
    'config.json': modelFiles['config.json'],
    'pytorch_model.bin': bytes(100, 1),
  }),
  repo('model', 'desk/pictures', { 'model_index.json': Buffer.from('{}') }),
  { ...repo('model', 'desk/private', modelFiles), token },
  { ...repo('model', 'desk/gated', modelFiles), token, gated: true },
  repo('dataset', 'desk/one', {
    'README.md': Buffer.from('# one'),
    'dataset_infos.json': Buffer.from('{}'),
    'rows.jsonl': Buffer.from('{"prompt":"a"}\n{"prompt":"b"}\n'),
  }),
  repo('dataset', 'desk/several', {
    'README.md': Buffer.from('# several'),
    'data/test-00000-of-00002.jsonl': Buffer.from('{"n":1}\n'),
    'data/test-00001-of-00002.jsonl': Buffer.from('{"n":2}\n'),
    'data/train.jsonl': Buffer.from('{"n":3}\n'),
    'more/extra.jsonl': Buffer.from('{"n":4}\n'),
  }),
  repo('dataset', 'desk/script', { 'load.py': Buffer.from('import os') }),
];

/** Settings for a hub and a folder, with three attempts that do not wait. */
export function settingsFor(
  hub: Pick<FakeHub, 'url'>,
  folder: string,
  more: Partial<HubSettings> = {},
): HubSettings {
  const env = { HF_ENDPOINT: hub.url, HF_HOME: join(folder, 'nobody'), HF_HUB_CACHE: folder };
  return { ...hubSettings(env), pausesMs: [0, 0], ...more };
}
