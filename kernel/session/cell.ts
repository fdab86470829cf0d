/**
 * Splits a cell into magics and TypeScript, with positions. The parser decides: a line that begins
 * with `%` is a magic only where a statement could begin, so never inside a string, a template, a
 * comment or an expression. Pure.
 */
import { firstSyntaxError } from './syntax.ts';

export type Segment =
  /** `source` is the whole cell with everything else blanked: its positions are the cell's own. */
  | { type: 'code'; source: string }
  | { type: 'magic'; start: number; name: string; line: string; body?: string; help: boolean };

/** Known names win over `a\n%b`, which is also a division's remainder. */
export function splitCell(code: string, knownMagics: readonly string[]): Segment[] {
  const whole = wholeCellMagic(code);
  if (whole) return [whole];
  const segments: Segment[] = [];
  let from = 0;
  for (const { start, end } of magicLines(code, knownMagics)) {
    pushCode(segments, code, from, start);
    segments.push(lineMagic(code.slice(start, end), start));
    from = end;
  }
  pushCode(segments, code, from, code.length);
  return segments;
}

/** The cell with its magic lines blanked, for tools that want TypeScript alone. */
export function codeOnly(code: string, knownMagics: readonly string[]): string {
  if (wholeCellMagic(code)) return blank(code);
  let text = code;
  for (const { start, end } of magicLines(code, knownMagics)) text = keepOutside(text, start, end);
  return text;
}

/** `%%name` as the first thing in a cell takes the rest of it as its body. */
function wholeCellMagic(code: string): Segment | undefined {
  const start = code.length - code.trimStart().length;
  if (!/^%%[\p{L}_]/u.test(code.slice(start))) return undefined;
  const end = lineEnd(code, start);
  const head = lineMagic(code.slice(start, end), start);
  return { ...head, body: code.slice(end + 1) };
}

function lineMagic(text: string, start: number): Extract<Segment, { type: 'magic' }> {
  const [, name = '', mark, rest = ''] =
    /^%{1,2}([\p{L}_][\p{L}\p{N}_-]*)(\?)?(.*)$/su.exec(text) ?? [];
  const line = rest.trim();
  const help = mark === '?' || line === '?' || /(^|\s)--help(\s|$)/.test(line);
  return { type: 'magic', start, name, line, help };
}

function magicLines(
  code: string,
  knownMagics: readonly string[],
): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  let from = 0;
  for (const match of code.matchAll(/^%{1,2}([\p{L}_][\p{L}\p{N}_-]*)/gmu)) {
    const start = match.index;
    const before = code.slice(from, start);
    if (start < from || firstSyntaxError(before)) continue;
    const known = knownMagics.includes(match[1]!);
    if (!known && before.trim() !== '' && isRemainder(code.slice(from))) continue;
    const end = lineEnd(code, start);
    lines.push({ start, end });
    from = end;
  }
  return lines;
}

/** Does the text parse with its `%` lines taken as operators? */
function isRemainder(text: string): boolean {
  return firstSyntaxError(text) === undefined;
}

function pushCode(segments: Segment[], code: string, start: number, end: number): void {
  if (code.slice(start, end).trim() === '') return;
  segments.push({ type: 'code', source: blank(code.slice(0, start)) + code.slice(start, end) });
}

function keepOutside(text: string, start: number, end: number): string {
  return text.slice(0, start) + blank(text.slice(start, end)) + text.slice(end);
}

/** Spaces for everything but line ends, so that offsets, lines and columns stay. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

function lineEnd(code: string, start: number): number {
  const end = code.indexOf('\n', start);
  return end < 0 ? code.length : end;
}
