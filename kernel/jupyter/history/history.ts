/**
 * What was run, in this session and earlier ones. A cell is remembered as it begins and written within
 * a moment, by the kernel's process: so it stays, whatever the cell does to the session's.
 */
import { openDatabase, type Database, type Line } from './database.ts';

/** A `history_request`, as it comes from a client. */
export interface HistoryQuery {
  hist_access_type?: string;
  output?: boolean;
  /** 0 is this session, -1 the one before. */
  session?: number;
  start?: number;
  stop?: number | null;
  n?: number | null;
  pattern?: string;
  unique?: boolean;
}

/** A cell's text, and with it where asked for what it came to, as far as that is known. */
export type Entry = [session: number, line: number, text: string | [string, string | null]];

export interface History {
  /** `line` is the execution count. */
  add(line: number, source: string): void;
  /** What a cell of this session came to, as text: remembered while the kernel lives. */
  result(line: number, text: string): void;
  read(query: HistoryQuery): Entry[];
  /** Writes what was not written yet. */
  close(): void;
}

export interface HistoryOptions {
  /** The file; without it the history is this kernel's alone. */
  path?: string | undefined;
  /** Told at most once, in a sentence, that the file cannot be used. */
  onTrouble: (sentence: string) => void;
}

/** A write waits for the disk, which cells that follow each other quickly should do together. */
const gatherMs = 300;
const resultsKept = 1000;

/** Opens nothing before the first cell has begun or something is asked. */
export function createHistory({ path, onTrouble }: HistoryOptions): History {
  const own: { line: number; source: string }[] = [];
  const results = new Map<number, string>();
  let database: Database | undefined;
  let session: number | undefined;
  let written = 0;
  let timer: NodeJS.Timeout | undefined;
  let inMemory = path === undefined;

  const open = (): Database => (database ??= openDatabase(inMemory ? undefined : path));
  const write = (): void => {
    if (written === own.length) return;
    const mine = (session ??= open().begin());
    open().add(own.slice(written).map(({ line, source }): Line => [mine, line, source]));
    written = own.length;
  };
  /** From its first failure on, the file is left alone. */
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (inMemory) throw error;
      [database, session, written, inMemory] = [undefined, undefined, 0, true];
      onTrouble(
        `the history '${path!}' cannot be used (${(error as Error).message}); ` +
          'this kernel remembers its own cells alone',
      );
      return work();
    }
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    attempt(write);
  };
  const withResult = ([of, line, source]: Line): Entry => [
    of,
    line,
    [source, of === session ? (results.get(line) ?? null) : null],
  ];

  return {
    add(line, source) {
      if (source.trim() === '') return;
      own.push({ line, source });
      timer ??= setTimeout(flush, gatherMs);
    },
    result(line, text) {
      results.set(line, text);
      if (results.size > resultsKept) results.delete(results.keys().next().value!);
    },
    read(query) {
      flush();
      const lines = attempt(() => find(open(), query, session));
      return query.output ? lines.map(withResult) : lines;
    },
    close() {
      flush();
      database?.close();
    },
  };
}

const everything = 1_000_000;

function find(database: Database, query: HistoryQuery, own: number | undefined): Line[] {
  const n = query.n ?? everything;
  if (query.hist_access_type === 'tail') return database.tail(n);
  if (query.hist_access_type === 'search')
    return database.search(query.pattern ?? '*', n, query.unique ?? false);
  const { session = 0, start = 0, stop } = query;
  // Before its first cell a session has no number: it is going to be the next one.
  const mine = own ?? database.last() + 1;
  return database.range(session > 0 ? session : mine + session, start, stop || undefined);
}
