/** A compiled graph. A thread gets its model, and makes a session of it, when it first has work for it. */
import type { Program, Value, Work } from '../../graph/executor.ts';
import type { Graph } from '../../graph/graph.ts';
import { parameterInput } from '../../graph/onnx/write.ts';
import type { OnnxModel } from '../../graph/onnx/write.ts';
import type { Crew } from './crew.ts';
import type { SessionPlan } from './messages.ts';
import { gradientModel, inferenceModel } from './model.ts';
import type { GradientModel } from './model.ts';
import { stackPlace } from './storage.ts';
import type { Storage } from './storage.ts';

export type Way = 'inference' | 'gradient';

export interface OnnxProgram extends Program {
  plan: (way: Way) => SessionPlan;
  /** Threads that know a plan. */
  told: (way: Way) => Set<number>;
}

export interface ProgramParts {
  graph: Graph;
  storage: Storage;
  crew: Crew;
  newId: () => number;
  run: (way: Way, work: readonly Work[]) => Promise<Record<string, Value>[]>;
}

export function createProgram(parts: ProgramParts): OnnxProgram {
  const { graph, storage, crew } = parts;
  const plans = new Map<Way, { plan: SessionPlan; told: Set<number> }>();
  const outputs = Object.keys(graph.outputs);
  const planned = (way: Way): { plan: SessionPlan; told: Set<number> } => {
    const known = plans.get(way);
    if (known) return known;
    const model = way === 'gradient' ? gradientModel(graph) : inferenceModel(graph);
    const plan = { ...toPlan(model, storage), id: parts.newId(), outputs };
    const made = { plan, told: new Set<number>() };
    plans.set(way, made);
    return made;
  };
  const program: OnnxProgram = {
    plan: (way) => planned(way).plan,
    told: (way) => planned(way).told,
    async run(feeds) {
      const [result] = await parts.run('inference', [{ program, feeds, tokens: 0 }]);
      return result!;
    },
    async close() {
      const known = [...plans.values()];
      plans.clear();
      for (const { plan, told } of known)
        for (const thread of told) await crew.ask(thread, { type: 'forget', session: plan.id });
    },
  };
  return program;
}

function toPlan(
  model: OnnxModel | GradientModel,
  storage: Storage,
): Omit<SessionPlan, 'id' | 'outputs'> {
  const parameters = model.parameters.map((node) => ({
    input: parameterInput(node),
    ...stackPlace(storage, node.attributes.names),
  }));
  const { accumulators, sparse } = 'sparse' in model ? model : { accumulators: [], sparse: [] };
  return {
    bytes: model.bytes,
    inputs: model.inputs,
    parameters,
    accumulators: accumulators.map(({ names, input, output }) => ({
      input,
      output,
      parts: names,
      ...stackPlace(storage, names),
    })),
    sparse: sparse.map(({ names, rows, ids }) => ({
      rows,
      ids,
      weight: names[0]!,
      offset: stackPlace(storage, names).offset,
    })),
  };
}
