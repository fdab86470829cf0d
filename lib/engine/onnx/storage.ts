/**
 * Where every weight lies in one flat float32 buffer; gradients and moments lie alike. Matrices come
 * first, so that weight decay is one range, and weights that a graph stacks lie next to each other.
 */
import type { Value } from '../../graph/executor.ts';

export interface Place {
  readonly offset: number;
  readonly size: number;
  readonly shape: readonly number[];
}

export interface Storage {
  readonly places: ReadonlyMap<string, Place>;
  /** Elements in all, padding included. */
  readonly total: number;
  /** Elements up to the first vector: those that weight decay applies to. */
  readonly matrices: number;
}

/** A cache line of float32. */
const alignment = 16;

export function arrange(
  weights: ReadonlyMap<string, Value>,
  stacks: readonly (readonly string[])[],
): Storage {
  const places = new Map<string, Place>();
  const groupOf = longestGroups(stacks);
  let offset = 0;
  const put = (isMatrix: boolean): void => {
    for (const [first, { shape }] of weights) {
      if (shape.length > 1 !== isMatrix) continue;
      for (const name of groupOf.get(first) ?? [first]) {
        if (places.has(name)) continue;
        const value = weights.get(name)!;
        const size = value.data.length;
        places.set(name, { offset, size, shape: value.shape });
        offset += size;
      }
      offset = Math.ceil(offset / alignment) * alignment;
    }
  };
  put(true);
  const matrices = offset;
  put(false);
  return { places, total: offset, matrices };
}

/** One place for weights that a graph sees as one. */
export function stackPlace(storage: Storage, names: readonly string[]): Place {
  const parts = names.map((name) => placeOf(storage, name));
  const [first] = parts;
  let end = first!.offset;
  for (const part of parts) {
    if (part.offset !== end)
      throw new Error(`weights ${names.join(', ')} do not lie together: compile their graph first`);
    end += part.size;
  }
  const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const shape = [rows, ...first!.shape.slice(1)];
  return { offset: first!.offset, size: end - first!.offset, shape };
}

export function placeOf(storage: Storage, name: string): Place {
  const place = storage.places.get(name);
  if (!place) throw new Error(`the model has no weight '${name}'`);
  return place;
}

/** Every stacked weight to the longest stack it is in. */
function longestGroups(stacks: readonly (readonly string[])[]): Map<string, readonly string[]> {
  const groupOf = new Map<string, readonly string[]>();
  for (const stack of [...stacks].sort((a, b) => b.length - a.length))
    for (const name of stack) if (!groupOf.has(name)) groupOf.set(name, stack);
  return groupOf;
}
