// Convolution, its input gradient and its weight gradient. Pictures are N x H x W x C, kernels KH x KW x C/groups x filters.
import type { ConvAttrs } from '../attrs.ts';
import { emit } from '../emit.ts';
import { windowOutput } from '../geometry.ts';
import { f32, type OpDef } from '../op.ts';
import { isOp, type Node, type Shape, showShape, sizeOf } from '../types.ts';

type Size4 = readonly [number, number, number, number];
const four = (s: Shape): Size4 => s as unknown as Size4;

/** Calls `visit` with flat indices (into x, w, y) of every product of the convolution. */
function eachProduct(
  xs: Shape,
  ws: Shape,
  ys: Shape,
  a: ConvAttrs,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [, h, width, c] = four(xs);
  const [kh, kw, own, filters] = four(ws);
  const [n, oh, ow] = four(ys);
  const each = filters / a.groups;
  for (let b = 0; b < n; b++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++) {
        const y0 = ((b * oh + oy) * ow + ox) * filters;
        for (let ky = 0; ky < kh; ky++) {
          const iy = oy * a.stride[0] + ky * a.dilation[0] - a.padding[0];
          if (iy < 0 || iy >= h) continue;
          for (let kx = 0; kx < kw; kx++) {
            const ix = ox * a.stride[1] + kx * a.dilation[1] - a.padding[2];
            if (ix < 0 || ix >= width) continue;
            const x0 = ((b * h + iy) * width + ix) * c;
            for (let group = 0; group < a.groups; group++)
              for (let ic = 0; ic < own; ic++) {
                const w0 = ((ky * kw + kx) * own + ic) * filters;
                const f0 = group * each;
                for (let f = f0; f < f0 + each; f++) visit(x0 + group * own + ic, w0 + f, y0 + f);
              }
          }
        }
      }
}

/** The attributes that all three operations of a convolution share. */
const sharedAttrs = ({ stride, padding, dilation, groups }: ConvAttrs): ConvAttrs => ({
  stride,
  padding,
  dilation,
  groups,
});

/** Multiply-adds of a convolution with this result and kernel. */
const products = (y: Shape, w: Shape): number => {
  const [kh, kw, own] = four(w);
  return sizeOf(y) * kh * kw * own;
};

/** Does each group read a single channel? Such convolutions sum too little to be matrix products. */
export function isDepthwise(node: Node): boolean {
  const w = isOp(node, 'conv2d_dw')
    ? node.type.shape
    : isOp(node, 'conv2d') || isOp(node, 'conv2d_dx')
      ? node.inputs[1]!.type.shape
      : undefined;
  return w !== undefined && w[2] === 1 && (node.attrs as ConvAttrs).groups > 1;
}

export const conv2d: OpDef<'conv2d'> = {
  name: 'conv2d',
  doc: 'y[n, oy, ox, f] = sum over ky, kx, c of x[n, oy s + ky d - p, ox s + kx d - p, c] w[ky, kx, c, f], zeros outside. A cross-correlation, as in every framework. Of G groups, group g reads channels g C/G on and makes filters g F/G on.',
  inputs: ['x', 'w'],
  infer: ([x, w], attrs) => {
    if (x!.shape.length !== 4 || w!.shape.length !== 4)
      return 'a picture N x H x W x C and a kernel KH x KW x C/groups x filters are needed';
    const [n, h, width, c] = four(x!.shape);
    const [kh, kw, wc, filters] = four(w!.shape);
    const { groups } = attrs;
    if (c % groups !== 0 || filters % groups !== 0)
      return `${groups} groups do not divide ${c} channels and ${filters} filters`;
    if (c !== wc * groups)
      return `the picture has ${c} channels, the kernel ${wc}${groups === 1 ? '' : ` for each of ${groups} groups`}`;
    const [oh, ow] = windowOutput([h, width], [kh, kw], attrs);
    if (oh < 1 || ow < 1) return `the kernel ${kh}x${kw} does not fit a ${h}x${width} picture`;
    return f32([n, oh, ow, filters]);
  },
  reference: ([x, w], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const xd = x!.data;
    const wd = w!.data;
    eachProduct(x!.shape, w!.shape, type.shape, attrs, (i, j, k) => {
      out[k] = out[k]! + xd[i]! * wd[j]!;
    });
    return out;
  },
  vjp: (b, node, dy, wanted) => {
    const [x, w] = node.inputs;
    const attrs = sharedAttrs(node.attrs);
    return [
      wanted[0] ? emit(b, 'conv2d_dx', [dy, w!], { ...attrs, shape: x!.type.shape }, `d_${x!.id}`) : undefined,
      wanted[1] ? emit(b, 'conv2d_dw', [x!, dy], { ...attrs, shape: w!.type.shape }, `d_${w!.id}`) : undefined,
    ];
  },
  multiplyAdds: (node) => products(node.type.shape, node.inputs[1]!.type.shape),
};

