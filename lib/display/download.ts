/** A download as a front end shows it: a bar and a line, renewed in place. */
import { downloadText, type DownloadProgress } from '../hub/events.ts';
import type { MimeBundle } from './bundle.ts';
import { html, plainLine } from './escape.ts';

export function downloadBundle(progress: DownloadProgress): MimeBundle {
  const text = downloadText(progress);
  const { bytes, total, end } = progress;
  const share = (total > 0 ? bytes / total : 1).toFixed(4);
  const bar = `<progress value="${share}" max="1" style="width:12em;vertical-align:middle"></progress> `;
  return {
    'text/html': `<div style="font-family:monospace">${end === 'done' ? '' : bar}${html(text)}</div>`,
    'text/plain': plainLine(text),
  };
}
