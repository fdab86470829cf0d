/** The shipped engines by name, as far as they compute on this machine. */
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
