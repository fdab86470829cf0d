/**
 * Rewrites JavaScript for V8's REPL mode by AST position, keeping every line and column: imports
 * become calls, functions are lifted out, declarations become ones that may be repeated. Pure.
 */
import type * as ast from 'oxc-parser';
import { blank } from './cell.ts';
import { boundNames, constantAssignments, constantName } from './constants.ts';
import { importStatement } from './import-statement.ts';

/** What to run, in this order. Empty texts are not worth running. */
export interface Rewritten {
  /** An array literal of the cell's top-level functions, one line down: run with lineOffset -1. */
  functions: string;
  /** Declares those functions and performs the imports. */
  prelude: string;
  code: string;
  /** By line of the prelude: the column, from 0, where its import stood. */
  importColumns: number[];
  /** Names that are declared at the top level, and whether as constants. */
  declares: Map<string, boolean>;
  /** Constants are assigned to: what follows on those lines has moved. */
  guarded: boolean;
}

/** Hidden global that stands for `import` in a cell; as long as that word, so columns stay. */
export const importName = 'ïmport';
/** Hidden global that stands for `import.meta`, and is as long. */
export const importMetaName = 'ïmport_meta';

/** Text under rewriting: every edit keeps its length. */
interface Draft {
  text: string;
  functions: ast.Function[];
  imports: { start: number; statement: string }[];
  declares: Map<string, boolean>;
}

/** `earlier` are the names that earlier cells declared with `const`. */
export function rewrite(
  code: string,
  { module, program }: Pick<ast.ParseResult, 'module' | 'program'>,
  earlier: ReadonlySet<string>,
): Rewritten {
  const draft: Draft = { text: code, functions: [], imports: [], declares: new Map() };
  for (const { start } of module.dynamicImports) overwrite(draft, start, start + 6, importName);
  for (const { start, end } of module.importMetas) overwrite(draft, start, end, importMetaName);
  const variables = program.body.flatMap(variableNames);
  for (const statement of program.body) rewriteStatement(draft, statement, variables);
  const guards = constantGuards(draft, program, earlier);
  const functions = functionArray(draft, guards);
  const names = new Map(draft.functions.map((node, index) => [node.id!.name, index]));
  for (const { start, end } of draft.functions) overwrite(draft, start, end, '');
  const inFunction = ({ start }: Span): boolean =>
    draft.functions.some((node) => node.start <= start && start < node.end);
  const main = guarded(
    draft.text,
    guards.filter((guard) => !inFunction(guard)),
  );
  return {
    functions,
    ...prelude(draft, names),
    code: main,
    declares: draft.declares,
    guarded: guards.length > 0,
  };
}

function rewriteStatement(draft: Draft, node: ast.Statement, variables: string[]): void {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      moveImport(draft, node);
      return;
    case 'ExportNamedDeclaration':
      if (node.source) moveImport(draft, node);
      else overwrite(draft, node.start, node.declaration?.start ?? node.end, '');
      if (node.declaration) rewriteStatement(draft, node.declaration, variables);
      return;
    case 'ExportDefaultDeclaration':
      rewriteDefault(draft, node, variables);
      return;
    case 'FunctionDeclaration':
      draft.declares.set(node.id!.name, false);
      draft.functions.push(node);
      return;
    case 'ClassDeclaration':
      draft.declares.set(node.id!.name, false);
      return;
    case 'VariableDeclaration':
      rewriteVariable(draft, node, variables);
      return;
  }
}

function moveImport(
  draft: Draft,
  node: ast.ImportDeclaration | ast.ExportNamedDeclaration | ast.ExportAllDeclaration,
): void {
  draft.imports.push({ start: node.start, statement: importStatement(node, importName) });
  if (node.type === 'ImportDeclaration')
    for (const { local } of node.specifiers) draft.declares.set(local.name, true);
  overwrite(draft, node.start, node.end, '');
}

