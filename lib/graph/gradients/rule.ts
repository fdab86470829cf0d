/** The form of an operation's gradient. */
import type { OpName } from '../ops.ts';
import type { NodeOf, Tensor } from '../tensor.ts';

/**
 * From the loss's gradients by a node's outputs (at least one is there; absent means zero) to those by
 * its inputs, as graph expressions in the inputs' shapes. Absent means zero, or not differentiable.
 */
export type Rule<K extends OpName> = (
  node: NodeOf<K>,
  grads: readonly (Tensor | undefined)[],
) => readonly (Tensor | undefined)[];

export type Rules<K extends OpName = OpName> = { readonly [P in K]: Rule<P> };

/** The gradient by the only output that a loss can have used. */
export function only(op: string, grads: readonly (Tensor | undefined)[]): Tensor {
  if (!grads[0] || grads.slice(1).some((grad) => grad))
    throw new Error(`${op}: only its first output has a gradient`);
  return grads[0];
}
