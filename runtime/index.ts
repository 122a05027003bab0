// The runtime: given a device, a plan and weights it infers, trains and evaluates. It imports nothing outside its folder.
export { picturesHeld } from './data.ts';
export { halfToNumber, numberToHalf, storedBytes, storedValues } from './half.ts';
export { initialValues } from './init.ts';
export { type Exceeded, exceededLimits } from './limits.ts';
export type * from './plan.ts';
export * from './random.ts';
export { learningRate, type Moment } from './schedule.ts';
export * from './session.ts';
export { type StepValues, stepNumber } from './step.ts';
export * from './train.ts';
