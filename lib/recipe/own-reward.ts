/** The options of recipes whose reward may be a function of the person's own. */
import { z } from 'zod';

export const rewardOptions = z.object({
  reward: z
    .string()
    .nullable()
    .default(null)
    .describe('your own function of (prompt, completion, row): ./reward.ts#name, or its name here'),
  reward_timeout: z
    .number()
    .positive()
    .default(30)
    .describe('seconds that one call of your reward function may take'),
});
export type RewardOptions = z.infer<typeof rewardOptions>;
