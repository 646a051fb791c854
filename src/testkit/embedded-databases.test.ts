/** What one test leaves behind must not change the next one. */
import { expect, test } from 'vitest';
import { createTenant } from '../storage/create-tenant.ts';
import { configChannel, loadConfigVersions, publishConfig } from '../storage/queries/tenants.ts';
import { createSeal } from '../storage/seal.ts';
import { statement } from '../storage/sql.ts';
import { testDatabase } from './test-database.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';

const setting = statement<{ value: string }>('lent_setting', `select current_setting('work_mem') as value`);
const tables = statement<{ name: string }>(
  'lent_tables',
  `select relname as name from pg_class where relname = 'mine'`,
);

async function makeTenant(db: Awaited<ReturnType<typeof testDatabase>>): Promise<number | undefined> {
  const runtime = virtualRuntime();
  const tenantId = runtime.ids.uuid();
  const seal = createSeal([Buffer.alloc(32, 7)], runtime.random);
  await db.transaction(async (sql) => {
    await createTenant(sql, { runtime, seal }, { tenantId, name: 'One' });
    await publishConfig(sql, tenantId);
  });
  return (await loadConfigVersions(db))[0]?.configVersion;
}

test('an embedded database that was closed is lent again as new, and neither hears nor answers its previous user', async () => {
  const first = await testDatabase('embedded');
  const heard: string[] = [];
  await first.listen(configChannel, (payload) => heard.push(payload));
  const version = await makeTenant(first);
  await first.script('set work_mem = 65');
  await first.close();
  const toldBefore = heard.length;

  const second = await testDatabase('embedded');
  expect(await loadConfigVersions(second)).toEqual([]);
  expect(await second.query(setting, [])).toEqual([{ value: '4MB' }]);
  expect(await makeTenant(second)).toBe(version);
  expect(heard.length).toBe(toldBefore);
  await expect(first.query(setting, [])).rejects.toThrow('closed');
  await first.close();
  expect(await loadConfigVersions(second)).toHaveLength(1);
  await second.close();
});

test('one whose schema was changed is not lent again', async () => {
  const first = await testDatabase('embedded');
  await first.script('create table mine (a int)');
  await first.close();
  const second = await testDatabase('embedded');
  expect(await second.query(tables, [])).toEqual([]);
  await second.close();
});
