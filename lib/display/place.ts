/** Paths as a person reads them: what lies in the folder they work in, without that folder. */
import { isAbsolute, relative, sep } from 'node:path';
import { plainLine } from './escape.ts';

/** `/home/me/project/runs/a` seen from `/home/me/project` is `runs/a`; what lies elsewhere keeps its whole path. */
export function placeFrom(cwd: string, path: string): string {
  const way = relative(cwd, path);
  const inside = way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  return inside ? way : path;
}

/** The same, harmless and on one line. */
export function placeText(cwd: string, path: string): string {
  return plainLine(placeFrom(cwd, path));
}
