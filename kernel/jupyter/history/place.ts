/** Where the history lies, and the variable that moves it or turns it off. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** `off`: cells are remembered while their kernel lives. Else the path of the file. */
export const historyVariable = 'REWARDLAB_HISTORY';

/** `$XDG_STATE_HOME/rewardlab/history.sqlite`, or where the variable says; undefined: in memory alone. */
export function historyPath(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const wanted = env[historyVariable];
  if (wanted === 'off') return undefined;
  if (wanted) return wanted;
  // The specification says that a relative path is to be ignored.
  const state = env['XDG_STATE_HOME'];
  const folder = state && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(folder, 'rewardlab', 'history.sqlite');
}
