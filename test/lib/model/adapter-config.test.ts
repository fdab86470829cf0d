/** What adapter_config.json may say, and the sentences for what it may not. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { adapterText, parseAdapter, scaleOf } from '../../../lib/model/adapter-config.ts';
import { refusal } from '../refusal.ts';

const written = JSON.parse(
  readFileSync('test/fixtures/parity/qwen3-micro/lora/adapter_config.json', 'utf8'),
) as Record<string, unknown>;
const parse = (more: object) =>
  parseAdapter(JSON.stringify({ ...written, ...more }), 'adapter_config.json');

test('as peft writes it', () => {
  const adapter = parse({});
  const targets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
  expect(adapter).toEqual({
    ...{ head: 'reward', base: 'test/fixtures/parity/qwen3-micro' },
    lowRank: { r: 4, alpha: 8, targets },
  });
  expect(scaleOf(adapter.lowRank)).toBe(2);
  expect(scaleOf(parse({ use_rslora: true }).lowRank)).toBe(4);
  expect(parse({ lora_dropout: 0.1 }).lowRank.dropout).toBe(0.1);
  const some = parse({ target_modules: ['v_proj', 'self_attn.q_proj'] });
  expect(some.lowRank.targets).toEqual(['q_proj', 'v_proj']);
});

test('what is written is read again', () => {
  const adapter = parse({ use_rslora: true, revision: 'v1', task_type: 'CAUSAL_LM' });
  expect(parseAdapter(adapterText(adapter), 'adapter_config.json')).toEqual(adapter);
});

test('features that change what an adapter computes are refused, all at once', async () => {
  const other = {
    ...{ use_dora: true, bias: 'all', rank_pattern: { q_proj: 8 }, layers_to_transform: [0] },
    ...{ modules_to_save: ['lm_head'], init_lora_weights: 'pissa', some_day: 'new' },
    ...{ target_modules: ['q_proj', 'model.embed_tokens'], task_type: 'TOKEN_CLS' },
  };
  expect(await refusal(() => parse(other))).toMatchInlineSnapshot(`
    "cannot use adapter_config.json
      target_modules: expected "all-linear" or some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, qkv_proj, gate_up_proj, found ["model.embed_tokens"]
      modules_to_save: expected null or "score", found ["lm_head"]
      task_type: expected CAUSAL_LM or SEQ_CLS, found "TOKEN_CLS"
      init_lora_weights: expected true, false, "gaussian", "orthogonal" or "eva", found "pissa"
      bias: "all" is not supported
      layers_to_transform: [0] is not supported
      rank_pattern: {"q_proj":8} is not supported
      use_dora: true is not supported
      some_day: "new" is not supported"
  `);
  expect(await refusal(() => parse({ peft_type: 'IA3', r: 0 }))).toMatchInlineSnapshot(`
    "cannot use adapter_config.json
      peft_type: expected "LORA", found "IA3"
      r: expected a whole number above 0, found 0"
  `);
  expect(await refusal(() => parse({ target_modules: '.*_proj' }))).toMatchInlineSnapshot(`
    "cannot use adapter_config.json
      target_modules: expected "all-linear" or some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, qkv_proj, gate_up_proj, found ".*_proj""
  `);
  expect(await refusal(() => parseAdapter('[]', 'a.json'))).toMatchInlineSnapshot(
    `"a.json should hold one JSON object, found []"`,
  );
});
