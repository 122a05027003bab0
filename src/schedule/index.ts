// The schedule and what is known about it.
export { type InPlace, inPlaceOf, sharedPlace } from './in-place.ts';
export { printGroups, printSchedule } from './print.ts';
export type * from './types.ts';
export { verifyGroups } from './verify.ts';
