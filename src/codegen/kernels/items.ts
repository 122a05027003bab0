// The entry point of kernels that compute one item after another: an item an invocation, or several a workgroup's width apart.
import type { ItemSchedule } from '../family-schedules.ts';
import { flatIndex, type Kernel, spread } from '../kernel.ts';
import { i32, size, u32, type Wgsl, wgsl } from '../wgsl.ts';

export interface Items {
  readonly main: Wgsl;
  readonly groups: Kernel['groups'];
}

interface How {
  /** How the body calls the item's number; `i` unless given. */
  readonly name?: Wgsl;
  /** Is the number an i32? */
  readonly signed?: boolean;
  /** Lines before the first item, which may use \`tile.z\`, a zero that the compiler does not know. */
  readonly before?: Wgsl;
}

/** A u32 of `main` that is 0, which the compiler does not know. */
export const zeroOf = ({ each }: ItemSchedule): Wgsl => (each === 1 ? wgsl`id.z` : wgsl`tile.z`);

/** `fn main` that runs the body for each of `count` items. */
export function itemsMain(
  count: number,
  { workgroup, each }: ItemSchedule,
  body: readonly Wgsl[],
  how: How = {},
): Items {
  const { name = wgsl`i`, signed = false, before } = how;
  const groups = spread(Math.ceil(count / (workgroup * each)));
  const last = signed ? i32(count) : u32(count);
  const cast = (index: Wgsl): Wgsl => (signed ? wgsl`i32(${index})` : index);
  if (each === 1) {
    const main = wgsl`
@compute @workgroup_size(${size(workgroup)})
fn main(@builtin(global_invocation_id) id: vec3u${before ? wgsl`, @builtin(workgroup_id) tile: vec3u` : { wgsl: '' }}) {
  ${before ?? { wgsl: '' }}
  let ${name} = ${cast(flatIndex(groups, workgroup))};
  if (${name} >= ${last}) { return; }
  ${body}
}`;
    return { main: trimmed(main), groups };
  }
  const tile = groups[1] === 1 ? wgsl`tile.x` : wgsl`(tile.x + tile.y * ${u32(groups[0])})`;
  const step = signed ? i32(workgroup) : u32(workgroup);
  const main = wgsl`
@compute @workgroup_size(${size(workgroup)})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  ${before ?? { wgsl: '' }}
  let from_item = ${cast(wgsl`${tile} * ${u32(workgroup * each)} + t`)};
  let end_item = min(from_item + ${signed ? i32(workgroup * each) : u32(workgroup * each)}, ${last});
  for (var ${name} = from_item; ${name} < end_item; ${name} += ${step}) {
    ${body}
  }
}`;
  return { main: trimmed(main), groups };
}

const trimmed = (piece: Wgsl): Wgsl => ({ wgsl: piece.wgsl.trim() });
