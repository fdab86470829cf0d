/**
 * The script that JupyterLab loads first of a prebuilt extension: a container as module federation has
 * them, which is given what JupyterLab shares and asked for a module. A bundler writes several kilobytes
 * here; these lines are enough, because the rest are modules that a browser loads by itself.
 */

/** `name` is the extension's, `entry` the module of the page that makes the plugin, relative to the script. */
export function containerScript(name: string, entry: string): string {
  return `'use strict';
(() => {
  const entry = new URL(${JSON.stringify(entry)}, document.currentScript.src).href;
  let shared;
  (window._JUPYTERLAB ??= {})[${JSON.stringify(name)}] = {
    init(scope) {
      shared = scope;
    },
    async get(module) {
      if (module !== './mimeExtension') throw new Error('there is no module ' + module);
      const { pluginFor } = await import(entry);
      const plugin = await pluginFor(shared);
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
`;
}
