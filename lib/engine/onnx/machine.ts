/** Memory in which trained weights, gradients and moments lie alike, and the threads that work on it. */
import type { OptimizerState, Value } from '../../graph/executor.ts';
import type { Crew } from './crew.ts';
import type { Shared } from './messages.ts';
import { arrange } from './storage.ts';
import type { Place, Storage } from './storage.ts';

export interface Machine {
  storage: Storage;
  shared: Shared;
  crew: Crew;
}

export interface MachineOptions {
  crew: Crew;
  /** Names of weights that graphs see as one. */
  stacks: readonly (readonly string[])[];
  /** Weights that have gradients and moments; all where absent. */
  trained: ReadonlySet<string> | undefined;
  /** There will be steps. */
  trains: boolean;
}

export function startMachine(
  weights: ReadonlyMap<string, Value>,
  { crew, stacks, trained, trains }: MachineOptions,
): Machine {
  const storage = arrange(weights, stacks, trained && ((name) => trained.has(name)));
  const memory = (elements: number) => new SharedArrayBuffer(Math.max(elements, 1) * 4);
  const own = (): SharedArrayBuffer => memory(storage.trained);
  const gradients = Array.from({ length: crew.size }, own);
  const shared = { weights: memory(storage.total), gradients, first: own(), second: own() };
  fill(shared.weights, storage, weights);
  const places = [...trainedPlaces(storage)].map(([name, { offset, size, shape }]) => ({
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

function trainedPlaces({ places, trained }: Storage): Map<string, Place> {
  return new Map([...places].filter(([, { offset }]) => offset < trained));
}

/** Copies of the trained weights, or of what lies in another memory like them, by name. */
export function valuesIn(memory: SharedArrayBuffer, storage: Storage): Map<string, Value> {
  const flat = new Float32Array(memory);
  return new Map(
    [...trainedPlaces(storage)].map(([name, { offset, size, shape }]) => [
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
