// `cnnc predict`: what trained weights see in pictures, or make of them.
import type { Plan } from '../../../runtime/index.ts';
import { loadPicture } from '../../data/node/picture.ts';
import { sizeOf } from '../../data/types.ts';
import { noClassScores, noPictureToWrite } from '../../diagnostics/catalog/run.ts';
import { type Diagnostic, Failure, refuse, refuseErrors } from '../../diagnostics/index.ts';
import { command, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, openBackend } from '../backend.ts';
import { argmax, namesFor, probabilities } from '../classes.ts';
import { targetOption } from '../device-target.ts';
import { percent, table } from '../format.ts';
import { type Io, printJson, report } from '../io.ts';
import { compileSource, openModel } from '../model.ts';
import { checkPlace, type PictureOutput, pictureOutput, placesFor, writeOutput } from '../pictures-out.ts';
import { precisionOf, precisionOption } from '../precision.ts';
import { kernelChoice, tuneOption } from '../tune/apply.ts';
import { weightsOrNone } from '../weights.ts';

/** Most pictures of one step. */
const mostAtOnce = 32;

/** All pictures one after the other. Refuses with a message for each that cannot be used. */
async function loadPictures(
  io: Io,
  files: readonly string[],
  input: readonly number[],
  strict: boolean,
): Promise<Float32Array<ArrayBuffer>> {
  const size = sizeOf(input);
  const all = new Float32Array(files.length * size);
  const wrong: Diagnostic[] = [];
  for (const [i, file] of files.entries()) {
    try {
      const { values, notes } = await loadPicture(file, input, { strict, cwd: io.cwd });
      report(io, notes);
      all.set(values, i * size);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      wrong.push(...error.diagnostics);
    }
  }
  refuseErrors(wrong);
  return all;
}

/** The outputs as PNG files, with a line of text or an entry of JSON for each. */
async function showPictures(
  io: Io,
  outputs: Float32Array,
  pictures: readonly string[],
  places: readonly string[],
  kind: PictureOutput,
  { outputIs, names, json }: { outputIs: Plan['outputIs']; names: readonly string[] | undefined; json: boolean },
): Promise<void> {
  const size = sizeOf(kind.shape);
  const written: Record<string, unknown>[] = [];
  const rows: string[][] = [];
  for (const [i, file] of pictures.entries()) {
    const picture = places[i] as string;
    const parts = await writeOutput(io, picture, outputs.subarray(i * size, (i + 1) * size), kind, outputIs);
    const classes = parts?.flatMap((part, c) =>
      part > 0 ? [{ class: c, ...(names ? { name: names[c] as string } : {}), part }] : [],
    );
    written.push({ file, picture, ...(classes ? { classes } : {}) });
    const words = classes?.map((one) => `${one.name ?? `class ${one.class}`} ${percent(one.part, 1)}`).join(', ');
    rows.push([`${file}:`, picture, ...(words === undefined ? [] : [words])]);
  }
  if (json) printJson(io, written);
  else io.stdout(table(rows, [false, false, false].slice(0, rows[0]?.length)));
}

export const predict = command({
  name: 'predict',
  summary: 'say what trained weights see in pictures',
  usage: `cnnc predict models/drawn.cnn --weights runs/drawn/drawn.safetensors models/drawn-sample.png
cnnc predict models/drawn.cnn --weights runs/drawn/drawn.safetensors *.png --json
cnnc predict models/sobel.cnn photograph.png`,
  positionals: {
    name: 'FILE PICTURE...',
    doc: 'the model file, then PNG or JPEG pictures',
    min: 2,
    max: Number.POSITIVE_INFINITY,
  },
  options: {
    weights: {
      type: 'string',
      short: 'w',
      value: 'FILE',
      doc: 'a safetensors file, such as train writes; not needed where every kernel is written in the model',
    },
    out: {
      type: 'string',
      short: 'o',
      value: 'PATH',
      doc: 'where the pictures go that the model gives: a folder, or FILE.png for one; beside those it is given, unless said',
    },
    top: { type: 'string', value: 'N', doc: 'show this many classes of each picture; 3 unless given' },
    strict: { type: 'boolean', doc: 'refuse pictures of another size than the input, instead of resizing them' },
    set: setOption,
    device: deviceOption,
    target: targetOption,
    precision: precisionOption,
    tune: tuneOption,
    json: { type: 'boolean', doc: 'print [{file, class, probabilities}] instead, or [{file, picture}]' },
  },
  async run({ io, values, positionals: [file = '', ...pictures] }) {
    const top = wholeNumber({ command: 'predict', option: 'top' }, values.top) ?? 3;
    const kernels = kernelChoice('predict', values);
    const read = await openModel(io, file, {
      inferOnly: true,
      set: settings('predict', values.set),
      ...precisionOf('predict', values.precision),
    });
    const { shape } = read.compiled.plan.output;
    const kind = pictureOutput(read.compiled.plan, read.compiled.config?.target);
    if (!kind && shape.length !== 2) refuse(noClassScores(file, shape.slice(1).join('x')));
    if (!kind && values.out !== undefined) refuse(noPictureToWrite(file, values.out));
    checkPlace(pictures, values.out);
    const weights = await weightsOrNone(io, values.weights, read.compiled, 'predict');
    const inputs = await loadPictures(io, pictures, read.compiled.plan.input.shape.slice(1), values.strict);
    const suited = compileSource(read.source, { ...read.options, batch: Math.min(pictures.length, mostAtOnce) });
    const { backend, model } = await openBackend(io, values.device, suited, ['infer'], kernels);
    try {
      backend.initialise(0);
      backend.setParameters(weights.values);
      const outputs = await backend.predict(inputs);
      const { outputIs } = model.compiled.plan;
      const spec = weights.metadata.data ?? model.compiled.config?.data ?? undefined;
      if (kind) {
        const names = namesFor(spec, kind.shape[2], weights.metadata.class_names);
        const places = await placesFor(io, pictures, model.compiled.plan.model, values.out);
        await showPictures(io, outputs, pictures, places, kind, { outputIs, names, json: values.json });
        return 0;
      }
      const classes = shape[1] as number;
      const names = namesFor(spec, Math.max(2, classes), weights.metadata.class_names);
      const seen = pictures.map((picture, i) => {
        const scores = probabilities(outputs.subarray(i * classes, (i + 1) * classes), outputIs);
        const best = argmax(scores);
        const name = names ? { name: names[best] as string } : {};
        return { file: picture, class: best, ...name, probabilities: scores };
      });
      if (values.json) printJson(io, seen);
      else {
        const score = (v: number): string => (outputIs === 'values' ? v.toPrecision(4) : percent(v));
        const rows = seen.map(({ file: picture, probabilities: scores }) => {
          const order = scores.map((_, c) => c).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
          const words = order.slice(0, top).map((c) => `${names?.[c] ?? `class ${c}`} (${score(scores[c] as number)})`);
          return [`${picture}:`, words.join(', ')];
        });
        io.stdout(table(rows, [false, false]));
      }
      return 0;
    } finally {
      backend.close();
    }
  },
});
