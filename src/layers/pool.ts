// maxpool and avgpool: windows that keep the largest, or the mean.
import * as say from '../diagnostics/catalog/shapes.ts';
import { emit } from '../ir/index.ts';
import { sizeArg } from './args.ts';
import { type LayerDef, pictureOf } from './layer.ts';
import { windowAttrs, windowOptions } from './windows.ts';

const pool = (name: 'maxpool' | 'avgpool', op: 'maxpool2d' | 'avgpool2d', doc: string): LayerDef => ({
  name,
  doc,
  example: `${name} 2x2`,
  positional: ['window'],
  required: ['window'],
  args: {
    window: { kind: 'size', doc: 'height and width of a window, such as 2x2' },
    ...windowOptions,
  },
  activated: false,
  build: (c) => {
    const window = sizeArg(c.args, 'window') as readonly [number, number];
    const shape = pictureOf(c.x);
    if (shape.length !== 3) {
      c.report(say.needsPicture(c.spanOf(''), name, shape.join('x')));
      return undefined;
    }
    const attrs = windowAttrs(c, 'window', window, window, true);
    return attrs && emit(c.b, op, [c.x], { window, ...attrs }, c.name);
  },
});

export const maxpool = pool(
  'maxpool',
  'maxpool2d',
  'The largest value of each window and channel. The stride is the window unless given: o = floor((i - k)/s) + 1.',
);
export const avgpool = pool(
  'avgpool',
  'avgpool2d',
  'The mean of each window and channel, over what lies inside the picture. The stride is the window unless given.',
);
