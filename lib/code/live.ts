/** What a job may use of the process that starts it, besides its plain data. */
import type { Recipe } from '../recipe/recipe.ts';
import type { RowSource } from './own-rows.ts';
import type { RewardFunction } from './reward-function.ts';

/** Values by name: those of a session, or those that a script hands over. */
export interface Scope {
  names(): Promise<string[]>;
  /** Undefined where there is none of this name. */
  value(name: string): Promise<unknown>;
}

/** Rows with the name that the person gave them. */
export interface NamedRows {
  name: string;
  rows: RowSource;
}

export interface Live {
  recipe?: Recipe;
  reward?: RewardFunction;
  /** To be written to the files that the job names. */
  rows?: { train?: NamedRows; validation?: NamedRows };
}
