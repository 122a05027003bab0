// Training, evaluation and prediction with the reference interpreter: double precision, one core, no WebGPU.
import {
  epochOrder,
  initialValues,
  lrOf,
  type Pictures,
  type Plan,
  type Report,
  type StepValues,
  type Sums,
  stepNumber,
} from '../../runtime/index.ts';
import {
  type Graph,
  interpret,
  isOp,
  LOSS_SCALE,
  LOSS_SCALE_SKIPPED,
  type Node,
  type Ran,
  sizeOf,
  stepFieldsOf,
  type Tensor,
} from '../ir/index.ts';
import type { ModelGraphs } from '../schedule/index.ts';
import type { Backend, Look, Uploaded } from './backend.ts';

/** A report at least this far apart; the event loop turns after every batch. */
const REPORT_MS = 400;

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The numbers of one step as the graph reads them, as the runtime computes them. */
const numbersOf = (graph: Graph, values: StepValues): Map<string, number> =>
  new Map(stepFieldsOf(graph).map((field) => [field.name, stepNumber(field, values)]));

/** The same interface as a device's, over the graphs of a compiled model. */
export function referenceBackend(graphs: ModelGraphs, plan: Plan): Backend {
  const { batch, metrics } = plan;
  const pictureSize = sizeOf(plan.input.shape.slice(1));
  const width = sizeOf(plan.output.shape.slice(1));
  const labelSize = plan.labels ? sizeOf(plan.labels.shape) : 0;
  const input = graphs.infer.nodes.find((n) => isOp(n, 'input'))?.id ?? 'x';
  /** Parameters and optimizer slots, by node id. */
  const values = new Map<string, Tensor>();

  const initialise = (seed: number): void => {
    for (const p of plan.parameters) {
      values.set(p.name, { shape: p.shape, data: Float64Array.from(initialValues(p, seed)) });
    }
    for (const node of graphs.train?.nodes ?? []) {
      const { shape } = node.type;
      if (isOp(node, 'state'))
        values.set(node.id, { shape, data: new Float64Array(sizeOf(shape)).fill(node.attrs.initial ?? 0) });
    }
  };

  /** The parameters in single precision, as they are saved: tests and predictions use these, so that loading changes nothing. */
  const asSaved = (): Map<string, Tensor> =>
    new Map(
      plan.parameters.map(({ name, shape }) => {
        const { data } = values.get(name) as Tensor;
        return [name, { shape, data: data.map(Math.fround) }];
      }),
    );
  /** Runs one batch: pictures as the network sees them, zeros behind the last. Training changes the parameters. */
  const run = (graph: Graph, x: Float64Array, labels: Float64Array, numbers: StepValues): Ran => {
    const leaves = graph === graphs.train ? new Map(values) : asSaved();
    leaves.set(input, { shape: plan.input.shape, data: x });
    for (const n of graph.nodes) if (isOp(n, 'labels')) leaves.set(n.id, { shape: n.type.shape, data: labels });
    const ran = interpret(graph, { leaves, step: numbersOf(graph, numbers) });
    for (const [id, value] of ran.assigned) values.set(id, value);
    return ran;
  };
  const outputOf = (ran: Ran): Float64Array => (ran.outputs.get('output') as Tensor).data;
  const need = (name: 'evaluate' | 'train'): Graph => {
    const graph = graphs[name];
    if (!graph) throw new Error(`there is no graph to ${name}`);
    return graph;
  };

  const upload = ({ values: pixels, scale, labels }: Pictures): Uploaded => {
    const count = pixels.length / pictureSize;
    const labelled = plan.labels && labels;
    /** Gathers the batch that starts at `start` of the order, and runs it. */
    const runBatch = (
      graph: Graph,
      order: Uint32Array,
      numbers: Omit<StepValues, 'count' | 'scale'>,
    ): [Ran, number] => {
      const here = Math.min(batch, count - numbers.start);
      const x = new Float64Array(batch * pictureSize);
      const y = new Float64Array(batch * labelSize);
      for (let i = 0; i < here; i++) {
        const from = order[numbers.start + i] as number;
        for (let k = 0; k < pictureSize; k++) {
          x[i * pictureSize + k] = (pixels[from * pictureSize + k] as number) * scale;
        }
        if (labelled)
          for (let k = 0; k < labelSize; k++) y[i * labelSize + k] = labelled[from * labelSize + k] as number;
      }
      return [run(graph, x, y, { ...numbers, count: here, scale }), here];
    };
    /** Of the epoch under way, for steps that are traced. */
    let lastOrder = new Uint32Array(0);
    const inOrder = Uint32Array.from({ length: count }, (_, i) => i);
    const zeros = (): Record<string, number> => Object.fromEntries(metrics.map((name) => [name, 0]));
    const add = (to: Record<string, number>, ran: Ran): void => {
      for (const [name, value] of ran.metrics) to[name] = (to[name] ?? 0) + value;
    };

    async function* trainEpoch(o: Parameters<Uploaded['trainEpoch']>[0]): AsyncGenerator<Report> {
      const order = epochOrder(o.seed, o.epoch, count);
      lastOrder = order;
      const stepsPerEpoch = Math.ceil(count / batch);
      let step = o.firstStep;
      let sums = zeros();
      let counted = 0;
      let reported = performance.now();
      for (let start = 0; start < count && !o.signal?.aborted; start += batch) {
        const lr = lrOf(plan, o, stepsPerEpoch, step);
        step++;
        const [ran, here] = runBatch(need('train'), order, {
          start,
          step,
          seed: o.seed,
          lr,
          ...(o.open ? { open: o.open } : {}),
        });
        add(sums, ran);
        counted += here;
        await turn();
        if (performance.now() - reported < REPORT_MS && start + batch < count && !o.signal?.aborted) continue;
        yield { step, lr, count: counted, metrics: sums };
        reported = performance.now();
        sums = zeros();
        counted = 0;
      }
    }
    return {
      count,
      trainEpoch,
      async evaluate(signal): Promise<Sums> {
        const sums = zeros();
        let counted = 0;
        for (let start = 0; start < count && !signal?.aborted; start += batch) {
          const [ran, here] = runBatch(need('evaluate'), inOrder, { start, step: 0, seed: 0, lr: 0 });
          add(sums, ran);
          counted += here;
          await turn();
        }
        return { count: counted, metrics: sums };
      },
      async outputs(signal) {
        const all = new Float32Array(count * width);
        for (let start = 0; start < count && !signal?.aborted; start += batch) {
          const [ran, here] = runBatch(graphs.infer, inOrder, { start, step: 0, seed: 0, lr: 0 });
          all.set(outputOf(ran).subarray(0, here * width), start * width);
          await turn();
        }
        return all;
      },
      async *trace({ step, start, seed, lr }): AsyncGenerator<Look> {
        const graph = need('train');
        const numbers = { step, start, seed, lr };
        const before = new Map(values);
        const [ran, here] = runBatch(graph, lastOrder, numbers);
        const given = numbersOf(graph, { ...numbers, count: here, scale });
        const of = (n: Node): ArrayLike<number> => (before.get(n.id) ?? (ran.values.get(n) as Tensor)).data;
        for (const node of graph.nodes) {
          const inputs = new Map((node.inputs.length > 0 ? node.inputs : [node]).map((n) => [n, of(n)]));
          yield { name: node.id, nodes: [node], inputs, outputs: new Map([[node, of(node)]]), step: given };
        }
      },
    };
  };

  return {
    name: 'reference interpreter',
    kind: 'reference',
    initialise,
    setParameters(given) {
      for (const { name, shape } of plan.parameters) {
        const data = given.get(name);
        if (!data) continue;
        if (data.length !== sizeOf(shape)) throw new Error(`${name} has ${sizeOf(shape)} values, not ${data.length}`);
        values.set(name, { shape, data: Float64Array.from(data) });
      }
    },
    parameters: async () =>
      new Map(plan.parameters.map(({ name }) => [name, Float32Array.from((values.get(name) as Tensor).data)])),
    upload,
    async attribute(given, labels) {
      const x = new Float64Array(batch * pictureSize);
      x.set(given);
      const y = new Float64Array(batch * labelSize);
      if (labels && labelSize > 0) y.set(labels);
      const count = given.length / pictureSize;
      const ran = run(graphs.infer, x, y, { count, start: 0, step: 0, seed: 0, lr: 0, scale: 1 });
      await turn();
      return new Map(
        [...ran.outputs].map(([name, { data }]) => [
          name,
          Float32Array.from(data.subarray(0, (data.length / batch) * count)),
        ]),
      );
    },
    async snapshot() {
      const saved = new Map(values);
      return {
        parameters: new Map(plan.parameters.map(({ name }) => [name, (saved.get(name) as Tensor).data])),
        restore: () => {
          for (const [id, value] of saved) values.set(id, value);
        },
      };
    },
    async scaling() {
      const of = (id: string): number | undefined => values.get(id)?.data[0];
      const scale = of(LOSS_SCALE);
      return scale === undefined ? undefined : { scale, skipped: of(LOSS_SCALE_SKIPPED) ?? 0 };
    },
    state: async () => [...values].map(([name, { shape, data }]) => ({ name, shape, values: Float64Array.from(data) })),
    setState(tensors) {
      for (const { name, shape, values: data } of tensors) values.set(name, { shape, data: Float64Array.from(data) });
    },
    async predict(given) {
      const n = given.length / pictureSize;
      const all = new Float32Array(n * width);
      for (let start = 0; start < n; start += batch) {
        const count = Math.min(batch, n - start);
        const x = new Float64Array(batch * pictureSize);
        x.set(given.subarray(start * pictureSize, (start + count) * pictureSize));
        const numbers = { count, start: 0, step: 0, seed: 0, lr: 0, scale: 1 };
        const ran = run(graphs.infer, x, new Float64Array(0), numbers);
        all.set(outputOf(ran).subarray(0, count * width), start * width);
        await turn();
      }
      return all;
    },
    close: () => undefined,
  };
}
