/** The modules that run in the page, as a browser takes them: JavaScript, in the same folders as here. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = 'kernel/jupyter/lab/page';
/** Of the library; these need nothing of Node. */
const shared = ['lib/display/figure', 'lib/display/plotly'];
const root = new URL('../../../', import.meta.url);
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

export const entryFile = `${page}/entry.js`;

/** Contents by path from the root of this package. In a checkout types are stripped; in the package they are already. */
export async function pageFiles(): Promise<Record<string, string>> {
  const own = readdirSync(new URL(page, root))
    .filter((file) => file.endsWith(extension))
    .map((file) => `${page}/${file.slice(0, -extension.length)}`);
  const files = [...own, ...shared].map(async (module) => [`${module}.js`, await script(module)]);
  return Object.fromEntries(await Promise.all(files)) as Record<string, string>;
}

async function script(module: string): Promise<string> {
  const path = fileURLToPath(new URL(module + extension, root));
  const source = readFileSync(path, 'utf8');
  if (extension === '.js') return source;
  const { transformSync } = await import('oxc-transform');
  const { code, errors } = transformSync(path, source, {
    typescript: { rewriteImportExtensions: 'rewrite' },
  });
  if (errors.length > 0) throw new SyntaxError(errors.map(({ message }) => message).join('\n'));
  return code;
}
