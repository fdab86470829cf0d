/** The sentence that something is refused with, its hint on a second line, with a folder's path taken out. */
import { isUserError } from '../../lib/errors.ts';

export async function refusal(attempt: () => unknown, folder = ''): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (!isUserError(error)) throw error;
    const text = error.hint === undefined ? error.message : `${error.message}\n  ${error.hint}`;
    return folder === '' ? text : text.replaceAll(`${folder}/`, '').replaceAll(folder, '.');
  }
  throw new Error('was not refused');
}
