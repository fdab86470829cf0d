/** A language process that says what a script does. */
import type { Language } from '../../../kernel/language/process.ts';
import type { Script } from './fake-session.ts';

/** What it is told goes with what the session is told. */
export function fakeLanguage(
  { typed }: Pick<Script, 'typed'>,
  told: Record<string, unknown>[],
): Language {
  const answers = {
    complete: typed?.completion,
    inspect: typed?.inspection,
    check: typed?.problems,
  };
  return {
    pid: undefined,
    ready: typed !== undefined,
    warm: () => undefined,
    cell: () => undefined,
    forget: () => void told.push({ forget: true }),
    ask: (type) => Promise.resolve(answers[type] as never),
    close: () => undefined,
  };
}
