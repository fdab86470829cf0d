/**
 * Weights, gradients and moments, and what threads do with them. Where each weight lies is decided when
 * the first graph is compiled, which says what it stacks; until then they stay as they were given, and the
 * threads load what they need.
 */
import { adamWScalars, clipFactor } from '../../graph/adamw.ts';
import type {
  AdamW,
  OptimizerState,
  Parameters,
  Program,
  Step,
  Value,
  Writer,
} from '../../graph/executor.ts';
import { isParameter, nodesOf } from '../../graph/graph.ts';
import type { Graph } from '../../graph/graph.ts';
import { cut, startCrew } from './crew.ts';
import type { Crew } from './crew.ts';
import { fillMoments, momentsIn, startMachine, valuesIn } from './machine.ts';
import type { Machine } from './machine.ts';
import { createProgram } from './program.ts';
import { combine, runWork } from './run-work.ts';
import { createWriter } from './writer.ts';

export interface OnnxParameters extends Parameters {
  compile(graph: Graph): Program;
  writer(step: Step): Writer;
}

interface State {
  readonly crew: Crew;
  /** What was given, until there is a machine. */
  weights: ReadonlyMap<string, Value>;
  readonly trained: ReadonlySet<string> | undefined;
  moments: OptimizerState['moments'];
  machine?: Machine;
  closed: boolean;
  programs: number;
  /** Sum of squares of the accumulated gradient. */
  squares: number;
  step: number;
  /** How often the weights have changed. */
  version: number;
}

export function createParameters(
  weights: ReadonlyMap<string, Value>,
  { threads, trained }: { threads: number; trained?: ReadonlySet<string> | undefined },
): OnnxParameters {
  const moments = new Map<string, never>();
  const state: State = {
    crew: startCrew(threads),
    weights,
    trained,
    moments,
    closed: false,
    programs: 0,
    squares: 0,
    step: 0,
    version: 0,
  };
  return {
    compile: (graph) => compile(state, graph),
    writer: (step) => {
      const machine = begun(state, step.graph);
      return createWriter(step, { machine, id: state.programs++, version: () => state.version });
    },
    evaluate: async (work) => (work.length > 0 ? runWork(machineOf(state), 'inference', work) : []),
    async accumulate(work) {
      if (work.length === 0) throw new Error('there is no work to take the gradient of');
      const machine = machineOf(state);
      const outputs = await runWork(machine, 'gradient', work);
      state.squares = await combine(machine, work);
      return outputs;
    },
    update: (rule) => update(state, rule),
    gradients: async () => {
      const { shared, storage } = machineOf(state);
      return Promise.resolve(valuesIn(shared.gradients[0]!, storage));
    },
    read: () => Promise.resolve(read(state)),
    optimizer: () => Promise.resolve({ step: state.step, moments: readMoments(state) }),
    restore(restored) {
      state.step = restored.step;
      state.moments = restored.moments;
      if (state.machine) fillMoments(state.machine, restored.moments);
      return Promise.resolve();
    },
    async close() {
      state.closed = true;
      delete state.machine;
      await state.crew.close();
    },
  };
}

/** The machine, laid out for this graph if it is the first. */
function begun(state: State, graph: Graph): Machine {
  if (state.closed) throw new Error('these parameters are closed');
  return (state.machine ??= start(state, graph));
}

function compile(state: State, graph: Graph): Program {
  const { storage, crew } = begun(state, graph);
  return createProgram({
    graph,
    storage,
    crew,
    newId: () => state.programs++,
    run: (way, work) => runWork(machineOf(state), way, work),
  });
}

function start(state: State, graph: Graph): Machine {
  const parameters = nodesOf(Object.values(graph.outputs)).filter(isParameter);
  const machine = startMachine(state.weights, {
    crew: state.crew,
    stacks: parameters.map((node) => node.attributes.names),
    trained: state.trained,
    trains: graph.gradients !== undefined,
  });
  fillMoments(machine, state.moments);
  state.weights = new Map();
  state.moments = new Map();
  return machine;
}

function machineOf({ machine, closed }: State): Machine {
  if (machine) return machine;
  throw new Error(closed ? 'these parameters are closed' : 'no graph was compiled yet');
}

async function update(state: State, rule: AdamW): Promise<{ gradNorm: number }> {
  const { crew, storage } = machineOf(state);
  const step = ++state.step;
  const gradNorm = Math.sqrt(state.squares);
  const clip = clipFactor(gradNorm, rule.maxGradNorm);
  const parts = [
    { start: 0, end: storage.matrices, decay: rule.weightDecay },
    { start: storage.matrices, end: storage.trained, decay: 0 },
  ];
  const shares = parts.map(({ decay, ...range }) => ({
    scalars: adamWScalars(rule, { step, clip, decay }),
    ranges: cut(range, crew.size),
  }));
  await crew.askAll((i) => ({
    type: 'update',
    parts: shares.map(({ scalars, ranges }) => ({ scalars, range: ranges[i]! })),
  }));
  state.version++;
  return { gradNorm };
}

function read(state: State): Map<string, Value> {
  const { machine } = state;
  return machine ? valuesIn(machine.shared.weights, machine.storage) : trainedOf(state);
}

/** Of what was given. */
function trainedOf({ weights, trained }: State): Map<string, Value> {
  return new Map([...weights].filter(([name]) => trained?.has(name) ?? true));
}

function readMoments(state: State): OptimizerState['moments'] {
  const { machine, moments } = state;
  if (machine) return momentsIn(machine);
  const zeros = ({ data, shape }: Value): Value => ({ data: new Float32Array(data.length), shape });
  return new Map(
    [...trainedOf(state)].map(([name, value]) => [
      name,
      moments.get(name) ?? { first: zeros(value), second: zeros(value) },
    ]),
  );
}
