/**
 * Which score a judge's completion gives. Reads the completion alone, the last score after the thinking;
 * a score off the scale stays what it is, and is worth nothing.
 */
import { bare, lastLine, lastTag, withoutThinking } from './completion.ts';
import type { ParseStatus } from './judge.ts';

export interface ParsedScore {
  value: number | 'unknown';
  status: ParseStatus;
}
export interface Range {
  min: number;
  max: number;
}

/** Reads a score; never throws. */
export function parseScore(completion: string, range: Range): ParsedScore {
  const text = withoutThinking(completion);
  const tag = lastTag(text, ['score']);
  if (!tag) {
    const labelled = /^(?:(?:final|overall|my) )*(?:score|rating)(?: is)? ?[:=]? ?(.+)$/i;
    const said = labelled.exec(lastLine(text))?.[1] ?? text;
    const value = number(said, range);
    return value === undefined ? unknown('missing') : placed(value, 'repaired', range);
  }
  const content = tag.content.trim();
  if (content === '') return unknown('missing');
  const value = number(content, range);
  if (value === undefined) return unknown('out_of_range');
  const exact = tag.proper && /^-?\d+$/.test(content);
  return placed(value, exact ? 'ok' : 'repaired', range);
}

/** One number, alone or out of the scale's highest: `3`, `3.5`, `3/4`, `score: 2 of 4`. */
function number(text: string, { max }: Range): number | undefined {
  const [, value, whole] =
    /^(?:(?:score|rating)(?: is)? ?[:=]? ?)?([+-]?\d+(?:\.\d+)?)(?: ?(?:\/|of|out of) ?(\d+))?\.?$/i.exec(
      bare(text),
    ) ?? [];
  if (value === undefined || (whole !== undefined && Number(whole) !== max)) return undefined;
  return Number(value);
}

function placed(value: number, status: ParseStatus, { min, max }: Range): ParsedScore {
  return { value, status: value < min || value > max ? 'out_of_range' : status };
}

function unknown(status: ParseStatus): ParsedScore {
  return { value: 'unknown', status };
}
