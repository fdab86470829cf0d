/**
 * Turns TypeScript into what V8's REPL mode runs: types, where there are any, are stripped by
 * oxc-transform, and the rest is rewritten in place. Pure text to text.
 */
import { createRequire } from 'node:module';
import type { SourceMap, TransformOptions, TransformResult } from 'oxc-transform';
import { rewrite } from './rewrite.ts';
import type { Rewritten } from './rewrite.ts';
import { grammarOf, isObjectLiteral, parseCode } from './syntax.ts';

/** What to run of a cell. */
export interface Program extends Rewritten {
  /** From the positions in `functions`, `prelude` and `code` to those in the cell. */
  map: SourceMap | undefined;
}

const require = createRequire(import.meta.url);

/** The package types its modes as an ambient `const enum`, which no module of ours can read. */
type StripTypes = (
  name: string,
  code: string,
  options: Omit<TransformOptions, 'helpers'> & { helpers: { mode: string } },
) => TransformResult;

/** Loaded with the first cell that has types: it is a tenth of the session's memory. */
function stripTypes(...given: Parameters<StripTypes>): TransformResult {
  return (require('oxc-transform') as { transformSync: StripTypes }).transformSync(...given);
}

/**
 * Throws a SyntaxError whose stack names the place in the cell. `constants` are the names that
 * earlier cells declared with `const`.
 */
export function transform(
  source: string,
  name: string,
  constants: ReadonlySet<string> = new Set(),
): Program {
  const code = isObjectLiteral(source) ? inParentheses(source) : source;
  const plain = plainProgram(code, constants);
  if (plain) return plain;
  const lang = grammarOf(code);
  if (typeof lang !== 'string') throw syntaxError(lang.message, source, lang.start, name);
  const result = stripTypes(name, code, {
    lang,
    sourceType: 'module',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: true },
    jsx: { runtime: 'automatic' },
    decorator: { legacy: true, emitDecoratorMetadata: true },
    helpers: { mode: 'External' },
  });
  const [error] = result.errors;
  if (error) throw syntaxError(error.message, source, characterAt(code, error.labels), name);
  const parsed = parseCode(result.code, 'js');
  return { ...rewrite(result.code, parsed, constants), map: result.map };
}

/** The program of a cell that is JavaScript as it stands: most short ones are. */
function plainProgram(code: string, constants: ReadonlySet<string>): Program | undefined {
  if (!meansTheSame(code)) return undefined;
  const parsed = parseCode(code, 'js', { showSemanticErrors: true });
  if (parsed.errors.length > 0) return undefined;
  const rewritten = rewrite(code, parsed, constants);
  // Positions behind a guard are wrong without a map.
  return rewritten.guarded ? undefined : { ...rewritten, map: undefined };
}

/**
 * What parses as JavaScript means the same in TypeScript, where it has no decorators and no pair of
 * angle brackets, which could be type arguments, a cast or JSX.
 */
function meansTheSame(code: string): boolean {
  return !code.includes('@') && !/<[^]*>/.test(code.replaceAll('=>', ''));
}

/** This package counts bytes; of two declarations of one name, the second is the mistake. */
function characterAt(code: string, labels: readonly { start: number }[]): number {
  const bytes = Math.max(0, ...labels.map(({ start }) => start));
  return Buffer.from(code).subarray(0, bytes).toString().length;
}

/** The blank or line end before it becomes the parenthesis where there is one. */
function inParentheses(source: string): string {
  const start = source.length - source.trimStart().length;
  const before = source.slice(0, start).replace(/[ \t]$/, '');
  return `${before}(${source.slice(start)}\n)`;
}

function syntaxError(message: string, source: string, offset: number, name: string): SyntaxError {
  const error = new SyntaxError(message);
  const lines = source.slice(0, offset).split('\n');
  error.stack = `SyntaxError: ${message}\n    at ${name}:${lines.length}:${lines.at(-1)!.length + 1}`;
  return error;
}
