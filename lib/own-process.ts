/**
 * How this package starts a Node process or thread of its own: from TypeScript in a checkout, from
 * JavaScript in an installed package.
 */
import { fileURLToPath } from 'node:url';

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** URL of a module of ours, named without extension relative to this package's root. */
export function ownModule(path: string): URL {
  return new URL(`../${path}${extension}`, import.meta.url);
}

/** Arguments for `node` that run one of our modules with the TypeScript loader in place. */
export function ownArguments(path: string): string[] {
  const loader = ownModule('lib/typescript-loader').href;
  return [
    '--disable-warning=ExperimentalWarning',
    '--import',
    loader,
    fileURLToPath(ownModule(path)),
  ];
}
