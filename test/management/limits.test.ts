import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listApiKeys } from '../../src/storage/queries/api-keys.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from './manage.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  test('one management key may call 100 times in 10 seconds, then waits as long as Retry-After says', async () => {
    const busy = await app.createTenant('Busy');
    const get = (key: string) => app.call('GET', '/v1/management/tenant', { key });
    for (let calls = 0; calls < 100; calls += 1) expect((await get(busy.managementKey)).status).toBe(200);
    const refused = await get(busy.managementKey);
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('10');
    expect(refused.body.error).toBe('too_many_requests');
    expect((await get(app.tenant.managementKey)).status).toBe(200);
    expect((await app.call('GET', '/v1/users/alice', { key: busy.secretKey })).status).toBe(200);
    await app.runtime.advance(10_000);
    expect((await get(busy.managementKey)).status).toBe(200);
  });

  test('a body may have 1 MiB here, and 64 KiB elsewhere', async () => {
    const post = (path: string, key: string, bytes: number) =>
      app.call('POST', path, { key, rawBody: `{"x":"${'x'.repeat(bytes - 8)}"}` });
    const { managementKey, secretKey } = app.tenant;
    expect((await post('/v1/management/value-lists', managementKey, 1024 * 1024)).status).toBe(400);
    const large = await post('/v1/management/value-lists', managementKey, 1024 * 1024 + 1);
    expect(large.status).toBe(413);
    expect(large.body.errorDescription).toBe('The body is larger than 1024 KiB.');
    const elsewhere = await post('/v1/users/alice/actions/pay', secretKey, 64 * 1024 + 1);
    expect(elsewhere.status).toBe(413);
    expect(elsewhere.body.errorDescription).toBe('The body is larger than 64 KiB.');
  });

  test('ipWhitelist restricts the server API, and never the management API', async () => {
    const walled = await app.createTenant('Walled');
    const ask = manage(app, walled);
    await ask('PATCH', '/tenant', { ipWhitelist: ['203.0.113.0/24', '2001:db8::/32'] });
    const from = (remoteAddress: string, key = walled.secretKey, path = '/v1/users/alice') =>
      app.call('GET', path, { key, remoteAddress });
    expect((await from('203.0.113.9')).status).toBe(200);
    expect((await from('::ffff:203.0.113.9')).status).toBe(200);
    expect((await from('2001:db8::1')).status).toBe(200);
    const barred = await from('198.51.100.1');
    expect(barred.status).toBe(403);
    expect(barred.body.error).toBe('forbidden');
    expect((await from('198.51.100.1', walled.managementKey, '/v1/management/tenant')).status).toBe(200);
    expect((await from('198.51.100.1', app.tenant.secretKey)).status).toBe(200);
    await ask('PATCH', '/tenant', { ipWhitelist: [] });
    expect((await from('198.51.100.1')).status).toBe(200);
  });

  test('a management key shows when it was last used, recorded at most once a minute', async () => {
    const tenant = await app.createTenant('Used');
    const ask = manage(app, tenant);
    const lastUsedMs = async () =>
      (await listApiKeys(app.db, tenant.tenantId)).map(({ kind: keyKind, lastUsedAt }) => [keyKind, lastUsedAt]);
    await ask('GET', '/tenant');
    const firstMs = app.runtime.clock.now();
    const first = [
      ['server', null],
      ['management', firstMs],
    ];
    // The request does not wait for this write.
    await expect.poll(lastUsedMs).toEqual(first);
    await app.runtime.advance(58_000);
    await ask('GET', '/tenant');
    expect(await lastUsedMs()).toEqual(first);
    await ask('GET', '/tenant');
    await expect.poll(lastUsedMs).toEqual([
      ['server', null],
      ['management', firstMs + 60_000],
    ]);
  });
});
