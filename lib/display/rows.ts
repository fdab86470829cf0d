/** Work over rows as a front end shows it: a bar and a line, renewed in place. */
import { rowsParts, type RowsProgress } from '../rows-work.ts';
import type { MimeBundle } from './bundle.ts';
import { lineBundle } from './progress.ts';

export function rowsBundle(progress: RowsProgress): MimeBundle {
  const { done, rows } = progress;
  return lineBundle({ fraction: rows > 0 ? done / rows : 1, parts: rowsParts(progress) });
}
