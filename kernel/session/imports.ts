/**
 * What `import`, `import.meta` and `require` mean in a cell: modules found from the working folder,
 * and `rewardlab` and `tslab` of the running kernel.
 */
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownModule } from '../../lib/own-process.ts';
import { importMetaName, importName } from './rewrite.ts';

type Namespace = Record<string, unknown>;

/** Stands for `import` in a cell. */
export interface CellImport {
  (specifier: unknown, options?: ImportCallOptions): Promise<Namespace>;
  /** The whole module. */
  all(specifier: string, attributes: ImportAttributes): Promise<Namespace>;
  /** The module's exports of these names; refuses those that it lacks. */
  names(specifier: string, attributes: ImportAttributes, names: string[]): Promise<Namespace>;
  /** The top-level functions of the cell that is being declared. */
  functions: unknown[];
}

const own: Record<string, URL> = {
  rewardlab: ownModule('kernel/session/rewardlab'),
  tslab: ownModule('kernel/session/tslab'),
};

export function installImports(): CellImport {
  const cellUrl = pathToFileURL(join(process.cwd(), 'cell.ts')).href;
  const here = import.meta.url;
  registerHooks({
    resolve(specifier, context, next) {
      const ours = own[specifier];
      if (ours) return next(ours.href, context);
      return next(
        specifier,
        context.parentURL === here ? { ...context, parentURL: cellUrl } : context,
      );
    },
  });
  const require = createRequire(cellUrl);
  hide('require', require);
  hide(importMetaName, {
    url: cellUrl,
    dirname: process.cwd(),
    filename: join(process.cwd(), 'cell.ts'),
    resolve: (specifier: string) =>
      /^\.{0,2}\//.test(specifier)
        ? new URL(specifier, cellUrl).href
        : resolvePackage(specifier, require),
  });
  const cellImport = createCellImport();
  hide(importName, cellImport);
  return cellImport;
}

function createCellImport(): CellImport {
  const dynamic = async (specifier: unknown, options?: ImportCallOptions): Promise<Namespace> => {
    const name = String(specifier);
    const attributes = options?.with ?? (name.endsWith('.json') ? { type: 'json' } : undefined);
    return (await import(name, attributes && { with: attributes })) as Namespace;
  };
  const all = async (specifier: string, attributes: ImportAttributes): Promise<Namespace> => {
    const site = new Error();
    try {
      return await dynamic(
        specifier,
        Object.keys(attributes).length > 0 ? { with: attributes } : {},
      );
    } catch (error) {
      throw atSite(error, site);
    }
  };
  return Object.assign(dynamic, {
    all,
    async names(specifier: string, attributes: ImportAttributes, names: string[]) {
      const site = new Error();
      const module = await all(specifier, attributes);
      try {
        return Object.fromEntries(names.map((name) => [name, exported(module, name, specifier)]));
      } catch (error) {
        throw atSite(error, site);
      }
    },
    functions: [],
  });
}

/** A module's export; one of a CommonJS module may hide in its default. */
function exported(module: Namespace, name: string, specifier: string): unknown {
  if (name in module) return module[name];
  const whole = module['default'];
  if (typeof whole === 'object' && whole !== null && name in whole) return Reflect.get(whole, name);
  // A type that was imported without saying so: nothing to bind.
  if (/^\p{Lu}/u.test(name) && !specifier.startsWith('node:')) return undefined;
  throw new SyntaxError(
    `The requested module '${specifier}' does not provide an export named '${name}'`,
  );
}

/** Lets an error that arose in Node's loader name the cell's import as well. */
function atSite(error: unknown, site: Error): unknown {
  if (error instanceof Error && !/\bcell-\d+\.ts:/.test(error.stack ?? ''))
    error.stack = [error.stack, ...(site.stack ?? '').split('\n').slice(1)].join('\n');
  return error;
}

function resolvePackage(specifier: string, require: NodeJS.Require): string {
  if (URL.canParse(specifier)) return specifier;
  const path = require.resolve(specifier);
  return path.startsWith('/') || /^[a-z]:/i.test(path) ? pathToFileURL(path).href : path;
}

function hide(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
