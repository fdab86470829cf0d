/** Gathers the nodes and constants of an ONNX model and encodes them. Knows protobuf, not our language. */
import onnxProto from 'onnx-proto';
import type { onnx } from 'onnx-proto';
import type { DType } from '../tensor.ts';

const { AttributeProto, ModelProto } = onnxProto.onnx;

/** Operations outside the standard that onnxruntime has on every device. */
export const contrib = 'com.microsoft';

export const dataTypes: Record<DType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

export type OnnxAttribute = number | { float: number } | { string: string } | readonly number[];

export interface EmitOptions {
  attributes?: Readonly<Record<string, OnnxAttribute>>;
  domain?: string;
  /** Number of outputs, 1 by default. */
  outputs?: number;
}

export interface Builder {
  /** Adds a node unless there is an equal one; an input of '' is left out. Returns the names of its outputs. */
  emit(type: string, inputs: readonly string[], options?: EmitOptions): string[];
  /** The name of a constant; equal ones are stored once. */
  constant(data: readonly number[], shape: readonly number[], dtype: DType): string;
  /** The name of an int64 vector. */
  ints(...values: readonly number[]): string;
  /** An input of any shape; its consumers say what they take. */
  input(name: string, dtype: DType): void;
  /** Gives a value the name of an output of the model. */
  output(name: string, value: string, dtype: DType): void;
  encode(): Uint8Array;
}

export function createBuilder(): Builder {
  const node: onnx.INodeProto[] = [];
  const input: onnx.IValueInfoProto[] = [];
  const output: onnx.IValueInfoProto[] = [];
  const constants = new Map<string, onnx.ITensorProto>();
  const emitted = new Map<string, string[]>();
  const builder: Builder = {
    emit(type, inputs, { attributes = {}, domain = '', outputs = 1 } = {}) {
      const key = JSON.stringify([type, inputs, attributes, outputs]);
      const known = emitted.get(key);
      if (known) return known;
      const name = `${type}_${node.length}`;
      const names = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}_${i}`));
      emitted.set(key, names);
      const attribute = Object.entries(attributes).map(([key, value]) => toAttribute(key, value));
      node.push({ name, opType: type, domain, input: [...inputs], output: names, attribute });
      return names;
    },
    constant(data, shape, dtype) {
      const key = `${dtype}[${shape.join()}]${data.join()}`;
      const known = constants.get(key);
      const name = known?.name ?? `constant_${constants.size}`;
      if (!known) constants.set(key, toTensor(name, data, shape, dtype));
      return name;
    },
    ints: (...values) => builder.constant(values, [values.length], 'int64'),
    input: (name, dtype) => void input.push(valueInfo(name, dtype)),
    output(name, value, dtype) {
      node.push({ name, opType: 'Identity', input: [value], output: [name] });
      output.push(valueInfo(name, dtype));
    },
    encode: () =>
      encodeModel({
        name: 'graph',
        node: renamed(node),
        input,
        output,
        initializer: [...constants.values()],
      }),
  };
  return builder;
}

/**
 * Lets the node that makes a value write it under the output's name instead of copying it, so that an
 * accumulator can be its own output. A value that is itself an input, a constant or already an output
 * keeps its copy.
 */
function renamed(nodes: readonly onnx.INodeProto[]): onnx.INodeProto[] {
  const made = new Set(nodes.filter((n) => n.opType !== 'Identity').flatMap((n) => n.output!));
  const names = new Map<string, string>();
  const kept = nodes.filter(({ opType, input, output }) => {
    const value = input![0]!;
    if (opType !== 'Identity' || !made.has(value) || names.has(value)) return true;
    names.set(value, output![0]!);
    return false;
  });
  const rename = (name: string): string => names.get(name) ?? name;
  return kept.map((n) => ({ ...n, input: n.input!.map(rename), output: n.output!.map(rename) }));
}

function encodeModel(graph: onnx.IGraphProto): Uint8Array {
  const opsetImport = [
    { domain: '', version: 21 },
    { domain: contrib, version: 1 },
  ];
  return ModelProto.encode({ irVersion: 10, opsetImport, graph }).finish();
}

function toAttribute(name: string, value: OnnxAttribute): onnx.IAttributeProto {
  const { AttributeType } = AttributeProto;
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if ('string' in value)
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.string) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

function valueInfo(name: string, dtype: DType): onnx.IValueInfoProto {
  return { name, type: { tensorType: { elemType: dataTypes[dtype] } } };
}

function toTensor(
  name: string,
  data: readonly number[],
  dims: readonly number[],
  dtype: DType,
): onnx.ITensorProto {
  return { name, dims: [...dims], dataType: dataTypes[dtype], rawData: rawBytes(data, dtype) };
}

function rawBytes(data: readonly number[], dtype: DType): Uint8Array {
  if (dtype === 'bool') return Uint8Array.from(data);
  if (dtype === 'int64') return new Uint8Array(BigInt64Array.from(data, BigInt).buffer);
  const values = dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data);
  return new Uint8Array(values.buffer);
}
