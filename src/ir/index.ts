// The graph and everything that stands on it.
export { streamOf } from '../../runtime/random.ts';
export type * from './attrs.ts';
export { type Builder, builder, opDef } from './builder.ts';
export { emit } from './emit.ts';
export * from './geometry.ts';
export { type Given, interpret, leavesOf, type Ran, stepFieldsOf } from './interpret.ts';
export { isOfLossScale, LOSS_SCALE, LOSS_SCALE_SKIPPED } from './loss-scale.ts';
export { type OpDef, type RunContext, referenceOf } from './op.ts';
export { isDepthwise } from './ops/conv2d.ts';
export { ops } from './ops/index.ts';
export { liesSideBySide, MOST_PLACES, winnersOf } from './ops/pool-winner.ts';
export { printEffect, printGraph, printNode } from './print.ts';
export { isFree, isTextConstant, storageOf, TEXT_CONSTANT } from './storage.ts';
export * from './types.ts';
export { problems, verify } from './verify.ts';
