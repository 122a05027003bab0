// `cnnc dream`: the picture that a unit answers most strongly to, by gradient ascent.
import { noSuchUnit, nothingToClimb } from '../../diagnostics/catalog/looking.ts';
import { optionMissing } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { rasterOf } from '../../graphics/raster/raster.ts';
import { drawSheet } from '../../graphics/raster/sheet.ts';
import { sizeOf } from '../../ir/index.ts';
import { command, realNumber, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption } from '../backend.ts';
import { targetOption } from '../device-target.ts';
import { table } from '../format.ts';
import { printJson } from '../io.ts';
import { dream as climb, noise } from '../look/dream.ts';
import { pictureFile } from '../look/given.ts';
import { classifierOf, classNamed, layerNamed, openLooking, pictureShape } from '../look/open.ts';
import { short, writeRaster } from '../look/write.ts';
import { openModel } from '../model.ts';
import { kernelChoice, tuneOption } from '../tune/apply.ts';
import { weightsOrNone } from '../weights.ts';

const at = (option: string) => ({ command: 'dream', option });
/** Most units of one sheet. */
const MOST = 64;

/** `3`, `0,1,2` or `all`. */
function unitsOf(value: string, layer: string, count: number): number[] {
  if (value === 'all') return Array.from({ length: Math.min(MOST, count) }, (_, i) => i);
  return value.split(',').map((word) => {
    const unit = /^\d+$/.test(word) ? Number(word) : count;
    return unit < count ? unit : refuse(noSuchUnit(layer, word, count));
  });
}

