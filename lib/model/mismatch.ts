/** Refuses tensors that are not those a model should have. */
import { UserError } from '../errors.ts';

/** A tensor as a file lists it. */
interface Listed {
  name: string;
  shape: readonly number[];
}

const shownProblems = 10;

/** Throws a `UserError` that begins with the title and names what is absent, of another shape, or too much. */
export function refuseMismatch(
  title: string,
  expected: ReadonlyMap<string, readonly number[]>,
  found: readonly Listed[],
): void {
  const shapes = new Map(found.map(({ name, shape }) => [name, shape]));
  const problems = [...expected].flatMap(([name, shape]) => {
    const have = shapes.get(name);
    if (!have) return `${name}: expected ${shapeText(shape)}, found nothing`;
    return shapeText(have) === shapeText(shape)
      ? []
      : `${name}: expected ${shapeText(shape)}, found ${shapeText(have)}`;
  });
  for (const { name, shape } of found)
    if (!expected.has(name)) problems.push(`${name}: expected nothing, found ${shapeText(shape)}`);
  if (problems.length === 0) return;
  const more = problems.length - shownProblems;
  const lines = problems.slice(0, shownProblems).concat(more > 0 ? `and ${more} more` : []);
  throw new UserError(`${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
