// Types of dependencies.mjs.
interface Lock {
  readonly packages?: Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;
}
export function upToDate(lock: Lock | undefined, installed: Lock | undefined): boolean;
export function installDependencies(): Promise<void>;
