/** What config.json may say, and the sentences for what it may not. */
import { describe, expect, test } from 'vitest';
import { architectureName, parseConfig, readConfig } from '../../../lib/model/config.ts';
import { refusal } from '../refusal.ts';
import { temporaryFolder } from '../temporary.ts';
import { qwen2, qwen3 } from './micro-model.ts';

const parse = (raw: object) => parseConfig(JSON.stringify(raw), 'config.json');

describe('config.json', () => {
  test('of Qwen3 in the spelling of transformers 5', () => {
    const { raw, ...config } = parse(qwen3);
    expect(raw).toEqual(qwen3);
    expect(config).toEqual({
      family: 'qwen3',
      head: 'causal',
      hidden: 8,
      layers: 2,
      heads: 4,
      kvHeads: 2,
      headDim: 4,
      intermediate: 12,
      vocab: 274,
      rmsEps: 1e-6,
      sights: [{ rope: { kind: 'default', theta: 1000000 } }],
      sightOf: [0, 0],
      dtype: 'bfloat16',
      tieWordEmbeddings: true,
      attentionBias: false,
      outputBias: false,
      mlpBias: false,
      embeddingScale: 1,
      attentionScale: 0.5,
      residualScale: 1,
      logitScale: 1,
      norms: { beforeAttention: 'input_layernorm', beforeMlp: 'post_attention_layernorm' },
      qkNorm: 'head',
      maxPositions: 128,
      initializerRange: 0.02,
      padId: 270,
      eosIds: [272],
    });
  });

  test('of Qwen2 in the spelling of transformers 4', () => {
    const config = parse(qwen2);
    expect(config.qkNorm).toBeUndefined();
    expect(config).toMatchObject({
      family: 'qwen2',
      head: 'reward',
      headDim: 2,
      kvHeads: 2,
      sights: [{ rope: { kind: 'default', theta: 10000 } }],
      dtype: 'float16',
      attentionBias: true,
      outputBias: false,
      tieWordEmbeddings: false,
      eosIds: [272, 270],
    });
  });

  test('attention_bias of Qwen3 is a bias on the output too', () => {
    expect(parse({ ...qwen3, attention_bias: true })).toMatchObject({
      attentionBias: true,
      outputBias: true,
    });
  });

  test('defaults are those of transformers', () => {
    const optional = ['head_dim', 'num_key_value_heads', 'rope_parameters'];
    const rest = Object.entries(qwen3).filter(([key]) => !optional.includes(key));
    expect(parse(Object.fromEntries(rest))).toMatchObject({
      headDim: 128,
      kvHeads: 4,
      sights: [{ rope: { kind: 'default', theta: 10000 } }],
    });
  });

  test('a family reads the keys that it has', () => {
    const all = { attention_bias: true, mlp_bias: true, sliding_window: 16, hidden_size: 16 };
    const of = (name: string) =>
      parse({ ...qwen3, ...all, head_dim: undefined, architectures: [`${name}ForCausalLM`] });
    expect(of('Llama')).toMatchObject({ headDim: 4, mlpBias: true, outputBias: true });
    expect(of('Llama').sights[0]).not.toHaveProperty('window');
    expect(of('Mistral')).toMatchObject({ headDim: 4, mlpBias: false, attentionBias: false });
    expect(of('Mistral').sights[0]!.window).toBe(16);
    expect(of('Qwen2')).toMatchObject({ attentionBias: true, outputBias: false, mlpBias: false });
  });

  test('layers of Gemma that see a window, in the spellings of transformers 4 and 5', () => {
    const gemma3 = {
      ...qwen3,
      layer_types: undefined,
      architectures: ['Gemma3ForCausalLM'],
      hidden_act: undefined,
      hidden_activation: 'gelu_pytorch_tanh',
      num_hidden_layers: 3,
      query_pre_attn_scalar: 16,
      sliding_window: 32,
    };
    const full = { rope: { kind: 'linear', factor: 8, theta: 1000000 } };
    const local = { rope: { kind: 'default', theta: 10000 }, window: 32 };
    const older = {
      ...{ rope_parameters: undefined, rope_scaling: { rope_type: 'linear', factor: 8 } },
      ...{ rope_theta: 1000000, rope_local_base_freq: 10000, sliding_window_pattern: 2 },
    };
    expect(parse({ ...gemma3, ...older })).toMatchObject({
      ...{ sights: [local, full], sightOf: [0, 1, 0], attentionScale: 0.25 },
      ...{ embeddingScale: Math.sqrt(8), tieWordEmbeddings: true },
    });
    const newer = {
      layer_types: ['full_attention', 'full_attention', 'sliding_attention'],
      rope_parameters: {
        full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1000000 },
        sliding_attention: { rope_type: 'default', rope_theta: 10000 },
      },
    };
    expect(parse({ ...gemma3, ...newer })).toMatchObject({
      ...{ sights: [full, local], sightOf: [0, 0, 1] },
    });
  });

  test('rope scaling of Llama 3.1 in the spelling of transformers 4', () => {
    const scaling = {
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    };
    const raw = {
      ...qwen3,
      rope_parameters: undefined,
      architectures: ['LlamaForCausalLM'],
      rope_theta: 500000,
      rope_scaling: { ...scaling, rope_type: 'llama3' },
    };
    expect(parse(raw).sights).toEqual([{ rope: { kind: 'llama3', theta: 500000, ...scaling } }]);
  });

  test('architectures have names', () => {
    expect(architectureName('qwen2', 'reward')).toBe('Qwen2ForSequenceClassification');
    expect(architectureName('qwen3', 'causal')).toBe('Qwen3ForCausalLM');
  });
});

