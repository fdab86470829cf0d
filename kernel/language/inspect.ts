/** What types and comments say of the thing under the cursor. */
import ts from 'typescript';
import type { InspectionRequest } from '../session/events.ts';
import type { Cells } from './cells.ts';
import type { Typed } from './protocol.ts';
import type { Service } from './service.ts';

export function inspect(
  { code, cursor, detail }: InspectionRequest,
  { languageService, open, ownText }: Service,
  cells: Cells,
): Typed | undefined {
  const module = cells.moduleOf(code);
  const file = open(module);
  const position = module.offset + nameAt(code, cursor);
  const info = languageService.getQuickInfoAtPosition(file, position);
  const declared = ts.displayPartsToString(info?.displayParts);
  if (!info || declared === '' || declared === 'any') return undefined; // a name that nobody declares
  const source = detail === 1 ? sourceOf() : undefined;
  const signature = signatureOf(declared);
  const parts = [
    signature,
    ts.displayPartsToString(info.documentation),
    (info.tags ?? []).map(tagText).join('\n'),
  ];
  return {
    text: parts.filter((part) => part !== '').join('\n\n'),
    callable: !hasValue.test(signature),
    ...(source !== undefined && { source }),
  };

  /** The declaration as it was written, where a cell or a file of the person's has it. */
  function sourceOf(): string | undefined {
    const [definition] = languageService.getDefinitionAtPosition(file, position) ?? [];
    const text = definition && ownText(definition.fileName);
    const span = definition?.contextSpan;
    return text !== undefined && span
      ? text.slice(span.start, span.start + span.length)
      : undefined;
  }
}

/** How the declaration begins of what has a value that is worth seeing beside its type. */
const hasValue = /^(const|let|var|\((local var|parameter|property|getter|setter|accessor)\)) /;

/** Without where a name was imported from: that is how earlier cells are read. */
function signatureOf(text: string): string {
  return text.replace(/^\(alias\) /, '').replace(/\nimport [^\n]*$/, '');
}

function tagText({ name, text }: ts.JSDocTagInfo): string {
  return `@${name} ${ts.displayPartsToString(text)}`.trimEnd();
}

/** The last character of the name that the cursor is in or behind; of an open parenthesis, the callee's. */
function nameAt(code: string, cursor: number): number {
  if (/[\p{ID_Continue}$]/u.test(code[cursor] ?? '')) return cursor;
  return Math.max(0, code.slice(0, cursor).replace(/[\s([.]+$/, '').length - 1);
}
