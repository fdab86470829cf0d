/**
 * Makes text that a kernel sent safe for a terminal: no cursor movement, no titles, no links, no
 * bells. Colours survive only where the caller asks for them.
 */
import { stripVTControlCharacters } from 'node:util';

const escape = '\u001b';
/** One colour sequence (SGR), captured so that `split` keeps it. */
export const colourSequence = new RegExp(`(${escape}\\[[\\d;]*m)`);

/** Control characters, less the three that lay text out, and the marks that reorder it. */
const controls = /[^\P{Cc}\t\n\r]|\p{Bidi_Control}/gu;
const tabWidth = 8;

/** Text without any escape sequence or control character; carriage returns and tabs are acted on. */
export function clean(text: string): string {
  return bare(text).split('\n').map(overwritten).map(expandTabs).join('\n');
}

/** Like `clean`, but keeps colours, for tracebacks that the kernel has coloured. */
export function cleanColoured(text: string, colours: boolean): string {
  if (!colours) return clean(text);
  return text
    .split(colourSequence)
    .map((part) => (colourSequence.test(part) ? part : clean(part)))
    .join('');
}

/** Text on one line, for prompts and completions. */
export function cleanLine(text: string): string {
  return clean(text).replaceAll('\n', ' ');
}

/** Typed or pasted code: newlines and tabs stay as they are. */
export function cleanInput(text: string): string {
  return bare(text.replace(/\r\n?/g, '\n'));
}

function bare(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(controls, '');
}

/** What a terminal would show of a line after its carriage returns, the way progress bars use them. */
function overwritten(line: string): string {
  return line
    .split('\r')
    .reduce((shown, part) =>
      part.length >= shown.length ? part : part + shown.slice(part.length),
    );
}

/** Tabs as spaces up to the next multiple of eight, so that a line has the width that it shows. */
function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  return line
    .split('\t')
    .reduce((done, part) => done + ' '.repeat(tabWidth - (done.length % tabWidth)) + part);
}
