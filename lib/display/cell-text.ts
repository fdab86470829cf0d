/** One value of a table as text. */

/** Characters of a value that are looked at: no screen shows more of one cell. */
const longest = 2000;

/** Texts as they are, numbers as short as they read back, all else as compact JSON. */
export function cellText(value: unknown): string {
  return cut(written(value), longest);
}

/** The first `length` UTF-16 units, an ellipsis where that is not all, and no half of a letter. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}

/** The value as JSON can hold it: big integers as their digits, bytes as their number. */
export function jsonValue(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, big));
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '·';
  if (typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (value instanceof Date) return Number.isNaN(value.valueOf()) ? '·' : value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object') return JSON.stringify(value, big);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return typeof value;
}

function big(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
}
