// The index map of a contraction: y[m, n] = sum over k of a[m, k] b[k, n], and where a[m, k] and b[k, n] lie in memory.
// Convolution, its input gradient and its weight gradient, and the three products of a dense layer, differ in this alone.
import { isOp, type Node, type Shape, showShape, sizeOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { heading } from '../kernel.ts';
import { comment, i32, join, nothing, type Wgsl, wgsl } from '../wgsl.ts';
import { winogradTiles } from './winograd-shapes.ts';

/** One loop over a part of k. */
export interface KAxis {
  readonly name: string;
  readonly size: number;
}

export interface IndexMap {
  readonly a: Node;
  readonly b: Node;
  readonly m: number;
  /** Columns of one group. */
  readonly n: number;
  /** Independent products, one a group of channels, side by side in the columns of y: how many, and elements of b apart. */
  readonly groups: { readonly count: number; readonly b: number };
  /** Sizes by name, for the texts below. */
  readonly prelude: readonly Wgsl[];
  /** Loops around the inner one, outermost first. */
  readonly outer: readonly KAxis[];
  readonly inner: KAxis;
  /** Body of `fn row(m: i32) -> vec3i`: what a row of y needs to find its elements of a. */
  readonly row: Wgsl;
  /** Body of `fn at(r: vec3i, OUTER...) -> i32`, with a last argument `group` where there are groups: element of a where the inner loop starts, or -1 for a row of zeros. */
  readonly at: Wgsl;
  /** Can `at` return -1? */
  readonly guarded: boolean;
  /** Elements of a from one inner step to the next. */
  readonly aStep: number;
  /** Are neighbouring rows m, m+1, ... neighbours in memory, in runs of this many? 1 if not. */
  readonly rowRun: number;
  /** Element of b of the first group at inner step 0, column 0, as a function of the outer loops. */
  readonly bBase: Wgsl;
  readonly bStep: number;
  /** Elements of b from one column to the next. */
  readonly bColumn: number;
  /**
   * Rows in the order (pixel, picture) instead of (picture, pixel), where that makes padding the same for neighbours:
   * how many pictures there are, elements of a from one to the next, and the row of the result for m.
   */
  readonly byPixel?: { readonly pictures: number; readonly aStep: number; readonly outputRow: Wgsl };
  /** Products side by side in the rows of y, each over its part of k: how many, and elements of a and b from one to the next. */
  readonly parts?: { readonly count: number; readonly a: number; readonly b: number };
  /** Rows in another order than they lie in, so that neighbours read the same gaps of a stride: the row of the result for r. */
  readonly byPhase?: { readonly outputRow: Wgsl };
  /** A convolution whose filters read all channels: pixels of a row of its result. */
  readonly rowOfPixels?: number;
  /** Tiles of 2x2 results, where Winograd's way can compute it (winograd.ts). */
  readonly winograd?: number;
  /** What m, n and k are, for the comment above the kernel. */
  readonly legend: string;
}

interface Windows {
  /** x: N x H x W x C, w: KH x KW x C/groups x F, y: N x OH x OW x F. */
  readonly x: Shape;
  readonly w: Shape;
  readonly y: Shape;
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

type Size4 = [number, number, number, number];

/**
 * The map with its rows ordered by pixel. Padding, and the gaps of a stride, are then skipped for a whole tile of rows at
 * once, when its rows are pictures of one pixel. Only the input gradient gains: much of what it reads is padding.
 */
export function orderedByPixel(node: Node, map: IndexMap, rows: number): IndexMap {
  if (!isOp(node, 'conv2d_dx') || !map.guarded) return map;
  const [pictures] = node.type.shape as Size4;
  const [, oh, ow, f] = (node.inputs[0] as Node).type.shape as Size4;
  if (pictures % rows !== 0) return map;
  const { byPhase: _, ...rest } = map;
  return {
    ...rest,
    prelude: [...map.prelude, constants({ N: pictures })],
    row: wgsl`return vec3i(m % N * OH, m / N / W + TOP, m / N % W + LEFT);`,
    byPixel: { pictures, aStep: oh * ow * f, outputRow: wgsl`r % N * (H * W) + r / N` },
    legend: map.legend.replace('(picture, row, column)', '(row, column, picture)'),
  };
}

/**
 * The map with its rows ordered by their place within a stride. A row of an input gradient (or a transposed convolution)
 * meets one window place in sy sx, the same one for all rows of a phase: a tile of them skips the others.
 */
function orderedByPhase(map: IndexMap, g: Windows): IndexMap {
  const [, h, w] = g.x as Size4;
  const [sy, sx] = g.stride;
  if (sy * sx === 1 || h % sy !== 0 || w % sx !== 0) return map;
  const place = (m: 'm' | 'r'): { y: Wgsl; x: Wgsl } => ({
    y: wgsl`(${{ wgsl: m }} / PW % PH * SY + ${{ wgsl: m }} / (PH * PW * SX) % SY)`,
    x: wgsl`(${{ wgsl: m }} % PW * SX + ${{ wgsl: m }} / (PH * PW) % SX)`,
  });
  const [at, out] = [place('m'), place('r')];
  return {
    ...map,
    prelude: [
      ...map.prelude,
      comment('Rows of a picture are ordered by their phases in the stride, each PH x PW.'),
      constants({ PH: h / sy, PW: w / sx }),
    ],
    row: wgsl`return vec3i(m / (H * W) * OH, ${at.y} + TOP, ${at.x} + LEFT);`,
    byPhase: { outputRow: wgsl`(r / (H * W) * H + ${out.y}) * W + ${out.x}` },
    legend: map.legend.replace('(picture, row, column)', '(picture, phase, row, column)'),
  };
}

/** The map of a contraction node. */
export function indexMap(node: Node): IndexMap {
  const winograd = winogradTiles(node);
  return winograd === undefined ? mapOf(node) : { ...mapOf(node), winograd };
}

function mapOf(node: Node): IndexMap {
  const [p, q] = node.inputs as [Node, Node];
  if (isOp(node, 'conv2d'))
    return forward(p, q, { x: p.type.shape, w: q.type.shape, y: node.type.shape, ...node.attrs });
  if (isOp(node, 'conv2d_dx')) {
    const windows = { x: node.type.shape, w: q.type.shape, y: p.type.shape, ...node.attrs };
    return orderedByPhase(inputGradient(p, q, windows), windows);
  }
  if (isOp(node, 'conv2d_dw'))
    return weightGradient(p, q, { x: p.type.shape, w: node.type.shape, y: q.type.shape, ...node.attrs });
  if (isOp(node, 'conv2d_dw_parts')) {
    const { parts, shape } = node.attrs;
    return inParts(p, q, { x: p.type.shape, w: shape, y: q.type.shape, ...node.attrs }, parts);
  }
  if (isOp(node, 'matmul')) return product(node, p, q);
  throw new Error(`%${node.id}: ${node.op} is not a contraction`);
}

const windowPrelude = (g: Windows): Wgsl[] => {
  const [, h, w, c] = g.x as Size4;
  const [kh, kw, , f] = g.w as Size4;
  const [, oh, ow] = g.y as Size4;
  return [
    comment(`x is H x W x C, the window KH x KW, y is OH x OW x F.`),
    constants({ H: h, W: w, C: c, KH: kh, KW: kw, OH: oh, OW: ow, F: f }),
    constants({
      SY: g.stride[0],
      SX: g.stride[1],
      TOP: g.padding[0],
      LEFT: g.padding[2],
      DY: g.dilation[0],
      DX: g.dilation[1],
    }),
    ...(g.groups === 1
      ? []
      : [
          comment(`${g.groups} groups: each reads CG channels of x and makes FG of y; w is KH x KW x CG x F.`),
          constants({ CG: c / g.groups, FG: f / g.groups }),
        ]),
  ];
};

/** The name of the channels that a filter reads. */
const own = (g: Windows): Wgsl => ({ wgsl: g.groups === 1 ? 'C' : 'CG' });

/** How far into the channels of a the group begins. */
const groupAt = (g: Windows, each: 'CG' | 'FG'): Wgsl =>
  g.groups === 1 ? nothing : wgsl` + group * ${{ wgsl: each }}`;

export const constants = (values: Readonly<Record<string, number>>): Wgsl =>
  join(
    Object.entries(values).map(([name, value]) => wgsl`const ${{ wgsl: name }} = ${i32(value)};`),
    ' ',
  );

function forward(a: Node, b: Node, g: Windows): IndexMap {
  const [batch] = g.x as Size4;
  const [kh, kw, c, f] = g.w as Size4;
  const [, oh, ow] = g.y as Size4;
  const [top, bottom, left, right] = g.padding;
  const guarded = top + bottom + left + right > 0;
  // Without padding, dilation or groups, the columns and channels of a window row are one run of memory.
  const run = left + right === 0 && g.dilation[1] === 1 && g.groups === 1;
  return {
    a,
    b,
    m: batch * oh * ow,
    n: f / g.groups,
    groups: { count: g.groups, b: f / g.groups },
    prelude: windowPrelude(g),
    outer: run
      ? [{ name: 'ky', size: kh }]
      : [
          { name: 'ky', size: kh },
          { name: 'kx', size: kw },
        ],
    inner: { name: 'c', size: run ? kw * c : c },
    row: wgsl`return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);`,
    at: wgsl`
let y = r.y + ky * DY;
let x = r.z${run ? nothing : wgsl` + kx * DX`};
${guarded ? wgsl`if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }` : nothing}
return ((r.x + y) * W + x) * C${groupAt(g, 'CG')};`,
    guarded,
    aStep: 1,
    rowRun: 1,
    bBase: run ? wgsl`ky * KW * C * F` : wgsl`(ky * KW + kx) * ${own(g)} * F`,
    bStep: f,
    bColumn: 1,
    ...(g.groups === 1 ? { rowOfPixels: ow } : {}),
    legend: 'm = (picture, row, column), n = filter, k = (window row, window column, channel)',
  };
}

function inputGradient(a: Node, b: Node, g: Windows): IndexMap {
  const [batch, h, w] = g.x as Size4;
  const [kh, kw, c, f] = g.w as Size4;
  const each = f / g.groups;
  const [, oh, ow] = g.y as Size4;
  const [sy, sx] = g.stride;
  const exact = [...(sy === 1 ? [] : [wgsl`y % SY != 0`]), ...(sx === 1 ? [] : [wgsl`x % SX != 0`])];
  const one = kh === 1 && kw === 1 && sy === 1 && sx === 1 && h === oh && w === ow;
  return {
    a,
    b,
    m: batch * h * w,
    n: c,
    groups: { count: g.groups, b: each },
    prelude: windowPrelude(g),
    outer: [
      { name: 'ky', size: kh },
      { name: 'kx', size: kw },
    ],
    inner: { name: 'f', size: each },
    row: wgsl`return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);`,
    at: wgsl`
let y = r.y - ky * DY;
let x = r.z - kx * DX;
${one ? nothing : wgsl`if (y < 0 || y >= OH * SY || x < 0 || x >= OW * SX) { return -1; }`}
${exact.length === 0 ? nothing : wgsl`if (${join(exact, ' || ')}) { return -1; }`}
return ((r.x + y / SY) * OW + x / SX) * F${groupAt(g, 'FG')};`,
    guarded: !one,
    aStep: 1,
    rowRun: 1,
    bBase: wgsl`(ky * KW + kx) * ${own(g)} * F`,
    bStep: 1,
    bColumn: f,
    legend: 'm = (picture, row, column), n = channel, k = (window row, window column, filter)',
  };
}

function weightGradient(a: Node, b: Node, g: Windows): IndexMap {
  const [, , , channels] = g.x as Size4;
  const [kh, kw, c, f] = g.w as Size4;
  const [batch, oh, ow] = g.y as Size4;
  const [top, bottom, left, right] = g.padding;
  const guarded = top + bottom + left + right > 0;
  const run = left + right === 0;
  return {
    a,
    b,
    m: kh * kw * c,
    n: f / g.groups,
    groups: { count: g.groups, b: f / g.groups },
    prelude: windowPrelude(g),
    outer: [{ name: 'image', size: batch }, { name: 'oy', size: oh }, ...(run ? [] : [{ name: 'ox', size: ow }])],
    inner: { name: run ? 'ox' : 'one', size: run ? ow : 1 },
    row: wgsl`return vec3i(m / (KW * ${own(g)}) * DY - TOP, m / ${own(g)} % KW * DX - LEFT, m % ${own(g)});`,
    at: wgsl`
let y = r.x + oy * SY;
let x = r.y${run ? nothing : wgsl` + ox * SX`};
${guarded ? wgsl`if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }` : nothing}
return ((image * H + y) * W + x) * C + r.z${groupAt(g, 'CG')};`,
    guarded,
    aStep: g.stride[1] * channels,
    rowRun: c,
    bBase: run ? wgsl`(image * OH + oy) * OW * F` : wgsl`((image * OH + oy) * OW + ox) * F`,
    bStep: f,
    bColumn: 1,
    legend: 'm = (window row, window column, channel), n = filter, k = (picture, row, column)',
  };
}

