/** Model folders: written, read back, and refused. */
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseConfig, readConfig } from '../../../lib/model/config.ts';
import type { ModelConfig } from '../../../lib/model/config.ts';
import { resolveModel } from '../../../lib/model/hub.ts';
import { saveModel } from '../../../lib/model/save.ts';
import { expectedShapes, loadWeights } from '../../../lib/model/weights.ts';
import { writeTensors } from '../../../lib/model/write-safetensors.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { writeMicroTokenizer } from '../text/micro-tokenizer.ts';
import { countedWeights, qwen2, qwen3 } from './micro-model.ts';

const root = temporaryFolder();
const folder = join(root, 'causal');
let config: ModelConfig;

beforeAll(async () => {
  mkdirSync(folder);
  await writeMicroTokenizer(folder);
  const text = JSON.stringify(qwen3).replace('1000000', '1000000.0');
  writeFileSync(join(folder, 'config.json'), text);
  config = await readConfig(folder);
  const weights = countedWeights(expectedShapes(config, 'causal'));
  await writeTensors(join(folder, 'model.safetensors'), weights, { type: 'BF16' });
});

describe('expectedShapes', () => {
  test('of Qwen3: q and k norms, tied embeddings', () => {
    const shapes = expectedShapes(config, 'reward');
    expect(shapes.size).toBe(2 * 11 + 3);
    expect(shapes.get('model.layers.1.self_attn.q_proj.weight')).toEqual([16, 8]);
    expect(shapes.get('model.layers.1.self_attn.k_norm.weight')).toEqual([4]);
    expect(shapes.get('score.weight')).toEqual([1, 8]);
    expect(shapes.has('lm_head.weight')).toBe(false);
  });

  test('of Qwen2: biases on q, k and v, an output embedding of its own', () => {
    const shapes = expectedShapes(parseConfig(JSON.stringify(qwen2), 'config.json'), 'causal');
    expect(shapes.size).toBe(12 + 3);
    expect(shapes.get('model.layers.0.self_attn.v_proj.bias')).toEqual([4]);
    expect(shapes.has('model.layers.0.self_attn.o_proj.bias')).toBe(false);
    expect(shapes.get('lm_head.weight')).toEqual([274, 8]);
  });
});

describe('loadWeights', () => {
  test('reads what was written', async () => {
    const weights = await loadWeights(folder, config);
    expect(weights).toEqual(countedWeights(expectedShapes(config, 'causal')));
  });

  test('reads shards', async () => {
    const sharded = join(root, 'sharded');
    mkdirSync(sharded);
    const all = [...countedWeights(expectedShapes(config, 'causal'))];
    const parts = { 'one.safetensors': all.slice(0, 9), 'two.safetensors': all.slice(9) };
    for (const [name, part] of Object.entries(parts))
      await writeTensors(join(sharded, name), new Map(part));
    const map = Object.entries(parts).flatMap(([file, part]) => part.map(([name]) => [name, file]));
    const index = join(sharded, 'model.safetensors.index.json');
    writeFileSync(index, JSON.stringify({ weight_map: Object.fromEntries(map) as unknown }));
    expect(await loadWeights(sharded, config)).toEqual(new Map(all));
    writeFileSync(index, JSON.stringify({ weight_map: { a: 'one.safetensors', b: '../three' } }));
    expect(await refusal(() => loadWeights(sharded, config), root)).toBe(
      "model folder 'sharded' lacks weight files that model.safetensors.index.json names: three",
    );
  });

  test('makes a reward head that is missing, the same for a seed, and says so', async () => {
    const notices: string[] = [];
    const notice = (sentence: string): void => void notices.push(sentence.replace(`${root}/`, ''));
    const make = async (seed: number) =>
      (await loadWeights(folder, config, { head: 'reward', seed, notice })).get('score.weight');
    const head = await make(1);
    expect(head).toMatchObject({ shape: [1, 8] });
    expect(head!.data[0]).toBeCloseTo(0.04581226, 7);
    expect(await make(1)).toEqual(head);
    expect(await make(2)).not.toEqual(head);
    expect(notices[0]).toBe(
      "'causal' has no reward head: made score.weight [1, 8] from normal(0, 0.02), seed 1",
    );
  });

  test('refuses names and shapes that do not match, all at once', async () => {
    const other = { ...config, layers: 1, vocab: 300, tieWordEmbeddings: false };
    const sentence = await refusal(() => loadWeights(folder, other), root);
    const lines = sentence.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      "weights of 'causal' do not match its config.json",
      '  model.embed_tokens.weight: expected [300, 8], found [274, 8]',
      '  lm_head.weight: expected [300, 8], found nothing',
      '  model.layers.1.input_layernorm.weight: expected nothing, found [8]',
    ]);
    expect(lines.at(-1)).toBe('  and 3 more');
  });

  test('refuses a folder without weights', async () => {
    const bare = join(root, 'bare');
    mkdirSync(bare);
    copyFileSync(join(folder, 'config.json'), join(bare, 'config.json'));
    expect(await refusal(() => loadWeights(bare, config), root)).toBe(
      "model folder 'bare' has no weights: expected model.safetensors, found config.json",
    );
    writeFileSync(join(bare, 'pytorch_model.bin'), '');
    expect(await refusal(() => loadWeights(bare, config), root)).toBe(
      "model folder 'bare' has no weights: expected model.safetensors, found config.json, pytorch_model.bin\n" +
        '  pytorch_model.bin is not read; save it again with model.save_pretrained(folder, safe_serialization=True)',
    );
  });
});

