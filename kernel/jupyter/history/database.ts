/**
 * The cells of all sessions in one SQLite file that several kernels share. For its owner's eyes only:
 * cells may hold secrets. Every call blocks for some milliseconds, and throws what SQLite throws.
 */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** One cell: its session's number, its execution count there, its text. */
export type Line = [session: number, line: number, source: string];

export interface Database {
  /** A number for a new session, one above the last. */
  begin(): number;
  /** All of them, or none where it throws. */
  add(lines: readonly Line[]): void;
  /** Number of the last session; 0 where there is none. */
  last(): number;
  /** The latest `n`, oldest first. */
  tail(n: number): Line[];
  /** Lines of a session from one up to, not including, another; negative ones count from its end. */
  range(session: number, start: number, stop: number | undefined): Line[];
  /** The latest `n` whose text fits a glob of `*`, `?` and `[…]`; of equal ones the last where `unique`. */
  search(pattern: string, n: number, unique: boolean): Line[];
  close(): void;
}

/** How long to wait for another kernel's write. */
const patienceMs = 1000;

/** Opens the file, made where it is missing; without a path, one in memory. */
export function openDatabase(path?: string): Database {
  if (path !== undefined) makePrivate(path);
  const database = new DatabaseSync(path ?? ':memory:');
  database.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA synchronous = NORMAL; ${schema}`);
  const insert = database.prepare('INSERT INTO cells (session, line, source) VALUES (?, ?, ?)');
  const lines = (sql: string, ...values: (string | number)[]): Line[] =>
    database
      .prepare(`SELECT session, line, source FROM ${sql}`)
      .all(...values)
      .map(({ session, line, source }) => [Number(session), Number(line), String(source)]);
  const number = (sql: string, ...values: number[]): number =>
    Number(Object.values(database.prepare(sql).get(...values) ?? {})[0] ?? 0);

  return {
    begin: () =>
      Number(
        database.prepare('INSERT INTO sessions (start) VALUES (?)').run(new Date().toISOString())
          .lastInsertRowid,
      ),
    add(added) {
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const line of added) insert.run(...line);
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    last: () => number('SELECT max(session) FROM sessions'),
    tail: (n) => lines(`cells ${latest}`, n).reverse(),
    range(session, start, stop) {
      const end = number('SELECT max(line) FROM cells WHERE session = ?', session) + 1;
      const from = start < 0 ? end + start : start;
      const to = stop === undefined ? end : stop < 0 ? end + stop : stop;
      const within = 'cells WHERE session = ? AND line >= ? AND line < ? ORDER BY line';
      return lines(within, session, from, to);
    },
    search(pattern, n, unique) {
      const among = unique
        ? '(SELECT session, line, source, row_number() OVER (PARTITION BY source ORDER BY session DESC, line DESC) AS nth FROM cells) WHERE nth = 1 AND'
        : 'cells WHERE';
      return lines(`${among} source GLOB ? ${latest}`, pattern, n).reverse();
    },
    close: () => database.close(),
  };
}

const latest = 'ORDER BY session DESC, line DESC LIMIT ?';

const schema = `
  CREATE TABLE IF NOT EXISTS sessions (session INTEGER PRIMARY KEY AUTOINCREMENT, start TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS cells (
    session INTEGER NOT NULL, line INTEGER NOT NULL, source TEXT NOT NULL, PRIMARY KEY (session, line)
  ) WITHOUT ROWID;`;

/** SQLite gives its journal the mode of the file itself. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
