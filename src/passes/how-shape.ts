// The arithmetic behind a layer's shape, for the message about a wrong `=> shape`.

import type { WindowAttrs } from '../ir/attrs.ts';
import { isOp, type Node, showArithmetic } from '../ir/index.ts';

function windowStory(x: Node, kernel: readonly [number, number], w: WindowAttrs, output: Node): string {
  const [, h, width] = x.type.shape as [number, number, number];
  const [, oh, ow] = output.type.shape as [number, number, number];
  const rows = showArithmetic(h, kernel[0], w.stride[0], w.padding[0], w.padding[1], w.dilation[0]);
  const columns = showArithmetic(width, kernel[1], w.stride[1], w.padding[2], w.padding[3], w.dilation[1]);
  if (rows === columns) return `${rows} = ${oh}`;
  return `${rows} = ${oh} rows, ${columns} = ${ow} columns`;
}

/** How the shape of a layer's output came about: `(28 - 5 + 0)/1 + 1 = 24`; empty where there is nothing to compute. */
export function howShape(output: Node): string {
  for (let node: Node | undefined = output; node && node.layer === output.layer; node = node.inputs[0]) {
    const x = node.inputs[0];
    if (!x) return '';
    if (isOp(node, 'conv2d')) {
      const kernel = (node.inputs[1] as Node).type.shape as unknown as readonly [number, number];
      return windowStory(x, kernel, node.attrs, node);
    }
    if (isOp(node, 'maxpool2d') || isOp(node, 'avgpool2d')) return windowStory(x, node.attrs.window, node.attrs, node);
    if (isOp(node, 'reshape')) return `${x.type.shape.slice(1).join(' * ')} = ${node.type.shape[1]}`;
  }
  return '';
}
