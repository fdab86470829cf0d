/**
 * Keeps constants constant. V8's REPL mode refuses to declare a name again as another kind, so all
 * top-level declarations become `let`; assignments to what was declared `const` are found here and
 * made to throw as the language would. Pure.
 */
import type * as ast from 'oxc-parser';

/** A native constant of the session: assigning to it throws V8's own TypeError. */
export const constantName = 'ïconst';

/** The identifiers that assign to one of the constants, except where a scope hides the name. */
export function constantAssignments(
  program: ast.Program,
  constants: ReadonlySet<string>,
): ast.IdentifierReference[] {
  const targets: ast.IdentifierReference[] = [];
  const hidden = new Set<string>();
  visit(program, 0, (node, depth) => {
    for (const name of declaredBy(node, depth)) hidden.add(name);
    for (const target of assigned(node)) if (constants.has(target.name)) targets.push(target);
  });
  return targets.filter(({ name }) => !hidden.has(name));
}

/** All names that a pattern binds. */
export function boundNames(pattern: unknown): string[] {
  const names: string[] = [];
  for (const { name } of identifiersOf(pattern)) names.push(name);
  return names;
}

type Node = ast.Node;

function visit(node: Node, depth: number, see: (node: Node, depth: number) => void): void {
  see(node, depth);
  for (const value of Object.values(node) as unknown[]) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
      if (isNode(child)) visit(child, depth + 1, see);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Depth of the statements of the program itself. */
const topLevel = 1;

/** Names that a node declares below the top level. */
function declaredBy(node: Node, depth: number): string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return depth > topLevel ? node.declarations.flatMap(({ id }) => boundNames(id)) : [];
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const own = depth > topLevel && node.id ? [node.id.name] : [];
      return [...own, ...node.params.flatMap(boundNames)];
    }
    case 'ClassDeclaration':
    case 'ClassExpression':
      return depth > topLevel && node.id ? [node.id.name] : [];
    case 'CatchClause':
      return boundNames(node.param);
    default:
      return [];
  }
}

function assigned(node: Node): ast.IdentifierReference[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return identifiersOf(node.left);
    case 'UpdateExpression':
      return identifiersOf(node.argument);
    case 'ForInStatement':
    case 'ForOfStatement':
      return node.left.type === 'VariableDeclaration' ? [] : identifiersOf(node.left);
    default:
      return [];
  }
}

/** The identifiers of a binding or assignment pattern. */
function identifiersOf(pattern: unknown): ast.IdentifierReference[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [pattern as ast.IdentifierReference];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        identifiersOf(property.type === 'Property' ? property.value : property),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap(identifiersOf);
    case 'AssignmentPattern':
      return identifiersOf(pattern.left);
    case 'RestElement':
      return identifiersOf(pattern.argument);
    default:
      return [];
  }
}
