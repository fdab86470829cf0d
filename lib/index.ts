/** The public names of the training library, listed one by one. */
export { UserError, isUserError } from './errors.ts';
