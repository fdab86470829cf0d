/** A job that is handed to a cluster, as text: all that would be submitted. */
import { stringify } from 'yaml';
import type { Submission } from '../train/job.ts';
import { plain } from './escape.ts';

export function submissionText(submission: Submission): string {
  const { address, entrypoint, runtimeEnv, packageBytes, files, reads, resources } = submission;
  const width = Math.max(...files.map(({ name }) => name.length));
  const { workers, each } = resources;
  const needs = Object.entries(each).map(([name, n]) => `${n} ${name}`);
  const sections = [
    `to ${address}, package of ${bytesText(packageBytes)}`,
    `entrypoint\n  ${entrypoint}`,
    `runtime_env\n${indented(stringify(runtimeEnv).trimEnd())}`,
    `files\n${indented(files.map(({ name, bytes }) => `${name.padEnd(width)}  ${bytesText(bytes)}`).join('\n'))}`,
    ...(reads.length > 0 ? [`read where they lie\n${indented(reads.join('\n'))}`] : []),
    `resources\n  ${workers} × ${needs.join(', ')}`,
    ...(submission.overrides
      ? [`options as VERL has them\n${indented(submission.overrides.join('\n'))}`]
      : []),
  ];
  return plain(sections.join('\n'));
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function bytesText(bytes: number): string {
  return bytes < 10_000 ? `${bytes} B` : `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}
