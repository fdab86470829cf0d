/**
 * What a table is made of: cells, rows, columns.
 */

/** A cell as plain JavaScript: 64-bit integers are numbers where that is exact, bigints elsewhere. */
export type Cell =
  null | boolean | number | bigint | string | Uint8Array | Date | Cell[] | { [key: string]: Cell };

export type Row = Record<string, Cell>;

export interface Column {
  name: string;
  /** In DuckDB's words: `VARCHAR`, `BIGINT[]`, `STRUCT("role" VARCHAR, …)[]`. */
  type: string;
}
