/**
 * Which of two answers a judge's completion prefers. Reads the completion alone, the last verdict after
 * the thinking; guesses nothing.
 */
import { bare, lastLine, lastTag, withoutThinking } from './completion.ts';
import type { ParseStatus } from './judge.ts';

export interface ParsedPreference {
  value: 'A' | 'B' | 'tie' | 'unknown';
  status: ParseStatus;
}

/** The tag that is asked for, and the one that OpenJudge's judges write. */
const tags = ['preference', 'better'];

/** Reads a verdict; never throws. `ties`: whether a tie is an answer. */
export function parsePreference(completion: string, ties = true): ParsedPreference {
  const text = withoutThinking(completion);
  const tag = lastTag(text, tags);
  if (!tag) {
    const value = verdict(lastLine(text));
    return value === undefined ? unknown('missing') : allowed(value, 'repaired', ties);
  }
  const content = tag.content.trim();
  if (content === '') return unknown('missing');
  const value = verdict(content);
  if (value === undefined) return unknown('out_of_range');
  const exact = tag.proper && /^(A|B|tie)$/i.test(content);
  return allowed(value, exact ? 'ok' : 'repaired', ties);
}

/** A verdict and nothing else, with a label before it or a full stop after it. */
function verdict(text: string): 'A' | 'B' | 'tie' | undefined {
  const [, letter, tie] =
    /^(?:(?:my )?(?:final |overall )?(?:verdict|preference|choice|judge?ment|decision|answer|better(?: response| answer)?)(?: is)? ?[:=]? ?)?(?:(?:the )?(?:response|answer|assistant|option) ?)?(?:\(?([AB])\)?|(tie|equal|same))(?: is (?:the )?better(?: response| answer| one)?)?\.?$/i.exec(
      bare(text),
    ) ?? [];
  if (tie !== undefined) return 'tie';
  return letter === undefined ? undefined : (letter.toUpperCase() as 'A' | 'B');
}

function allowed(value: 'A' | 'B' | 'tie', status: ParseStatus, ties: boolean): ParsedPreference {
  return value === 'tie' && !ties ? { value, status: 'out_of_range' } : { value, status };
}

function unknown(status: ParseStatus): ParsedPreference {
  return { value: 'unknown', status };
}
