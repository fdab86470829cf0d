/** Downloads from the hub show themselves in the cell that asked for them. */
import { downloadBundle } from '../../lib/display/download.ts';
import { plainLine } from '../../lib/display/escape.ts';
import { showDownloads } from '../../lib/hub/events.ts';
import type { Display } from './display.ts';

/** Tells the library that its place is the notebook; sentences go to standard error. */
export function showDownloadsIn(display: Pick<Display, 'bundle'>): void {
  showDownloads({
    progress: (progress) => {
      display.bundle(downloadBundle(progress), { id: `download-${progress.id}` });
    },
    notice: (sentence) => void process.stderr.write(`${plainLine(sentence)}\n`),
  });
}
