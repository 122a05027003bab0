// Types of system.mjs, which is JavaScript because the set-up runs before anything is installed.
export interface OsRelease {
  readonly id: string;
  readonly like: readonly string[];
  readonly version: string;
  readonly codename: string;
  readonly name: string;
}
export interface AptEntry {
  readonly types: readonly string[];
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly signedBy: string | undefined;
}
export type Step =
  | { readonly write: string; readonly text: string }
  | { readonly write?: undefined; readonly command: readonly string[]; readonly mayFail?: boolean };
export interface Remedy {
  readonly steps: readonly Step[];
  readonly explain: readonly string[];
}
export function parseOsRelease(text: string): OsRelease;
export function parseAptSources(path: string, text: string): AptEntry[];
export const backportsFile: string;
export function backportsEntry(codename: string, entries: readonly AptEntry[]): string | undefined;
export function adapterRemedy(system: {
  readonly platform: string;
  readonly os: OsRelease;
  readonly aptEntries: readonly AptEntry[];
}): Remedy;
export function browserRemedy(system: { readonly platform: string; readonly os: OsRelease }): Remedy;
export function mesaTooOld(version: string): boolean;
