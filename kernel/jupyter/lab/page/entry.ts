/** Where the extension begins: takes the class of JupyterLab's widgets from what it shares, and makes the plugin. */
import type { MimeExtension, Widget } from './jupyterlab.ts';
import { mimeExtension } from './mime-extension.ts';

/** What module federation passes on: packages, their versions, and how to get each. */
export type SharedScope = Record<string, Record<string, SharedModule>>;

interface SharedModule {
  get: () => SharedFactory | Promise<SharedFactory>;
  /** Somebody uses this version already. */
  loaded?: unknown;
}
type SharedFactory = () => unknown;

export async function pluginFor(scope: SharedScope): Promise<MimeExtension> {
  const factory = await chosen(scope, '@lumino/widgets').get();
  const { Widget } = factory() as { Widget: new () => Widget };
  return mimeExtension(() => new Widget());
}

/** JupyterLab has one copy of such a package: the one in use, or else the newest. */
function chosen(scope: SharedScope, name: string): SharedModule {
  const versions = Object.entries(scope[name] ?? {}).sort(
    ([a, { loaded: usedA }], [b, { loaded: usedB }]) =>
      Number(Boolean(usedB)) - Number(Boolean(usedA)) ||
      b.localeCompare(a, 'en', { numeric: true }),
  );
  const [first] = versions;
  if (first === undefined) throw new Error(`JupyterLab shares no ${name}`);
  return first[1];
}
