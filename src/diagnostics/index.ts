// Everything about messages to the user.

export * as catalog from './catalog/index.ts';
export * from './entry.ts';
export * from './render.ts';
export * from './suggest.ts';
export * from './types.ts';
