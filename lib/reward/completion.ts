/**
 * What a completion says outside its thinking, and inside its tags. Works on any text in one pass.
 */

/**
 * The text outside `<think>` blocks, whether closed, never closed, or closed without having been opened
 * (a chat template may have opened it in the prompt).
 */
export function withoutThinking(completion: string): string {
  let visible = '';
  let thinking = false;
  let from = 0;
  for (const tag of completion.matchAll(/<(\/?)think(?:ing)?>/gi)) {
    const closes = tag[1] === '/';
    if (!thinking) visible = closes ? '' : visible + completion.slice(from, tag.index);
    thinking = !closes;
    from = tag.index + tag[0].length;
  }
  return thinking ? visible : visible + completion.slice(from);
}

export interface Tagged {
  content: string;
  /** It is closed, and the only one of its name. */
  proper: boolean;
}

/** What the last tag of one of these names holds; one that was never closed counts where none was. */
export function lastTag(text: string, names: readonly string[]): Tagged | undefined {
  const opening = `<(${names.join('|')})>([^<]*)`;
  const openings = [...text.matchAll(new RegExp(opening, 'gi'))];
  const closed = text.matchAll(new RegExp(`${opening}</\\1>`, 'gi'));
  const last = [...closed].at(-1);
  if (last) return { content: last[2]!, proper: openings.length === 1 };
  const open = openings.at(-1);
  return open && { content: open[2]!, proper: false };
}

/** The last line that holds a word, bare. */
export function lastLine(text: string): string {
  const line = text.split('\n').findLast((candidate) => /[\p{L}\p{N}]/u.test(candidate)) ?? '';
  return bare(line.replace(/\\boxed\{([^{}]*)\}/g, '$1'));
}

/** A text without quotes, brackets and the marks of Markdown and LaTeX, on one line. */
export function bare(text: string): string {
  return text
    .replace(/[*_`#$"'[\]]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
