// The words of the language with their documentation, from the signatures that the compiler binds lines with.
import { setNames } from '../../src/data/spec.ts';
import { activations } from '../../src/layers/activations.ts';
import {
  type ArgSpec,
  inputSignature,
  layers,
  type Signature,
  showSignature,
  signatureOf,
  structures,
} from '../../src/layers/index.ts';
import { augments } from '../../src/training/augments.ts';
import { dataDocs, dataSettings } from '../../src/training/data-section.ts';
import { losses } from '../../src/training/losses/index.ts';
import { metrics } from '../../src/training/metrics.ts';
import { optimizers } from '../../src/training/optimizers.ts';
import { schedules } from '../../src/training/schedules.ts';
import { settings } from '../../src/training/settings.ts';
import type { Vocabulary, Word } from '../protocol.ts';

const option = ([label, spec]: [string, ArgSpec]): Word => {
  const values = spec.kind === 'choice' ? ` ${spec.choices.join(' or ')}` : '';
  return {
    label,
    kind: 'option',
    usage: `${label}${values || (spec.kind === 'flag' ? '' : ` ${spec.kind}`)}`,
    doc: spec.doc,
  };
};

const activationWords: readonly Word[] = Object.entries(activations).map(([label, { doc }]) => ({
  label,
  kind: 'activation',
  usage: label,
  doc,
}));

/** What may follow the first word of a line. */
const optionsOf = ({ args, positional, activations: may }: Signature): Word[] => [
  ...Object.entries(args)
    .filter(([name]) => !positional.includes(name))
    .map(option),
  ...activationWords.filter((w) => may.includes(w.label)),
];

interface Named {
  readonly doc: string;
  readonly example?: string;
}
const values = (table: Readonly<Record<string, Named>>): Word[] =>
  Object.entries(table).map(([label, { doc, example }]) => ({ label, kind: 'value', usage: example ?? label, doc }));

const plain = (labels: readonly string[], doc: string): Word[] =>
  labels.map((label) => ({ label, kind: 'value', usage: label, doc }));

export function vocabulary(): Vocabulary {
  const defs = Object.values(layers);
  const chosen: Readonly<Record<string, Readonly<Record<string, Pick<Signature, 'args'>>>>> = {
    loss: losses,
    optimizer: optimizers,
    schedule: schedules,
  };
  return {
    layers: [
      { label: 'input', kind: 'layer', usage: showSignature(inputSignature), doc: 'The shape of one picture.' },
      ...defs.map(
        (def): Word => ({ label: def.name, kind: 'layer', usage: showSignature(signatureOf(def)), doc: def.doc }),
      ),
      ...Object.values(structures).map(
        (s): Word => ({ label: s.name, kind: 'structure', usage: s.example, doc: s.doc }),
      ),
    ],
    settings: Object.entries(settings).map(([label, s]) => ({
      label,
      kind: 'setting',
      usage: s.example,
      doc: Object.values(s.args)
        .map((a) => a.doc)
        .join('; '),
    })),
    data: [
      ...Object.entries(dataSettings).map(
        ([label, { example }]): Word => ({
          label,
          kind: 'setting',
          usage: example,
          doc: dataDocs[label as keyof typeof dataDocs],
        }),
      ),
      ...Object.values(augments).map(
        ({ name, doc, signature }): Word => ({ label: name, kind: 'setting', usage: showSignature(signature), doc }),
      ),
    ],
    options: {
      ...Object.fromEntries(Object.values(augments).map((a) => [`augment ${a.name}`, optionsOf(a.signature)])),
      source: plain(setNames, 'a data set'),
      normalise: [
        ...plain(['per_channel'], 'with mean and deviation of each channel of the pictures to train on'),
        ...optionsOf(dataSettings.normalise),
      ],
      ...Object.fromEntries(defs.map((def) => [def.name, optionsOf(signatureOf(def))])),
      ...Object.fromEntries(Object.values(structures).map((s) => [s.name, optionsOf(s.signature)])),
      early_stopping: Object.entries(settings.early_stopping?.args ?? {}).map(option),
      loss: values(losses),
      optimizer: values(optimizers),
      schedule: values(schedules),
      metrics: values(metrics),
      target: plain(['classes', 'values', 'input'], 'what the output is compared with'),
      data: plain(setNames, 'a data set'),
      ...Object.fromEntries(
        Object.entries(chosen).flatMap(([setting, table]) =>
          Object.entries(table).map(([name, { args }]) => [`${setting} ${name}`, Object.entries(args).map(option)]),
        ),
      ),
    },
  };
}
