/** Cuts a text at the added tokens written in it. */

export interface Section {
  text: string;
  /** Of an added token. */
  id?: number;
}

export interface AddedToken {
  id: number;
  content: string;
  /** Takes the white space before it, or after it, along. */
  lstrip: boolean;
  rstrip: boolean;
}

export function sectionsAt(tokens: readonly AddedToken[]): (text: string) => Section[] {
  if (tokens.length === 0) return (text) => (text === '' ? [] : [{ text }]);
  const ids = new Map(tokens.map(({ id, content }) => [content, id]));
  const longestFirst = [...tokens].sort((a, b) => b.content.length - a.content.length);
  const sources = longestFirst.map(
    ({ content, lstrip, rstrip }) =>
      `${lstrip ? '\\s*' : ''}${escape(content)}${rstrip ? '\\s*' : ''}`,
  );
  const pattern = new RegExp(`(${sources.join('|')})`);
  return (text) =>
    text
      .split(pattern)
      .filter((section) => section !== '')
      .map((section) => {
        const id = ids.get(section) ?? ids.get(section.trim());
        return id === undefined ? { text: section } : { text: section, id };
      });
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
