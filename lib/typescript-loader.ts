/**
 * Lets Node import TypeScript that it cannot strip by itself: `.tsx`, enums, decorators.
 *
 * `node --import` this file in development; the session and worker processes import it too, for the
 * user's own `.ts` modules. Source maps are inline, so stacks name the lines of the source.
 */
import { readFileSync } from 'node:fs';
import { createRequire, getCompileCacheDir, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as oxc from 'oxc-transform';

const require = createRequire(import.meta.url);

/** Our own modules, which Node can strip by itself: where it keeps what it compiled, that is sooner. */
const ours = new URL('..', import.meta.url).href;
const leftToNode = (url: string): boolean =>
  url.startsWith(ours) &&
  /^(bin|kernel|lib|repl)\/.*\.ts$/.test(url.slice(ours.length)) &&
  getCompileCacheDir() !== undefined;

registerHooks({
  load(url, context, nextLoad) {
    if (!/^file:.*\.[mc]?tsx?(\?|$)/.test(url) || leftToNode(url)) return nextLoad(url, context);
    // Only now: processes of the built package may never meet TypeScript.
    const { transformSync } = require('oxc-transform') as typeof oxc;
    const path = fileURLToPath(url);
    const { code, map, errors } = transformSync(path, readFileSync(path, 'utf8'), {
      sourcemap: true,
      jsx: { runtime: 'automatic' },
    });
    if (errors.length > 0)
      throw new SyntaxError(errors.map((e) => e.codeframe ?? e.message).join('\n'));
    const inline = Buffer.from(JSON.stringify(map)).toString('base64');
    const source = `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}`;
    return { format: /\.cts(\?|$)/.test(url) ? 'commonjs' : 'module', source, shortCircuit: true };
  },
});
