// Pictures moved by chance: the lines that draw for a picture, follow its steps backwards, and sample.
import type { WarpStep } from '../../ir/attrs.ts';
import { isOp, type Node } from '../../ir/index.ts';
import { asPictures, chanceLimit, movesWhole, WARP_DRAWS } from '../../ir/ops/augment.ts';
import type { Bindings } from '../kernel.ts';
import { comment, f32, i32, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';

/** Lines that declare `result`, for `row` and `column` of `image` and a `channel`; `at` loads an element of the source. */
export function warpBody(
  b: Bindings,
  root: Node<'warp2d'>,
  at: (y: Wgsl, x: Wgsl) => Wgsl,
): { readonly lines: Wgsl; readonly helper: Wgsl } {
  const { steps, border, nearest, stream } = root.attrs;
  const [, h, w] = asPictures(root.type.shape);
  const [seed, step] = root.inputs.slice(1).map((n) => {
    if (!isOp(n, 'step')) throw new Error(`%${root.id} draws from %${n.id}`);
    return b.step(n.attrs.field);
  }) as [Wgsl, Wgsl];
  const whole = movesWhole(root.attrs);
  const back = steps.map((one, s) => stepBack(one, s, { h, w, whole })).reverse();
  const place = (axis: Wgsl): Wgsl => (whole ? axis : wgsl`f32(${axis})`);
  const sampled = whole
    ? wgsl`let result = pixel_at(image, place_y, place_x, channel);`
    : nearest
      ? wgsl`let result = pixel_at(image, i32(floor(place_y + 0.5)), i32(floor(place_x + 0.5)), channel);`
      : wgsl`let low_y = i32(floor(place_y));
let low_x = i32(floor(place_x));
let part_x = place_x - f32(low_x);
let above = mix(pixel_at(image, low_y, low_x, channel), pixel_at(image, low_y, low_x + 1, channel), part_x);
let below = mix(pixel_at(image, low_y + 1, low_x, channel), pixel_at(image, low_y + 1, low_x + 1, channel), part_x);
let result = mix(above, below, place_y - f32(low_y));`;
  const lines = wgsl`let key = (${step} * ${u32(0x9e3779b9)}) ^ ${u32(stream)};
let draw = u32(image) * ${u32(WARP_DRAWS * steps.length)};
var place_y = ${place(wgsl`row`)};
var place_x = ${place(wgsl`column`)};
${back.map((lines) => lines(seed))}
${sampled}`;
  const [limit_y, limit_x] = [i32(h - 1), i32(w - 1)];
  const inside =
    border === 'zero'
      ? wgsl`
  if (iy < 0 || iy > ${limit_y} || ix < 0 || ix > ${limit_x}) { return T(); }
  return ${at(wgsl`iy`, wgsl`ix`)};`
      : border === 'edge'
        ? wgsl`
  return ${at(wgsl`clamp(iy, 0, ${limit_y})`, wgsl`clamp(ix, 0, ${limit_x})`)};`
        : wgsl`
  return ${at(wgsl`mirrored(iy, ${limit_y})`, wgsl`mirrored(ix, ${limit_x})`)};`;
  const mirror =
    border === 'reflect'
      ? wgsl`
fn mirrored(at: i32, last: i32) -> i32 {
  let t = abs(at) % max(2 * last, 1);
  return min(t, 2 * last - t);
}
`
      : nothing;
  const words = { zero: 'zeros', edge: 'the edge', reflect: 'the mirrored picture' }[border];
  const helper = wgsl`${mirror}
${comment(`A pixel of the picture; beyond its border ${border === 'zero' ? 'are' : 'is'} ${words}.`)}
fn pixel_at(image: i32, iy: i32, ix: i32, channel: u32) -> T {${inside}
}`;
  return { lines, helper: { wgsl: `\n${helper.wgsl.trim()}` } };
}

/** From a place in what a step makes to the place in what it was given. */
function stepBack(
  step: WarpStep,
  s: number,
  { h, w, whole }: { readonly h: number; readonly w: number; readonly whole: boolean },
): (seed: Wgsl) => Wgsl {
  return (seed) => {
    const hash = (k: number): Wgsl => wgsl`hash32(${seed}, key, draw + ${u32(WARP_DRAWS * s + k)})`;
    const signed = (by: number): Wgsl => wgsl`${f32(by)} * (f32(${hash(1)} >> 8u) / 8388608.0 - 1.0)`;
    const far = (k: number, by: number): Wgsl =>
      wgsl`i32(((${hash(k)} >> 16u) * ${u32(2 * by + 1)}) >> 16u) - ${i32(by)}`;
    const number = (n: Wgsl): Wgsl => (whole ? wgsl`(${n})` : wgsl`f32(${n})`);
    const [last_y, last_x] = whole ? [i32(h - 1), i32(w - 1)] : [f32(h - 1), f32(w - 1)];
    const [middle_y, middle_x] = [f32((h - 1) / 2), f32((w - 1) / 2)];
    const body = (): Wgsl => {
      switch (step.kind) {
        case 'flip':
          return step.axis === 'horizontal'
            ? wgsl`place_x = ${last_x} - place_x;`
            : wgsl`place_y = ${last_y} - place_y;`;
        case 'shift':
          return wgsl`place_y -= ${number(far(1, step.rows))};
place_x -= ${number(far(2, step.columns))};`;
        case 'rotate':
          return wgsl`let angle = ${signed((step.degrees * Math.PI) / 180)};
let own = vec2f(place_y - ${middle_y}, place_x - ${middle_x});
place_y = ${middle_y} + cos(angle) * own.x + sin(angle) * own.y;
place_x = ${middle_x} + cos(angle) * own.y - sin(angle) * own.x;`;
        case 'zoom':
          return wgsl`let factor = 1.0 + ${signed(step.by)};
place_y = ${middle_y} + (place_y - ${middle_y}) / factor;
place_x = ${middle_x} + (place_x - ${middle_x}) / factor;`;
      }
    };
    const drawn = step.chance < 1 ? wgsl`if (${hash(0)} <= ${u32(chanceLimit(step.chance))}) ` : nothing;
    return wgsl`${drawn}{
  ${body()}
}`;
  };
}
