/** Runs a notebook through a real kernel, cell by cell, and keeps what Jupyter would keep. */
import { dirname, resolve } from 'node:path';
import { UserError } from '../../lib/errors.ts';
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
import { startKernel } from './start.ts';
import type { Message } from './wire.ts';

export interface NotebookRun {
  /** Where to write the executed notebook; absent: in place; `false`: nowhere. */
  output?: string | false;
  /** Set after the cell tagged `parameters`. */
  parameters?: Record<string, unknown>;
  onCell?(cell: Cell, index: number): void;
  onMessage?(message: Message, index: number): void;
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
  const kernel = await startKernel({ cwd: dirname(resolve(path)) });
  const interrupt = (): void => void kernel.client.interrupt();
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
  const displays: Displays = new Map();
  for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === 'code')) {
    cell.outputs = [];
    cell.execution_count = null;
  }
  for (const [index, cell] of notebook.cells.entries()) {
    options.onCell?.(cell, index);
    if (cell.cell_type !== 'code' || sourceOf(cell).trim() === '') continue;
    const collect = outputCollector((cell.outputs = []), displays);
    const reply = await client.execute(sourceOf(cell), {
      onMessage(message) {
        collect(message);
        options.onMessage?.(message, index);
      },
    });
    cell.execution_count = reply.content.execution_count;
    if (reply.content.status !== 'ok')
      return { index, message: `${reply.content.ename ?? 'Error'}: ${reply.content.evalue ?? ''}` };
  }
  return undefined;
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

function withParameters(notebook: Notebook, parameters: Record<string, unknown> = {}): Notebook {
  if (Object.keys(parameters).length === 0) return notebook;
  const at = notebook.cells.findIndex(({ metadata }) => metadata.tags?.includes('parameters'));
  if (at < 0)
    throw new UserError(
      `the notebook has no cell tagged 'parameters'`,
      `tag the cell that sets ${Object.keys(parameters).join(', ')}`,
    );
  const source = Object.entries(parameters).map(([name, value]) => {
    if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name))
      throw new UserError(`a parameter's name must be a TypeScript name, got '${name}'`);
    return `var ${name} = ${JSON.stringify(value)};`;
  });
  const cell: Cell = {
    cell_type: 'code',
    id: 'injected-parameters',
    metadata: { tags: ['injected-parameters'] },
    source: source.join('\n'),
    outputs: [],
    execution_count: null,
  };
  const cells = notebook.cells.filter(
    ({ metadata }) => !metadata.tags?.includes('injected-parameters'),
  );
  cells.splice(at + 1, 0, cell);
  return { ...notebook, cells };
}
