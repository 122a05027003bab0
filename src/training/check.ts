// Does the model end in what its loss, its target and its metrics need, and is there something to train?
import { nothingToTrain } from '../diagnostics/catalog/branches.ts';
import * as shapes from '../diagnostics/catalog/shapes.ts';
import * as say from '../diagnostics/catalog/train.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { isOp, sameShape, showShape, sizeOf } from '../ir/index.ts';
import { dropoutLayers } from '../layers/dropout.ts';
import type { Lowered } from '../passes/lower-ast.ts';
import { metricOf, topK } from './metrics.ts';
import type { TrainConfig } from './settings.ts';

/** Sets whose labels are maps of classes; all others have one class a picture, as far as a name tells. */
const givesMaps = (data: string): boolean => /^shapes(:|$)/.test(data);

/** Checks the last layer against the train section. */
export function checkScores(lowered: Lowered, config: TrainConfig): Diagnostic[] {
  const { shape } = lowered.output.type;
  const last = lowered.layers[lowered.layers.length - 1];
  if (!last) return [];
  // 1. The last layer.
  if (Object.hasOwn(dropoutLayers, last.op)) return [say.endsInDropout(last.span)];
  const found: Diagnostic[] = [];
  const picture = shape.slice(1);
  const classes = picture[picture.length - 1] ?? 1;
  if (config.loss === 'cross_entropy' && classes < 2) found.push(say.tooFewClasses(last.span, classes));
  // 2. What it is compared with.
  if (config.target === 'classes' && picture.length > 1 && config.data !== null && !givesMaps(config.data))
    found.push(shapes.needsScores(last.span, config.loss, showShape(picture)));
  if (config.target === 'input') {
    const input = lowered.input.type.shape.slice(1);
    const flat = picture.length === 1 || input.length === 1;
    if (!sameShape(picture, input) && !(flat && sizeOf(picture) === sizeOf(input)))
      found.push(
        say.unlikeInput(config.targetSpan ?? config.lossSpan, showShape(picture), showShape(input), last.span),
      );
  }
  // 3. Options of the loss.
  const weights = config.lossOptions.class_weights;
  const at = (option: string): Span => config.lossOptionSpans[option] ?? config.lossSpan;
  if (typeof weights === 'object') {
    if (config.target !== 'classes') found.push(say.weightsWithoutClasses(at('class_weights'), config.target));
    else if (weights.length !== classes)
      found.push(say.weightsForClasses(at('class_weights'), weights.length, classes, last.span));
  }
  // 4. Metrics.
  config.metrics.forEach((name, i) => {
    const span = config.metricSpans[i];
    const k = topK(name);
    if (!span) return;
    if (metricOf(name)?.classes && config.target !== 'classes')
      found.push(say.metricWithoutClasses(span, name, config.target));
    else if (k !== undefined && k >= classes) found.push(say.alwaysAmong(span, name, k, classes));
  });
  return found;
}

/** A model of which everything is frozen learns nothing. `train` is where its train section begins. */
export function checkTrainable({ graph }: Lowered, train: Span): Diagnostic[] {
  const parameters = graph.nodes.filter((n) => isOp(n, 'parameter'));
  const frozen = parameters.length > 0 && !parameters.some((n) => isOp(n, 'parameter') && n.attrs.trainable);
  return frozen ? [nothingToTrain(train)] : [];
}