/** The weight gradient of each run of pictures. */
function inParts(a: Node, b: Node, g: Windows, parts: number): IndexMap {
  const pictures = (g.x[0] as number) / parts;
  const map = weightGradient(a, b, { ...g, y: [pictures, ...g.y.slice(1)] });
  return {
    ...map,
    parts: { count: parts, a: pictures * sizeOf(g.x.slice(1)), b: pictures * sizeOf(g.y.slice(1)) },
    legend: map.legend.replace('picture', `picture of ${pictures}`),
  };
}

function product(node: Node<'matmul'>, a: Node, b: Node): IndexMap {
  const { transposeA, transposeB } = node.attrs;
  const [m, n] = node.type.shape as [number, number];
  const k = (transposeA ? a.type.shape[0] : a.type.shape[1]) as number;
  return {
    a,
    b,
    m,
    n,
    groups: { count: 1, b: 0 },
    prelude: [comment('y is M x N, the inner dimension is K.'), constants({ M: m, N: n, K: k })],
    outer: [],
    inner: { name: 'k', size: k },
    row: wgsl`return vec3i(m${transposeA ? nothing : wgsl` * K`}, 0, 0);`,
    at: wgsl`return r.x;`,
    guarded: false,
    aStep: transposeA ? m : 1,
    rowRun: transposeA ? m : 1,
    bBase: i32(0),
    bStep: transposeB ? 1 : n,
    bColumn: transposeB ? k : 1,
    legend: 'm = row, n = column, k = the inner dimension',
  };
}

