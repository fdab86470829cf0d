/** Completion by types: members of what is only declared, literals that a type allows, import paths. */
import ts from 'typescript';
import type { Completion, CompletionRequest, Match } from '../session/events.ts';
import type { Cells } from './cells.ts';
import { describe } from './describe.ts';
import type { Service } from './service.ts';

/** How many matches are described: it takes the compiler some time, and nobody reads more. */
const described = 100;

export function complete(
  { code, cursor }: CompletionRequest,
  { languageService, open }: Service,
  cells: Cells,
): Completion {
  const module = cells.moduleOf(code);
  const file = open(module);
  const position = module.offset + cursor;
  const found = languageService.getCompletionsAtPosition(file, position, {
    includeSymbol: true,
    importModuleSpecifierEnding: 'js', // with the extension, as Node wants it
  });
  const all = (found?.entries ?? []).filter(isOffered);
  const start = startOf(found, all, { text: module.text, position });
  const entries = beginningWith(module.text.slice(start, position), all);
  const program = languageService.getProgram()!;
  const place = program.getSourceFile(file)!;
  const types = entries.map(({ name, kind, symbol }, i): Match => {
    const more = symbol && i < described ? describe(symbol, place, program.getTypeChecker()) : {};
    return { text: name, type: kinds[kind] ?? 'instance', ...more };
  });
  return {
    matches: types.map(({ text }) => text),
    start: start - module.offset,
    end: cursor,
    types,
  };
}

/** Those that begin as the word does; where none does, those that do so in another case. */
function beginningWith(
  typed: string,
  entries: readonly ts.CompletionEntry[],
): readonly ts.CompletionEntry[] {
  const exact = entries.filter(({ name }) => name.startsWith(typed));
  const lower = typed.toLowerCase();
  return exact.length > 0
    ? exact
    : entries.filter(({ name }) => name.toLowerCase().startsWith(lower));
}

/** Where what a match replaces begins: in a path or a string that is no word's beginning. */
function startOf(
  found: ts.CompletionInfo | undefined,
  [first]: readonly ts.CompletionEntry[],
  { text, position }: { text: string; position: number },
): number {
  const span = first?.replacementSpan ?? found?.optionalReplacementSpan;
  if (span && span.start <= position) return span.start;
  return position - /[\p{ID_Continue}$]*$/u.exec(text.slice(0, position))![0].length;
}

/** `warning`: names of plain JavaScript files that are only guessed. The cells' own files are hidden. */
function isOffered({ name, kind }: ts.CompletionEntry): boolean {
  return kind !== ts.ScriptElementKind.warning && !name.startsWith('.rewardlab-');
}

/** As Jupyter's front ends show them; all others are instances. */
const kinds: Readonly<Record<string, string>> = {
  [ts.ScriptElementKind.functionElement]: 'function',
  [ts.ScriptElementKind.localFunctionElement]: 'function',
  [ts.ScriptElementKind.memberFunctionElement]: 'function',
  [ts.ScriptElementKind.classElement]: 'class',
  [ts.ScriptElementKind.enumElement]: 'enum',
  [ts.ScriptElementKind.interfaceElement]: 'interface',
  [ts.ScriptElementKind.typeElement]: 'interface',
  [ts.ScriptElementKind.typeParameterElement]: 'interface',
  [ts.ScriptElementKind.moduleElement]: 'module',
  [ts.ScriptElementKind.memberVariableElement]: 'property',
  [ts.ScriptElementKind.memberGetAccessorElement]: 'property',
  [ts.ScriptElementKind.memberSetAccessorElement]: 'property',
  [ts.ScriptElementKind.keyword]: 'keyword',
  [ts.ScriptElementKind.string]: 'string',
  [ts.ScriptElementKind.scriptElement]: 'file',
  [ts.ScriptElementKind.directory]: 'folder',
  [ts.ScriptElementKind.externalModuleName]: 'module',
};
