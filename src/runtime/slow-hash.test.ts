import { describe, expect, test } from 'vitest';
import { slowHash } from './crypto.ts';
import { isPassword } from '../operators/operator-password.ts';
import { openTurns, TurnsBusy } from './turns.ts';
import { virtualRuntime } from './virtual-runtime.ts';

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

  test('ruling 52: owners without number make no endless line, and a flood of some leaves another a place', async () => {
    const turns = openTurns({ placesMax: 1, waitingMax: 20 });
    let letGo = (): void => undefined;
    const held = new Promise<void>((done) => {
      letGo = done;
    });
    const run = (owner: string) =>
      turns
        .run(owner, () => held)
        .then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(TurnsBusy);
            return false;
          },
        );
    const first = run('first');
    const floods = ['a', 'b', 'c', 'd'].flatMap((owner) => Array.from({ length: 50 }, () => run(owner)));
    const another = run('another');
    const crowd = Array.from({ length: 1_000 }, (_, n) => run(`one of many: ${n}`));
    letGo();
    expect(await Promise.all([first, another])).toEqual([true, true]);
    const countMade = async (runs: readonly Promise<boolean>[]) => (await Promise.all(runs)).filter(Boolean).length;
    // Each has its next, and twenty more wait behind those; of the crowd as many as are left of twenty owners.
    expect(await countMade(floods)).toBe(4 + 20);
    expect(await countMade(crowd)).toBe(20 - 5);
  });

  test('of passwords: all addresses of a network take turns as one', async () => {
    const owners = new Set<unknown>();
    const runtime = {
      ...virtualRuntime(),
      passwordHash: (_secret: string, _salt: Buffer, owner: unknown) => {
        owners.add(owner);
        return Promise.resolve(Buffer.alloc(32));
      },
    };
    const seal = undefined as never;
    for (const address of ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', '203.0.113.7', '::ffff:203.0.113.7'])
      expect(await isPassword({ runtime, seal }, 'x', undefined, address)).toBe(false);
    expect(owners.size).toBe(2);
  });
});
