// Which texture holds which operand: a value is copied once and stays until its texture is needed for another.
import type { Access, BufferRole, BufferSpec, CopySpec, DispatchSpec } from '../../runtime/plan.ts';
import type { Node } from '../ir/index.ts';
import type { Kernel } from './kernel.ts';
import { TEXTURE_ROW_BYTES } from './kernels/contraction-subgroup.ts';

export interface Textures {
  /** A program begins: what textures hold is unknown. */
  forget(): void;
  /** Points the texture bindings of a dispatch at textures, with the copies that are needed first. */
  place(kernel: Kernel, dispatch: DispatchSpec): DispatchSpec;
  /** The textures that were used, as large as their largest value. */
  buffers(): BufferSpec[];
  /** Bytes that buffers must be longer, because copies are made in whole rows. */
  slack(): number;
}

const roles = {
  texture: ['operand0', 'operand1', 'operand2'],
  texture16: ['half0', 'half1', 'half2'],
} as const satisfies Partial<Record<Access, readonly BufferRole[]>>;
/** Bytes of a row of a texture. */
const rowBytes = { texture: TEXTURE_ROW_BYTES, texture16: TEXTURE_ROW_BYTES / 2 } as const;

const isTexture = (access: Access): access is keyof typeof roles => Object.hasOwn(roles, access);

export function operandTextures(): Textures {
  const slots = (['texture', 'texture16'] as const).flatMap((kind) =>
    roles[kind].map((role) => ({ role, kind, holds: undefined as Node | undefined, used: 0, bytes: 0 })),
  );
  let clock = 0;
  return {
    forget: () => {
      for (const slot of slots) slot.holds = undefined;
    },
    place(kernel, dispatch) {
      const copies: CopySpec[] = [];
      clock++;
      const values = kernel.bindings.flatMap(({ bound, access }) =>
        isTexture(access) && bound.kind === 'node' ? [bound.node] : [],
      );
      if (values.length === 0) return dispatch;
      const views = dispatch.bindings.map((view, i) => {
        const { bound, access } = kernel.bindings[i]!;
        if (!isTexture(access) || bound.kind !== 'node') return view;
        const free = slots
          .filter((s) => s.kind === access)
          .filter((s) => s.holds === undefined || !values.includes(s.holds))
          .sort((p, q) => p.used - q.used);
        const slot = slots.find((s) => s.holds === bound.node) ?? free[0];
        if (!slot) throw new Error(`${kernel.name} needs more textures than there are`);
        if (slot.holds !== bound.node) copies.push({ from: view, to: slot.role });
        slot.holds = bound.node;
        slot.used = clock;
        slot.bytes = Math.max(slot.bytes, Math.ceil(view.bytes / rowBytes[access]) * rowBytes[access]);
        return { buffer: slot.role, offset: 0, bytes: 0 };
      });
      return { ...dispatch, bindings: views, ...(copies.length > 0 ? { copies } : {}) };
    },
    buffers: () => slots.filter((s) => s.bytes > 0).map(({ role, bytes }) => ({ role, bytes })),
    slack: () => (slots.some((s) => s.bytes > 0) ? TEXTURE_ROW_BYTES : 0),
  };
}
