/**
 * Sentences for the person at the prompt: what was expected, what was found, what to type next.
 */

/** Mark that survives two copies of the package and a process boundary, where `instanceof` lies. */
const userError = Symbol.for('rewardlab.UserError');

/** Something the person at the prompt can fix. Shown without a stack trace. */
export class UserError extends Error {
  readonly [userError] = true;
  override readonly name = 'UserError';
  /** The next thing to type or change. */
  readonly hint?: string;

  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    if (hint !== undefined) this.hint = hint;
  }
}

/** Tells a `UserError` of any copy of the package from a bug. */
export function isUserError(error: unknown): error is UserError {
  return typeof error === 'object' && error !== null && userError in error;
}

/** Refuses an unknown name, lists the known ones, and guesses which was meant. */
export function unknownName(kind: string, got: string, known: readonly string[]): UserError {
  const guess = closest(got, known);
  return new UserError(
    `unknown ${kind} '${got}'; known: ${known.join(', ')}`,
    guess && `did you mean '${guess}'?`,
  );
}

/** The known name nearest to what was typed, or undefined when none is near. */
export function closest(got: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: editDistance(got.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, got.length / 3) ? best.name : undefined;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length]!;
}
