/**
 * The cells typed so far, and where the arrows have led. Pure; the kernel keeps those of earlier sessions.
 */
export interface History {
  readonly entries: readonly string[];
  /** Index of the entry shown; `entries.length` while the person's own draft is shown. */
  readonly at: number;
  readonly draft: string;
}

export const historyLimit = 1000;

export function historyOf(entries: readonly string[]): History {
  const kept = entries.slice(-historyLimit);
  return { entries: kept, at: kept.length, draft: '' };
}

/** Puts what earlier sessions typed before it, wherever the arrows have led meanwhile. */
export function recall(history: History, earlier: readonly string[]): History {
  const all = [...earlier, ...history.entries];
  const entries = all.filter((entry, i) => entry !== all[i - 1]).slice(-historyLimit);
  return { ...history, entries, at: history.at + entries.length - history.entries.length };
}

/** Adds a cell at the end; one typed twice in a row is kept once. */
export function remember(history: History, code: string): History {
  const { entries } = history;
  return historyOf(entries.at(-1) === code ? entries : [...entries, code]);
}

/** The nearest older entry that begins like the draft, or undefined. */
export function older(history: History, text: string): History | undefined {
  const draft = history.at === history.entries.length ? text : history.draft;
  const at = history.entries.findLastIndex((entry, i) => i < history.at && fits(entry, draft));
  return at === -1 ? undefined : { ...history, at, draft };
}

/** The nearest newer entry that begins like the draft, at last the draft itself, or undefined. */
export function newer(history: History): History | undefined {
  const { entries, at, draft } = history;
  if (at === entries.length) return undefined;
  const next = entries.findIndex((entry, i) => i > at && fits(entry, draft));
  return { ...history, at: next === -1 ? entries.length : next };
}

/** What the history shows now. */
export function shown(history: History): string {
  return history.entries[history.at] ?? history.draft;
}

function fits(entry: string, draft: string): boolean {
  return entry.startsWith(draft) && entry !== draft;
}