/** What a contraction computes, as a line of text: equal for equal work, whatever the values are called. */
export function workOf(node: Node): string {
  const operands = node.inputs.map((n) => showShape(n.type.shape)).join(', ');
  const attrs = Object.entries(node.attrs).map(([name, value]) => ` ${name} ${String(value)}`);
  return `${node.op} ${operands} -> ${showShape(node.type.shape)}${attrs.join('')}`;
}

/** Sums longer than this are kept in two levels, so that rounding grows with the root of each level only. */
const LONG_SUM = 16384;

/** Length of the sums: the size of k. */
export const stepsOf = (map: IndexMap): number => map.outer.reduce((p, axis) => p * axis.size, map.inner.size);

/** Is the sum kept in two levels? Only the outermost loop can end one. */
export const isLongSum = (map: IndexMap): boolean => stepsOf(map) > LONG_SUM && map.outer.length > 0;

/** Parameters are only read; what lies in the arena shares its buffer with results. */
export const accessOf = (n: Node): 'read' | 'read_write' => (isOp(n, 'parameter') ? 'read' : 'read_write');

/** The comments above a contraction: what it computes, from which line, and what its indices mean. */
export const contractionHeading = (group: Group, map: IndexMap): Wgsl => {
  const shape = showShape((group.nodes[0] as Node).type.shape);
  const pool = group.nodes.find((n) => isOp(n, 'maxpool2d') || isOp(n, 'avgpool2d'));
  return wgsl`${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${shape}`, group.nodes)}
