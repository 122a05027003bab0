// `cnnc show`: pictures of what is inside a trained network.
import { notForWhat, pictureNeeded } from '../../diagnostics/catalog/looking.ts';
import { refuse } from '../../diagnostics/index.ts';
import { choice, command, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption } from '../backend.ts';
import { targetOption } from '../device-target.ts';
import { percent } from '../format.ts';
import { type Io, printJson } from '../io.ts';
import { type Ask, type Evidence, gradCamOf, occlusionOf } from '../look/evidence.ts';
import { type Given, loadPart, pictureFile, pictureOf } from '../look/given.ts';
import { lastWithPositions, needPositions } from '../look/gradcam.ts';
import { kernelSheet } from '../look/kernels.ts';
import { firstMaps, mapSheet } from '../look/maps.ts';
import { classifierOf, classNamed, layerNamed, type On, openLooking, parameterValues } from '../look/open.ts';
import { judge, worstSheet } from '../look/worst.ts';
import { writeRaster } from '../look/write.ts';
import { type ModelFile, openModel } from '../model.ts';
import { kernelChoice, tuneOption } from '../tune/apply.ts';
import { type Weights, weightsOrNone } from '../weights.ts';

const kinds = ['kernels', 'maps', 'gradcam', 'occlusion', 'worst'] as const;
type Kind = (typeof kinds)[number];
const at = (option: string) => ({ command: 'show', option });

/** Which of the options only some kinds of pictures know. */
const only: Readonly<Record<string, readonly Kind[]>> = {
  layer: ['kernels', 'maps', 'gradcam'],
  class: ['gradcam', 'occlusion'],
  patch: ['occlusion'],
  stride: ['occlusion'],
  split: ['worst'],
  count: ['kernels', 'maps', 'worst'],
  index: ['maps', 'gradcam', 'occlusion'],
};

const optionNames = Object.keys(only);

