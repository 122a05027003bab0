// `cnnc attack`: pictures that look the same and are taken for something else.
import type { DataSet } from '../../data/types.ts';
import { nothingToAttack } from '../../diagnostics/catalog/looking.ts';
import { badValue } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { rasterOf } from '../../graphics/raster/raster.ts';
import { drawSheet } from '../../graphics/raster/sheet.ts';
import { SCORE } from '../../passes/attribute.ts';
import { command, realNumber, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption } from '../backend.ts';
import { argmax } from '../classes.ts';
import { targetOption, targetWord } from '../device-target.ts';
import { grouped, lossText, percent, table } from '../format.ts';
import { printJson } from '../io.ts';
import { attack as attackPictures } from '../look/attack.ts';
import { attackAll } from '../look/attack-all.ts';
import { loadPart, pictureFile, pictureOf } from '../look/given.ts';
import { type Classifier, classifierOf, classNamed, type On, openLooking, pictureShape } from '../look/open.ts';
import { besideName, rangeOf, short, writeRaster } from '../look/write.ts';
import { openModel } from '../model.ts';
import { tuneOption } from '../tune/apply.ts';
import { weightsOrNone } from '../weights.ts';

const at = (option: string) => ({ command: 'attack', option });
const attribution = { of: 'loss', to: ['input'] } as const;
const usualEpsilons = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3];

/** `0.1`, or of a whole set `0,0.1,0.2`. */
function epsilonsOf(value: string | undefined, many: boolean): readonly number[] {
  if (value === undefined) return many ? usualEpsilons : [0.1];
  const parts = value.split(',');
  if (!many && parts.length > 1)
    refuse(badValue('epsilon', value, 'one number from 0 to 1; several are for --all', 'attack'));
  return parts.map((part) => realNumber(at('epsilon'), part, { min: 0, max: 1 }) as number);
}

/** The most probable classes in words. */
function words(classifier: Classifier, row: readonly number[], top = 3): string {
  const order = row.map((_, c) => c).sort((a, b) => (row[b] as number) - (row[a] as number) || a - b);
  return order
    .slice(0, top)
    .map((c) => `${classifier.nameOf(c)} (${percent(row[c] as number)})`)
    .join(', ');
}

const countOf = (set: DataSet, asked: number | undefined): number => Math.min(set.count, asked ?? set.count);

