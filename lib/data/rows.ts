/**
 * Rows of parquet and JSON-lines files as one table, read lazily and in the files' order. Knows what a
 * file holds, not what it means.
 */

/** A cell as plain JavaScript: 64-bit integers are numbers where that is exact, bigints elsewhere. */
export type Cell =
  null | boolean | number | bigint | string | Uint8Array | Date | Cell[] | { [key: string]: Cell };
export type Row = Record<string, Cell>;

/** One table, from one file or several laid end to end. */
export interface Rows {
  readonly count: number;
  /** Column name to type, in DuckDB's words: `VARCHAR`, `BIGINT[]`, `STRUCT("role" VARCHAR, …)[]`. */
  readonly columns: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  /** The rows at these indices (from 0 over all files), in the order asked for. */
  read(indices: ArrayLike<number>, columns?: readonly string[]): Promise<Row[]>;
  /** Every row in order, a chunk (about 2,000 rows) at a time. */
  scan(columns?: readonly string[]): AsyncIterable<Row[]>;
}
