/** Errors as plain data, to one side of a pipe and back. */
import { isUserError, UserError } from '../errors.ts';
import type { Refusal } from './protocol.ts';

export function toRefusal(error: unknown): Refusal {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!isUserError(error)) return { message, user: false, ...(stack !== undefined && { stack }) };
  return { message, user: true, ...(error.hint !== undefined && { hint: error.hint }) };
}

export function fromRefusal({ message, hint, user, stack }: Refusal): Error {
  if (user) return new UserError(message, hint);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
