/** Writes tensors and all they are made from as one ONNX model. */
import { isInput, isParameter, nodesOf } from '../graph.ts';
import type { Node, NodeOf, Tensor } from '../tensor.ts';
import { createBuilder } from './builder.ts';
import type { Builder } from './builder.ts';
import { elementwiseWritings } from './elementwise.ts';
import { shapeWritings } from './shape.ts';
import { transformerWritings } from './transformer.ts';
import type { Writing, Writings } from './writing.ts';

const writings: Writings = {
  input: (builder, _, node) => {
    const { name } = node.attributes;
    builder.input(name, node.outputs[0]!.dtype);
    return [name];
  },
  parameter: (builder, _, node) => {
    const name = parameterInput(node);
    builder.input(name, 'float32');
    return [name];
  },
  constant: (builder, _, node) => {
    const { dtype, shape } = node.outputs[0]!;
    return [builder.constant(node.attributes.data, shape as readonly number[], dtype)];
  },
  ...elementwiseWritings,
  ...shapeWritings,
  ...transformerWritings,
};

export interface OnnxModel {
  bytes: Uint8Array;
  /** The inputs that the outputs depend on. */
  inputs: readonly string[];
  parameters: readonly NodeOf<'parameter'>[];
}

/** What is no input of the model: the caller adds it as an initializer of the name that it would have. */
export interface Within {
  parameters?: boolean;
  /** Inputs, by name. */
  inputs?: readonly string[];
}

/**
 * Inputs keep their names and take any lengths, so that a [1, 1] zero may stand for a matrix of them;
 * parameters become inputs named by `parameterInput`.
 */
export function writeOnnx(
  outputs: Readonly<Record<string, Tensor>>,
  within: Within = {},
): OnnxModel {
  const builder = createBuilder();
  const nodes = nodesOf(Object.values(outputs));
  const names = new Map<Tensor, string>();
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...Object.values(outputs)]);
  for (const node of nodes) {
    const name = nameWithin(node, within);
    if (name === undefined) write(builder, node, { names, used });
    else names.set(node.outputs[0]!, name);
  }
  for (const [name, tensor] of Object.entries(outputs))
    builder.output(name, names.get(tensor)!, tensor.dtype);
  return {
    bytes: builder.encode(),
    inputs: nodes.filter(isInput).map((node) => node.attributes.name),
    parameters: nodes.filter(isParameter),
  };
}

function nameWithin(node: Node, { parameters, inputs }: Within): string | undefined {
  if (isParameter(node)) return parameters ? parameterInput(node) : undefined;
  return isInput(node) ? inputs?.find((name) => name === node.attributes.name) : undefined;
}

export function parameterInput(node: NodeOf<'parameter'>): string {
  return node.attributes.names.join('|');
}

interface Written {
  names: Map<Tensor, string>;
  /** The tensors that anything depends on. */
  used: ReadonlySet<Tensor>;
}

function write(builder: Builder, node: Node, { names, used }: Written): void {
  const count = 1 + node.outputs.findLastIndex((output) => used.has(output));
  const inputs = node.inputs.map((tensor) => names.get(tensor) ?? '');
  const writing: Writing<never> = writings[node.op];
  writing(builder, inputs, node as never, count).forEach((name, i) => {
    const output = node.outputs[i];
    if (output) names.set(output, name);
  });
}
