#!/usr/bin/env node
/** The command line: names, flags and help. What a command does is loaded when it is asked for. */
import { Command } from 'commander';
import type { ModelFlags } from './commands/evaluate.ts';
import { isUserError } from '../lib/errors.ts';
import { version } from '../lib/version.ts';

const program = new Command('rewardlab')
  .description('Train reward models from a TypeScript notebook, a terminal or a script.')
  .version(version)
  .enablePositionalOptions()
  .showSuggestionAfterError();

program
  .command('repl', { isDefault: true })
  .description('the terminal: TypeScript cells and magics')
  .option('--existing <file>', 'attach to the live kernel of this connection file')
  .action(async ({ existing }: { existing?: string }) => {
    const { runRepl } = await import('../repl/index.ts');
    const { stdin, stdout, stderr } = process;
    process.exitCode = await runRepl({
      ...(existing && { existing }),
      cwd: process.cwd(),
      stdin,
      stdout,
      stderr,
    });
  });

program
  .command('install')
  .description('add the kernel to Jupyter, and the figures to JupyterLab')
  .option('--user', 'for this user (the default)')
  .option('--prefix <dir>', 'under DIR/share/jupyter, for example of a Python environment')
  .option('--name <name>', 'name of the kernel', 'rewardlab')
  .action(async (options: KernelPlace) => {
    const { install } = await import('./commands/install.ts');
    console.log(await install(options));
  });

program
  .command('uninstall')
  .description('remove the kernel from Jupyter, and with the last one the figures')
  .option('--prefix <dir>', 'under DIR/share/jupyter')
  .option('--name <name>', 'name of the kernel', 'rewardlab')
  .action(async (options: KernelPlace) => {
    const { uninstall } = await import('./commands/install.ts');
    console.log(await uninstall(options));
  });

program
  .command('train')
  .description(
    'train a reward model: RECIPE --model M --train F… [--OPTION V]… [a.b.c=v]… | JOB.yaml',
  )
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .argument('[words...]')
  .action(async (words: string[]) => {
    if (words.includes('--help') || words.length === 0) {
      const { trainHelp } = await import('./commands/train.ts');
      await trainHelp(words);
      return;
    }
    const { startWorker } = await import('../lib/worker/client.ts');
    const worker = startWorker('train'); // It loads while the job is looked at here.
    try {
      const { trainCommand } = await import('./commands/train.ts');
      process.exitCode = await trainCommand(words, worker);
    } finally {
      worker.release();
    }
  });

program
  .command('evaluate <model> [words...]')
  .description('a reward model on preference pairs, or a judge on pairs or scored answers')
  .requiredOption(
    '--data <file...>',
    'parquet or JSON-lines files of the rows to measure on, or hf://datasets/ORG/NAME/FILE',
  )
  .option('--json', 'print one JSON object')
  .option('--threads <n>', 'threads', Number)
  .option('--max-length <n>', 'tokens that one conversation may have', Number)
  .addHelpText('after', '\nOptions of judges: see docs/judges.md')
  .allowUnknownOption()
  .action(async (model: string, words: string[], options: ModelFlags) => {
    const { evaluateCommand } = await import('./commands/evaluate.ts');
    await evaluateCommand(model, words, options);
  });

program
  .command('score <model>')
  .description('write a reward beside each row')
  .requiredOption('--data <file...>', 'parquet or JSON-lines files of conversations or pairs')
  .requiredOption('--output <file>', 'parquet or JSON-lines file to write')
  .option('--threads <n>', 'threads', Number)
  .option('--max-length <n>', 'tokens that one conversation may have', Number)
  .action(async (model: string, options: ModelFlags & { output: string }) => {
    const { scoreCommand } = await import('./commands/evaluate.ts');
    process.exitCode = await scoreCommand(model, options);
  });

program
  .command('generate')
  .description('completions of prompts: MODEL --prompts FILE… [--OPTION V]…')
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .argument('[words...]')
  .action(async (words: string[]) => {
    const { generateCommand } = await import('./commands/generate.ts');
    process.exitCode = await generateCommand(words);
  });

program
  .command('reward')
  .description("what a judge's completions are worth: pairwise|pointwise FILE… [--OPTION V]…")
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .argument('[words...]')
  .action(async (words: string[]) => {
    const { rewardCommand } = await import('./commands/reward.ts');
    await rewardCommand(words);
  });

program
  .command('export')
  .description('rows of other projects as rows to train on: FILE… [--OPTION V]… | data_config.yaml')
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions()
  .argument('[words...]')
  .action(async (words: string[]) => {
    const { exportCommand } = await import('./commands/export.ts');
    process.exitCode = await exportCommand(words);
  });

program
  .command('merge <adapter>')
  .description('write an adapter (LoRA) and its base as one plain model folder')
  .requiredOption('--output <folder>', 'folder to make')
  .action(async (adapter: string, { output }: { output: string }) => {
    const { mergeCommand } = await import('./commands/merge.ts');
    console.error(await mergeCommand(adapter, output));
  });

const notebook = program.command('notebook').description('run notebooks without Jupyter');
notebook
  .command('run <file>')
  .description('execute every cell and write the notebook with its outputs')
  .option('--output <file>', 'write there instead of in place')
  .option('-p, --parameter <name value...>', 'set a parameter (after the cell tagged "parameters")')
  .action(async (file: string, options: { output?: string; parameter?: string[] }) => {
    const { runCommand } = await import('./commands/notebook.ts');
    process.exitCode = await runCommand(file, options);
  });
notebook
  .command('verify <files...>')
  .description('execute again and compare the figures that the notebook recorded')
  .action(async (files: string[]) => {
    const { verifyCommand } = await import('./commands/notebook.ts');
    process.exitCode = await verifyCommand(files);
  });

program
  .command('doctor')
  .description('versions, devices, engines and what each lacks')
  .action(async () => {
    const { examine, report } = await import('./commands/doctor.ts');
    const findings = await examine();
    console.log(report(findings));
    process.exitCode = findings.some(({ ok, needed }) => ok === false && needed) ? 1 : 0;
  });

interface KernelPlace {
  user?: boolean;
  prefix?: string;
  name: string;
}

try {
  await program.parseAsync();
} catch (error) {
  if (!isUserError(error)) throw error;
  console.error(error.message + (error.hint ? `\n  ${error.hint}` : ''));
  process.exitCode = 1;
}
