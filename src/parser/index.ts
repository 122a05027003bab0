// The language's text: reading and printing it.
export type * from './ast.ts';
export { type Parsed, parse } from './parse.ts';
export { print, printLayer, printValue } from './print.ts';
