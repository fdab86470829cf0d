/** The shipped engines by name, as far as they compute on this machine. */
import { availableParallelism } from 'node:os';
import { engines } from '../engine/index.ts';
import type { Engine } from '../engine/engine.ts';
import { unknownName, UserError } from '../errors.ts';

/** Throws a `UserError` where there is none of this name. */
export function findEngine(name: string): Engine {
  const engine = engines.find((known) => known.name === name);
  if (!engine)
    throw unknownName(
      'engine',
      name,
      engines.map((known) => known.name),
    );
  return engine;
}

/** The same, for work that only an engine on this machine can do. */
export function findLocalEngine(name: string): Engine {
  const engine = findEngine(name);
  if (!engine.executor)
    throw new UserError(`engine ${name} trains elsewhere; it cannot measure or serve a model here`);
  return engine;
}

/** Where a model is loaded; by default on all cores. */
export interface PlaceOptions {
  engine?: string;
  device?: string;
  threads?: number;
}

/** Throws a `UserError` where this machine has no such engine, or the engine no such device. */
export function placeOf(options: PlaceOptions): Required<PlaceOptions> {
  const { engine = 'onnx', threads = availableParallelism() } = options;
  const { devices } = findLocalEngine(engine);
  const { device = devices[0]! } = options;
  if (!devices.includes(device)) throw unknownName('device', device, devices);
  return { engine, device, threads };
}
