/** The public names of the training library, listed one by one. */
export { UserError, isUserError } from './errors.ts';

// Data
export { view } from './display/view.ts';
export type { ParquetView } from './data/view.ts';
export { openRows, rowsOf } from './data/rows.ts';
export type { Cell, Row, Rows } from './data/rows.ts';
export { writeParquet } from './data/write.ts';

// Training
export { train } from './worker/train.ts';
export type { TrainHooks, TrainResult, TrainSettings } from './worker/train.ts';
export { parseJob } from './command/job.ts';
export { runJob } from './worker/run-job.ts';
export type { Job, JobCommand, Plan, TrainEvent } from './train/job.ts';
export { defineRecipe } from './recipe/define-recipe.ts';
export type { Batch, Example, Recipe } from './recipe/recipe.ts';
export type { Engine } from './engine/engine.ts';

// What a model is worth
export { RewardModel } from './worker/reward-model.ts';
export type { LoadModelOptions, Scorable } from './worker/reward-model.ts';
export { evaluate } from './evaluate/evaluate.ts';
export type { EvaluateOptions, Evaluation } from './evaluate/evaluate.ts';
export { score } from './evaluate/score.ts';
export type { Scored, ScoreOptions } from './evaluate/score.ts';
