/** Work over rows shows itself in the cell that asked for it. */
import { showRowsWork } from '../../lib/rows-work.ts';
import type { Display } from './display.ts';

export function showRowsWorkIn(display: Pick<Display, 'bundle'>): void {
  showRowsWork((progress) => {
    // Loaded by the first that lasts: the session's start does not wait for it.
    void import('../../lib/display/rows.ts').then(({ rowsBundle }) => {
      display.bundle(rowsBundle(progress), { id: `rows-${progress.id}` });
    });
  });
}
