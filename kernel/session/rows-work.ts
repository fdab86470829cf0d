/** Work over rows shows itself in the cell that asked for it. */
import { rowsBundle } from '../../lib/display/rows.ts';
import { showRowsWork } from '../../lib/rows-work.ts';
import type { Display } from './display.ts';

export function showRowsWorkIn(display: Pick<Display, 'bundle'>): void {
  showRowsWork((progress) => {
    display.bundle(rowsBundle(progress), { id: `rows-${progress.id}` });
  });
}
