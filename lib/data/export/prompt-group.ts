/** Which samples belong together: those with the same prompt, whatever its white space and case. */
import { createHash } from 'node:crypto';
import type { Cell } from '../cell.ts';
import type { Message } from '../messages.ts';

/** 16 hex digits that are the same for the same turns. */
export function promptGroup(input: readonly Message[]): string {
  return digest(input.map(({ role, content }) => [role, folded(content)]));
}

/** An id for what has none: 16 hex digits of what it holds. */
export function digest(value: unknown): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function folded(content: Cell): Cell {
  if (typeof content !== 'string') return content;
  return content.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
}
