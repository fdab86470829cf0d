/**
 * Splits a cell into magics and TypeScript, with positions. The parser decides: a line that begins
 * with `%` is a magic only where a statement could begin, so never inside a string, a template, a
 * comment or an expression. Pure.
 */
import { firstSyntaxError } from './syntax.ts';

export type Segment =
  /** `source` is the whole cell with everything else blanked: its positions are the cell's own. */
  | { type: 'code'; source: string }
  /** `name?`, and `name??` for its source too. */
  | { type: 'question'; start: number; name: string; detail: 0 | 1 }
  | { type: 'magic'; start: number; name: string; line: string; body?: string; help: boolean };

/** Known names win over `a\n%b`, which is also a division's remainder. */
export function splitCell(code: string, knownMagics: readonly string[]): Segment[] {
  const whole = wholeCellMagic(code);
  if (whole) return [whole];
  const segments: Segment[] = [];
  let from = 0;
  for (const { start, end } of magicLines(code, knownMagics)) {
    pushCode(segments, code, from, start);
    const line = code.slice(start, end);
    segments.push(questionIn(line, start) ?? lineMagic(line, start));
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
  if (questionIn(code.trim(), start)) return undefined;
  return { ...head, body: code.slice(end + 1) };
}

function lineMagic(text: string, start: number): Extract<Segment, { type: 'magic' }> {
  const [, name = '', mark, rest = ''] =
    /^%{1,2}([\p{L}_][\p{L}\p{N}_-]*)(\?)?(.*)$/su.exec(text) ?? [];
  const line = rest.trim();
  const help = mark === '?' || /(^|\s)--help(\s|$)/.test(line);
  return { type: 'magic', start, name, line, help };
}

function magicLines(
  code: string,
  knownMagics: readonly string[],
): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  let from = 0;
  for (const match of code.matchAll(ours)) {
    const start = match.index;
    const before = code.slice(from, start);
    if (start < from || firstSyntaxError(before)) continue;
    const [, magic] = match;
    const sure = magic !== undefined && (knownMagics.includes(magic) || before.trim() === '');
    if (!sure && isTypeScript(code.slice(from))) continue;
    const end = lineEnd(code, start);
    lines.push({ start, end });
    from = end;
  }
  return lines;
}

/** Lines of a magic, or of a question. */
const ours =
  /^%{1,2}([\p{L}_][\p{L}\p{N}_-]*)|^[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*\?{1,2}[ \t;]*$/gmu;

function questionIn(
  line: string,
  start: number,
): Extract<Segment, { type: 'question' }> | undefined {
  const [, name, marks] = /^(%{0,2}[\p{L}\p{N}$_.-]+)\s*(\?{1,2})[\s;]*$/u.exec(line) ?? [];
  if (name === undefined) return undefined;
  return { type: 'question', start, name, detail: marks === '??' ? 1 : 0 };
}

/** Does it parse with `%` and `?` taken as operators? */
function isTypeScript(text: string): boolean {
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
