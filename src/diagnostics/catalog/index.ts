// Every message there is, one function each: the tests look for a golden of each code.

export * as bench from './bench.ts';
export * as blocks from './blocks.ts';
export * as branches from './branches.ts';
export * as checkpoints from './checkpoints.ts';
export * as conv from './conv.ts';
export * as data from './data.ts';
export * as dataFiles from './data-files.ts';
export * as dataSection from './data-section.ts';
export * as device from './device.ts';
export * as downloads from './downloads.ts';
export * as finite from './finite.ts';
export * as formulas from './formulas.ts';
export * as labels from './labels.ts';
export * as logs from './logs.ts';
export * as names from './names.ts';
export * as normal from './normal.ts';
export * as onnx from './onnx.ts';
export * as pieces from './pieces.ts';
export * as run from './run.ts';
export * as shapes from './shapes.ts';
export * as syntax from './syntax.ts';
export * as train from './train.ts';
export * as tune from './tune.ts';
export * as usage from './usage.ts';
export * as variants from './variants.ts';
export * as weights from './weights.ts';
