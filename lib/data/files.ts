/** What a person calls data files, as paths: those on this disk, and those of datasets on the hub. */
import { resolve } from 'node:path';
import { openHubData } from '../hub/data-files.ts';
import { isHubAddress } from '../hub/name.ts';

/**
 * Paths of files, in the order they were named. `hf://datasets/…` is downloaded where the cache does not have
 * it, and may mean several files. Others are made absolute where a folder is given, and need not be there.
 */
export async function dataFiles(
  names: string | readonly string[],
  cwd?: string,
): Promise<string[]> {
  const paths: string[] = [];
  for (const name of typeof names === 'string' ? [names] : names) {
    if (isHubAddress(name)) paths.push(...(await openHubData(name)));
    else paths.push(cwd === undefined ? name : resolve(cwd, name));
  }
  return paths;
}
