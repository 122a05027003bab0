// The lines `loss NAME options` and `metrics NAME ...` of a train section: the names decide what else may stand there.
import * as names from '../diagnostics/catalog/names.ts';
import * as say from '../diagnostics/catalog/train.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { numberArg, numbersArg } from '../layers/index.ts';
import type { Layer } from '../parser/ast.ts';
import { choose } from './choose.ts';
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
  const found = choose('loss', losses, line, 'loss cross_entropy', diagnostics);
  if (!found) return undefined;
  const { chosen: loss, args } = found;
  const options: Record<string, number | readonly number[]> = {};
  const optionSpans: Record<string, Span> = {};
  for (const [name, { span }] of args.bound) {
    const value = numberArg(args, name) ?? numbersArg(args, name);
    if (value !== undefined) options[name] = value;
    optionSpans[name] = span;
  }
  return { loss, options, span: line.words[0]?.span ?? line.name.span, optionSpans };
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
