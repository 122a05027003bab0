// Types of browser.mjs, which is JavaScript because the set-up runs before anything is installed.
export type Browser =
  | { readonly path: string; readonly name: string; readonly error?: undefined }
  | { readonly error: string };
export function findBrowser(): Promise<Browser>;
export function needBrowser(options?: { readonly install?: boolean }): Promise<Browser>;
