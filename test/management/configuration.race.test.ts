import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';

// The embedded database has one connection, which hides races.
describe('on the postgres database', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp('postgres');
  });
  afterAll(() => app.close());

  const create = (path: string, body: object) =>
    app.call('POST', `/v1/management${path}`, { key: app.tenant.managementKey, body });

  /** The statuses of ten equal requests at once, sorted. */
  async function tenAtOnce(path: string, body: object): Promise<readonly number[]> {
    const replies = await Promise.all(Array.from({ length: 10 }, () => create(path, body)));
    return replies.map(({ status }) => status).sort((left, right) => left - right);
  }
  const oneOf = (refused: number) => [200, ...Array.from({ length: 9 }, () => refused)];

  test('of equal simultaneous requests one creates, and the others get a conflict', async () => {
    const action = { actionCode: 'pay', defaultUserActionResult: 'ALLOW' };
    expect(await tenAtOnce('/action-configurations', action)).toEqual(oneOf(409));
    const rule = { name: 'R', isActive: true, priority: 0, type: 'BLOCK' };
    expect(await tenAtOnce('/action-configurations/pay/rules', rule)).toEqual(oneOf(400));
    const list = { name: 'L', itemType: 'string', isActive: true };
    expect(await tenAtOnce('/value-lists', list)).toEqual(oneOf(409));
    const point = { name: 'p', dataType: 'text', modelType: 'action' };
    expect(await tenAtOnce('/custom-data-points', point)).toEqual(oneOf(409));
    const sms = { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'k' } };
    expect(await tenAtOnce('/authenticator-configurations/sms', sms)).toEqual(oneOf(409));
  });

  test('an action configuration that is created while the action is first tracked exists once, and no deadlock follows', async () => {
    await app.runtime.advance(10_000);
    const codes = Array.from({ length: 40 }, (_, index) => `new-${index}`);
    const replies = await Promise.all(
      codes.flatMap((actionCode) => [
        app.call('POST', `/v1/users/alice/actions/${actionCode}`, { body: {} }),
        create('/action-configurations', { actionCode, defaultUserActionResult: 'ALLOW' }),
      ]),
    );
    for (const [index, { status, text }] of replies.entries()) {
      expect(index % 2 === 0 ? [200] : [200, 409], text).toContain(status);
    }
    await app.runtime.advance(10_000);
    const listed = await app.call('GET', '/v1/management/action-configurations', { key: app.tenant.managementKey });
    expect(listed.body).toHaveLength(1 + codes.length);
  });

  test('ruling 52: of new codes that are tracked at once, at most 900 get an action configuration', async () => {
    const tenant = await app.createTenant('Many codes');
    await app.db.script(
      `insert into action_configurations (tenant_id, action_code, default_result, created_at)
       select '${tenant.tenantId}', 'code-' || n, 'ALLOW', '2025-01-01Z' from generate_series(1, 895) n`,
    );
    const replies = await Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        app.call('POST', `/v1/users/u${index}/actions/new-${index}`, { key: tenant.secretKey, body: {} }),
      ),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    await app.runtime.advance(10_000);
    const listed = await app.call('GET', '/v1/management/action-configurations', { key: tenant.managementKey });
    expect(listed.body).toHaveLength(900);
  });
});
