/** How a name is declared, in a line, and what its comment says. */
import ts from 'typescript';
import type { Match } from '../session/events.ts';

/** `place` is where it is named. The compiler's own description would compute all matches once for each. */
export function describe(
  symbol: ts.Symbol,
  place: ts.Node,
  checker: ts.TypeChecker,
): Pick<Match, 'signature' | 'documentation'> {
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const documentation = ts.displayPartsToString(meant.getDocumentationComment(checker));
  return {
    signature: signatureOf(symbol.name, meant, place, checker),
    ...(documentation !== '' && { documentation }),
  };
}

function signatureOf(
  name: string,
  symbol: ts.Symbol,
  place: ts.Node,
  checker: ts.TypeChecker,
): string {
  if (!(symbol.flags & ts.SymbolFlags.Value))
    return `${symbol.flags & ts.SymbolFlags.Interface ? 'interface' : 'type'} ${name}`;
  if (symbol.flags & ts.SymbolFlags.Class) return `class ${name}`;
  const type = checker.getTypeOfSymbolAtLocation(symbol, place);
  const [call, ...others] = type.getCallSignatures();
  if (!call) return `${name}: ${checker.typeToString(type)}`;
  const more = others.length > 0 ? ` (+${others.length})` : '';
  return `${name}${checker.signatureToString(call)}${more}`;
}
