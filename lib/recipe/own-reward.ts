/** What recipes have whose reward may be a function of the person's own, beside the option `reward`. */
import { z } from 'zod';

export const rewardOptions = z.object({
  reward_timeout: z
    .number()
    .positive()
    .default(30)
    .describe('seconds that one call of a reward function of your own may take'),
});
