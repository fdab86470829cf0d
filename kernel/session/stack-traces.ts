/**
 * Makes `error.stack` name the cells' own lines: positions go through the source maps, and what
 * called the cell is cut. It acts on every stack in the session, so printing an error shows it too.
 */
import { findSourceMap, SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import type { Program } from './transform.ts';

/** From 1, as in stack frames. */
export interface Place {
  line: number;
  column: number;
}

export interface Scripts {
  /** Remembers where a script's text came from; `name` is its sourceURL. */
  add(name: string, cell: string, map: Program['map'], importColumns?: readonly number[]): void;
  place(name: string, at: Place): Place | undefined;
}

type SourceMapText = NonNullable<Program['map']>;

/** Node's type lacks that it says itself how it looks. */
type Site = NodeJS.CallSite & { toString(): string };

interface Script {
  cell: string;
  map: Program['map'];
  parsed?: SourceMap;
  importColumns: readonly number[] | undefined;
}

export function installStackTraces(): Scripts {
  const scripts = new Map<string, Script>();
  const frame = (site: Site): string => {
    const name = site.getScriptNameOrSourceURL() ?? '';
    const at = { line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0 };
    const script = scripts.get(name);
    const place = script ? placeIn(script, at) : placeInFile(name, at);
    const text = `    at ${site.toString()}`;
    if (!place) return text;
    const shown = `${script?.cell ?? name}:${place.line}:${place.column}`;
    return text.replace(`${name}:${at.line}:${at.column}`, () => shown);
  };
  Error.prepareStackTrace = (error, sites) => {
    const last = sites.findLastIndex((site) => scripts.has(site.getScriptNameOrSourceURL() ?? ''));
    const kept = last < 0 ? sites : sites.slice(0, last + 1);
    return [titleOf(error), ...kept.map(frame)].join('\n');
  };
  return {
    add: (name, cell, map, importColumns) => void scripts.set(name, { cell, map, importColumns }),
    place(name, at) {
      const script = scripts.get(name);
      return script && placeIn(script, at);
    },
  };
}

function titleOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // its message is a getter that throws
  }
}

function placeIn(script: Script, { line, column }: Place): Place {
  // An import is written longer than it was: its own first column stands for all of them.
  const known = script.importColumns ? (script.importColumns[line - 1] ?? 0) + 1 : column;
  if (!script.map) return { line, column: known };
  script.parsed ??= new SourceMap(payload(script.map));
  return original(script.parsed, { line, column: known }) ?? { line, column };
}

/** What Node's class wants of a map, and no more. */
function payload({ mappings, names, sources, version }: SourceMapText): SourceMapPayload {
  return { file: '', mappings, names, sources, sourcesContent: [], sourceRoot: '', version };
}

function placeInFile(name: string, at: Place): Place | undefined {
  const map = name.startsWith('node:') ? undefined : findSourceMap(name);
  return map && original(map, at);
}

function original(map: SourceMap, { line, column }: Place): Place | undefined {
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalLine' in entry)) return undefined;
  return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}
