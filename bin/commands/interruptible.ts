/** Work that Ctrl-C ends at its next pause. */

/** Returns the exit code: 130 where the work gave up because it was told to. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    await work(stop.signal);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