const supported =
  'supported: gemma2, gemma3_text, granite, llama, mistral, olmo2, phi3, qwen2, qwen3, each as …ForCausalLM or …ForSequenceClassification';
const refused: [what: string, raw: object, sentence: string][] = [
  [
    'another architecture',
    { architectures: ['GPT2LMHeadModel'], model_type: 'gpt2' },
    `unsupported model 'GPT2LMHeadModel' (model_type 'gpt2') in config.json; ${supported}`,
  ],
  [
    'no architecture',
    { model_type: 'bert' },
    `unsupported model (model_type 'bert') in config.json; ${supported}`,
  ],
  [
    'several problems at once',
    {
      ...qwen3,
      hidden_size: '8',
      vocab_size: 0,
      num_hidden_layers: undefined,
      torch_dtype: 'int8',
    },
    'cannot use config.json\n' +
      '  hidden_size: expected a whole number above 0, found "8"\n' +
      '  num_hidden_layers: expected a whole number above 0, found nothing\n' +
      '  vocab_size: expected a whole number above 0, found 0\n' +
      '  torch_dtype: expected float32, float16 or bfloat16, found "int8"',
  ],
  [
    'rope scaling, and a sliding window',
    { ...qwen3, rope_scaling: { type: 'dynamic', factor: 4 }, use_sliding_window: true },
    'cannot use config.json\n' +
      '  use_sliding_window: layers of this family that see a window are not supported; supported: full attention\n' +
      '  rope_scaling: rope scaling "dynamic" is not supported; supported: "default" (none), "linear", "llama3", "yarn"',
  ],
  [
    'rope scaling that lacks a number, and heads that turn in part',
    {
      ...qwen3,
      rope_parameters: {
        ...{ rope_type: 'llama3', rope_theta: 0, factor: '8', low_freq_factor: 1 },
        partial_rotary_factor: 0.5,
      },
    },
    'cannot use config.json\n' +
      '  rope_parameters.factor: expected a number above 0, found "8"\n' +
      '  rope_parameters.high_freq_factor: expected a number above 0, found nothing\n' +
      '  rope_parameters.rope_theta: expected a number above 0, found 0\n' +
      '  rope_parameters.partial_rotary_factor: expected 1 (all of a head turns), found 0.5',
  ],
  [
    'another activation, two labels',
    { ...qwen2, hidden_act: 'gelu', id2label: { 0: 'bad', 1: 'good' } },
    'cannot use config.json\n' +
      '  hidden_act: expected "silu", found "gelu"\n' +
      '  num_labels: a reward model has 1 label, found 2',
  ],
  [
    'what Gemma may say and we do not compute',
    {
      ...qwen3,
      architectures: ['Gemma2ForCausalLM'],
      hidden_activation: 'gelu',
      use_bidirectional_attention: true,
      layer_types: ['chunked_attention'],
    },
    'cannot use config.json\n' +
      '  layer_types.0: expected "full_attention" or "sliding_attention", found "chunked_attention"\n' +
      '  use_bidirectional_attention: expected false: a token sees none that come after it, found true\n' +
      '  hidden_activation: expected "gelu_pytorch_tanh", found "gelu"',
  ],
  [
    'longrope of Phi',
    {
      ...qwen3,
      architectures: ['Phi3ForCausalLM'],
      rope_scaling: { type: 'longrope', short_factor: [1], long_factor: [2] },
    },
    'cannot use config.json\n' +
      '  rope_scaling: rope scaling "longrope" is not supported; supported: "default" (none)',
  ],
  [
    'heads that turn in part, said apart',
    { ...qwen3, architectures: ['Phi3ForCausalLM'], partial_rotary_factor: 0.75 },
    'cannot use config.json\n' +
      '  rope_parameters.partial_rotary_factor: expected 1 (all of a head turns), found 0.75',
  ],
  [
    'a type for too few layers',
    {
      ...qwen3,
      architectures: ['Gemma2ForCausalLM'],
      hidden_act: 'gelu_pytorch_tanh',
      layer_types: ['full_attention'],
    },
    'cannot use config.json\n' + '  layer_types: expected one for each of 2 layers, found 1',
  ],
  [
    'heads that do not divide',
    { ...qwen3, num_key_value_heads: 3 },
    'cannot use config.json\n' +
      '  num_key_value_heads: expected a divisor of num_attention_heads (4), found 3',
  ],
];

test.each(refused)('refuses %s', async (_, raw, sentence) => {
  expect(await refusal(() => parse(raw))).toBe(sentence);
});

test('refuses what is no JSON object, and a folder without the file', async () => {
  expect(await refusal(() => parseConfig('[1]', 'config.json'))).toBe(
    'config.json should hold one JSON object, found [1]',
  );
  expect(await refusal(() => parseConfig('{', 'config.json'))).toMatch(
    /^config\.json is not JSON: /,
  );
  const folder = temporaryFolder();
  expect(await refusal(() => readConfig(folder), folder)).toBe(
    "no config.json in model folder '.'\n" +
      '  a model is a Hugging Face folder: config.json, model.safetensors, tokenizer.json',
  );
});
