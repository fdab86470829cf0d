/** Memory in which weights, gradients and moments lie alike, and the threads that work on it. */
import type { OptimizerState, Value } from '../../graph/executor.ts';
import type { Crew } from './crew.ts';
import type { Shared } from './messages.ts';
import { arrange } from './storage.ts';
import type { Storage } from './storage.ts';

export interface Machine {
  storage: Storage;
  shared: Shared;
  crew: Crew;
}

export interface MachineOptions {
  crew: Crew;
  /** Names of weights that graphs see as one. */
  stacks: readonly (readonly string[])[];
  /** There will be steps. */
  trains: boolean;
}

export function startMachine(
  weights: ReadonlyMap<string, Value>,
  { crew, stacks, trains }: MachineOptions,
): Machine {
  const storage = arrange(weights, stacks);
  const memory = (): SharedArrayBuffer => new SharedArrayBuffer(Math.max(storage.total, 1) * 4);
  const gradients = Array.from({ length: crew.size }, memory);
  const shared = { weights: memory(), gradients, first: memory(), second: memory() };
  fill(shared.weights, storage, weights);
  const places = [...storage.places].map(([name, { offset, size, shape }]) => ({
    name,
    offset,
    size,
    rows: shape[0]!,
  }));
  // Whoever asks a thread next hears of its failure.
  void crew
    .askAll(() => ({ type: 'begin', shared, weights: places, trains }))
    .catch(() => undefined);
  return { storage, shared, crew };
}

/** Copies of all weights, or of what lies in another memory like them, by name. */
export function valuesIn(memory: SharedArrayBuffer, storage: Storage): Map<string, Value> {
  const flat = new Float32Array(memory);
  return new Map(
    [...storage.places].map(([name, { offset, size, shape }]) => [
      name,
      { data: flat.slice(offset, offset + size), shape },
    ]),
  );
}

export function momentsIn({ shared, storage }: Machine): OptimizerState['moments'] {
  const second = valuesIn(shared.second, storage);
  const first = [...valuesIn(shared.first, storage)];
  return new Map(first.map(([name, value]) => [name, { first: value, second: second.get(name)! }]));
}

export function fillMoments(
  { shared, storage }: Machine,
  moments: OptimizerState['moments'],
): void {
  for (const which of ['first', 'second'] as const) {
    const values = new Map([...moments].map(([name, moment]) => [name, moment[which]]));
    fill(shared[which], storage, values);
  }
}

function fill(
  memory: SharedArrayBuffer,
  storage: Storage,
  values: ReadonlyMap<string, Value>,
): void {
  const flat = new Float32Array(memory);
  for (const [name, { data }] of values) {
    const place = storage.places.get(name);
    if (!place) throw new Error(`there is no weight '${name}'`);
    if (place.size !== data.length)
      throw new Error(`'${name}' has ${place.size} elements, not ${data.length}`);
    flat.set(data as Float32Array, place.offset);
  }
}
