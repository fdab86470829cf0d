/** Runs a notebook through a real kernel, cell by cell, and keeps what Jupyter would keep. */
import { dirname, resolve } from 'node:path';
import { isUserError } from '../../lib/errors.ts';
import { version } from '../../lib/version.ts';
import type { KernelClient } from './client.ts';
import { languageInfo } from './handlers/kernel-info.ts';
import { displayName } from './kernelspec.ts';
import {
  readNotebook,
  sourceOf,
  writeNotebook,
  type Cell,
  type Notebook,
} from './notebook-file.ts';
import { outputCollector, type Displays } from './outputs.ts';
import { hasTag, withParameters } from './parameters.ts';
import { startKernel } from './start.ts';
import type { Message } from './wire.ts';

export interface NotebookRun {
  /** Where to write the executed notebook; absent: in place; `false`: nowhere. */
  output?: string | false;
  /** Set after the cell tagged `parameters`. */
  parameters?: Record<string, unknown>;
  /** The folder that cells run in; absent: the notebook's own. */
  cwd?: string;
  onCell?: (cell: Cell, index: number) => void;
  /** Also late output, with the index of its own cell. */
  onMessage?: (message: Message, index: number) => void;
  /** Aborted: the cell is interrupted and the run ends. */
  signal?: AbortSignal;
}

export interface NotebookResult {
  notebook: Notebook;
  /** The first cell that failed; the cells after it did not run. */
  failed?: { index: number; message: string };
}

/** Cells run in the notebook's own folder, as in Jupyter. What ran is written also when a cell fails. */
export async function runNotebook(
  path: string,
  options: NotebookRun = {},
): Promise<NotebookResult> {
  const notebook = withParameters(readNotebook(path), options.parameters);
  const kernel = await startKernel({ cwd: options.cwd ?? dirname(resolve(path)), history: false });
  const interrupt = (): void => void kernel.client.interrupt().catch(() => undefined);
  options.signal?.addEventListener('abort', interrupt);
  try {
    const failed = await runCells(kernel.client, notebook, options);
    notebook.metadata = { ...notebook.metadata, ...metadata(notebook.metadata['rewardlab']) };
    if (options.output !== false) writeNotebook(options.output ?? path, notebook);
    return failed ? { notebook, failed } : { notebook };
  } finally {
    options.signal?.removeEventListener('abort', interrupt);
    await kernel.close();
  }
}

async function runCells(
  client: KernelClient,
  notebook: Notebook,
  options: NotebookRun,
): Promise<NotebookResult['failed']> {
  const hear = listenerOf(client, options);
  for (const cell of notebook.cells.filter(isCode)) {
    cell.outputs = [];
    cell.execution_count = null;
  }
  for (const [index, cell] of notebook.cells.entries()) {
    options.onCell?.(cell, index);
    if (!isCode(cell) || sourceOf(cell).trim() === '') continue;
    const message = await runCell(client, cell, hear(cell, index));
    if (message !== undefined) return { index, message };
    if (options.signal?.aborted) return { index, message: 'the run was interrupted' };
  }
  return undefined;
}

/** Why the notebook ends here, if it does: tagged `raises-exception`, a cell may fail. */
async function runCell(
  client: KernelClient,
  cell: Cell,
  onMessage: (message: Message) => void,
): Promise<string | undefined> {
  const mayFail = hasTag(cell, 'raises-exception');
  try {
    const reply = await client.execute(sourceOf(cell), { stopOnError: !mayFail, onMessage });
    const { status, execution_count, ename = 'Error', evalue = '' } = reply.content;
    cell.execution_count = execution_count;
    return status === 'ok' || mayFail ? undefined : `${ename}: ${evalue}`;
  } catch (error) {
    if (isUserError(error)) return error.message; // the kernel is gone
    throw error;
  }
}

/**
 * Output goes to the cell that caused it, however late. A cell's first message, which says busy, makes
 * its request known; `onMessage` of the run then hears all others.
 */
function listenerOf(
  client: KernelClient,
  { onMessage }: NotebookRun,
): (cell: Cell, index: number) => (message: Message) => void {
  const displays: Displays = new Map();
  const cells = new Map<string | undefined, (message: Message) => void>();
  client.onMessage((message) => cells.get(message.parent_header.msg_id)?.(message));
  return (cell, index) => {
    const collect = outputCollector((cell.outputs = []), displays);
    const hear = (message: Message): void => {
      collect(message);
      onMessage?.(message, index);
    };
    return (message) => void cells.set(message.parent_header.msg_id, hear);
  };
}

/** What was run, on what: kept in the notebook, so that a difference can be explained. */
function metadata(before: unknown): Record<string, unknown> {
  return {
    kernelspec: { name: 'rewardlab', display_name: displayName, language: 'typescript' },
    language_info: languageInfo,
    rewardlab: {
      ...(before as object | undefined),
      version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    },
  };
}

function isCode(cell: Cell): boolean {
  return cell.cell_type === 'code';
}
