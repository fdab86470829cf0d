/** Imports one export of a module of the person's own, TypeScript included. */
import '../typescript-loader.ts';
import { registerHooks } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unknownName, UserError } from '../errors.ts';
import { ownModule } from '../own-process.ts';
import type { ModuleSpec } from '../train/module-spec.ts';
import { describeError } from './own-frames.ts';
import { hashOf } from './spec.ts';

export type Wanted = 'function' | 'recipe' | 'rows';

/**
 * Imports the module as it is on the disk now, even if an earlier text of it was imported before. Throws
 * a `UserError` where it cannot be loaded or lacks the export; a function is checked to be one.
 */
export async function loadExport(spec: ModuleSpec, wanted: Wanted): Promise<unknown> {
  provideOwnPackage();
  const { href } = pathToFileURL(spec.path);
  const version = (await hashOf(spec.path)).slice(0, 12);
  const file = basename(spec.path);
  const exports = await importing(`${href}?v=${version}`, file);
  const value = exports[spec.export];
  const names = Object.keys(exports);
  if (value === undefined) {
    if (names.length === 0) throw new UserError(`'${file}' exports nothing`, advice(file, wanted));
    if (spec.export !== 'default') throw unknownName(`export of '${file}'`, spec.export, names);
    throw new UserError(
      `'${file}' has no default export; it exports: ${names.join(', ')}`,
      `name the one to use: ${file}#${names[0]!}`,
    );
  }
  if (wanted === 'function' && typeof value !== 'function')
    throw new UserError(
      `'${spec.export}' of '${file}' is ${kindOf(value)}, expected a function`,
      advice(file, wanted),
    );
  return value;
}

async function importing(url: string, file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    throw new UserError(`'${file}' cannot be loaded: ${describeError(error)}`, undefined, {
      cause: error,
    });
  }
}

function advice(file: string, wanted: Wanted): string {
  if (wanted === 'function')
    return `export a function from ${file}: export default (prompt, completion, row) => 1`;
  return wanted === 'recipe'
    ? `export a recipe from ${file}: export default defineRecipe({ … })`
    : `export an array of rows, or a function that makes them, from ${file}`;
}

/** Words for what a value is. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

let provided = false;

/** `import … from 'rewardlab'` means this copy. A session provides its own, with display. */
function provideOwnPackage(): void {
  if (provided || Symbol.for('rewardlab.session') in globalThis) return;
  provided = true;
  const own = ownModule('lib/index').href;
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === 'rewardlab' ? own : specifier, context),
  });
}
