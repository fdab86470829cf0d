/**
 * Preference pairs for a pairwise judge. A judge must not learn that the first answer is the better
 * one, so the chosen answer is A in every even row and B in every odd one.
 */
import type { Row } from './cell.ts';
import { cellOf, contentText } from './judge-cells.ts';
import type { Better } from './judge-label.ts';
import { looksLikeMessages } from './messages.ts';
import type { Message } from './messages.ts';
import { messagesPair, textPair } from './preference-pair.ts';
import type { Refused } from './preference-pair.ts';

interface PreferredPair {
  conversation: Message[];
  answers: readonly [string, string];
  truth: Better;
}

/** The columns of the chosen and the rejected answer, texts or conversations, as a pair in some order. */
export function preferredPair(
  row: Row,
  [chosen, rejected]: readonly string[],
  index: number,
): PreferredPair | Refused {
  const sides = [row[chosen!]!, row[rejected!]!] as const;
  const messages = sides.some(
    (cell) => Array.isArray(cell) || (typeof cell === 'string' && looksLikeMessages(cell)),
  );
  const pair = (messages ? messagesPair : textPair)(...sides, cellOf(row, ['prompt']));
  if ('dropped' in pair) return pair;
  if (pair.kind === 'ids') return { dropped: 'not text', detail: 'found token ids' };
  if (pair.kind === 'text') {
    if (pair.prompt === undefined) return { dropped: 'no prompt', detail: 'found no prompt' };
    const conversation: Message[] = [{ role: 'user', content: pair.prompt }];
    return ordered(conversation, [pair.chosen, pair.rejected], index);
  }
  const [before, other] = [pair.chosen.slice(0, -1), pair.rejected.slice(0, -1)];
  if (before.length === 0) return { dropped: 'no prompt', detail: 'found answers alone' };
  if (JSON.stringify(before) !== JSON.stringify(other))
    return { dropped: 'answers to different prompts', detail: 'the turns before them differ' };
  const texts = [pair.chosen, pair.rejected].map((side) => contentText(side.at(-1)!.content));
  if (texts[0] === undefined || texts[1] === undefined)
    return { dropped: 'no answer', detail: 'the last turn has no text' };
  return ordered(before, [texts[0], texts[1]], index);
}

function ordered(
  conversation: Message[],
  [chosen, rejected]: readonly [string, string],
  index: number,
): PreferredPair {
  return index % 2 === 0
    ? { conversation, answers: [chosen, rejected], truth: 'A' }
    : { conversation, answers: [rejected, chosen], truth: 'B' };
}
