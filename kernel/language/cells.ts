/**
 * Cells as modules: each imports from earlier ones what they declared last, so a name may be declared
 * again as often as the person likes. What stands before a cell's own text is one line.
 */
import ts from 'typescript';
import { codeOnly } from '../session/cell.ts';
import { declarationsOf } from './declarations.ts';

/** A cell's text as a module; positions in the cell are `offset` further on here. */
export interface Module {
  text: string;
  offset: number;
  tsx: boolean;
}

export interface Cells {
  /** A cell that was run. */
  add(code: string): void;
  forget(): void;
  /** A cell that may be half-written, with all earlier names in sight. */
  moduleOf(code: string): Module;
  /** Text of an earlier cell by the name of its module. */
  text(name: string): string | undefined;
}

/** Where a name was declared last. */
interface Origin {
  module: string;
  variable: boolean;
}

export function createCells(): Cells {
  const texts = new Map<string, string>();
  const visible = new Map<string, Origin>();
  let count = 0;
  return {
    add(code) {
      const text = codeOnly(code, []);
      const { source, tsx, broken } = parse(text);
      const declared = broken ? [] : declarationsOf(source);
      if (declared.length === 0) return;
      const module = `.rewardlab-cell-${++count}.${tsx ? 'tsx' : 'ts'}`;
      const used = identifiersOf(source);
      const own = new Set(declared.map(({ name }) => name));
      const wanted = [...visible].filter(([name]) => used.has(name) && !own.has(name));
      const left = new Set(declared.flatMap(({ name, exported }) => (exported ? [] : [name])));
      texts.set(module, `${prelude(wanted)}${text}\nexport { ${[...left].join(', ')} };\n`);
      for (const { name, variable } of declared) visible.set(name, { module, variable });
    },
    forget() {
      texts.clear();
      visible.clear();
    },
    moduleOf(code) {
      const text = codeOnly(code, []);
      const { source, tsx } = parse(text);
      const own = new Set(declarationsOf(source).map(({ name }) => name));
      const head = prelude([...visible].filter(([name]) => !own.has(name)));
      return { text: head + text, offset: head.length, tsx };
    },
    text: (name) => texts.get(name),
  };
}

/** An import cannot be assigned to, so a variable is declared with the type that it has there. */
function prelude(names: readonly (readonly [string, Origin])[]): string {
  const parts = names.map(([name, { module, variable }]) =>
    variable
      ? `declare let ${name}: typeof import("./${module}").${name};`
      : `import { ${name} } from "./${module}";`,
  );
  return `${parts.join(' ')}\n`;
}

/** As TypeScript, or with JSX where only that makes sense of it. */
function parse(text: string): { source: ts.SourceFile; tsx: boolean; broken: boolean } {
  const plain = sourceOf(text, ts.ScriptKind.TS);
  if (!isBroken(plain)) return { source: plain, tsx: false, broken: false };
  const tsx = text.includes('<') ? sourceOf(text, ts.ScriptKind.TSX) : plain;
  return isBroken(tsx)
    ? { source: plain, tsx: false, broken: true }
    : { source: tsx, tsx: true, broken: false };
}

function sourceOf(text: string, kind: ts.ScriptKind): ts.SourceFile {
  return ts.createSourceFile('cell', text, ts.ScriptTarget.ESNext, false, kind);
}

/** The compiler keeps what the parser said in a field that its types leave out. */
function isBroken(source: ts.SourceFile): boolean {
  return (source as { parseDiagnostics?: unknown[] }).parseDiagnostics?.length !== 0;
}

function identifiersOf(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}
