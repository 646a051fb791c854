/** Risk: of two changes at once the later one gets the lower version, and nodes that know the higher one miss it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { virtualRuntime } from '../../runtime/virtual-runtime.ts';
import { testDatabase } from '../../testkit/test-database.ts';
import { createTenant } from '../create-tenant.ts';
import { createSeal } from '../seal.ts';
import type { Database, Sql } from '../sql.ts';
import { loadConfigVersions, publishConfig } from './tenants.ts';

let db: Database;
beforeAll(async () => {
  db = await testDatabase('postgres');
});
afterAll(() => db.close());

test('F22: of changes published at once the one that commits last has the higher version', async () => {
  const runtime = virtualRuntime();
  const tenantId = runtime.ids.uuid();
  const seal = createSeal([Buffer.alloc(32, 7)], runtime.random);
  await db.transaction((sql) => createTenant(sql, { runtime, seal }, { tenantId, name: 'One' }));
  const version = async () => (await loadConfigVersions(db))[0]?.configVersion ?? 0;

  let second: Promise<number> | undefined;
  await db.transaction(async (sql) => {
    // Between taking its version and storing it, the first change lets a second one begin.
    const slow: Sql = {
      script: (text) => sql.script(text),
      query: async (statement, values) => {
        if (statement.name === 'publish_config') {
          second = db.transaction((other) => publishConfig(other, tenantId)).then(version);
          await Promise.race([second, sleep(300)]);
        }
        return sql.query(statement, values);
      },
    };
    await publishConfig(slow, tenantId);
  });
  const ofSecond = (await second) ?? Infinity;
  expect(await version()).toBeGreaterThanOrEqual(ofSecond);
});
