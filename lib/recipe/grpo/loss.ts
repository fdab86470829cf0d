/** GRPO's loss over the completions of a micro-batch (Shao et al. 2024, https://arxiv.org/abs/2402.03300). */
import * as t from '../../graph/ops/elementwise.ts';
import { sum } from '../../graph/ops/reduce.ts';
import { takeAlong } from '../../graph/ops/shape.ts';
import { softmax } from '../../graph/ops/transformer.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Decoder, SymbolicBatch } from '../../model/decoder.ts';
import { klLoss, type KlLossType } from './kl.ts';
import { policyTerms, type Clipping } from './policy-loss.ts';

export interface LossOptions extends Clipping {
  /** What logits are divided by, as when the completions were drawn. */
  temperature: number;
  entropy_coeff: number;
  use_kl_loss: boolean;
  kl_loss_coef: number;
  kl_loss_type: KlLossType;
}

/**
 * Policy loss + kl_loss_coef · KL − entropy_coeff · entropy. Numbers of a read, by name: `targets`,
 * `advantages`, `weights` (what a token counts for, see `tokenWeights`), `old` (absent where the weights
 * have not moved since: the ratio is then 1 and its gradient that of the log-probability), and
 * `reference` where there is a KL term. Losses are aggregated by weight, other metrics over tokens.
 */
export function grpoLoss(
  model: Decoder,
  batch: SymbolicBatch,
  options: LossOptions,
): { loss: Tensor; metrics: Record<string, Tensor> } {
  const { targets, advantages, weights, old, reference } = batch.data as Record<string, Tensor>;
  const logProbs = model.logProbs(batch, targets!, options.temperature);
  const policy = policyTerms(
    logProbs,
    { old: old ?? t.stopGradient(logProbs), advantages: advantages! },
    options,
  );
  const logits = tempered(model.logits(batch), options.temperature);
  const entropies = entropyOf(logits, { targets: targets!, logProbs });
  const kl = reference && klLoss(options.kl_loss_type, logProbs, reference);

  const tokenMean = (x: Tensor): Tensor => t.mul(sum(x), batch.scale);
  const aggregate = (x: Tensor): Tensor => tokenMean(t.mul(x, weights!));
  const pgLoss = aggregate(policy.loss);
  const klTerm = kl && aggregate(kl);
  const withKl =
    options.use_kl_loss && klTerm ? t.add(pgLoss, t.mul(klTerm, options.kl_loss_coef)) : pgLoss;
  const loss =
    options.entropy_coeff === 0
      ? withKl
      : t.sub(withKl, t.mul(aggregate(entropies), options.entropy_coeff));
  return {
    loss,
    metrics: {
      pg_loss: pgLoss,
      ...(klTerm && { kl: klTerm }),
      entropy: tokenMean(entropies),
      clip_fraction: tokenMean(policy.clipped),
      dual_clip_fraction: tokenMean(policy.dualClipped),
      policy_drift: tokenMean(policy.drift),
    },
  };
}

/** Logits [reads, V] as sampling saw them. */
function tempered(logits: Tensor, temperature: number): Tensor {
  return temperature === 1 ? logits : t.mul(logits, 1 / temperature);
}

/**
 * Of the next token's distribution at each read: [reads], in nats. log Σ exp(l) − Σ p·l, the first of which
 * the log-probability of any token tells, so that little is computed in the size of the logits.
 */
function entropyOf(
  logits: Tensor,
  { targets, logProbs }: { targets: Tensor; logProbs: Tensor },
): Tensor {
  const total = t.sub(takeAlong(logits, t.cast(targets, 'int64')), logProbs);
  return t.sub(total, sum(t.mul(softmax(logits), logits), [1]));
}