export const attack = command({
  name: 'attack',
  summary: 'change pictures a little so that the network takes them for something else',
  usage: `cnnc attack models/mnist.cnn --weights runs/mnist/mnist.safetensors seven.png --epsilon 0.1 -o adversarial.png
cnnc attack models/mnist.cnn --weights runs/mnist/mnist.safetensors --index 3 --target 8 --steps 20 --epsilon 0.2
cnnc attack models/mnist.cnn --weights runs/mnist/mnist.safetensors --all --epsilon 0,0.1,0.2`,
  positionals: { name: 'FILE [PICTURE]', doc: 'the model file, and a PNG or JPEG picture', min: 1, max: 2 },
  options: {
    weights: { type: 'string', short: 'w', value: 'FILE', doc: 'a safetensors file, such as train writes' },
    epsilon: {
      type: 'string',
      value: 'X',
      doc: 'how far a value may move, of its range from 0 to 1; 0.1 unless given. With --all several, with commas between',
    },
    steps: {
      type: 'string',
      value: 'N',
      doc: 'steps along the gradient: 1 (unless given) is FGSM, more stay within epsilon',
    },
    target: { type: 'string', value: 'CLASS', doc: 'the class that it shall be taken for; any other one unless given' },
    index: {
      type: 'string',
      value: 'N',
      doc: 'instead of PICTURE, a picture of the test part of the data set, from 0',
    },
    all: { type: 'boolean', doc: 'the whole test part: accuracy for each epsilon' },
    count: { type: 'string', value: 'N', doc: 'with --all: only the first N pictures' },
    data: {
      type: 'string',
      value: 'SPEC',
      doc: 'the pictures of --index and --all; those of the train section unless given',
    },
    out: {
      type: 'string',
      short: 'o',
      value: 'FILE.png',
      doc: 'where the changed picture goes; beside it, as FILE.sheet.png, all three. With --all a sheet of the first ten, if given',
    },
    set: setOption,
    device: deviceOption,
    kernels: {
      ...targetOption,
      doc: `${targetOption.doc}: --target of other commands`,
    },
    tune: tuneOption,
    json: { type: 'boolean', doc: 'print probabilities, or the accuracies of --all, as one JSON object' },
  },
  async run({ io, values, positionals: [file = '', picture] }) {
    // 1. What is asked for.
    const given = [
      ...(picture === undefined ? [] : ['a picture']),
      ...(values.index === undefined ? [] : ['--index']),
      ...(values.all ? ['--all'] : []),
    ];
    if (given.length !== 1) refuse(nothingToAttack(given));
    const steps = wholeNumber(at('steps'), values.steps, { max: 10_000 }) ?? 1;
    const index = wholeNumber(at('index'), values.index, { min: 0 });
    const count = wholeNumber(at('count'), values.count);
    const on: On = {
      device: values.device,
      target: targetWord('attack', values.kernels, 'kernels'),
      tune: values.tune,
    };
    const epsilons = epsilonsOf(values.epsilon, values.all);
    const model = await openModel(io, file, {
      ...(picture === undefined ? {} : { inferOnly: true }),
      set: settings('attack', values.set),
    });
    const { compiled } = model;
    const { plan } = compiled;
    classifierOf(compiled, file, 'attack');
    const weights = await weightsOrNone(io, values.weights, compiled, 'attack');
    const shape = pictureShape(plan, file);
    const from = { data: values.data, command: 'attack' };
    // 2. A whole set.
    if (values.all) {
      const labelled = await loadPart(io, model, weights, from);
      const classifier = classifierOf(compiled, file, 'attack', labelled.spec);
      const n = countOf(labelled.set, count);
      const looking = await openLooking(io, on, model, weights, attribution, n);
      try {
        const plain = await openLooking(io, { ...on, quiet: true }, model, weights, {}, n);
        const { rows, sheet } = await attackAll(
          looking,
          plain,
          labelled,
          classifier,
          epsilons,
          steps,
          n,
          shape,
        ).finally(plain.backend.close);
        const how = `${steps} ${steps === 1 ? 'step' : 'steps'}`;
        if (values.out !== undefined)
          await writeRaster(io, values.out, sheet(`${plan.model} under attack`, `epsilon in brackets; ${how}`));
        if (values.json)
          printJson(io, {
            model: plan.model,
            data: labelled.spec,
            count: n,
            steps,
            epsilons: rows,
            picture: values.out ?? null,
          });
        else {
          const lines = rows.map((r) => [String(r.epsilon), percent(r.accuracy), grouped(n - r.right)]);
          const head = `${plan.model} on ${grouped(n)} pictures (${labelled.spec}, test) under attack, ${how}\n\n`;
          const tail = values.out === undefined ? '' : `written to ${values.out}\n`;
          io.stdout(`${head}${table([['epsilon', 'accuracy', 'wrong'], ...lines], [true, true, true])}${tail}`);
        }
        return 0;
      } finally {
        looking.backend.close();
      }
    }
    // 3. One picture.
    const one =
      picture !== undefined
        ? await pictureFile(io, picture, model)
        : pictureOf(await loadPart(io, model, weights, from), index ?? 0);
    const classifier = classifierOf(compiled, file, 'attack', weights.metadata.data);
    const target = classNamed(classifier, 'target', values.target);
    const [epsilon = 0.1] = epsilons;
    const looking = await openLooking(io, on, model, weights, attribution, 1);
    try {
      const read = async (x: Float32Array, label: number) => {
        const found = await looking.run(x, { labels: [label] });
        return {
          row: classifier.read(found.get('output') as Float32Array),
          loss: (found.get(SCORE) as Float32Array)[0] as number,
        };
      };
      const first = await read(one.values, 0);
      // Without a label, away from what the model sees.
      const about = target ?? one.label ?? argmax(first.row);
      const before = await read(one.values, about);
      const moved = await attackPictures(looking, one.values, [about], {
        epsilon,
        steps,
        towards: target !== undefined,
      });
      const after = await read(moved, about);
      const difference = moved.map((v, i) => v - (one.values[i] as number));
      const largest = rangeOf(difference.map(Math.abs))[1];
      const fooled = target === undefined ? argmax(after.row) !== about : argmax(after.row) === target;
      const out = values.out ?? `${plan.model}.adversarial.png`;
      const sheetFile = besideName(out, 'sheet');
      const seen = (row: readonly number[]): string => `${classifier.nameOf(argmax(row))} ${percent(Math.max(...row))}`;
      const sheet = drawSheet({
        title: `${plan.model}: epsilon ${epsilon}, ${steps} ${steps === 1 ? 'step' : 'steps'}`,
        facts: one.name,
        tiles: [
          { picture: rasterOf(one.values, shape), lines: [seen(before.row)] },
          {
            picture: rasterOf(
              difference.map((v) => 0.5 + (largest > 0 ? v / (2 * largest) : 0)),
              shape,
            ),
            lines: [`+ ${short(largest)} times`],
          },
          { picture: rasterOf(moved, shape), lines: [seen(after.row)] },
        ],
        columns: 3,
        side: 224,
      });
      await writeRaster(io, out, rasterOf(moved, shape));
      await writeRaster(io, sheetFile, sheet);
      if (values.json)
        printJson(io, {
          model: plan.model,
          of: one.name,
          ...(one.label === undefined ? {} : { label: one.label }),
          epsilon,
          steps,
          target: target ?? null,
          before: { class: argmax(before.row), probabilities: before.row, loss: before.loss },
          after: { class: argmax(after.row), probabilities: after.row, loss: after.loss },
          largest_change: largest,
          fooled,
          picture: out,
          sheet: sheetFile,
        });
      else
        io.stdout(
          `${table(
            [
              ['before', words(classifier, before.row), `loss ${lossText(before.loss)}`],
              ['after', words(classifier, after.row), `loss ${lossText(after.loss)}`],
            ],
            [false, false, false],
          )}${fooled ? 'fooled' : 'not fooled'}: no value moved by more than ${short(largest)}\nwritten to ${out}, side by side in ${sheetFile}\n`,
        );
      return 0;
    } finally {
      looking.backend.close();
    }
  },
});
