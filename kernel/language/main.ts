/** The language process: TypeScript's compiler and the text of the cells, over the line to the kernel. */
import { setPriority } from 'node:os';
import { flushCompileCache } from 'node:module';
import { createCells } from './cells.ts';
import { check } from './check.ts';
import { complete } from './complete.ts';
import { inspect } from './inspect.ts';
import type { Asked, FromLanguage, ToLanguage } from './protocol.ts';
import { createService } from './service.ts';

const cells = createCells();
const service = createService(process.cwd(), cells);

type Answers = { [Q in keyof Asked]: (request: Asked[Q]['request']) => Asked[Q]['answer'] };

const answers: Answers = {
  complete: (request) => complete(request, service, cells),
  inspect: (request) => inspect(request, service, cells),
  check: (request) => check(request, service, cells),
};

const send = (message: FromLanguage): void => void process.send?.(message, () => undefined);

process.on('message', (message: ToLanguage) => {
  if (message.type === 'cell') cells.add(message.code);
  else if (message.type === 'forget') cells.forget();
  else send({ type: 'answer', id: message.id, answer: answer(message) });
});
process.on('disconnect', () => process.exit()); // the kernel is gone, or needs nothing more
process.on('SIGINT', () => undefined);
setPriority(5); // what trains or computes goes first
complete({ code: '', cursor: 0 }, service, cells); // reads what every question needs
send({ type: 'ready' });
flushCompileCache();

/** A failure of the compiler's is no answer; the next question may have one. */
function answer(message: Exclude<ToLanguage, { type: 'cell' | 'forget' }>): unknown {
  try {
    return answers[message.type](message.request as never) ?? null;
  } catch (error) {
    console.error('rewardlab language process:', error);
    return null;
  }
}