export const show = command({
  name: 'show',
  summary: 'draw what is inside: kernels, feature maps, Grad-CAM, occlusion, worst pictures',
  usage: `cnnc show models/mnist.cnn --weights runs/mnist/mnist.safetensors -o kernels.png
cnnc show models/mnist.cnn --weights runs/mnist/mnist.safetensors --layer conv2 seven.png -o maps.png
cnnc show models/mnist.cnn --weights runs/mnist/mnist.safetensors --what gradcam seven.png
cnnc show models/mnist.cnn --weights runs/mnist/mnist.safetensors --what occlusion --index 3
cnnc show models/mnist.cnn --weights runs/mnist/mnist.safetensors --what worst --count 25`,
  positionals: { name: 'FILE [PICTURE]', doc: 'the model file, and a PNG or JPEG picture', min: 1, max: 2 },
  options: {
    weights: {
      type: 'string',
      short: 'w',
      value: 'FILE',
      doc: 'a safetensors file, such as train writes; not needed where every kernel is written in the model',
    },
    what: {
      type: 'string',
      value: 'KIND',
      doc: 'kernels (unless there is a picture), maps (if there is one), gradcam, occlusion or worst',
    },
    layer: {
      type: 'string',
      value: 'NAME',
      doc: 'whose kernels or maps; the first that has some, for gradcam the last convolution, unless given',
    },
    class: {
      type: 'string',
      value: 'CLASS',
      doc: 'evidence for this class, by number or name; for the one that is chosen unless given',
    },
    patch: {
      type: 'string',
      value: 'N',
      doc: 'side of the grey patch of occlusion; a quarter of the picture unless given',
    },
    stride: { type: 'string', value: 'N', doc: 'points from a patch to the next; half of its side unless given' },
    index: {
      type: 'string',
      value: 'N',
      doc: 'instead of PICTURE, a picture of the test part of the data set, from 0',
    },
    data: {
      type: 'string',
      value: 'SPEC',
      doc: 'the pictures of --index and worst, as for train; those of the train section unless given',
    },
    split: { type: 'string', value: 'PART', doc: 'test (unless given), train or all: where worst looks' },
    count: { type: 'string', value: 'N', doc: 'tiles at most: 256 kernels, 64 maps, 25 worst pictures unless given' },
    out: { type: 'string', short: 'o', value: 'FILE.png', doc: 'where the picture goes; MODEL.KIND.png unless given' },
    set: setOption,
    device: deviceOption,
    target: targetOption,
    tune: tuneOption,
    json: { type: 'boolean', doc: 'print the numbers of the picture as one JSON object' },
  },
  async run({ io, values, positionals: [file = '', picture] }) {
    // 1. What is asked for.
    const looks = picture !== undefined || values.index !== undefined;
    const kind = choice(at('what'), values.what, kinds) ?? (looks ? 'maps' : 'kernels');
    for (const name of optionNames) {
      const given = (values as Readonly<Record<string, unknown>>)[name] !== undefined;
      const known = only[name] as readonly Kind[];
      if (given && !known.includes(kind)) refuse(notForWhat(`--${name}`, kind, known));
    }
    if (picture !== undefined && (kind === 'kernels' || kind === 'worst'))
      refuse(notForWhat('a picture', kind, ['maps', 'gradcam', 'occlusion']));
    if (!looks && kind !== 'kernels' && kind !== 'worst') refuse(pictureNeeded(kind, `cnnc show ${file}`));
    const on: On = { device: values.device, ...kernelChoice('show', values) };
    const index = wholeNumber(at('index'), values.index, { min: 0 });
    const count = wholeNumber(at('count'), values.count, { max: 4096 });
    const patch = wholeNumber(at('patch'), values.patch);
    const stride = wholeNumber(at('stride'), values.stride);
    const part = choice(at('split'), values.split, ['test', 'train', 'all'] as const) ?? 'test';
    const needsData = kind === 'worst' || (picture === undefined && index !== undefined);
    const model = await openModel(io, file, {
      ...(needsData ? {} : { inferOnly: true }),
      set: settings('show', values.set),
    });
    const { compiled } = model;
    const layer = values.layer === undefined ? undefined : layerNamed(compiled, values.layer, file);
    if (kind !== 'kernels' && kind !== 'maps') classifierOf(compiled, file, `show --what ${kind}`);
    const weights = await weightsOrNone(io, values.weights, compiled, 'show');
    const out = values.out ?? `${compiled.plan.model}.${kind}.png`;
    const said = (text: string, facts: Readonly<Record<string, unknown>>): number => {
      if (values.json) printJson(io, { model: compiled.plan.model, what: kind, ...facts, picture: out });
      else io.stdout(`${text}\nwritten to ${out}\n`);
      return 0;
    };
    // 2. What needs no picture.
    if (kind === 'kernels') {
      const { sheet, ...facts } = kernelSheet(compiled, parameterValues(compiled.plan, weights), layer, count ?? 256);
      await writeRaster(io, out, sheet);
      const shown = facts.shown < facts.filters ? `, the first ${facts.shown} shown` : '';
      return said(`${facts.layer}: ${facts.filters} kernels of ${facts.shape.join('x')}${shown}`, facts);
    }
    const data = { data: values.data, command: 'show' };
    if (kind === 'worst') {
      const labelled = await loadPart(io, model, weights, { ...data, part });
      const classifier = classifierOf(compiled, file, 'show --what worst', labelled.spec);
      const judged = await judge(io, on, model, weights, labelled, classifier);
      const { sheet, worst, right } = worstSheet(model, labelled, classifier, judged, count ?? 25);
      await writeRaster(io, out, sheet);
      const first = worst[0];
      const most = first
        ? `; the worst is picture ${first.index}, ${classifier.nameOf(first.label)} taken for ${classifier.nameOf(first.predicted)}`
        : '';
      return said(`${judged.length - right} of ${judged.length} pictures are wrong${most}`, {
        data: labelled.spec,
        split: part,
        count: judged.length,
        wrong: judged.length - right,
        pictures: worst,
      });
    }
    // 3. What looks at one.
    const given =
      picture !== undefined
        ? await pictureFile(io, picture, model)
        : pictureOf(await loadPart(io, model, weights, data), index ?? 0);
    if (kind === 'maps') {
      const shown = layer ?? firstMaps(compiled.layers);
      const { sheet, ...facts } = await mapsOf(io, on, model, weights, shown.name, given, count ?? 64);
      await writeRaster(io, out, sheet);
      return said(`${shown.name}: ${facts.channels} channels`, { of: given.name, layer: shown.name, ...facts });
    }
    const classifier = classifierOf(compiled, file, `show --what ${kind}`, weights.metadata.data);
    const chosen = classNamed(classifier, 'class', values.class);
    const ask: Ask = { model, weights, on, picture: given, classifier, chosen };
    let found: Evidence;
    const facts: Record<string, unknown> = { of: given.name };
    if (kind === 'gradcam') {
      const of = layer ?? lastWithPositions(compiled, file);
      needPositions(compiled, of, file);
      facts.layer = of.name;
      found = await gradCamOf(io, ask, of);
    } else found = await occlusionOf(io, ask, { patch, stride });
    await writeRaster(io, out, found.sheet);
    const named = classifier.names ? { name: classifier.names[found.class] } : {};
    const { probability, shape, map } = found;
    return said(`${given.name}: class ${classifier.nameOf(found.class)}, ${percent(probability)}`, {
      ...facts,
      class: found.class,
      ...named,
      probability,
      map: { shape, values: [...map] },
    });
  },
});

async function mapsOf(
  io: Io,
  on: On,
  model: ModelFile,
  weights: Weights,
  name: string,
  given: Given,
  count: number,
): Promise<ReturnType<typeof mapSheet>> {
  const looking = await openLooking(io, on, model, weights, { values: [name] }, 1);
  try {
    const found = await looking.run(given.values);
    const layer = layerNamed(looking.model, name, model.source.file);
    return mapSheet(looking.model.plan.model, layer, found.get(`value:${name}`) as Float32Array, given.name, count);
  } finally {
    looking.backend.close();
  }
}
