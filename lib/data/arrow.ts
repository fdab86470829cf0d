/**
 * A query's rows as an Arrow table, for what speaks Arrow. The library is loaded on first use.
 */
import { DuckDBTypeId } from '@duckdb/node-api';
import type { DuckDBType } from '@duckdb/node-api';
import type * as arrowModule from 'apache-arrow';
import type { DataType, Table } from 'apache-arrow';
import type { Cell } from './cell.ts';
import { streamRows, withConnection } from './duckdb.ts';
import type { Query } from './duckdb.ts';

/** Reads all rows of a query. Types without an Arrow counterpart become text. */
export async function arrowTable(query: Query): Promise<Table> {
  const arrow = await import('apache-arrow');
  const columns = await columnTypes(query);
  const builders = columns.map(({ type }) =>
    arrow.makeBuilder<DataType, null>({ type: arrowType(arrow, type), nullValues: [null] }),
  );
  for await (const rows of streamRows(query))
    for (const row of rows)
      for (const [i, { name, type }] of columns.entries())
        builders[i]!.append(arrowValue(row[name]!, type));
  const vectors = columns.map(({ name }, i) => [name, builders[i]!.finish().toVector()] as const);
  return new arrow.Table(Object.fromEntries(vectors));
}

function columnTypes({ sql }: Query): Promise<{ name: string; type: DuckDBType }[]> {
  return withConnection(async (connection) => {
    const statement = await connection.prepare(sql);
    return Array.from({ length: statement.columnCount }, (_, i) => ({
      name: statement.columnName(i),
      type: statement.columnType(i),
    }));
  });
}

function arrowType(arrow: typeof arrowModule, type: DuckDBType): DataType {
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return new arrow.List(new arrow.Field('item', arrowType(arrow, type.valueType), true));
    case DuckDBTypeId.STRUCT:
      return new arrow.Struct(
        type.entryNames.map(
          (name, i) => new arrow.Field(name, arrowType(arrow, type.entryTypes[i]!), true),
        ),
      );
    default:
      return scalarTypes(arrow).get(type.typeId) ?? new arrow.Utf8();
  }
}

function scalarTypes(arrow: typeof arrowModule): Map<DuckDBTypeId, DataType> {
  return new Map<DuckDBTypeId, DataType>([
    [DuckDBTypeId.BOOLEAN, new arrow.Bool()],
    [DuckDBTypeId.TINYINT, new arrow.Int8()],
    [DuckDBTypeId.SMALLINT, new arrow.Int16()],
    [DuckDBTypeId.INTEGER, new arrow.Int32()],
    [DuckDBTypeId.BIGINT, new arrow.Int64()],
    [DuckDBTypeId.UTINYINT, new arrow.Uint8()],
    [DuckDBTypeId.USMALLINT, new arrow.Uint16()],
    [DuckDBTypeId.UINTEGER, new arrow.Uint32()],
    [DuckDBTypeId.UBIGINT, new arrow.Uint64()],
    [DuckDBTypeId.FLOAT, new arrow.Float32()],
    [DuckDBTypeId.DOUBLE, new arrow.Float64()],
    [DuckDBTypeId.DECIMAL, new arrow.Float64()],
    [DuckDBTypeId.BLOB, new arrow.Binary()],
    [DuckDBTypeId.DATE, new arrow.DateDay()],
    [DuckDBTypeId.TIMESTAMP, new arrow.TimestampMillisecond()],
    [DuckDBTypeId.TIMESTAMP_S, new arrow.TimestampMillisecond()],
    [DuckDBTypeId.TIMESTAMP_MS, new arrow.TimestampMillisecond()],
    [DuckDBTypeId.TIMESTAMP_NS, new arrow.TimestampMillisecond()],
    [DuckDBTypeId.TIMESTAMP_TZ, new arrow.TimestampMillisecond('UTC')],
  ]);
}

/** Arrow wants bigints for 64-bit integers, and text for what has no type of its own. */
function arrowValue(cell: Cell, type: DuckDBType): unknown {
  if (cell === null) return null;
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
      return BigInt(cell as number | bigint);
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return (cell as Cell[]).map((item) => arrowValue(item, type.valueType));
    case DuckDBTypeId.STRUCT:
      return Object.fromEntries(
        type.entryNames.map((name, i) => [
          name,
          arrowValue((cell as Record<string, Cell>)[name]!, type.entryTypes[i]!),
        ]),
      );
    default:
      return typeof cell === 'object' && !(cell instanceof Date || cell instanceof Uint8Array)
        ? JSON.stringify(cell)
        : cell;
  }
}
