/** Stopping a job by Ray, and finding out whether it stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import type { RayClient } from './client.ts';
import { ended } from './tail.ts';

/**
 * Ray says that it stops a job also where it does not: one that waits for resources may go on waiting. Throws a `UserError`
 * where it has not stopped after so many milliseconds.
 */
export async function stopJob(
  client: RayClient,
  submission: string,
  patience = 15_000,
): Promise<void> {
  await client.stop(submission);
  const until = Date.now() + patience;
  let details = await client.details(submission);
  while (details && !ended(details) && Date.now() < until) {
    await sleep(250);
    details = await client.details(submission);
  }
  if (details && !ended(details))
    throw new UserError(
      `Ray was told to stop ${submission}, which is still ${details.status}`,
      `look after it at ${client.address.url}, or with ray job stop ${submission}`,
    );
}
