/**
 * On which line of a Jinja template an error is. The library's tree has no positions, so tags in the text
 * are matched with nodes of the tree in order; where the two do not pair up, no line is given.
 */
import { Template } from '@huggingface/jinja';

interface Node {
  type: string;
  body?: Node[];
  alternate?: Node[];
  defaultBlock?: Node[];
}

/** The line of a syntax error: the first with which the text before it fails in the same way. */
export function syntaxErrorLine(source: string, message: string): number | undefined {
  const lines = source.split('\n');
  const found = lines.findIndex((_, i) => parseError(lines.slice(0, i + 1).join('\n')) === message);
  return found < 0 ? undefined : found + 1;
}

function parseError(source: string): string | undefined {
  try {
    new Template(source);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The line of the tag that is being rendered when rendering these values fails. */
export function renderErrorLine(
  source: string,
  values: Record<string, unknown>,
): number | undefined {
  const template = new Template(source);
  const { parsed } = template as unknown as { parsed: { body: Node[] } };
  const nodes = tagNodes(parsed.body);
  const lines = tagLines(source);
  if (nodes.length !== lines.length) return undefined;
  let last: number | undefined;
  for (const [i, node] of nodes.entries()) {
    const { type } = node;
    Object.defineProperty(node, 'type', {
      get() {
        last = lines[i];
        return type;
      },
    });
  }
  try {
    template.render(values);
    return undefined;
  } catch {
    return last;
  }
}

/** Nodes that stand for a tag each, in the order of the text. Literal text is no tag. */
function tagNodes(body: readonly Node[]): Node[] {
  return body
    .filter(({ type }) => type !== 'StringLiteral' && type !== 'Comment')
    .flatMap((node) => [
      node,
      ...[node.body, node.alternate, node.defaultBlock].flatMap((inner) =>
        Array.isArray(inner) ? tagNodes(inner) : [],
      ),
    ]);
}

const text = String.raw`(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")`;
const inside = `(?:${text}|[^'"])*?`;
const tag = new RegExp(
  String.raw`\{#[\s\S]*?#\}|\{%[-+]?\s*(\w+)${inside}%\}|\{\{(${inside})\}\}`,
  'g',
);
const literal = new RegExp(String.raw`^[-+]?\s*${text}\s*[-+]?$`);
const opening = new Set([
  'if',
  'elif',
  'for',
  'set',
  'macro',
  'call',
  'filter',
  'break',
  'continue',
]);

function tagLines(source: string): number[] {
  return [...source.matchAll(tag)].flatMap((match) => {
    const [, keyword, expression] = match;
    const counts =
      keyword === undefined
        ? expression !== undefined && !literal.test(expression)
        : opening.has(keyword);
    return counts ? source.slice(0, match.index).split('\n').length : [];
  });
}
