/**
 * A graph as ONNX models: one that infers, and one that also adds the gradients onto accumulators, which
 * are inputs and outputs over the same memory.
 */
import type { Graph } from '../../graph/graph.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import type { OnnxModel } from '../../graph/onnx/write.ts';
import { add } from '../../graph/ops/elementwise.ts';
import { gemm } from '../../graph/ops/linear.ts';
import { input } from '../../graph/tensor.ts';
import type { Tensor } from '../../graph/tensor.ts';

export interface GradientModel extends OnnxModel {
  accumulators: { names: readonly string[]; input: string; output: string }[];
  /** Rows that the caller adds to a parameter's gradient: `rows` [R, …] at `ids` [R]. */
  sparse: { names: readonly string[]; rows: string; ids: string }[];
}

export function inferenceModel(graph: Graph): OnnxModel {
  return writeOnnx(graph.outputs);
}

export function gradientModel(graph: Graph): GradientModel {
  const accumulators: GradientModel['accumulators'] = [];
  const sparse: GradientModel['sparse'] = [];
  const outputs: Record<string, Tensor> = { ...graph.outputs };
  for (const [parameter, gradient] of graph.gradients ?? []) {
    if (parameter.node.op !== 'parameter') throw new Error('gradients are kept of parameters only');
    const { names } = parameter.node.attributes;
    const key = names.join('|');
    const onto = input(`sum.${key}`, 'float32', parameter.shape);
    const added = addOnto(onto, gradient);
    for (const [i, { rows, ids }] of added.sparse.entries()) {
      const at = { names, rows: `rows.${i}.${key}`, ids: `ids.${i}.${key}` };
      sparse.push(at);
      outputs[at.rows] = rows;
      outputs[at.ids] = ids;
    }
    if (added.dense === onto) continue;
    accumulators.push({ names, input: `sum.${key}`, output: `next.${key}` });
    outputs[`next.${key}`] = added.dense;
  }
  const model = writeOnnx(outputs);
  const fed = new Set(accumulators.map((accumulator) => accumulator.input));
  const inputs = model.inputs.filter((name) => !fed.has(name));
  return { ...model, inputs, accumulators, sparse };
}

interface Added {
  dense: Tensor;
  sparse: { rows: Tensor; ids: Tensor }[];
}

/** The accumulator plus a gradient: through the third input of its products, rows left to the caller. */
function addOnto(onto: Tensor, gradient: Tensor): Added {
  const { node } = gradient;
  if (node.op === 'scatterRows')
    return { dense: onto, sparse: [{ rows: node.inputs[0]!, ids: node.inputs[1]! }] };
  if (node.op === 'add') {
    const left = addOnto(onto, node.inputs[0]!);
    const right = addOnto(left.dense, node.inputs[1]!);
    return { dense: right.dense, sparse: [...left.sparse, ...right.sparse] };
  }
  if (node.op !== 'gemm') return { dense: add(gradient, onto), sparse: [] };
  const [a, b, plus] = node.inputs as [Tensor, Tensor, Tensor | undefined];
  const before = plus ? addOnto(onto, plus) : { dense: onto, sparse: [] };
  return { ...before, dense: gemm(a, b, { ...node.attributes, plus: before.dense }) };
}
