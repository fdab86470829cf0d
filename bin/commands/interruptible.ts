/** Work that Ctrl-C ends at its next pause; once more ends it at once. */

/** Returns the exit code: 130 where the work gave up because it was told to, after saying what was `kept`. */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<void>,
  kept = 'nothing was written',
): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    await work(stop.signal);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write(`interrupted: ${kept}\n`);
    return 130;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
