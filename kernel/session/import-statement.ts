/**
 * An import declaration as the statement that does the same in a script: one call of the hidden
 * import helper. Pure.
 */
import type * as ast from 'oxc-parser';

type Declaration = ast.ImportDeclaration | ast.ExportNamedDeclaration | ast.ExportAllDeclaration;

/** `import a, { b as c } from 'x'` → `let {"default":a,"b":c}=await helper.names("x",{},["default","b"])`. */
export function importStatement(node: Declaration, helper: string): string {
  const source = JSON.stringify(node.source?.value);
  const attributes = JSON.stringify(attributesOf(node));
  const specifiers = node.type === 'ImportDeclaration' ? node.specifiers : [];
  const namespace = specifiers.find((item) => item.type === 'ImportNamespaceSpecifier');
  const names = specifiers.flatMap(namePair);
  const statements: string[] = [];
  if (namespace)
    statements.push(`let ${namespace.local.name}=await ${helper}.all(${source},${attributes})`);
  if (names.length > 0) {
    const pattern = names.map(([imported, local]) => `${imported}:${local}`).join(',');
    const wanted = names.map(([imported]) => imported).join(',');
    statements.push(`let {${pattern}}=await ${helper}.names(${source},${attributes},[${wanted}])`);
  }
  // A statement without a value, or the module would become the cell's result.
  if (statements.length === 0)
    statements.push(`{const _=await ${helper}.all(${source},${attributes})}`);
  return statements.join(';');
}

/** The exported name as a quoted key, and the local name. */
function namePair(specifier: ast.ImportDeclarationSpecifier): [string, string][] {
  switch (specifier.type) {
    case 'ImportDefaultSpecifier':
      return [['"default"', specifier.local.name]];
    case 'ImportSpecifier': {
      const { imported, local } = specifier;
      const name = imported.type === 'Literal' ? imported.value : imported.name;
      return [[JSON.stringify(name), local.name]];
    }
    case 'ImportNamespaceSpecifier':
      return [];
  }
}

function attributesOf(node: Declaration): Record<string, string> {
  return Object.fromEntries(
    node.attributes.map(({ key, value }) => [
      key.type === 'Identifier' ? key.name : key.value,
      value.value,
    ]),
  );
}
