// The few types of the runtime's contract that the graph carries from the start.
export type { InitSpec, OutputIs, StepField, Stored } from '../../runtime/plan.ts';
