/**
 * Tensors as plain data: a list of nodes, each naming its inputs by their places, so that a graph can be
 * written to a file and built again over other inputs. What is shared stays shared.
 */
import type { DType, Shape } from './kinds.ts';
import type { OpName } from './ops.ts';
import { apply } from './tensor.ts';
import type { Node, Tensor } from './tensor.ts';

/** An output of a node: the node's place in the list, and which of its outputs. */
export type TensorPlace = readonly [node: number, output: number];

export interface WrittenNode {
  op: OpName;
  inputs: readonly TensorPlace[];
  /** Numbers that JSON lacks are texts: 'NaN', 'Infinity', '-Infinity', '-0'. */
  attributes: unknown;
  outputs: readonly { dtype: DType; shape: Shape }[];
}

export interface WrittenGraph {
  /** Each after its inputs. */
  nodes: readonly WrittenNode[];
  outputs: Readonly<Record<string, TensorPlace>>;
}

/** Describes the tensors and all that they are made from. */
export function writeGraph(outputs: Readonly<Record<string, Tensor>>): WrittenGraph {
  const nodes: WrittenNode[] = [];
  const places = new Map<Node, number>();
  const place = ({ node, index }: Tensor): TensorPlace => [write(node), index];
  const write = (node: Node): number => {
    const known = places.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map(place);
    const kinds = node.outputs.map(({ dtype, shape }) => ({ dtype, shape }));
    const attributes = mapNumbers(node.attributes, toJson);
    places.set(node, nodes.length);
    return nodes.push({ op: node.op, inputs, attributes, outputs: kinds }) - 1;
  };
  const named = Object.entries(outputs).map(([name, tensor]) => [name, place(tensor)] as const);
  return { nodes, outputs: Object.fromEntries(named) };
}

/** What stands for an input of this name, given what it was written with; undefined: the input itself. */
export type Substitute = (name: string, inputs: readonly Tensor[]) => readonly Tensor[] | undefined;

/** Builds what `writeGraph` described, with other tensors in place of inputs. */
export function readGraph(
  { nodes, outputs }: WrittenGraph,
  substitute: Substitute = () => undefined,
): Record<string, Tensor> {
  const built: (readonly Tensor[])[] = [];
  const at = ([node, output]: TensorPlace): Tensor => built[node]![output]!;
  for (const { op, inputs, attributes, outputs: kinds } of nodes) {
    const given = inputs.map(at);
    const known = mapNumbers(attributes, fromJson) as { name: string };
    const other = op === 'input' ? substitute(known.name, given) : undefined;
    built.push(other ?? apply(op, given, known as never, kinds));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, place]) => [name, at(place)]));
}

const lacking = new Map<unknown, number>([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

function toJson(value: unknown): unknown {
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return Object.is(value, -0) ? '-0' : String(value);
}

function fromJson(value: unknown): unknown {
  return lacking.get(value) ?? value;
}

/** Attributes are numbers, texts and booleans, in lists and objects. */
function mapNumbers(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapNumbers(item, map));
  if (typeof value !== 'object' || value === null) return map(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapNumbers(item, map)]),
  );
}
