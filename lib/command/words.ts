/** A line split into words as a shell would: quotes group, a backslash takes the next letter as it is. */
import { UserError } from '../errors.ts';

/** Splits at white space outside quotes. Throws a `UserError` when a quote is left open. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const letter = line[i]!;
    if (letter === '\\' && quote !== "'" && i + 1 < line.length) word = (word ?? '') + line[++i]!;
    else if (letter === quote) quote = '';
    else if (quote === '' && (letter === '"' || letter === "'")) {
      quote = letter;
      word ??= '';
    } else if (quote === '' && /\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + letter;
  }
  if (quote !== '')
    throw new UserError(`a quote is left open: ${quote}`, 'close it, or write \\' + quote);
  return word === undefined ? words : [...words, word];
}
