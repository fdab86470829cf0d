/** The text of completions: where a text ends one, what of it can be shown while it is written. */
import type { Token, Written } from '../graph/executor.ts';
import type { Completion, Sampling } from '../recipe/recipe.ts';
import type { TextEncoder } from '../text/encoder.ts';
import { createSpelling, type Spelling } from './spelling.ts';

/** A token as it is written. */
export interface WrittenToken {
  /** Which prompt, and which of its completions. */
  prompt: number;
  sample: number;
  id: number;
  logProb: number;
  /** What can be shown now; a character of several tokens comes with the last of them. */
  text: string;
}

/** What of a model's text encoder is asked. */
export type PlainText = Pick<TextEncoder, 'decode' | 'id' | 'special'>;

export interface TranscriptOptions {
  text: PlainText;
  sampling: Pick<Sampling, 'stop' | 'n'>;
  ends: readonly number[];
  /** Tokens that a sequence may have. */
  most: (sequence: number) => number;
  onToken: ((token: WrittenToken) => void) | undefined;
}

export interface Transcript {
  /** Tokens that end a completion, stop texts that are one token among them. */
  ends: readonly number[];
  /** Takes tokens as they come and says which sequences end; absent where nobody needs to know. */
  take?: (tokens: readonly Token[]) => number[];
  completion(sequence: number, written: Written): Completion;
}

export function createTranscript(options: TranscriptOptions): Transcript {
  const { text, sampling, ends, most, onToken } = options;
  const { n } = sampling;
  const stop = sampling.stop.filter((words) => words !== '');
  const single = stop.flatMap((words) => text.id(words) ?? []);
  const all = [...new Set([...ends, ...single])];
  const spellings = new Map<number, Spelling>();
  const spellingOf = (sequence: number): Spelling => {
    const spelling = spellings.get(sequence) ?? createSpelling(text, stop);
    spellings.set(sequence, spelling);
    return spelling;
  };
  const take = (tokens: readonly Token[]): number[] =>
    tokens.flatMap(({ sequence, id, logProb }) => {
      const spelling = spellingOf(sequence);
      if (spelling.end()) return [];
      const shown = all.includes(id) ? spelling.finish() : spelling.add(id);
      const rest = spelling.tokens() === most(sequence) ? spelling.finish() : '';
      onToken?.({
        ...{ prompt: Math.floor(sequence / n), sample: sequence % n },
        ...{ id, logProb, text: shown + rest },
      });
      return spelling.end() ? [sequence] : [];
    });
  return {
    ends: all,
    ...((onToken || stop.length > 0) && { take }),
    completion(sequence, { ids, logProbs, ended }) {
      const end = stop.length > 0 ? spellings.get(sequence)?.end() : undefined;
      if (end)
        return {
          ids: ids.slice(0, end.tokens),
          logProbs: logProbs.slice(0, end.tokens),
          text: end.text,
          finish: 'stop',
        };
      const shown = ended && single.includes(ids.at(-1)!) ? ids.slice(0, -1) : ids;
      const decoded = text.decode(shown, { skipSpecial: true });
      return { ids, logProbs, text: decoded, finish: ended ? 'stop' : 'length' };
    },
  };
}
