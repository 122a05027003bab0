// The table of commands: what `cnnc --help` lists, and how each is loaded when it is asked for.
import type { AnyCommand } from '../args.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<AnyCommand>;
}

const at = (name: string, summary: string, load: () => Promise<AnyCommand>): CommandEntry => ({ name, summary, load });

/** In the order of the help. */
export const commands: readonly CommandEntry[] = [
  at(
    'train',
    'train a model, test it after each epoch, and keep its weights',
    async () => (await import('./train.ts')).train,
  ),
  at(
    'plot',
    'draw the curves of trainings over epochs: accuracy, loss, several runs in one chart',
    async () => (await import('./plot.ts')).plot,
  ),
  at(
    'sweep',
    'train a model at every point of a grid, and draw the heat map',
    async () => (await import('./sweep.ts')).sweep,
  ),
  at('eval', 'test trained weights: loss, metrics, confusion matrix', async () => (await import('./eval.ts')).evaluate),
  at('predict', 'say what trained weights see in pictures', async () => (await import('./predict.ts')).predict),
  at(
    'show',
    'draw what is inside: kernels, feature maps, Grad-CAM, occlusion, worst pictures',
    async () => (await import('./show.ts')).show,
  ),
  at(
    'attack',
    'change pictures a little so that the network takes them for something else',
    async () => (await import('./attack.ts')).attack,
  ),
  at(
    'dream',
    'draw the picture that a unit, or a class, answers most strongly to',
    async () => (await import('./dream.ts')).dream,
  ),
  at(
    'compile',
    'write the plan, the WGSL shaders and a JavaScript module of a model',
    async () => (await import('./compile.ts')).compile,
  ),
  at('export', 'write a model with its weights as an ONNX file', async () => (await import('./export.ts')).exporting),
  at('check', 'say all that is wrong in model files', async () => (await import('./check.ts')).check),
  at('fmt', 'write model files in the one canonical way', async () => (await import('./fmt.ts')).fmt),
  at(
    'summary',
    'show layers, shapes, parameters, multiply-adds and memory',
    async () => (await import('./summary.ts')).summary,
  ),
  at(
    'explain',
    'explain a layer: formula, sizes, gradients, kernels, WGSL',
    async () => (await import('./explain.ts')).explain,
  ),
  at(
    'graph',
    'draw the network: SVG for a slide, Mermaid, or Graphviz DOT',
    async () => (await import('./graph.ts')).graph,
  ),
  at(
    'verify',
    'check each kernel and each gradient of a model against the reference',
    async () => (await import('./verify.ts')).verify,
  ),
  at(
    'bench',
    'measure a model on this adapter: images/s, and each kernel against the ceilings',
    async () => (await import('./bench.ts')).bench,
  ),
  at(
    'play',
    'open the playground: write, look into and train networks in the browser',
    async () => (await import('./play.ts')).play,
  ),
  at(
    'import',
    'turn an ONNX or Keras model into a .cnn file with weights',
    async () => (await import('./import.ts')).importModel,
  ),
  at(
    'run-onnx',
    'run a case of the ONNX backend tests and compare its outputs',
    async () => (await import('./run-onnx.ts')).runOnnx,
  ),
  at('data', 'download well-known data sets, and show what a set holds', async () => (await import('./data.ts')).data),
  at(
    'doctor',
    'show adapters, versions and data sets, and what is missing',
    async () => (await import('./doctor.ts')).doctor,
  ),
];
