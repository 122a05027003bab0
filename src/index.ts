// The compiler's public face. No Node imports: it runs in a browser too.

export type { Plan } from '../runtime/plan.ts';
export { targetFor } from './codegen/target-for.ts';
export { type Compiled, type CompileOptions, compile } from './compile.ts';
export * from './diagnostics/render.ts';
export { type Diagnostic, Failure, type Source } from './diagnostics/types.ts';
export type { ReadSource } from './link.ts';
export { parse, print } from './parser/index.ts';
