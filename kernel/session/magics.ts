/** The magics that this session knows: the kernel's, and those that cells add. */
import type { Scope } from '../../lib/code/live.ts';
import { unknownName } from '../../lib/errors.ts';
import { magics as builtIn } from '../magics/index.ts';
import type { Magic, MagicCall } from '../magics/magic.ts';
import type { Segment } from './cell.ts';
import type { Display } from './display.ts';
import type { Voice } from './voice.ts';

/** What a cell must say of a magic of its own. */
export type MagicDefinition = Pick<Magic, 'name' | 'run'> & Partial<Magic>;

export interface Magics {
  names(): string[];
  /** Refuses a name that nobody knows. */
  find(name: string): Promise<Magic>;
  add(definition: MagicDefinition): void;
}

export function createMagics(): Magics {
  const added = new Map<string, Magic>();
  const names = (): string[] => [...new Set([...Object.keys(builtIn), ...added.keys()])].sort();
  return {
    names,
    async find(name) {
      const magic = added.get(name) ?? (await builtIn[name]?.());
      if (magic) return magic;
      throw unknownName(
        'magic',
        `%${name}`,
        names().map((known) => `%${known}`),
      );
    },
    add(definition) {
      const { name, summary = 'defined in a cell', takesBody = true } = definition;
      const help = (): string => `%${name}\n  ${summary}\n`;
      added.set(name, { help, ...definition, summary, takesBody });
    },
  };
}

/** A magic as it was written. */
export type MagicLine = Omit<Extract<Segment, { type: 'magic' }>, 'type' | 'start'>;

/** Runs one magic, or shows its help. The value, if any, becomes the cell's result. */
export async function runMagic(
  magic: Magic,
  { line, body, help }: MagicLine,
  parts: {
    voice: Voice;
    display: Display;
    scope: Scope;
    signal: AbortSignal;
    check: MagicCall['check'];
  },
): Promise<unknown> {
  const write: MagicCall['write'] = (text, name = 'stdout') =>
    parts.voice.emit({ type: 'stream', name, text });
  if (help) {
    const text = await magic.help(line, parts.scope);
    write(text.endsWith('\n') ? text : `${text}\n`);
    return undefined;
  }
  return magic.run({
    line,
    body,
    cwd: process.cwd(),
    scope: parts.scope,
    signal: parts.signal,
    check: parts.check,
    write,
    display: (data, options = {}) => parts.display.bundle(data, options).id,
  });
}
