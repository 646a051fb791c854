/** What operators configure by the portal's own API: keys, and what rules read. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quotas } from '../../src/core/quotas.ts';
import { listApiKeys } from '../../src/storage/queries/api-keys.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const dayMs = 24 * 60 * 60 * 1000;

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let admin: Operator;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    admin = await operator(app, 'admin@bank.example', ['ADMIN']);
    await operator(app, 'other@bank.example', ['ADMIN']);
  });
  afterAll(() => app.close());

  const make = async (body: object) => {
    const reply = await admin.call('POST', '/v1/portal/api-keys', body);
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { keyId: string; key: string; expiresAt?: string };
  };
  const statusWith = async (key: string, path = '/v1/management/tenant') =>
    (await app.call('GET', path, { key })).status;

  describe('API keys', () => {
    test('a key works at once, is answered once, and is in no list, log or audit event; other admins are told', async () => {
      const { keyId, key } = await make({ kind: 'management', name: 'Terraform' });
      expect(await statusWith(key)).toBe(200);
      const listed = await admin.call('GET', '/v1/portal/api-keys');
      expect(listed.body.at(-1)).toMatchObject({ keyId, kind: 'management', name: 'Terraform' });
      const events = await admin.call('GET', '/v1/portal/audit-events?type=api_key');
      expect(events.body.events[0]).toMatchObject({
        type: 'api_key.created',
        actor: { kind: 'operator' },
        data: { keyId, kind: 'management', name: 'Terraform' },
      });
      await app.runtime.advance(10_000);
      const mail = app.mail().filter(({ subject }) => /key/i.test(subject));
      expect(mail.map(({ to }) => to)).toEqual(['other@bank.example']);
      for (const text of [listed.text, events.text, app.logText(), JSON.stringify(app.mail())]) {
        expect(text).not.toContain(key);
      }
    });

    test('a key ends at its time without being revoked, and signs nothing from then on', async () => {
      const tenant = () => app.app.context.published.tenant(app.tenant.tenantId);
      const now = () => app.runtime.clock.now();
      const server = await make({ kind: 'server', name: 'Until tomorrow', expiresInDays: 1 });
      expect(Date.parse(server.expiresAt ?? '')).toBe(now() + dayMs);
      const signing = tenant()?.webhookKeys(now()).length ?? 0;
      expect(await statusWith(server.key, '/v1/users/nobody/authenticators')).not.toBe(401);
      const endMs = now() + dayMs;
      expect(tenant()?.webhookKeys(endMs - 1)).toHaveLength(signing);
      expect(tenant()?.webhookKeys(endMs)).toHaveLength(signing - 1);
      await app.runtime.advance(dayMs);
      expect(await statusWith(server.key, '/v1/users/nobody/authenticators')).toBe(401);
    });

    test('revoking counts at once and once; a key of another tenant is none of this one', async () => {
      admin = await operator(app, 'again@bank.example', ['ADMIN']);
      const { keyId, key } = await make({ kind: 'management', name: 'Short' });
      const elsewhere = await app.createTenant('Elsewhere');
      expect(await statusWith(key)).toBe(200);
      const revoke = (id: string) => admin.call('DELETE', `/v1/portal/api-keys/${id}`);
      expect((await revoke(keyId)).status).toBe(204);
      expect(await statusWith(key)).toBe(401);
      expect((await revoke(keyId)).status).toBe(404);
      const [theirs] = await listApiKeys(app.app.context.forTenant(elsewhere.tenantId).db, elsewhere.tenantId);
      for (const id of [theirs?.keyId ?? '', 'not-an-id']) {
        expect((await revoke(encodeURIComponent(id))).status, id).toBe(404);
      }
      expect(await statusWith(elsewhere.managementKey)).toBe(200);
    });

    test('needs a fresh proof; and a tenant has no more active keys than its quota', async () => {
      const { body: before } = await admin.call('GET', '/v1/portal/api-keys');
      const active = (before as { revokedAt?: string; expiresAt?: string }[]).filter(
        ({ revokedAt, expiresAt }) =>
          revokedAt === undefined && (expiresAt === undefined || Date.parse(expiresAt) > app.runtime.clock.now()),
      );
      for (let count = active.length; count < quotas.apiKeys.max; count += 1) {
        await make({ kind: 'management', name: `Number ${count}` });
      }
      const full = await admin.call('POST', '/v1/portal/api-keys', { kind: 'server', name: 'One more' });
      expect(full.status).toBe(400);
      expect(full.body.errorDescription).toMatch(/50 active API keys/);
      await app.runtime.advance(5 * 60_000);
      for (const [method, path] of [
        ['POST', '/v1/portal/api-keys'],
        ['DELETE', '/v1/portal/api-keys/any'],
      ] as const) {
        const reply = await admin.call(method, path, method === 'POST' ? { kind: 'server', name: 'x' } : undefined);
        expect(reply.body.errorCode, path).toBe('step_up_required');
      }
    });

    test.each([
      [{ kind: 'root', name: 'x' }],
      [{ kind: 'server', name: '' }],
      [{ kind: 'server', name: 'x', expiresInDays: 0 }],
      [{ kind: 'server', name: 'x', key: 'chosen' }],
    ])('refuses %j with what to change', async (body) => {
      await admin.stepUp();
      const reply = await admin.call('POST', '/v1/portal/api-keys', body);
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    });
  });

  test('what rules read is found wherever it is in their conditions, in this tenant alone', async () => {
    const tenant = await app.createTenant('With rules');
    const editor = await operator(app, 'editor@bank.example', ['EDITOR'], tenant.tenantId);
    const manage = async (path: string, body: object) => {
      const reply = await editor.call('POST', `/v1/management${path}`, body, { tenantId: tenant.tenantId });
      expect(reply.status, reply.text).toBe(200);
      return reply.body;
    };
    await manage('/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'ALLOW' });
    const rule = (name: string, priority: number, conditions: object, isActive = true) =>
      manage('/action-configurations/pay/rules', { name, isActive, priority, type: 'BLOCK', conditions });
    await rule('reads nothing of ours', 1, { '==': [{ var: 'device.isNew' }, true] });
    await rule('deep', 2, {
      or: [
        {
          and: [{ in: [{ var: 'ip.countryCode' }, { var: 'lists.blocked' }] }, { '>': [{ var: 'custom.amount' }, 5] }],
        },
        { '!': { in: [{ var: 'user.custom.tier' }, { var: 'lists.tiers' }] } },
        { '>': [{ customSum: ['spent', 'user', '*', 60] }, 100] },
      ],
    });
    await rule('off', 3, { in: [{ var: 'ip.countryCode' }, { var: 'lists.blocked' }] }, false);
    const uses = await editor.call('GET', '/v1/portal/rule-uses', undefined, { tenantId: tenant.tenantId });
    expect(uses.body.map(({ ruleId: _id, ...use }: { ruleId: string }) => use)).toEqual([
      {
        actionCode: 'pay',
        name: 'deep',
        isActive: true,
        lists: ['blocked', 'tiers'],
        dataPoints: ['amount', 'spent', 'tier'],
      },
      { actionCode: 'pay', name: 'off', isActive: false, lists: ['blocked'], dataPoints: [] },
    ]);
    expect((await admin.call('GET', '/v1/portal/rule-uses')).body).toEqual([]);
  });

  test('a test action is decided as a backend’s is, of a test user alone; nobody else’s pages are opened by it', async () => {
    const tenant = await app.createTenant('With tests');
    const editor = await operator(app, 'tester@bank.example', ['EDITOR'], tenant.tenantId);
    const viewer = await operator(app, 'onlooker@bank.example', ['VIEWER'], tenant.tenantId);
    const at = { tenantId: tenant.tenantId };
    await editor.call(
      'POST',
      '/v1/management/action-configurations',
      { actionCode: 'pay', defaultUserActionResult: 'ALLOW' },
      at,
    );
    const conditions = { '>': [{ var: 'custom.amount' }, 100] };
    const rule = { name: 'Large', isActive: true, priority: 1, type: 'CHALLENGE', conditions };
    await editor.call('POST', '/v1/management/action-configurations/pay/rules', rule, at);
    const body = { actionCode: 'pay', userId: 'portal-test-ada', email: 'ada@bank.example', custom: { amount: 500 } };
    const track = (who: Operator, changes: object = {}) =>
      who.call('POST', '/v1/portal/test-actions', { ...body, ...changes }, at);
    const tracked = await track(editor);
    expect(tracked.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: false, rules: [{ name: 'Large' }] });
    expect((await track(editor, { custom: { amount: 5 } })).body).toMatchObject({ state: 'ALLOW', rules: [] });
    const detail = await editor.call('GET', `/v1/portal/actions/${tracked.body.actionId}`, undefined, at);
    expect(detail.body).toMatchObject({ userId: 'portal-test-ada', actionCode: 'pay' });
    expect(
      (await app.call('GET', new URL(tracked.body.url).pathname + new URL(tracked.body.url).search, { key: null }))
        .status,
    ).toBe(200);

    await app.call('POST', '/v1/users/customer/actions/pay', { key: tenant.secretKey, body: {} });
    for (const userId of ['customer', 'Portal-test-ada', 'xportal-test-ada', '']) {
      expect((await track(editor, { userId })).status, userId).toBe(400);
    }
    expect((await track(viewer)).status).toBe(403);
  });
});
