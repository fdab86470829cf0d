/** Gives work to the threads and puts their outputs back in order. */
import type { Value, Work } from '../../graph/executor.ts';
import { cut, share } from './crew.ts';
import type { Crew } from './crew.ts';
import type { Machine } from './machine.ts';
import type { Load, Reply, SessionPlan } from './messages.ts';
import type { OnnxProgram, Way } from './program.ts';

export async function runWork(
  { crew }: Machine,
  way: Way,
  work: readonly Work[],
): Promise<Record<string, Value>[]> {
  const shares = sharesOf(work, crew);
  const type = way === 'gradient' ? 'accumulate' : 'run';
  const replies = await crew.askAll((thread) => {
    const own = shares[thread]!.map((place) => work[place]!);
    return { type, ...load(way, thread, own) };
  });
  return inOrder(shares, replies);
}

/** Sums what the threads accumulated over this work; returns the sum of the gradient's squares. */
export async function combine({ crew, storage }: Machine, work: readonly Work[]): Promise<number> {
  const threads = sharesOf(work, crew).flatMap((places, thread) =>
    places.length > 0 ? [thread] : [],
  );
  const ranges = cut({ start: 0, end: storage.trained }, crew.size);
  const replies = await crew.askAll((i) => ({ type: 'combine', threads, range: ranges[i]! }));
  return replies.reduce((total, { squares }) => total + squares!, 0);
}

function sharesOf(work: readonly Work[], crew: Crew): number[][] {
  return share(
    work.map(({ tokens }) => tokens),
    crew.size,
  );
}

function load(way: Way, thread: number, work: readonly Work[]): Load {
  const plans: SessionPlan[] = [];
  const jobs = work.map(({ program, feeds }) => {
    const { plan, told } = program as OnnxProgram;
    if (!told(way).has(thread)) plans.push(plan(way));
    told(way).add(thread);
    return { session: plan(way).id, feeds };
  });
  return { jobs, plans };
}

function inOrder(shares: readonly number[][], replies: readonly Reply[]): Record<string, Value>[] {
  const outputs: Record<string, Value>[] = [];
  shares.forEach((places, thread) =>
    places.forEach((place, i) => (outputs[place] = replies[thread]!.outputs![i]!)),
  );
  return outputs;
}
