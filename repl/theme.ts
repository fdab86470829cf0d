/**
 * How things look: colours, prompts, marks. Imports nothing of ours.
 */
import { styleText } from 'node:util';

export type Paint = (text: string) => string;

export interface Theme {
  /** Whether colours may be written at all. */
  readonly colours: boolean;
  readonly prompt: Paint;
  readonly result: Paint;
  readonly error: Paint;
  readonly warning: Paint;
  readonly faint: Paint;
  readonly chosen: Paint;
}

type Style = Parameters<typeof styleText>[0];

/** Without colours, what is chosen is told by marks alone. */
export function themeOf(colours: boolean): Theme {
  const paint =
    (style: Style): Paint =>
    (text) =>
      colours && text !== '' ? styleText(style, text, { validateStream: false }) : text;
  return {
    colours,
    prompt: paint('green'),
    result: paint('red'),
    error: paint('red'),
    warning: paint('yellow'),
    faint: paint('dim'),
    chosen: colours ? paint('inverse') : (text) => text.replace(/^ (.*) $/, '[$1]'),
  };
}

/** Whether a stream takes colours; NO_COLOR and FORCE_COLOR are respected by Node. */
export function takesColours(stream: { hasColors?: () => boolean }): boolean {
  return stream.hasColors?.() ?? false;
}

/** `In [3]: `, or `In [*]: ` for a cell whose number is not known yet. */
export function inPrompt(count: number | undefined): string {
  return `In [${count === undefined ? '*' : String(count)}]: `;
}

/** `Out[3]: ` */
export function outPrompt(count: number): string {
  return `Out[${String(count)}]: `;
}

/** What stands before the further lines of an input: as wide as its prompt. */
export function continuation(prompt: string): string {
  return `${' '.repeat(Math.max(0, prompt.length - 5))}...: `;
}
