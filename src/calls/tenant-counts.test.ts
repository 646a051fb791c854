import { expect, test } from 'vitest';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { tenantCounts } from './tenant-counts.ts';

test('an hour is the sum of its minutes, whoever has stored and dropped those, and is told as a whole', async () => {
  const runtime = virtualRuntime();
  const counts = tenantCounts(runtime.clock);
  const hourMs = runtime.clock.now();
  const hour = (count: number, at = hourMs) => ({
    tenantId: 't',
    measure: 'decisions',
    kind: 'ALLOW',
    hourMs: at,
    count,
  });
  for (let minute = 0; minute < 60; minute += 1) {
    counts.add('t', 'decisions', 'ALLOW');
    // The minutes are dropped as soon as they are over.
    counts.settle(counts.unstored());
    if (minute === 30) counts.settleHours(counts.unstoredHours());
    await runtime.advance(60_000);
  }
  expect(counts.unstoredHours()).toEqual([hour(60)]);
  counts.add('t', 'decisions', 'ALLOW');
  expect(counts.unstoredHours()).toEqual([hour(60), hour(1, hourMs + 3_600_000)]);
  counts.settleHours(counts.unstoredHours());
  expect(counts.unstoredHours()).toEqual([]);
});

test('what is added while an hour is being stored is told the next time', () => {
  const counts = tenantCounts(virtualRuntime().clock);
  counts.add('t', 'sends', 'taken');
  const stored = counts.unstoredHours();
  counts.add('t', 'sends', 'taken');
  counts.settleHours(stored);
  expect(counts.unstoredHours()).toMatchObject([{ count: 2 }]);
});
