/** Joins what a cell prints in one breath: a hundred thousand lines become a few hundred events. */
import type { Notice } from './protocol.ts';

/** Long enough to be few, short enough to show while a cell prints on. */
const largest = 65_536;

export function coalesce(notices: readonly Notice[]): Notice[] {
  const joined: Notice[] = [];
  for (const notice of notices) {
    const last = joined.at(-1);
    if (!last || !extend(last, notice)) joined.push(notice);
  }
  return joined;
}

function extend(last: Notice, next: Notice): boolean {
  if (last.type !== 'event' || next.type !== 'event') return false;
  const [a, b] = [last.event, next.event];
  if (a.type !== 'stream' || b.type !== 'stream') return false;
  if (a.cell !== b.cell || a.name !== b.name || a.text.length > largest) return false;
  a.text += b.text;
  return true;
}
