// Why there is no adapter, and how this machine gets one.
import type { NotOpened } from '../../runtime/node.ts';
import { adapterRemedy } from '../../scripts/lib/system.mjs';
import { thisSystem } from '../../scripts/lib/this-system.mjs';
import * as say from '../diagnostics/catalog/device.ts';
import type { Diagnostic } from '../diagnostics/index.ts';

/** How this machine gets an adapter, one help text. */
export function remedyHere(system = thisSystem()): string[] {
  const { steps, explain } = adapterRemedy(system);
  if (steps.length === 0) return [...explain];
  return [`install the software adapter: npm run setup in a checkout of cnnc, or by hand\n${explain.join('\n')}`];
}

/** The message for what `openDevice` could not do. */
export function explainNotOpened(failure: NotOpened, wanted: string, remedy: readonly string[]): Diagnostic {
  switch (failure.reason) {
    case 'no-match':
      return say.adapterNotFound(wanted, failure.available);
    case 'no-adapter':
      return say.noAdapter(remedy);
    case 'no-binding':
      return say.noBinding(failure.detail.split('\n')[0] as string, `${process.platform} ${process.arch}`);
    case 'no-device':
      return say.noDevice(failure.detail.split('\n')[0] as string);
  }
}