export const conv2d_dx: OpDef<'conv2d_dx'> = {
  name: 'conv2d_dx',
  doc: 'Gradient of a convolution to its picture: dx[n, iy, ix, c] = sum over ky, kx, f of dy[n, (iy + p - ky d)/s, (ix + p - kx d)/s, f] w[ky, kx, c, f], where the division is exact and inside. A transposed convolution (Dumoulin & Visin 2016, relationships 8 to 14).',
  inputs: ['dy', 'w'],
  infer: ([dy, w], { shape, ...attrs }) => {
    const y = conv2d.infer([f32(shape), w!], attrs);
    if (typeof y === 'string') return y;
    return y.shape.every((v, i) => v === dy!.shape[i])
      ? f32(shape)
      : `dy is ${showShape(dy!.shape)}, the output ${showShape(y.shape)}`;
  },
  reference: ([dy, w], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const dyd = dy!.data;
    const wd = w!.data;
    eachProduct(type.shape, w!.shape, dy!.shape, attrs, (i, j, k) => {
      out[i] = out[i]! + dyd[k]! * wd[j]!;
    });
    return out;
  },
  vjp: (b, node, g, wanted) => {
    const [dy, w] = node.inputs;
    const attrs = sharedAttrs(node.attrs);
    return [
      wanted[0] ? emit(b, 'conv2d', [g, w!], attrs, `d_${dy!.id}`) : undefined,
      wanted[1] ? emit(b, 'conv2d_dw', [g, dy!], { ...attrs, shape: w!.type.shape }, `d_${w!.id}`) : undefined,
    ];
  },
  multiplyAdds: (node) => products(node.inputs[0]!.type.shape, node.inputs[1]!.type.shape),
};

export const conv2d_dw: OpDef<'conv2d_dw'> = {
  name: 'conv2d_dw',
  doc: 'Gradient of a convolution to its kernel: dw[ky, kx, c, f] = sum over n, oy, ox of x[n, oy s + ky d - p, ox s + kx d - p, c] dy[n, oy, ox, f].',
  inputs: ['x', 'dy'],
  infer: ([x, dy], { shape, ...attrs }) => {
    const y = conv2d.infer([x!, f32(shape)], attrs);
    if (typeof y === 'string') return y;
    return y.shape.every((v, i) => v === dy!.shape[i])
      ? f32(shape)
      : `dy is ${showShape(dy!.shape)}, the output ${showShape(y.shape)}`;
  },
  reference: ([x, dy], attrs, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const xd = x!.data;
    const dyd = dy!.data;
    eachProduct(x!.shape, type.shape, dy!.shape, attrs, (i, j, k) => {
      out[j] = out[j]! + xd[i]! * dyd[k]!;
    });
    return out;
  },
  vjp: (b, node, g, wanted) => {
    const [x, dy] = node.inputs;
    const attrs = sharedAttrs(node.attrs);
    return [
      wanted[0] ? emit(b, 'conv2d_dx', [dy!, g], { ...attrs, shape: x!.type.shape }, `d_${x!.id}`) : undefined,
      wanted[1] ? emit(b, 'conv2d', [x!, g], attrs, `d_${dy!.id}`) : undefined,
    ];
  },
  multiplyAdds: (node) => products(node.inputs[1]!.type.shape, node.type.shape),
};

export const conv2d_dw_parts: OpDef<'conv2d_dw_parts'> = {
  name: 'conv2d_dw_parts',
  doc: 'The gradient of a convolution to its kernel in `parts` parts: element p of the new first axis is that of the p-th run of the pictures. A device makes them at once; their sum is the gradient.',
  inputs: ['x', 'dy'],
  infer: ([x, dy], { parts, ...attrs }) => {
    const [n] = x!.shape;
    if (!(parts >= 1) || n! % parts !== 0) return `${n} pictures are not ${parts} equal runs`;
    const whole = conv2d_dw.infer([x!, dy!], attrs);
    return typeof whole === 'string' ? whole : f32([parts, ...whole.shape]);
  },
  reference: ([x, dy], { parts, shape, ...attrs }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    const run = dy!.data.length / parts;
    eachProduct(x!.shape, shape, dy!.shape, attrs, (i, j, k) => {
      const to = Math.floor(k / run) * sizeOf(shape) + j;
      out[to] = out[to]! + x!.data[i]! * dy!.data[k]!;
    });
    return out;
  },
  vjp: 'nondifferentiable',
  multiplyAdds: (node) => products(node.inputs[1]!.type.shape, node.attrs.shape),
};
