// The train section: its settings, bound and checked.
import * as names from '../diagnostics/catalog/names.ts';
import * as say from '../diagnostics/catalog/train.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { type Args, bind, lookUp, numberArg, type Signature, textArg } from '../layers/index.ts';
import type { Layer, Train } from '../parser/ast.ts';
import { losses } from './losses.ts';
import { type OptimizerDef, optimizers } from './optimizers.ts';

export interface TrainConfig {
  readonly data: string | null;
  readonly loss: string;
  readonly lossSpan: Span;
  readonly optimizer: OptimizerDef;
  /** Numbers of the optimizer: given ones and defaults. */
  readonly hyper: Readonly<Record<string, number>>;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
}

const setting = (owner: string, argument: string, spec: Signature['args'][string], example: string): Signature => ({
  owner,
  positional: [argument],
  required: [argument],
  args: { [argument]: spec },
  activations: [],
  example,
});

export const settings: Readonly<Record<string, Signature>> = {
  data: setting(
    'data',
    'set',
    { kind: 'text', doc: 'a data set: mnist, digits, drawn, or a spec in quotes such as "idx:IMAGES,LABELS"' },
    'data mnist',
  ),
  loss: setting(
    'loss',
    'name',
    { kind: 'name', doc: `what is minimised: ${Object.keys(losses).join(', ')}` },
    'loss cross_entropy',
  ),
  optimizer: {
    owner: 'optimizer',
    positional: ['name'],
    required: ['name'],
    args: { name: { kind: 'name', doc: Object.keys(optimizers).join(', ') } },
    activations: [],
    example: 'optimizer adam lr 0.001',
  },
  batch: setting('batch', 'size', { kind: 'count', max: 65536, doc: 'pictures a step' }, 'batch 128'),
  epochs: setting('epochs', 'number', { kind: 'count', max: 1000000, doc: 'passes over the data' }, 'epochs 10'),
  seed: setting(
    'seed',
    'number',
    { kind: 'count', min: 0, max: 4294967295, doc: 'what all random numbers of a run follow from' },
    'seed 1',
  ),
};

/** Reads a train section. `config` is undefined when it cannot be used. */
export function bindTrain(train: Train): { config: TrainConfig | undefined; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, { line: Layer; args: Args }>();
  /** Settings whose names are written wrongly: they are not missing too. */
  const meant = new Set<string>();
  let hyper: Record<string, number> = {};
  let optimizer: OptimizerDef | undefined;

  for (const line of train.body.lines) {
    for (const statement of line.statements) {
      if (statement.kind !== 'layer') {
        const { text, span } = statement.kind === 'if' ? { text: 'if', span: statement.span } : statement.name;
        diagnostics.push(say.oneLayerALine(span, `\`${text}\``));
        continue;
      }
      const { name } = statement;
      const signature = lookUp(settings, name.text);
      if (!signature) {
        const near = nearest(name.text, Object.keys(settings));
        if (near !== undefined) meant.add(near);
        diagnostics.push(say.unknownSetting(name.span, name.text, near, Object.keys(settings)));
        continue;
      }
      const first = seen.get(name.text);
      if (first) {
        diagnostics.push(names.givenTwice(name.span, 'the train section', name.text, first.line.name.span));
        continue;
      }
      if (name.text === 'optimizer') {
        const chosen = chooseOptimizer(statement, diagnostics);
        seen.set(name.text, { line: statement, args: { bound: new Map(), activations: [] } });
        if (chosen) ({ optimizer, hyper } = chosen);
        continue;
      }
      const { args, diagnostics: found } = bind(signature, statement.words, name.span);
      diagnostics.push(...found);
      seen.set(name.text, { line: statement, args });
    }
  }
  for (const name of ['loss', 'optimizer']) {
    if (!seen.has(name) && !meant.has(name))
      diagnostics.push(say.missingSetting(train.span, name, settings[name]?.example ?? ''));
  }
  const argsOf = (name: string): Args => seen.get(name)?.args ?? { bound: new Map(), activations: [] };
  const loss = textArg(argsOf('loss'), 'name');
  const lossSpan = argsOf('loss').bound.get('name')?.span ?? train.span;
  if (loss !== undefined && !lookUp(losses, loss)) {
    diagnostics.push(
      say.unknownChoice(lossSpan, 'loss', loss, nearest(loss, Object.keys(losses)), Object.keys(losses)),
    );
  }
  if (diagnostics.some((d) => d.severity === 'error') || loss === undefined || !optimizer)
    return { config: undefined, diagnostics };
  return {
    config: {
      data: textArg(argsOf('data'), 'set') ?? null,
      loss,
      lossSpan,
      optimizer,
      hyper,
      batch: numberArg(argsOf('batch'), 'size') ?? 32,
      epochs: numberArg(argsOf('epochs'), 'number') ?? 1,
      seed: numberArg(argsOf('seed'), 'number') ?? 1,
    },
    diagnostics,
  };
}

/** `optimizer adam lr 0.001`: the name decides which options there are. */
function chooseOptimizer(
  line: Layer,
  diagnostics: Diagnostic[],
): { optimizer: OptimizerDef; hyper: Record<string, number> } | undefined {
  const [word, ...rest] = line.words;
  const example = settings.optimizer?.example ?? '';
  if (word?.kind !== 'name') {
    diagnostics.push(
      names.missingArgument(
        word?.span ?? line.name.span,
        'optimizer',
        'name',
        Object.keys(optimizers).join(', '),
        example,
      ),
    );
    return undefined;
  }
  const optimizer = lookUp(optimizers, word.name);
  if (!optimizer) {
    diagnostics.push(
      say.unknownChoice(
        word.span,
        'optimizer',
        word.name,
        nearest(word.name, Object.keys(optimizers)),
        Object.keys(optimizers),
      ),
    );
    return undefined;
  }
  const signature: Signature = {
    owner: optimizer.name,
    positional: [],
    required: [],
    args: optimizer.args,
    activations: [],
    example: optimizer.example,
  };
  const { args, diagnostics: found, ok } = bind(signature, rest, line.name.span);
  diagnostics.push(...found);
  if (!ok) return undefined;
  const hyper = { ...optimizer.defaults };
  for (const name of Object.keys(optimizer.args)) hyper[name] = numberArg(args, name) ?? (hyper[name] as number);
  return { optimizer, hyper };
}