export const dream = command({
  name: 'dream',
  summary: 'draw the picture that a unit, or a class, answers most strongly to',
  usage: `cnnc dream models/mnist.cnn --weights runs/mnist/mnist.safetensors --layer conv2 --unit 5 -o dream.png
cnnc dream models/mnist.cnn --weights runs/mnist/mnist.safetensors --layer conv2 --unit all
cnnc dream models/mnist.cnn --weights runs/mnist/mnist.safetensors --class 3 --steps 400
cnnc dream models/cifar10.cnn --weights runs/cifar10/cifar10.safetensors --layer conv3 --unit 7 --from photograph.png`,
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    weights: { type: 'string', short: 'w', value: 'FILE', doc: 'a safetensors file, such as train writes' },
    layer: { type: 'string', value: 'NAME', doc: 'whose unit' },
    unit: {
      type: 'string',
      value: 'K',
      doc: `a channel of the layer (its mean over positions, before a relu), or a number of a dense layer; several with commas, or all (${MOST} at most)`,
    },
    class: {
      type: 'string',
      value: 'CLASS',
      doc: 'instead of --layer and --unit: the score of a class, before softmax; or all',
    },
    from: { type: 'string', value: 'PICTURE', doc: 'a PNG or JPEG picture to begin with; noise unless given' },
    steps: { type: 'string', value: 'N', doc: '200 unless given' },
    lr: { type: 'string', value: 'X', doc: 'how far a step goes, of the range from 0 to 1; 0.05 unless given' },
    decay: { type: 'string', value: 'X', doc: 'how fast values return to grey, a step; 0.01 unless given' },
    smooth: { type: 'string', value: 'X', doc: 'how strongly neighbours are made alike, a step; 0.05 unless given' },
    jitter: { type: 'string', value: 'N', doc: 'points that the picture is shaken by; a sixteenth of it unless given' },
    blur: {
      type: 'string',
      value: 'N',
      doc: 'blur after every N steps, but not in the last quarter; 8 unless given, 0 for never',
    },
    seed: { type: 'string', value: 'N', doc: 'of noise and shaking; 1 unless given' },
    out: { type: 'string', short: 'o', value: 'FILE.png', doc: 'where the picture goes; MODEL.dream.png unless given' },
    set: setOption,
    device: deviceOption,
    target: targetOption,
    tune: tuneOption,
    json: { type: 'boolean', doc: 'print what each unit answered before and after, as one JSON object' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    // 1. What is asked for.
    const limits = { min: 0, max: 1 };
    const steps = wholeNumber(at('steps'), values.steps, { max: 100_000 }) ?? 200;
    const seed = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 }) ?? 1;
    const jitterAsked = wholeNumber(at('jitter'), values.jitter, { min: 0, max: 4096 });
    const blur = wholeNumber(at('blur'), values.blur, { min: 0 }) ?? 8;
    const lr = realNumber(at('lr'), values.lr, { ...limits, above: true }) ?? 0.05;
    const decay = realNumber(at('decay'), values.decay, limits) ?? 0.01;
    const smooth = realNumber(at('smooth'), values.smooth, { min: 0, max: 0.25 }) ?? 0.05;
    const on = { device: values.device, ...kernelChoice('dream', values) };
    const model = await openModel(io, file, { inferOnly: true, set: settings('dream', values.set) });
    const { compiled } = model;
    const { plan } = compiled;
    const weights = await weightsOrNone(io, values.weights, compiled, 'dream');
    const shape = pictureShape(plan, file);
    // 2. The units.
    let units: number[];
    let channels: number;
    let names: readonly string[];
    const of = values.layer;
    if (of !== undefined) {
      const { output } = layerNamed(compiled, of, file);
      channels = output.type.shape[output.type.shape.length - 1] ?? 1;
      units = unitsOf(
        values.unit ?? refuse(optionMissing('unit', 'K', 'dream', `which of the ${channels} units of ${of}`)),
        of,
        channels,
      );
      names = units.map((u) => `unit ${u}`);
    } else {
      const asked =
        values.class ?? refuse(optionMissing('layer', 'NAME', 'dream', 'whose unit to climb; or --class CLASS'));
      const classifier = classifierOf(compiled, file, 'dream --class', weights.metadata.data);
      const chosen =
        asked === 'all'
          ? unitsOf('all', 'the output', classifier.classes)
          : [classNamed(classifier, 'class', asked) ?? 0];
      units = chosen;
      channels = classifier.weightsOf(0).length;
      names = chosen.map((c) => classifier.nameOf(c));
    }
    const rows = new Float32Array(units.length * channels);
    units.forEach((u, i) => {
      // Of one score that stands for two classes, its sign.
      if (channels === 1 && of === undefined) rows[i] = u === 1 ? 1 : -1;
      else rows[i * channels + u] = 1;
    });
    // 3. The climb.
    const size = sizeOf(shape);
    const start = new Float32Array(units.length * size);
    const given = values.from === undefined ? undefined : await pictureFile(io, values.from, model);
    for (let i = 0; i < units.length; i++) start.set(given?.values ?? noise(seed, size, i), i * size);
    const jitter = jitterAsked ?? Math.max(1, Math.round(Math.min(shape[0], shape[1]) / 16));
    const attribute = { of: of === undefined ? 'scores' : { layer: of, linear: true }, to: ['input'] } as const;
    const looking = await openLooking(io, on, model, weights, attribute, units.length);
    const out = values.out ?? `${plan.model}.dream.png`;
    try {
      const options = { steps, lr, decay, smooth, jitter, blur, seed };
      const { pictures, before, after, silent } = await climb(looking, start, rows, shape, options);
      const still = silent.filter((i) => before[i] === after[i]);
      if (still.length === units.length)
        refuse(
          nothingToClimb(
            of ?? 'the output',
            still.map((i) => units[i] as number),
          ),
        );
      const sheet = drawSheet({
        title: of === undefined ? `${plan.model}: classes` : `${plan.model}: ${of}`,
        facts: `${steps} steps from ${values.from ?? `noise ${seed}`}`,
        tiles: units.map((_, i) => ({
          picture: rasterOf(pictures.subarray(i * size, (i + 1) * size), shape),
          lines: [names[i] as string, short(after[i] as number)],
        })),
        side: units.length === 1 ? 280 : units.length > 16 ? 84 : 120,
      });
      await writeRaster(io, out, sheet);
      const facts = units.map((unit, i) => ({ unit, name: names[i], before: before[i], after: after[i] }));
      if (values.json) printJson(io, { model: plan.model, layer: of ?? null, ...options, units: facts, picture: out });
      else {
        const lines = facts.map((f) => [f.name as string, short(f.before as number), short(f.after as number)]);
        io.stdout(`${table([['unit', 'before', 'after'], ...lines], [false, true, true])}written to ${out}\n`);
      }
      return 0;
    } finally {
      looking.backend.close();
    }
  },
});
