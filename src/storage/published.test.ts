import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../testkit/test-database.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { createApiKey } from './create-api-key.ts';
import { createTenant } from './create-tenant.ts';
import { openPublished } from './published.ts';
import { listApiKeys, revokeApiKeyRow } from './queries/api-keys.ts';
import { publishConfig } from './queries/tenants.ts';
import { SealBroken, createSeal } from './seal.ts';
import { statement } from './sql.ts';
import type { Database } from './sql.ts';

const runtime = virtualRuntime();
const seal = createSeal([Buffer.alloc(32, 7)], runtime.random);

let db: Database;
beforeEach(async () => {
  db = await testDatabase('postgres');
});
afterEach(() => db.close());

async function makeTenant(name: string, sealedWith = seal): Promise<{ tenantId: string; key: string }> {
  const tenantId = runtime.ids.uuid();
  return db.transaction(async (sql) => {
    await createTenant(sql, { runtime, seal: sealedWith }, { tenantId, name });
    const { key } = await createApiKey(sql, { runtime, seal: sealedWith }, { tenantId, kind: 'server', name: 'test' });
    await publishConfig(sql, tenantId);
    return { tenantId, key };
  });
}

async function revokeAll(tenantId: string): Promise<void> {
  for (const { keyId } of await listApiKeys(db, tenantId))
    await revokeApiKeyRow(db, tenantId, keyId, runtime.clock.now());
  await publishConfig(db, tenantId);
}

async function within(ms: number, isDone: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < ms && !isDone(); waited += 10) await new Promise((resolve) => setTimeout(resolve, 10));
  return isDone();
}

describe('what a node keeps in memory', () => {
  test('follows a change at once when it is notified', async () => {
    const { tenantId, key } = await makeTenant('One');
    const published = await openPublished(db, seal, runtime, () => undefined);
    expect(published.callerByKey(key)).toMatchObject({ kind: 'server', tenant: { tenantId, name: 'One' } });
    const second = await makeTenant('Two');
    expect(await within(3_000, () => published.callerByKey(second.key) !== undefined)).toBe(true);
    await revokeAll(tenantId);
    expect(await within(3_000, () => published.callerByKey(key) === undefined)).toBe(true);
    expect(published.callerByKey(second.key)).toBeDefined();
    published.stop();
  });

  test('F22: follows a change within five seconds without a notification', async () => {
    const { tenantId, key } = await makeTenant('One');
    const deaf: Database = Object.assign(Object.create(db) as Database, { listen: () => Promise.resolve() });
    const published = await openPublished(deaf, seal, runtime, () => undefined);
    await revokeAll(tenantId);
    expect(published.callerByKey(key)).toBeDefined();
    await runtime.advance(5_000);
    expect(published.callerByKey(key)).toBeUndefined();
    published.stop();
  });

  test('reads once more for all callers that ask while it reads', async () => {
    await makeTenant('One');
    let [looks, asksWhileItLooks] = [0, 0];
    const asked: Promise<void>[] = [];
    const counted: Database = Object.assign(Object.create(db) as Database, {
      query: (...call: Parameters<Database['query']>) => {
        if (call[0].name === 'load_config_versions') looks += 1;
        for (; asksWhileItLooks > 0; asksWhileItLooks -= 1) asked.push(published.refresh());
        return db.query(...call);
      },
    });
    const published = await openPublished(counted, seal, runtime, () => undefined);
    [looks, asksWhileItLooks] = [0, 20];
    await published.refresh();
    await Promise.all(asked);
    expect([asked.length, looks]).toEqual([20, 2]);
    published.stop();
  });

  test('finds no caller for an invalid key', async () => {
    const { key } = await makeTenant('One');
    const published = await openPublished(db, seal, runtime, () => undefined);
    for (const other of [
      '',
      key.slice(1),
      `${key} `,
      key.toUpperCase(),
      '__proto__',
      randomBytes(32).toString('base64'),
    ]) {
      expect(published.callerByKey(other)).toBeUndefined();
    }
    published.stop();
  });

  test('F23: keeps the last good state of a tenant whose secrets no longer open, and still follows all others', async () => {
    const good = await makeTenant('Good');
    const problems: unknown[] = [];
    const published = await openPublished(db, seal, runtime, (problem) => problems.push(problem));
    const foreign = await makeTenant('Foreign', createSeal([Buffer.alloc(32, 8)], runtime.random));
    await db.query(
      statement('published_test_break', `update tenants set root_key_sealed = '\\x00' where tenant_id = $1`),
      [good.tenantId],
    );
    await publishConfig(db, good.tenantId);
    const later = await makeTenant('Later');
    await expect(published.refresh()).rejects.toThrow(SealBroken);
    expect(published.status().isCurrent).toBe(false);
    expect(published.callerByKey(good.key)).toBeDefined();
    expect(published.callerByKey(later.key)).toBeDefined();
    expect(published.callerByKey(foreign.key)).toBeUndefined();
    await revokeAll(later.tenantId);
    await published.refresh().catch(() => undefined);
    expect(published.callerByKey(later.key)).toBeUndefined();
    expect(problems.length).toBeGreaterThan(0);
    published.stop();
  });

  test('at startup a secret that does not open prevents the start', async () => {
    await makeTenant('Foreign', createSeal([Buffer.alloc(32, 8)], runtime.random));
    await expect(openPublished(db, seal, runtime, () => undefined)).rejects.toThrow(SealBroken);
  });
});
