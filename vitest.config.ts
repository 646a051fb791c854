import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

// These start processes and browsers, and take longest.
const longFolders = [
  'test/faults/',
  'test/ui/',
  'test/coverage/',
  'test/attacks/',
  'test/official-sdks/',
  'test/deploy/',
  'src/cli/',
];

/** What takes long begins first: begun last it would be waited for by processors with nothing else to do. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longFolders.some((folder) => moduleId.includes(`/${folder}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/rig/global-setup.ts'],
    // Only bounds on waiting: what hangs ends, and a slow machine does not fail for being slow.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    // Most of what a test makes is garbage at its end: with room for it, it is collected seldom.
    execArgv: ['--max-semi-space-size=64'],
    // Test files of one process share its modules and embedded databases: see CONTRIBUTING.md.
    isolate: false,
    // More than the two cores of a small machine: much of the suite waits, for processes that start and for clocks.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
  },
});
