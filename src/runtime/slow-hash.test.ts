import { describe, expect, test } from 'vitest';
import { SlowHashBusy, slowHash } from './crypto.ts';

describe('slow hashes', () => {
  test('N44: of a thousand at once about a hundred are made and the rest are refused at once', async () => {
    const salt = Buffer.alloc(16, 1);
    const startedMs = performance.now();
    const refusedMs: number[] = [];
    const made = await Promise.allSettled(
      Array.from({ length: 1_000 }, (_, n) =>
        slowHash(`secret ${n}`, salt).catch((error: unknown) => {
          refusedMs.push(performance.now() - startedMs);
          throw error;
        }),
      ),
    );
    const refused = made.filter((one) => one.status === 'rejected');
    expect(refused.length).toBe(1_000 - 102);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(SlowHashBusy);
    expect(Math.max(...refusedMs)).toBeLessThan(500);
    // And there is room again.
    expect(await slowHash('secret 0', salt)).toEqual(await slowHash('secret 0', salt));
  });
});
