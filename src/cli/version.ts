// The version of cnnc; the build puts package.json's in.
declare const CNNC_VERSION: string | undefined;

export const version: string = typeof CNNC_VERSION === 'string' ? CNNC_VERSION : '0.0.0-source';
