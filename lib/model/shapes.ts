/**
 * Which tensors a model has: their Hugging Face names and shapes, from its config.
 */
import { architectureName, type Head, type ModelConfig } from './config.ts';

/** Every tensor a model of this config and head must have: name to shape. Refuses a head that its family lacks. */
export function expectedShapes(config: ModelConfig, head: Head): Map<string, readonly number[]> {
  architectureName(config.family, head);
  const { hidden, headDim, intermediate } = config;
  const shapes = new Map<string, readonly number[]>();
  shapes.set('model.embed_tokens.weight', [config.vocab, hidden]);
  for (let layer = 0; layer < config.layers; layer++) {
    const set = (name: string, ...shape: number[]) =>
      shapes.set(`model.layers.${layer}.${name}`, shape);
    attentionShapes(config, set);
    if (config.fused) set('mlp.gate_up_proj.weight', 2 * intermediate, hidden);
    else for (const name of ['gate', 'up']) set(`mlp.${name}_proj.weight`, intermediate, hidden);
    set('mlp.down_proj.weight', hidden, intermediate);
    if (config.mlpBias) {
      for (const name of ['gate', 'up']) set(`mlp.${name}_proj.bias`, intermediate);
      set('mlp.down_proj.bias', hidden);
    }
    for (const name of Object.values(config.norms)) set(`${name}.weight`, hidden);
    if (config.qkNorm)
      for (const [name, heads] of Object.entries({ q: config.heads, k: config.kvHeads }))
        set(`self_attn.${name}_norm.weight`, config.qkNorm === 'all' ? heads * headDim : headDim);
  }
  shapes.set('model.norm.weight', [hidden]);
  if (head === 'reward') shapes.set('score.weight', [1, hidden]);
  else if (!config.tieWordEmbeddings) shapes.set('lm_head.weight', [config.vocab, hidden]);
  return shapes;
}

function attentionShapes(
  config: ModelConfig,
  set: (name: string, ...shape: number[]) => void,
): void {
  const { hidden, headDim } = config;
  const widths = {
    q: config.heads * headDim,
    k: config.kvHeads * headDim,
    v: config.kvHeads * headDim,
  };
  if (config.fused) set('self_attn.qkv_proj.weight', widths.q + widths.k + widths.v, hidden);
  for (const [name, width] of config.fused ? [] : Object.entries(widths)) {
    set(`self_attn.${name}_proj.weight`, width, hidden);
    if (config.attentionBias) set(`self_attn.${name}_proj.bias`, width);
  }
  set('self_attn.o_proj.weight', hidden, widths.q);
  if (config.outputBias) set('self_attn.o_proj.bias', hidden);
}
