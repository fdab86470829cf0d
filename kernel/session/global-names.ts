/** The names that every cell has, all of them exports of `rewardlab` there. */

/** Loaded with the library when they are first read. */
export const libraryNames = [
  ...['view', 'train', 'RewardModel', 'LanguageModel', 'defineRecipe'],
  'exportData',
];

export const sessionNames = ['display', 'input', 'magic', ...libraryNames];
