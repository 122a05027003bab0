// Small shaders: what is renamed, what keeps its name, and where a space must stay.
import { expect, test } from 'vitest';
import { minifyWgsl } from '../src/codegen/minify-wgsl.ts';

const small = (text: string): string => minifyWgsl(text).wgsl;

test('names are given by scope, and a variable is known after its statement', () => {
  expect(
    small(`// a comment
fn main() {
  let first = 1;
  { let one = first; } { let other = first; }
  let second = first - -1; // reads
  { let first = first + second; }
  for (var i = 0; i < 3; i++) { let inner = i; }
}`),
  ).toBe('fn main(){let a=1;{let b=a;}{let b=a;}let b=a- -1;{let c=a+b;}for(var c=0;c<3;c++){let d=c;}}');
});

test('members, attributes and what is built in keep their names', () => {
  expect(
    small(`struct Step { count: u32, }
@group(0) @binding(0) var<uniform> step: Step;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup_id: vec3u) { let count = step.count + workgroup_id.x; let max = max(count, 1u); }`),
  ).toBe(
    'struct a{count:u32,}@group(0)@binding(0)var<uniform>b:a;@compute@workgroup_size(64)fn main(@builtin(workgroup_id)c:vec3u){let d=b.count+c.x;let max=max(d,1u);}',
  );
});

test('a binding that nothing reads is left out', () => {
  const { wgsl, used } = minifyWgsl(`@group(0) @binding(0) var<storage, read> x: array<f32, 4>;
@group(0) @binding(1) var<storage, read_write> y: array<f32, 4>;
fn main() { y[0] = 1.0; }`);
  expect(used).toEqual([false, true]);
  expect(wgsl).toBe('@group(0)@binding(1)var<storage,read_write>a:array<f32,4>;fn main(){a[0]=1.0;}');
});
