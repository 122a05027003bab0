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
    'struct Z{count:u32,}@group(0)@binding(0)var<uniform>A:Z;@compute@workgroup_size(64)fn main(@builtin(workgroup_id)a:vec3u){let b=A.count+a.x;let max=max(b,1u);}',
  );
});

test('a binding that nothing reads is left out', () => {
  const { wgsl, used } = minifyWgsl(`@group(0) @binding(0) var<storage, read> x: array<f32, 4>;
@group(0) @binding(1) var<storage, read_write> y: array<f32, 4>;
fn main() { y[0] = 1.0; }`);
  expect(used).toEqual([false, true]);
  expect(wgsl).toBe('@group(0)@binding(1)var<storage,read_write>A:array<f32>;fn main(){A[0]=1.0;}');
});

test('sizes are written where they are used, and what they leave as it is goes', () => {
  expect(
    small(`const SY = 1; const TOP = 0; const LEFT = -2; const W = 28; const LONG = 123456;
fn f(m: i32) -> i32 { return m * SY - TOP + W / SY * 3 + LEFT; }
fn g(W: f32) -> f32 { return W * 1.0 + 0.0; }
fn h(m: i32) -> i32 { let a = array(1, 0); return -TOP + 0 * m - LONG + a[1] - 0; }`),
  ).toBe(
    'const Z=28;const Y=123456;fn X(a:i32)->i32{return a+Z*3+(-2);}fn W(a:f32)->f32{return a*1.0+0.0;}fn V(a:i32)->i32{let b=array(1,0);return-0+0*a-Y+b[1];}',
  );
});

test('names of bindings, of the module and of functions never meet', () => {
  const many = Array.from({ length: 60 }, (_, i) => `fn helper${i}(x: i32) -> i32 { let y = x; return y + ${i}; }`);
  const text = small(`@group(0) @binding(0) var<storage, read_write> data: array<i32>;
${many.join('\n')}
fn main() { data[0] = ${many.map((_, i) => `helper${i}(${i})`).join(' + ')}; }`);
  const functions = [...text.matchAll(/fn (\w+)\((\w+):i32\)->i32\{let (\w+)=/g)].map(([, ...names]) => names);
  expect(new Set(functions.map(([name]) => name)).size).toBe(60);
  const outside = new Set(['A', ...functions.map(([name]) => name)]);
  for (const [, x = '', y = ''] of functions)
    expect([x === y, outside.has(x), outside.has(y)]).toEqual([false, false, false]);
});