${pool ? heading(`of which ${pool.op} leaves ${showShape(pool.type.shape)}`, [pool]) : nothing}
${comment(`y[m, n] = sum over k of a[m, k] b[k, n]; ${map.legend}; ${map.m} x ${map.n} x ${stepsOf(map)}${grouped(map) ? ` in each of ${map.groups.count} groups` : ''}`)}`;
};

export const grouped = (map: IndexMap): boolean => map.groups.count > 1;

/** Where the elements of b start for the loops at hand, and the group. */
export const startOfB = (map: IndexMap): Wgsl =>
  grouped(map) ? wgsl`${map.bBase} + group * ${i32(map.groups.b)}` : map.bBase;

/** `at(r, ky, kx)`: where a's elements of a row start. */
export const startOfA = (map: IndexMap, row: Wgsl): Wgsl => wgsl`at(${join([row, ...parametersOfAt(map)], ', ')})`;

const parametersOfAt = (map: IndexMap): Wgsl[] => [
  ...map.outer.map((axis): Wgsl => ({ wgsl: axis.name })),
  ...(grouped(map) ? [wgsl`group`] : []),
];

export const rowFunction = (map: IndexMap): Wgsl => wgsl`
${comment('What row m of the result needs to find its elements of a.')}
fn row(m: i32) -> vec3i {
  ${map.row}
}`;

export const atFunction = (map: IndexMap): Wgsl => wgsl`
${comment(`Where a's elements of a row start${map.guarded ? '; -1 where they are all padding' : ''}.`)}
fn at(${join([wgsl`r: vec3i`, ...parametersOfAt(map).map((name) => wgsl`${name}: i32`)], ', ')}) -> i32 {
  ${{ wgsl: map.at.wgsl.trim() }}
}`;

const loop = (axis: KAxis, body: Wgsl): Wgsl => wgsl`
for (var ${{ wgsl: axis.name }} = 0; ${{ wgsl: axis.name }} < ${i32(axis.size)}; ${{ wgsl: axis.name }}++) {
  ${{ wgsl: body.wgsl.trim() }}
}`;

/** for (ky) { for (kx) { body } afterOutermost } */
export function loopNest(map: IndexMap, body: Wgsl, afterOutermost: readonly Wgsl[]): Wgsl {
  const [first, ...rest] = map.outer;
  if (!first) return { wgsl: body.wgsl.trim() };
  const inside = rest.reduceRight<Wgsl>((text, axis) => loop(axis, text), body);
  return {
    wgsl: loop(
      first,
      wgsl`${{ wgsl: inside.wgsl.trim() }}
${afterOutermost}`,
    ).wgsl.trim(),
  };
}
