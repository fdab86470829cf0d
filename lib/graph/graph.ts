/**
 * A graph is what an executor compiles: named outputs, and optionally the gradients that a run adds up.
 * Its inputs and parameters are those that the outputs are made from.
 */
import type { Node, NodeOf, Tensor } from './tensor.ts';

export interface Graph {
  /** What a run returns, by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Parameter to the gradient of the loss by it, in the parameter's shape; absent: inference only. */
  readonly gradients?: ReadonlyMap<Tensor, Tensor>;
}

/** Every node that the tensors are made from, each after its inputs. */
export function nodesOf(tensors: Iterable<Tensor>): Node[] {
  const order = new Set<Node>();
  const pending: { node: Node; next: number }[] = [];
  for (const tensor of tensors) {
    pending.push({ node: tensor.node, next: 0 });
    while (pending.length > 0) {
      const top = pending.at(-1)!;
      const next = order.has(top.node) ? undefined : computedFrom(top.node)[top.next++];
      if (next) pending.push({ node: next.node, next: 0 });
      else order.add(pending.pop()!.node);
    }
  }
  return [...order];
}

/** The inputs that matter to the values of a node. */
function computedFrom(node: Node): readonly Tensor[] {
  return node.op === 'concat' ? node.inputs.slice(0, -1) : node.inputs;
}

export function isParameter(node: Node): node is NodeOf<'parameter'> {
  return node.op === 'parameter';
}

export function isInput(node: Node): node is NodeOf<'input'> {
  return node.op === 'input';
}
