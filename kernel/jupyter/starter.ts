/**
 * How a kernel ends with the process that started it, however that ended: a pipe from the one to the
 * other closes. A starter that leaves says so first, and the kernel stays.
 */
import type { ChildProcess } from 'node:child_process';

/** Follows the connection file of a kernel whose standard input is that pipe. */
export const endsWithStarter = '--ends-with-stdin';

/** The starter's side: leaves the kernel alone from now on. */
export function leaveKernel({ stdin }: Pick<ChildProcess, 'stdin'>): void {
  stdin?.on('error', () => undefined); // it has ended: nobody to tell
  stdin?.end('stay\n');
}

/** The kernel's side: calls back when the starter is gone without having left. */
export function onStarterGone(argument: string | undefined, gone: () => void): void {
  if (argument === endsWithStarter) onStdinEnd(gone);
  else if (process.env['JPY_PARENT_PID']) onOtherParent(gone);
}

function onStdinEnd(gone: () => void): void {
  let left = false;
  process.stdin
    .on('data', () => {
      left = true;
    })
    .on('error', () => undefined)
    .on('close', () => {
      if (!left) gone();
    });
}

/** Jupyter names its process and gives no pipe: its kernel has another parent once it is gone. */
function onOtherParent(gone: () => void): void {
  const parent = process.ppid;
  if (parent <= 1) return;
  setInterval(() => {
    if (process.ppid !== parent) gone();
  }, 1000).unref();
}
