// How tests run: in Node processes of their own, two at a time, since a software adapter wants the cores for itself.

import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** The files that take longest: they start first, so that none of them is left running alone at the end. */
const longest = [
  'test/training/real-data.test.ts',
  'test/networks/learning.test.ts',
  'test/commands/web-page.test.ts',
  'test/commands/kill.test.ts',
  'test/playground.test.ts',
  'test/commands/checkpoint.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    const rank = ({ moduleId }: (typeof files)[number]): number => {
      const at = longest.findIndex((path) => moduleId.replaceAll('\\', '/').endsWith(path));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
  },
});
