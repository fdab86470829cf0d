/** Files that options of a recipe name, as `--examples-file` does: put as paths in the place of their names. */
import { stat } from 'node:fs/promises';
import { dataFiles } from '../data/files.ts';
import { isUserError } from '../errors.ts';
import type { Options } from '../train/job.ts';
import { fileOptions } from '../train/options.ts';
import { flagOf } from './describe.ts';
import type { Given } from './given.ts';

/** Changes the values; what is not there is a problem among others. */
export async function findOptionFiles(
  values: Options,
  { settings, problems }: Given,
  cwd: string,
): Promise<void> {
  for (const name of fileOptions) {
    const file = values[name];
    if (typeof file !== 'string') continue;
    const spelled = settings.get(name)?.spelled ?? flagOf(name);
    try {
      const [path, ...others] = await dataFiles(file, cwd);
      if (path === undefined || others.length > 0)
        problems.push(`${spelled}: expected one file, got '${file}'`);
      else if (await stat(path).catch(() => undefined)) values[name] = path;
      else problems.push(`${spelled}: no such file '${path.replace(/\p{Cc}/gu, ' ')}'`);
    } catch (error) {
      if (!isUserError(error)) throw error;
      problems.push(`${spelled}: ${[error.message, error.hint].filter(Boolean).join('; ')}`);
    }
  }
}