function rewriteDefault(
  draft: Draft,
  node: ast.ExportDefaultDeclaration,
  variables: string[],
): void {
  const { declaration } = node;
  const named =
    (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') &&
    declaration.id !== null;
  overwrite(draft, node.start, declaration.start, named ? '' : 'void 0,');
  if (named) rewriteStatement(draft, declaration, variables);
}

/**
 * REPL mode refuses to declare a name again as another kind, so `const` and `var` become `let`. An
 * enum's `E || {}` would then read itself too early, and a re-run must not keep old members:
 * `0 || {}`.
 */
function rewriteVariable(draft: Draft, node: ast.VariableDeclaration, variables: string[]): void {
  const { kind, start, declarations } = node;
  const names = declarations.flatMap(({ id }) => boundNames(id));
  for (const name of names) draft.declares.set(name, kind === 'const');
  if (kind === 'const') overwrite(draft, start, start + 5, 'let');
  if (kind !== 'var' || names.some((name) => isRepeated(name, variables))) return;
  overwrite(draft, start, start + 3, 'let');
  for (const { id, init } of declarations) {
    if (id.type !== 'Identifier' || init?.type !== 'CallExpression') continue;
    const [first] = init.arguments;
    if (first?.type !== 'LogicalExpression' || first.left.type !== 'Identifier') continue;
    if (first.left.name === id.name) overwrite(draft, first.left.start, first.left.end, '0');
  }
}

interface Span {
  start: number;
  end: number;
}

/** Where constants are assigned to. */
function constantGuards(draft: Draft, program: ast.Program, earlier: ReadonlySet<string>): Span[] {
  const constants = new Set(earlier);
  for (const [name, constant] of draft.declares) {
    if (constant) constants.add(name);
    else constants.delete(name);
  }
  if (constants.size === 0 || !/=|\+\+|--/.test(draft.text)) return [];
  return constantAssignments(program, constants).sort((a, b) => a.start - b.start);
}

/** Part of the text. What follows a guard on its line moves: only code that throws is there. */
function guarded(text: string, guards: readonly Span[], from = 0, to = text.length): string {
  let result = '';
  let at = from;
  for (const { start, end } of guards) {
    if (start < at || end > to) continue;
    result += text.slice(at, start) + constantName;
    at = end;
  }
  return result + text.slice(at, to);
}

function isRepeated(name: string, names: string[]): boolean {
  return names.indexOf(name) !== names.lastIndexOf(name);
}

/** Plain names that a top-level `var` declares. */
function variableNames(node: ast.Statement): string[] {
  if (node.type === 'ExportNamedDeclaration' && node.declaration)
    return variableNames(node.declaration);
  if (node.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
}

/**
 * Top-level functions as one array literal. They are lifted out because a script's own `function`
 * could never be declared again with `const`, and must still be callable above its line.
 */
function functionArray({ text, functions }: Draft, guards: readonly Span[]): string {
  if (functions.length === 0) return '';
  let array = '[\n';
  let from = 0;
  for (const { start, end } of functions) {
    const gap = blank(text.slice(from, start));
    const separated = from === 0 ? gap : `,${gap.replace(/^ /, '')}`;
    array += separated + guarded(text, guards, start, end);
    from = end;
  }
  return `${array}]`;
}

/** Every import stands on the line of its declaration, so that its errors name that line. */
function prelude(
  { text, imports }: Draft,
  functions: Map<string, number>,
): Pick<Rewritten, 'prelude' | 'importColumns'> {
  const lines: string[] = [];
  const importColumns: number[] = [];
  for (const { start, statement } of imports) {
    const before = text.slice(0, start).split('\n');
    const line = before.length - 1;
    while (lines.length <= line) lines.push('');
    importColumns[line] ??= before[line]!.length;
    lines[line] = `${lines[line]!.padEnd(before[line]!.length)}${statement};`;
  }
  const declared = [...functions].map(([name, i]) => `${name}=${importName}.functions[${i}]`);
  if (declared.length > 0) lines.push(`let ${declared.join(',')};`);
  return { prelude: lines.join('\n'), importColumns };
}

function overwrite(draft: Draft, start: number, end: number, replacement: string): void {
  const { text } = draft;
  const rest = blank(text.slice(start + replacement.length, end));
  draft.text = text.slice(0, start) + replacement + rest + text.slice(end);
}