describe('saveModel', () => {
  test('writes a folder that loads as a reward model', async () => {
    const target = join(root, 'saved');
    const weights = await loadWeights(folder, config, { head: 'reward' });
    await saveModel(target, { config, weights, from: folder, head: 'reward' });
    expect(readdirSync(target).sort()).toEqual([
      'chat_template.jinja',
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const saved = await readConfig(target);
    expect(saved.raw).toEqual({
      ...qwen3,
      architectures: ['Qwen3ForSequenceClassification'],
      dtype: 'float32',
      id2label: { 0: 'LABEL_0' },
      label2id: { LABEL_0: 0 },
    });
    expect(readFileSync(join(target, 'config.json'), 'utf8')).toContain('"rope_theta": 1000000.0,');
    expect(await loadWeights(target, saved)).toEqual(weights);
  });

  test('keeps the older spelling of dtype, and adds a padding id', async () => {
    const target = join(root, 'older');
    const older = parseConfig(JSON.stringify(qwen2), 'config.json');
    const weights = countedWeights(expectedShapes(older, 'reward'));
    await saveModel(target, { config: older, weights, from: folder, dtype: 'float16', padId: 270 });
    const saved = await readConfig(target);
    expect(saved.raw).toMatchObject({ torch_dtype: 'float16', pad_token_id: 270 });
    expect(saved.raw).not.toHaveProperty('dtype');
    expect(await loadWeights(target, saved)).toEqual(weights);
  });
});

describe('resolveModel', () => {
  test('gives the folder', async () => {
    expect(await resolveModel(folder)).toBe(folder);
  });

  test.each([
    ['causl', `no model 'causl': there is no folder causl\n  did you mean 'causal'?`],
    [
      'nowhere-near',
      "no model 'nowhere-near': there is no folder nowhere-near\n" +
        '  name a folder with config.json, model.safetensors and tokenizer.json, or ORG/NAME of the Hugging Face hub',
    ],
    [
      'causal/config.json',
      "'causal/config.json' is a file; a model is a folder with a config.json",
    ],
  ])('refuses %s', async (name, sentence) => {
    expect(await refusal(() => resolveModel(join(root, name)), root)).toBe(sentence);
  });

  test('names the models inside a folder that is none', async () => {
    const run = join(root, 'run');
    mkdirSync(join(run, 'final'), { recursive: true });
    writeFileSync(join(run, 'final', 'config.json'), '{}');
    expect(await refusal(() => resolveModel(run), root)).toBe(
      "'run' is not a model folder: it has no config.json\n  it holds model folders: run/final",
    );
  });
});
