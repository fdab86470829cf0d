/**
 * Tensors as immutable descriptions: an operation, its inputs, a type, and a shape whose axes are
 * numbers or names of lengths known only at run time. Nothing here computes.
 */
import type { DType, Shape } from './kinds.ts';
import type { OpName, Ops } from './ops.ts';

export type { Dim, DType, Shape } from './kinds.ts';

export interface Tensor {
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly index: number;
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface NodeOf<K extends OpName> {
  readonly op: K;
  readonly inputs: readonly Tensor[];
  readonly attributes: Ops[K];
  readonly outputs: readonly Tensor[];
}
export type Node = { [K in OpName]: NodeOf<K> }[OpName];

/** Type and shape of an output to be. */
export interface Kind {
  dtype: DType;
  shape: Shape;
}

/** Makes a node; its outputs are tensors of the given kinds. */
export function apply<K extends OpName>(
  op: K,
  inputs: readonly Tensor[],
  attributes: Ops[K],
  kinds: readonly Kind[],
): readonly Tensor[] {
  const outputs: Tensor[] = [];
  const node = { op, inputs, attributes, outputs } as unknown as Node;
  kinds.forEach(({ dtype, shape }, index) => outputs.push({ node, index, dtype, shape }));
  return outputs;
}

/** Makes a node of one output. */
export function applyOne<K extends OpName>(
  op: K,
  inputs: readonly Tensor[],
  attributes: Ops[K],
  kind: Kind,
): Tensor {
  return apply(op, inputs, attributes, [kind])[0]!;
}

/** A placeholder that every run is fed under its name. */
export function input(name: string, dtype: DType, shape: Shape): Tensor {
  return applyOne('input', [], { name }, { dtype, shape });
}

/** A float32 weight by its name. */
export function parameter(name: string, shape: readonly number[]): Tensor {
  return stackedParameters([{ name, shape }]);
}

/** Weights seen as one along their first axis, e.g. q, k and v as one matrix. They must agree in the other axes. */
export function stackedParameters(
  parts: readonly { name: string; shape: readonly number[] }[],
): Tensor {
  const rows = parts.map((part) => part.shape[0]!);
  const shape = [rows.reduce((a, b) => a + b, 0), ...parts[0]!.shape.slice(1)];
  const names = parts.map((part) => part.name);
  return applyOne('parameter', [], { names, rows }, { dtype: 'float32', shape });
}

export function constant(
  data: readonly number[],
  shape: readonly number[],
  dtype: DType = 'float32',
): Tensor {
  return applyOne('constant', [], { data }, { dtype, shape });
}

export function scalar(value: number, dtype: DType = 'float32'): Tensor {
  return constant([value], [], dtype);
}

export function rank(tensor: Tensor): number {
  return tensor.shape.length;
}

/** A refusal at the time a graph is built: the shapes that an operation cannot take. */
export function shapeError(op: string, problem: string, ...tensors: readonly Tensor[]): Error {
  const shapes = tensors.map((t) => `${t.dtype} [${t.shape.join(', ')}]`).join(' and ');
  return new Error(`${op}: ${problem}, got ${shapes}`);
}
