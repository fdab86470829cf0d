/**
 * Which key of the terminal means what. Keys that arrive in one piece, as type-ahead does, are taken
 * apart here.
 */
import type { Key as InkKey } from 'ink';
import type { Key } from './state/key.ts';
import { cleanInput } from './text/clean.ts';

const control: Record<string, Key> = {
  a: { key: 'move', to: 'lineStart' },
  b: { key: 'move', to: 'left' },
  c: { key: 'interrupt' },
  d: { key: 'endOfInput' },
  e: { key: 'move', to: 'lineEnd' },
  f: { key: 'move', to: 'right' },
  h: { key: 'cut', to: 'left' },
  j: { key: 'newline' },
  k: { key: 'cut', to: 'lineEnd' },
  n: { key: 'down' },
  p: { key: 'up' },
  u: { key: 'cut', to: 'lineStart' },
  w: { key: 'cut', to: 'wordLeft' },
  y: { key: 'yank' },
};

const meta: Record<string, Key> = {
  b: { key: 'move', to: 'wordLeft' },
  d: { key: 'cut', to: 'wordRight' },
  f: { key: 'move', to: 'wordRight' },
  '<': { key: 'move', to: 'start' },
  '>': { key: 'move', to: 'end' },
};

/** What one event of ink's `useInput` means: mostly one key, none where it means nothing here. */
export function keysOf(input: string, key: InkKey): Key[] {
  const named = namedKey(key);
  if (named) return [named];
  if (key.ctrl) return known(control[input]);
  if (key.meta) return known(meta[input]);
  return input.length === 1 ? character(input) : typeAhead(input);
}

/** A paste goes in whole: its newlines submit nothing. */
export function pasteOf(text: string): Key {
  return { key: 'paste', text: cleanInput(text) };
}

function namedKey(key: InkKey): Key | undefined {
  const word = key.ctrl || key.meta;
  if (key.return) return { key: key.meta || key.shift ? 'newline' : 'enter' };
  if (key.tab) return { key: 'tab', back: key.shift };
  if (key.escape) return { key: 'escape' };
  if (key.upArrow) return { key: 'up' };
  if (key.downArrow) return { key: 'down' };
  if (key.leftArrow) return { key: 'move', to: word ? 'wordLeft' : 'left' };
  if (key.rightArrow) return { key: 'move', to: word ? 'wordRight' : 'right' };
  if (key.home) return { key: 'move', to: key.ctrl ? 'start' : 'lineStart' };
  if (key.end) return { key: 'move', to: key.ctrl ? 'end' : 'lineEnd' };
  if (key.backspace) return { key: 'cut', to: word ? 'wordLeft' : 'left' };
  if (key.delete) return { key: 'cut', to: word ? 'wordRight' : 'right' };
  return undefined;
}

/** Several characters at once without a paste's brackets: control characters are keys of their own. */
function typeAhead(input: string): Key[] {
  return input
    .split(/(\p{Cc})/u)
    .filter((part) => part !== '')
    .flatMap((part) => (part.length === 1 ? character(part) : text(part)));
}

function character(input: string): Key[] {
  if (input === '\r') return [{ key: 'enter' }];
  if (input === '\n') return [{ key: 'newline' }];
  if (input === '\t') return [{ key: 'tab', back: false }];
  if (input === '\u007f') return [{ key: 'cut', to: 'left' }];
  const code = input.charCodeAt(0);
  return code < 32 ? known(control[String.fromCharCode(code + 96)]) : text(input);
}

function text(input: string): Key[] {
  const safe = cleanInput(input);
  return safe === '' ? [] : [{ key: 'text', text: safe }];
}

function known(key: Key | undefined): Key[] {
  return key ? [key] : [];
}
