// Types of this-system.mjs.
import type { AptEntry, OsRelease } from './system.mjs';

export function thisSystem(
  root?: string,
  platform?: string,
): { readonly platform: string; readonly os: OsRelease; readonly aptEntries: readonly AptEntry[] };
