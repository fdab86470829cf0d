/** What a job needs of a cluster, and whether the cluster has it: a job that waits for what is not there waits for ever. */
import { UserError } from '../../errors.ts';
import type { NodeResources } from './client.ts';

export interface Needs {
  /** Processes that train together, */
  workers: number;
  /** and what each of them takes of one node, by Ray's names. */
  each: Readonly<Record<string, number>>;
}

/** Throws a `UserError` where the cluster, were it idle, could not run the job. */
export function refuseLack(nodes: readonly NodeResources[], needs: Needs): void {
  const { workers, each } = needs;
  const fit = nodes.map((node) => room(node, each)).reduce((a, b) => a + b, 0);
  if (fit >= workers) return;
  const gpus = nodes.reduce((sum, node) => sum + (node.GPU ?? 0), 0);
  const wanted = each.GPU ?? 0;
  throw new UserError(
    `the cluster cannot run this job: it has ${clusterText(nodes)}; the job needs ${needsText(needs)}`,
    wanted > 0 && gpus === 0
      ? 'bradley-terry trains on a cluster without GPUs too: --device cpu; every recipe does on this machine: --engine onnx'
      : 'ask for less with --workers and --threads, or add nodes with ray start --address',
  );
}

/** The fewest nodes that take the workers with as many on each; undefined where none do. */
export function nodesEvenly(
  nodes: readonly NodeResources[],
  { workers, each }: Needs,
): number | undefined {
  const rooms = nodes.map((node) => room(node, each));
  const counts = nodes.map((_, i) => i + 1).filter((count) => workers % count === 0);
  return counts.find((count) => rooms.filter((room) => room >= workers / count).length >= count);
}

/** Workers that a node takes. */
function room(node: NodeResources, each: Needs['each']): number {
  return Math.min(...names(each).map((name) => Math.floor((node[name] ?? 0) / each[name]!)));
}

/** A sentence where others use so much of the cluster that the job has to wait. */
export function waiting(
  nodes: readonly NodeResources[],
  used: Readonly<Record<string, number>>,
  { workers, each }: Needs,
): string | undefined {
  const short = names(each).filter((name) => {
    const all = nodes.reduce((sum, node) => sum + (node[name] ?? 0), 0);
    return all - (used[name] ?? 0) < workers * each[name]!;
  });
  return short.length === 0
    ? undefined
    : `other jobs use ${short.map((name) => `${used[name]} ${name}`).join(' and ')} of the cluster now; this one waits for them`;
}

export function needsText({ workers, each }: Needs): string {
  return `${count(workers, 'worker')} with ${resourcesText(each)}${workers > 1 ? ' each' : ''}`;
}

/** `2 nodes with 16 CPUs and 2 GPUs in all`. */
export function clusterText(nodes: readonly NodeResources[]): string {
  const sum = (name: string): number => nodes.reduce((all, node) => all + (node[name] ?? 0), 0);
  const all = { CPU: sum('CPU'), GPU: sum('GPU') };
  return `${count(nodes.length, 'node')} with ${resourcesText(all)}${nodes.length > 1 ? ' in all' : ''}`;
}

function resourcesText(resources: Readonly<Record<string, number>>): string {
  return names(resources)
    .map((name) => (resources[name] === 0 ? `no ${name}` : count(resources[name]!, name)))
    .join(' and ');
}

function names(resources: Readonly<Record<string, number>>): string[] {
  return Object.keys(resources);
}

function count(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}
