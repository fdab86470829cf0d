/** `./reward.ts#name`: how a module of the person's own and one of its exports are written. */

export interface ModuleSpec {
  path: string;
  export: string;
}

/** The export is `default` where none is named; undefined where no module is meant. */
export function readSpec(text: string): ModuleSpec | undefined {
  const at = text.lastIndexOf('#');
  const path = at < 0 ? text : text.slice(0, at);
  if (!/\.[cm]?[jt]sx?$/i.test(path)) return undefined;
  return { path, export: at < 0 ? 'default' : text.slice(at + 1) };
}

/** As `readSpec` reads it. */
export function specText(spec: ModuleSpec): string {
  return spec.export === 'default' ? spec.path : `${spec.path}#${spec.export}`;
}
