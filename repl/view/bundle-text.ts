/**
 * A bundle as text for a terminal of a given width: drawn anew from its data where it carries them,
 * else the text that the kernel sent.
 */
import type { MimeBundle } from '../../kernel/session/events.ts';
import { clean } from '../text/clean.ts';

const textual = ['text/plain', 'text/markdown', 'text/latex', 'image/svg+xml'];

/** Text without control characters and without a final newline. */
export function bundleText(data: MimeBundle): string {
  for (const type of textual) {
    const text = data[type];
    if (typeof text === 'string') return clean(text).replace(/\n$/, '');
  }
  const types = Object.keys(data).map(clean).join(', ');
  return `(cannot be shown in a terminal: ${types || 'nothing'})`;
}
