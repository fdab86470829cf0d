/** The public names of the training library, listed one by one. */
export { UserError, isUserError } from './errors.ts';

// Data
export { view } from './display/view.ts';
export type { ParquetView } from './data/view.ts';
export { openRows, rowsOf } from './data/rows.ts';
export type { Cell, Row, Rows } from './data/rows.ts';
export { writeParquet } from './data/write.ts';
export { exportData } from './command/export-data.ts';
export type { ExportSettings } from './command/export-data.ts';
export type { ExportedPart, ExportResult } from './data/export/run-export.ts';

// Training
export { train } from './worker/train.ts';
export type { TrainHooks, TrainResult, TrainSettings } from './worker/train.ts';
export { parseJob, resolveJob } from './command/job.ts';
export { runJob } from './worker/run-job.ts';
export type { Job, JobCommand, Plan, TrainEvent } from './train/job.ts';

// Recipes, rewards and rows of one's own
export { defineRecipe, eachRow } from './recipe/define-recipe.ts';
export type { RowRecipe, RowsReader, RowTools } from './recipe/define-recipe.ts';
export { pairRewards, pairRows } from './recipe/pair-rows.ts';
export { pairExample } from './recipe/pair.ts';
export { encodeConversation, encodeText } from './recipe/encode.ts';
export type { Batch, Example, Policy, Recipe, Selection, Source } from './recipe/recipe.ts';
export type { Decoder, SymbolicBatch } from './model/decoder.ts';
export * as ops from './graph/ops/index.ts';
export type { Tensor } from './graph/tensor.ts';
export { z } from 'zod';
export type { Reward, RewardFunction } from './code/reward-function.ts';
export type { RowSource } from './code/own-rows.ts';
export type { Live, Scope } from './code/live.ts';
export type { Engine } from './engine/engine.ts';

// Writing
export { LanguageModel } from './worker/language-model.ts';
export type { Continued, Promptable } from './worker/language-model.ts';
export type { PlaceOptions } from './worker/find-engine.ts';
export type { WriteOptions, Written } from './worker/language-model.ts';
export type { WrittenToken } from './generate/generator.ts';

// What a model is worth
export { RewardModel } from './worker/reward-model.ts';
export type { LoadModelOptions, Scorable } from './worker/reward-model.ts';
export { evaluate } from './evaluate/evaluate.ts';
export type { EvaluateOptions, Evaluation } from './evaluate/evaluate.ts';
export { evaluateConversations } from './evaluate/evaluate-conversations.ts';
export type { ConversationEvaluation } from './evaluate/evaluate-conversations.ts';
export { score } from './evaluate/score.ts';
export type { Scored, ScoreOptions } from './evaluate/score.ts';

// Judges
export { pairwiseJudge } from './reward/pairwise.ts';
export type { PairwiseJudge } from './reward/pairwise.ts';
export { pointwiseJudge } from './reward/pointwise.ts';
export type { PointwiseJudge } from './reward/pointwise.ts';
export type { Judge, JudgePrompt, RewardResult } from './reward/judge.ts';
export { pairExamples, scoreExamples } from './reward/examples.ts';
export { thinkingRule } from './reward/thinking.ts';
export { openJudge } from './evaluate/judge-model.ts';
export { evaluateJudge } from './evaluate/evaluate-judge.ts';
export type { JudgeEvaluation } from './evaluate/judge-evaluation.ts';
