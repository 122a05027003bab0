// Sums that lanes share, added by shuffling where their lanes lie in one subgroup whatever its size: a fixed tree, so the same
// bits each time. `subgroupAdd` leaves the order to the adapter.
import { comment, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';

export interface ShuffleTree {
  /** Lines for all lanes, with a barrier where the lanes of a sum are in several subgroups. */
  readonly all: Wgsl;
  /** Lines for the first lane of each sum. */
  readonly first: Wgsl;
  /** Elements of workgroup memory that it takes. */
  readonly elements: number;
}

/**
 * The tree of the sums named `total`, each shared by `lanes` (a power of two) invocations of the `workgroup`, which lie `step`
 * apart. Every subgroup has `least` lanes or more. Undefined where neighbours in a sum may be in two subgroups, or in no pairs.
 */
export function shuffleTree(
  total: readonly Wgsl[],
  { workgroup, lanes, step, least }: { workgroup: number; lanes: number; step: number; least: number },
): ShuffleTree | undefined {
  if (!Number.isInteger(Math.log2(step))) return undefined;
  const strides: number[] = [];
  for (let d = 1; d < lanes && 2 * d * step <= least; d *= 2) strides.push(d * step);
  if (strides.length === 0) return undefined;
  const together = 2 ** strides.length;
  const many = lanes / together;
  const at = (n: number, more: Wgsl = nothing): Wgsl =>
    wgsl`sums[${n === 0 ? nothing : wgsl`${u32(n * workgroup)} + `}t${more}]`;
  const shuffles = strides.flatMap((d) => total.map((t) => wgsl`${t} += subgroupShuffleXor(${t}, ${u32(d)});`));
  return {
    all: wgsl`
${comment(`${together} lanes of a sum are in one subgroup: each adds what the other of its pair has.`)}
${shuffles}
${many === 1 ? [] : [...total.map((t, n) => wgsl`${at(n)} = ${t};`), wgsl`workgroupBarrier();`]}`,
    first:
      many === 1
        ? nothing
        : wgsl`
for (var other = 1u; other < ${u32(many)}; other++) {
  ${total.map((t, n) => wgsl`${t} += ${at(n, wgsl` + other * ${u32(together * step)}`)};`)}
}`,
    elements: many === 1 ? 0 : workgroup * total.length,
  };
}

/** The number of an invocation in its workgroup, counted by subgroups: neighbours in number are neighbours in a subgroup. */
export const numberBySubgroups: { readonly directives: Wgsl; readonly parameters: Wgsl; readonly value: Wgsl } = {
  directives: wgsl`
enable subgroups;
requires subgroup_id;`,
  parameters: wgsl`@builtin(subgroup_id) in_group: u32, @builtin(subgroup_size) wide: u32, @builtin(subgroup_invocation_id) in_subgroup: u32`,
  value: wgsl`in_group * wide + in_subgroup`,
};
