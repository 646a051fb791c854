/** Worry: a page is never told, or those who wait bring the database down when it comes back. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { faultyDatabase } from '../testkit/faulty-database.ts';
import { testApp } from '../testkit/test-app.ts';
import type { TestApp } from '../testkit/test-app.ts';
import { databaseKinds } from '../testkit/test-database.ts';
import { openChallengeNews } from './challenge-news.ts';
import type { ChallengeNews } from './challenge-news.ts';
import { createAppChallenge, retireAppChallenge, tellChallenge } from './queries/challenges/of-apps.ts';

describe.each(databaseKinds)('on the %s database', (kind) => {
  const runtime = virtualRuntime();
  let app: TestApp;
  let news: ChallengeNews;
  let db: ReturnType<typeof faultyDatabase>;
  const problems: unknown[] = [];
  /** How many ids each statement named. */
  const asked: number[] = [];
  beforeAll(async () => {
    app = await testApp(kind);
    db = faultyDatabase(app.db);
    const counting = {
      ...db,
      query: ((statement, values, party) => {
        asked.push((values[1] as unknown as readonly string[]).length);
        return db.query(statement, values, party);
      }) as typeof db.query,
    };
    news = await openChallengeNews(counting, runtime, (error) => problems.push(error));
  });
  beforeEach(() => {
    problems.length = 0;
    asked.length = 0;
  });
  afterAll(async () => {
    news.stop();
    await app.close();
  });

  /** Open challenges, by their ids. */
  async function open(count: number): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    const nowMs = runtime.clock.now();
    await app.db.transaction(async (sql) => {
      for (const challengeId of ids) {
        await createAppChallenge(sql, {
          tenantId: app.tenant.tenantId,
          challengeId,
          verificationMethod: 'PASSKEY',
          userId: null,
          actionCode: 'pay',
          idempotencyKey: challengeId,
          request: {},
          details: {},
          secretDigest: null,
          nowMs,
          expiresAtMs: nowMs + 600_000,
        });
      }
    });
    return ids;
  }
  const follow = (challengeId: string, tell: (state: string) => void) =>
    news.follow({ tenantId: app.tenant.tenantId, challengeId, state: 'unclaimed', hasUser: true }, tell);
  const end = (challengeId: string) => retireAppChallenge(app.db, app.tenant.tenantId, challengeId, 0);

  test('two who wait for one challenge are both told at once, and once; whoever has stopped is not', async () => {
    const [challengeId = ''] = await open(1);
    const heard: string[] = [];
    follow(challengeId, (state) => heard.push(`one ${state}`));
    const stop = follow(challengeId, (state) => heard.push(`two ${state}`));
    follow(challengeId, (state) => heard.push(`three ${state}`));
    stop();
    await end(challengeId);
    await tellChallenge(app.db, challengeId);
    await expect.poll(() => heard).toEqual(['one expired', 'three expired']);
    asked.length = 0;
    await runtime.advance(5_000);
    // Nobody waits any more.
    expect([heard.length, asked]).toEqual([2, []]);
  });

  test('F39: thousands who wait are asked for a few hundred at a time', async () => {
    const ids = await open(1_100);
    const stops = ids.map((id) => follow(id, () => undefined));
    await runtime.advance(500);
    expect(asked).toEqual([500, 500, 100]);
    for (const stop of stops) stop();
  });

  test('F35: while the database is out they cost one call each half second, and after it everyone is told, once', async () => {
    const ids = await open(600);
    const heard: string[] = [];
    const stops = ids.map((id) => follow(id, () => heard.push(id)));
    db.fault = new Error('out');
    await Promise.all(ids.slice(0, 50).map(end));
    for (let ticks = 0; ticks < 120; ticks += 1) await runtime.advance(500);
    expect(heard).toEqual([]);
    expect(problems).toHaveLength(120);
    expect(asked).toEqual(Array.from({ length: 120 }, () => 500));
    db.fault = undefined;
    asked.length = 0;
    await runtime.advance(500);
    // Nothing has piled up.
    expect(asked).toEqual([500, 100]);
    expect(heard.sort()).toEqual(ids.slice(0, 50).sort());
    for (const stop of stops) stop();
  });
});
