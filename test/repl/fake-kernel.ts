/** A kernel that does what the test says, when it says so. */
import type { CellListener, Kernel } from '../../repl/kernel/kernel.ts';
import type { Matches } from '../../repl/state/complete.ts';
import type { Output } from '../../repl/state/output.ts';
import type { Origin } from '../../repl/state/state.ts';

type Listeners = { [K in 'onOutside' | 'onNews']: Parameters<Kernel[K]>[0] };

export class FakeCell {
  readonly ended = Promise.withResolvers<'ok' | 'error'>();
  readonly code: string;
  readonly listener: CellListener;

  constructor(code: string, listener: CellListener) {
    this.code = code;
    this.listener = listener;
  }
  started(count: number): this {
    return this.shows({ type: 'started', count, code: this.code });
  }
  shows(...outputs: Output[]): this {
    for (const output of outputs) this.listener.output(output);
    return this;
  }
  prints(text: string): this {
    return this.shows({ type: 'stream', name: 'stdout', text });
  }
  ends(status: 'ok' | 'error' = 'ok'): void {
    this.ended.resolve(status);
  }
}

export class FakeKernel implements Kernel {
  count = Promise.resolve(0);
  readonly cells: FakeCell[] = [];
  readonly calls: string[] = [];
  earlier: string[] = [];
  matches: Matches = { matches: [], start: 0, end: 0 };
  /** Called for each cell as it is asked for; by default the test drives `cells` itself. */
  onRun: (cell: FakeCell) => void = () => undefined;
  #heard = Promise.withResolvers<FakeCell>();
  readonly #listeners: Partial<Listeners> = {};

  run(code: string, listener: CellListener): Promise<'ok' | 'error'> {
    const cell = new FakeCell(code, listener);
    this.cells.push(cell);
    this.#heard.resolve(cell);
    this.#heard = Promise.withResolvers();
    this.onRun(cell);
    return cell.ended.promise;
  }
  /** The next cell that the terminal asks for. */
  next(): Promise<FakeCell> {
    return this.#heard.promise;
  }
  complete(): Promise<Matches> {
    return Promise.resolve(this.matches);
  }
  inspect(code: string): Promise<string | undefined> {
    return Promise.resolve(`about ${code}`);
  }
  /** Enough of a parser for the tests: brackets must close. */
  isComplete(code: string): Promise<{ status: string; indent: string }> {
    const count = (pattern: RegExp): number => code.match(pattern)?.length ?? 0;
    const depth = count(/[([{]/g) - count(/[)\]}]/g);
    if (depth > 0) return Promise.resolve({ status: 'incomplete', indent: '  '.repeat(depth) });
    return Promise.resolve({ status: depth < 0 ? 'invalid' : 'complete', indent: '' });
  }
  history(): Promise<string[]> {
    return Promise.resolve(this.earlier);
  }
  interrupt(): Promise<void> {
    this.calls.push('interrupt');
    return Promise.resolve();
  }
  onOutside(listener: Listeners['onOutside']): void {
    this.#listeners.onOutside = listener;
  }
  onNews(listener: Listeners['onNews']): void {
    this.#listeners.onNews = listener;
  }
  outside(origin: Origin, output: Output): void {
    this.#listeners.onOutside!(origin, output);
  }
  news(text: string, gone: boolean): void {
    this.#listeners.onNews!({ text, gone });
  }
  close(): Promise<void> {
    this.calls.push('close');
    return Promise.resolve();
  }
  detach(): void {
    this.calls.push('detach');
  }
}
