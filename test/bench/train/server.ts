/** A trainer, or a writer, in a process of its own that takes one step a line: a batch's number in, a JSON line out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Step {
  ms: number;
  loss: number;
  /** Peak memory of the process so far, in MiB. */
  rss: number;
}

export interface Server<T = Step> {
  step(batch: number): Promise<T>;
  end(): void;
}

/** Resolves when the process says that it is ready. */
export async function startServer<T = Step>(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Server<T>> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${program} ${args.join(' ')} has ended`);
      if (value.startsWith('{')) return JSON.parse(value);
    }
  };
  await once(child, 'spawn');
  await answer();
  return {
    async step(batch) {
      child.stdin.write(`${batch}\n`);
      return (await answer()) as T;
    },
    end: () => child.stdin.end(),
  };
}
