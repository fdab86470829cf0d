/** Data is data: what comes from a file or a model is made harmless before it is shown. */
import { stripVTControlCharacters } from 'node:util';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML that shows it, in content and in quoted attributes. */
export function html(text: string): string {
  return plain(text).replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Text that cannot move a terminal's cursor, ring its bell or reorder what is read. Lines and tabs stay. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\t\n]|\p{Bidi_Control}/gu, '');
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plain(text.replace(/\s*\n\s*/g, ' ⏎ ')).replaceAll('\t', ' ');
}
