/** Reverse-mode differentiation: from a loss to its gradients, as a graph of the same operations. */
import { elementwiseGradients } from './gradients/elementwise.ts';
import { linearGradients } from './gradients/linear.ts';
import type { Rule, Rules } from './gradients/rule.ts';
import { shapeGradients } from './gradients/shape.ts';
import { transformerGradients } from './gradients/transformer.ts';
import { nodesOf } from './graph.ts';
import { add } from './ops/elementwise.ts';
import { gemm } from './ops/linear.ts';
import type { OpName } from './ops.ts';
import { scalar, shapeError } from './tensor.ts';
import type { Node, Tensor } from './tensor.ts';

const none = (): [] => [];
const rules: Rules = {
  input: none,
  parameter: none,
  constant: none,
  ...elementwiseGradients,
  ...shapeGradients,
  ...linearGradients,
  ...transformerGradients,
};

/** The gradient of a scalar by each tensor; tensors that it does not depend on are left out. */
export function differentiate(loss: Tensor, by: Iterable<Tensor>): Map<Tensor, Tensor> {
  if (loss.shape.length > 0) throw shapeError('differentiate', 'expected a scalar', loss);
  const wanted = new Set(by);
  const order = nodesOf([loss]);
  const active = nodesDependingOn(wanted, order);
  const grads = new Map<Tensor, Tensor>([[loss, scalar(1)]]);
  for (const node of order.reverse()) {
    const own = node.outputs.map((output) => grads.get(output));
    if (!active.has(node) || own.every((grad) => !grad)) continue;
    rule(node)(node, own).forEach((grad, i) => {
      const target = node.inputs[i]!;
      if (!grad || !(wanted.has(target) || active.has(target.node))) return;
      const before = grads.get(target);
      grads.set(target, before ? plus(grad, before, own.includes(grad)) : grad);
    });
  }
  const found = [...wanted].filter((tensor) => grads.has(tensor));
  return new Map(found.map((tensor) => [tensor, grads.get(tensor)!]));
}

function nodesDependingOn(wanted: ReadonlySet<Tensor>, order: readonly Node[]): Set<Node> {
  const active = new Set<Node>();
  for (const node of order)
    if (node.inputs.some((input) => wanted.has(input) || active.has(input.node))) active.add(node);
  return active;
}

function rule<K extends OpName>(node: Node & { op: K }): Rule<K> {
  return rules[node.op];
}

/** Adds through a fresh product's third input where there is one: the sum then costs no pass of its own. */
function plus(fresh: Tensor, before: Tensor, shared: boolean): Tensor {
  const { node } = fresh;
  if (node.op !== 'gemm' || node.inputs.length === 3 || shared) return add(fresh, before);
  return gemm(node.inputs[0]!, node.inputs[1]!, { ...node.attributes, plus: before });
}
