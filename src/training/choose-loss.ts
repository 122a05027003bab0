// The lines `loss NAME options` and `metrics NAME ...` of a train section: the names decide what else may stand there.
import * as names from '../diagnostics/catalog/names.ts';
import * as say from '../diagnostics/catalog/train.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { bind, lookUp, numberArg, numbersArg } from '../layers/index.ts';
import type { Layer } from '../parser/ast.ts';
import { type LossDef, type LossOptions, losses } from './losses/index.ts';
import { metricNames, metricOf } from './metrics.ts';

export interface ChosenLoss {
  readonly loss: LossDef;
  readonly options: LossOptions;
  readonly span: Span;
  /** Where each option stands. */
  readonly optionSpans: Readonly<Record<string, Span>>;
}

/** `loss cross_entropy label_smoothing 0.1` */
export function chooseLoss(line: Layer, diagnostics: Diagnostic[]): ChosenLoss | undefined {
  const [word, ...rest] = line.words;
  const all = Object.keys(losses);
  if (word?.kind !== 'name') {
    const example = 'loss cross_entropy';
    diagnostics.push(names.missingArgument(word?.span ?? line.name.span, 'loss', 'name', all.join(', '), example));
    return undefined;
  }
  const loss = lookUp(losses, word.name);
  if (!loss) {
    diagnostics.push(say.unknownChoice(word.span, 'loss', word.name, nearest(word.name, all), all));
    return undefined;
  }
  const signature = { owner: loss.name, positional: [], required: [], activations: [] };
  const {
    args,
    diagnostics: found,
    ok,
  } = bind({ ...signature, args: loss.args, example: loss.example }, rest, word.span);
  diagnostics.push(...found);
  if (!ok) return undefined;
  const options: Record<string, number | readonly number[]> = {};
  const optionSpans: Record<string, Span> = {};
  for (const [name, { span }] of args.bound) {
    const value = numberArg(args, name) ?? numbersArg(args, name);
    if (value !== undefined) options[name] = value;
    optionSpans[name] = span;
  }
  return { loss, options, span: word.span, optionSpans };
}

export interface ChosenMetric {
  readonly name: string;
  readonly span: Span;
}

/** `metrics accuracy top5` */
export function chooseMetrics(line: Layer, diagnostics: Diagnostic[]): readonly ChosenMetric[] {
  const chosen: ChosenMetric[] = [];
  if (line.words.length === 0) {
    const example = 'metrics accuracy top5';
    diagnostics.push(names.missingArgument(line.name.span, 'metrics', 'names', metricNames.join(', '), example));
  }
  for (const word of line.words) {
    const first = word.kind === 'name' ? chosen.find(({ name }) => name === word.name) : undefined;
    if (word.kind !== 'name' || !metricOf(word.name)) {
      const { source, start, end } = word.span;
      const name = source.text.slice(start, end);
      diagnostics.push(say.unknownChoice(word.span, 'metric', name, nearest(name, metricNames), metricNames));
    } else if (first) diagnostics.push(names.givenTwice(word.span, 'metrics', word.name, first.span));
    else chosen.push({ name: word.name, span: word.span });
  }
  return chosen;
}
