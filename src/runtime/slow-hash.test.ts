import { describe, expect, test } from 'vitest';
import { slowHash } from './crypto.ts';
import { TurnsBusy } from './turns.ts';

describe('slow hashes', () => {
  test('N44: of a thousand at once about a hundred are made and the rest are refused at once', async () => {
    const salt = Buffer.alloc(16, 1);
    const startedMs = performance.now();
    const refusedMs: number[] = [];
    const made = await Promise.allSettled(
      Array.from({ length: 1_000 }, (_, n) =>
        slowHash(`secret ${n}`, salt, 'one').catch((error: unknown) => {
          refusedMs.push(performance.now() - startedMs);
          throw error;
        }),
      ),
    );
    const refused = made.filter((one) => one.status === 'rejected');
    expect(refused.length).toBe(1_000 - 102);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(TurnsBusy);
    expect(Math.max(...refusedMs)).toBeLessThan(500);
    // And there is room again.
    expect(await slowHash('secret 0', salt, 'one')).toEqual(await slowHash('secret 0', salt, 'one'));
  });

  test('ruling 52: a flood of one tenant leaves another its turn, and a place to wait in', async () => {
    const salt = Buffer.alloc(16, 1);
    const done: string[] = [];
    const hash = (owner: string) => slowHash('secret', salt, owner).then(() => done.push(owner));
    const flood = Array.from({ length: 200 }, () => hash('flood').catch(() => undefined));
    const others = ['two', 'three', 'two'].map(hash);
    await Promise.all(others);
    // Two had begun, and for each turn of another the flood has had one.
    expect(done.filter((owner) => owner === 'flood').length).toBeLessThanOrEqual(6);
    await Promise.all(flood);
    expect(done).toHaveLength(102 + 3);
  });
});
