/** One completion's tokens becoming text, a little at a time. */
import type { TextEncoder } from '../text/encoder.ts';

export interface Spelling {
  /** Adds a token; returns what can be shown now. What may be the beginning of a stop text waits. */
  add(id: number): string;
  /** No more tokens come: returns what waited. */
  finish(): string;
  /** Where a stop text ended it: the tokens up to there, and the text before it. */
  end(): End | undefined;
  /** How many tokens were added. */
  tokens(): number;
}

export interface End {
  tokens: number;
  text: string;
}

/** Stands for bytes that are no whole character yet. */
const unfinished = '\ufffd';
/** Tokens after which bytes are none and will be none: a character has four. */
const longestCharacter = 8;

export function createSpelling(
  text: Pick<TextEncoder, 'decode'>,
  stop: readonly string[],
): Spelling {
  const ids: number[] = [];
  /** From `start` ids are decoded together, as a token's text may depend on the one before it. */
  let [start, read] = [0, 0];
  let whole = '';
  let shown = 0;
  let end: End | undefined;
  const longest = Math.max(0, ...stop.map((words) => words.length));
  const decode = (from: number, to: number): string =>
    text.decode(ids.slice(from, to), { skipSpecial: true });
  const grow = (last: boolean): void => {
    const before = decode(start, read);
    const now = decode(start, ids.length);
    const waits = now.endsWith(unfinished) && ids.length - read < longestCharacter && !last;
    if (now.length <= before.length || waits) return;
    whole += now.slice(before.length);
    [start, read] = [read, ids.length];
  };
  const show = (upTo: number): string => {
    const fresh = whole.slice(shown, Math.max(shown, upTo));
    shown += fresh.length;
    return fresh;
  };
  return {
    end: () => end,
    tokens: () => ids.length,
    add(id) {
      ids.push(id);
      const searched = Math.max(0, whole.length - longest + 1);
      grow(false);
      const found = stop.map((words) => whole.indexOf(words, searched)).filter((at) => at >= 0);
      if (found.length === 0) return show(whole.length - held(whole, stop));
      const at = Math.min(...found);
      end = { tokens: ids.length, text: whole.slice(0, at) };
      return show(at);
    },
    finish() {
      if (end) return '';
      grow(true);
      return show(whole.length);
    },
  };
}

/** How many characters at the end may be the beginning of a stop text. */
function held(whole: string, stop: readonly string[]): number {
  let most = 0;
  for (const words of stop)
    for (let length = Math.min(words.length - 1, whole.length); length > most; length--)
      if (whole.endsWith(words.slice(0, length))) most = length;
  return most;
}
