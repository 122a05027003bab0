// The states of the loss scale: kept from step to step as what an optimizer keeps, but of no parameter.
import { isOp, type Node } from './types.ts';

/** Whose the states are, and what the first of them is called. No parameter has this name: those have a dot. */
export const LOSS_SCALE = 'loss_scale';
/** The steps that were skipped because a gradient was not finite. */
export const LOSS_SCALE_SKIPPED = `${LOSS_SCALE}.skipped`;

/** Is it a state of the loss scale? Such states lie behind those of the parameters. */
export const isOfLossScale = (n: Node): n is Node<'state'> => isOp(n, 'state') && n.attrs.of === LOSS_SCALE;
