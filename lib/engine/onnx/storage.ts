/**
 * Where every weight lies in one flat float32 buffer; gradients and moments lie alike. Trained matrices
 * come first, so that weight decay is one range, then trained vectors, then what is not trained and has
 * neither gradient nor moments. Weights that a graph stacks lie next to each other.
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
  /** Elements up to the first weight that is not trained: the length of gradients and moments. */
  readonly trained: number;
  /** Elements up to the first vector: those that weight decay applies to. */
  readonly matrices: number;
}

/** A cache line of float32. */
const alignment = 16;

/** `isTrained` is asked of the first of weights that are stacked: they are trained together or not at all. */
export function arrange(
  weights: ReadonlyMap<string, Value>,
  stacks: readonly (readonly string[])[],
  isTrained: (name: string) => boolean = () => true,
): Storage {
  const places = new Map<string, Place>();
  const groupOf = longestGroups(stacks);
  let offset = 0;
  const put = (fits: (name: string, value: Value) => boolean): void => {
    for (const [first, value] of weights) {
      if (!fits(first, value)) continue;
      for (const name of groupOf.get(first) ?? [first]) {
        if (places.has(name)) continue;
        const { data, shape } = weights.get(name)!;
        const size = data.length;
        places.set(name, { offset, size, shape });
        offset += size;
      }
      offset = Math.ceil(offset / alignment) * alignment;
    }
  };
  put((name, { shape }) => isTrained(name) && shape.length > 1);
  const matrices = offset;
  put((name, { shape }) => isTrained(name) && shape.length <= 1);
  const trained = offset;
  put((name) => !isTrained(name));
  return { places, total: offset, trained, matrices };
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
