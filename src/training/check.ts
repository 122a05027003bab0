// Does the model end in what its loss needs, and is there something to train?
import { nothingToTrain } from '../diagnostics/catalog/branches.ts';
import * as shapes from '../diagnostics/catalog/shapes.ts';
import * as say from '../diagnostics/catalog/train.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { isOp } from '../ir/index.ts';
import { dropoutLayers } from '../layers/dropout.ts';
import type { Lowered } from '../passes/lower-ast.ts';
import type { TrainConfig } from './settings.ts';

/** Dropout cannot be last, and cross-entropy needs one score for each of two or more classes. */
export function checkScores(lowered: Lowered, config: TrainConfig): Diagnostic[] {
  const { shape } = lowered.output.type;
  const last = lowered.layers[lowered.layers.length - 1];
  if (last && Object.hasOwn(dropoutLayers, last.op)) return [say.endsInDropout(last.span)];
  if (!last || config.loss !== 'cross_entropy') return [];
  if (shape.length !== 2) return [shapes.needsScores(last.span, config.loss, shape.slice(1).join('x'))];
  const classes = shape[1] as number;
  return classes < 2 ? [say.tooFewClasses(last.span, classes)] : [];
}

/** A model of which everything is frozen learns nothing. `train` is where its train section begins. */
export function checkTrainable({ graph }: Lowered, train: Span): Diagnostic[] {
  const parameters = graph.nodes.filter((n) => isOp(n, 'parameter'));
  const frozen = parameters.length > 0 && !parameters.some((n) => isOp(n, 'parameter') && n.attrs.trainable);
  return frozen ? [nothingToTrain(train)] : [];
}
