// Devices for tests: one real one a test file, and one that only validates.
import { afterAll } from 'vitest';
import { type OpenedDevice, openDevice } from '../../runtime/node.ts';
import { lacksAdapter } from './need.ts';

/**
 * The adapter's device, shared by the tests of a file and closed after them. Undefined where there is none, for
 * `describe.skipIf(!opened)`; an error when CNNC_REQUIRE_ADAPTER=1. Call it once, at the top: `const opened = await withDevice();`
 * CNNC_TEST_DEVICE chooses another adapter than the best.
 */
export async function withDevice(): Promise<OpenedDevice | undefined> {
  const opened = await openDevice({ adapter: process.env.CNNC_TEST_DEVICE ?? 'auto' });
  if (!opened.ok) {
    lacksAdapter(opened.detail);
    return undefined;
  }
  afterAll(() => opened.close());
  return opened;
}

/** A device without a GPU: it validates shaders, pipelines and commands and computes nothing. Closed after the file. */
export async function nullDevice(): Promise<OpenedDevice> {
  const opened = await openDevice({ backend: 'null' });
  if (!opened.ok) throw new Error(`the null backend does not open: ${opened.detail}`);
  afterAll(() => opened.close());
  return opened;
}
