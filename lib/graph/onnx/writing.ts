/** The form of an operation's writing as ONNX nodes. */
import type { OpName } from '../ops.ts';
import type { NodeOf, Shape } from '../tensor.ts';
import type { Builder } from './builder.ts';

/**
 * Emits a node whose inputs have these names; returns the names of its outputs, those in use at least:
 * `used` says how many of them, in their order, anything depends on.
 */
export type Writing<K extends OpName> = (
  builder: Builder,
  inputs: readonly string[],
  node: NodeOf<K>,
  used: number,
) => readonly string[];

export type Writings<K extends OpName = OpName> = { readonly [P in K]: Writing<P> };

/** A writing as one standard node without attributes. */
export function plain<K extends OpName>(type: string): Writing<K> {
  return (builder, inputs) => builder.emit(type, inputs);
}

/** Axes as Reshape takes them: 0 keeps an axis, −1 is what remains. */
export function reshapeTarget(from: Shape, to: Shape): number[] {
  return to.map((dim, i) => (typeof dim === 'number' ? dim : dim === from[i] ? 0 : -1));
}
