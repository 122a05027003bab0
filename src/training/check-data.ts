// Do the lines of a data section suit the pictures, and their labels?
import * as say from '../diagnostics/catalog/data-section.ts';
import { nameTaken } from '../diagnostics/catalog/names.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { sameShape, showShape } from '../ir/index.ts';
import { sizeArg, textArg } from '../layers/index.ts';
import type { Lowered } from '../passes/lower-ast.ts';
import type { DataConfig } from './data-section.ts';
import type { Target } from './settings.ts';

/** `target`: what training compares the output with; undefined without a train section. */
export function checkData(config: DataConfig, lowered: Lowered, target: Target | undefined): Diagnostic[] {
  const found: Diagnostic[] = [];
  const taken = config.augment.length > 0 ? lowered.layers.find(({ name }) => name === 'augment') : undefined;
  if (taken) found.push(nameTaken(taken.span, taken.name, config.augment[0]?.span as Span));
  const input = lowered.input.type.shape.slice(1);
  const at = lowered.input.layer?.span as Span;
  const first = config.augment[0];
  if (first && !target) found.push(say.augmentWithoutTraining(first.nameSpan));
  // 1. Moves and boxes are for pictures, and leave something of them.
  const [height = 0, width = 0] = input;
  const picture = `${height}x${width}`;
  for (const { def, args, nameSpan } of config.augment) {
    const does = def.does.kind === 'change' ? def.does.change(args) : def.does.step(args);
    const box = 'op' in does && does.op === 'cutout' ? does.size : undefined;
    if (input.length !== 3) {
      if ('kind' in does || box) found.push(say.augmentNeedsPictures(nameSpan, def.name, showShape(input), at));
      continue;
    }
    const span = (name: string): Span => args.bound.get(name)?.span ?? nameSpan;
    if (box && (box[0] > height || box[1] > width)) found.push(say.boxTooLarge(span('size'), box.join('x'), picture));
    if ('kind' in does && does.kind === 'shift') {
      const where = span(def.name === 'crop' ? 'pad' : 'pixels');
      if (does.rows >= height) found.push(say.shiftTooFar(where, 'rows', does.rows, height, def.name));
      else if (does.columns >= width) found.push(say.shiftTooFar(where, 'columns', does.columns, width, def.name));
      const crop = def.name === 'crop' ? sizeArg(args, 'size') : undefined;
      if (crop && !sameShape(crop, input.slice(0, 2)))
        found.push(say.cropOfOtherSize(span('size'), crop.join('x'), picture, at));
    }
  }
  // 2. One sampling has one kind of border.
  const fills = config.augment.flatMap(({ args }) => {
    const [fill, bound] = [textArg(args, 'fill'), args.bound.get('fill')];
    return fill !== undefined && bound ? [{ fill, span: bound.span }] : [];
  });
  const other = fills.find(({ fill }) => fill !== fills[0]?.fill);
  if (other && fills[0]) found.push(say.fillsDiffer(other.span, other.fill, fills[0].span, fills[0].fill));
  // 3. Labels that lie over the picture move with it.
  const moves = config.augment.find(({ def }) => def.does.kind === 'move');
  const output = lowered.output.type.shape.slice(1);
  if (!moves || input.length !== 3 || !target || target === 'input' || output.length === 1) return found;
  const fits = output.length === 3 && sameShape(output.slice(0, 2), input.slice(0, 2));
  const labels = target === 'classes' ? output.slice(0, -1) : output;
  if (!fits) found.push(say.labelsDoNotMove(moves.nameSpan, moves.def.name, showShape(labels), picture));
  return found;
}
