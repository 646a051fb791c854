/** Admins make tenants: each with its own keys and its maker as admin, shown once, counted, and nothing of it elsewhere. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tenantsMadeMax } from '../../src/contract/portal/tenants.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const create = (who: Operator, body: object, how: { tenantId?: string } = {}) =>
  who.call('POST', '/v1/portal/tenants', body, how);
const tenantsOf = async (who: Operator) =>
  (await who.call('GET', '/v1/portal/session', undefined, { tenantId: null })).body.tenants as {
    tenantId: string;
    name: string;
    environment?: string;
    roles: string[];
  }[];

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let admin: Operator;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    admin = await operator(app, 'admin@bank.example', ['ADMIN']);
  });
  afterAll(() => app.close());

  test('its maker is its first admin; its keys work, and are stored as their hashes alone', async () => {
    const reply = await create(admin, { name: 'Bank (test)', environment: 'TEST' });
    expect(reply.status, reply.text).toBe(200);
    const { tenantId, secretKey, managementKey } = reply.body;
    expect(await tenantsOf(admin)).toContainEqual(
      expect.objectContaining({ tenantId, name: 'Bank (test)', environment: 'TEST', roles: ['ADMIN'] }),
    );
    const tracked = await app.call('POST', '/v1/users/first/actions/signIn', { key: secretKey, body: {} });
    expect(tracked.status, tracked.text).toBe(200);
    const settings = await app.call('GET', '/v1/management/tenant', { key: managementKey });
    expect(settings.body).toMatchObject({ tenantId, name: 'Bank (test)', environment: 'TEST' });
    expect((await app.call('GET', '/v1/management/tenant', { key: secretKey })).status).toBe(401);
    expect(app.logText()).not.toContain(secretKey);
    for (const [log, how] of [
      ['theirs', { tenantId }],
      ['that of the tenant they come from', {}],
    ] as const) {
      const { body } = await admin.call('GET', '/v1/portal/audit-events?type=tenant.created', undefined, how);
      expect(body.events, log).toMatchObject([{ actor: { id: admin.operatorId }, data: { tenantId } }]);
      expect(JSON.stringify(body)).not.toContain(secretKey);
    }
    const renamed = await admin.call(
      'PATCH',
      '/v1/management/tenant',
      { name: 'Renamed', environment: null },
      { tenantId },
    );
    expect(renamed.status, renamed.text).toBe(200);
    const shown = (await tenantsOf(admin)).find((one) => one.tenantId === tenantId);
    expect(shown).toMatchObject({ name: 'Renamed' });
    expect(shown).not.toHaveProperty('environment');
  });

  test('only an admin of the tenant that is named makes one, and only with a fresh proof', async () => {
    const elsewhere = await app.createTenant('Elsewhere');
    const editor = await operator(app, 'editor@bank.example', ['EDITOR', 'ANALYST', 'AUDITOR']);
    expect((await create(editor, { name: 'X' })).status).toBe(403);
    expect((await create(admin, { name: 'X' }, { tenantId: elsewhere.tenantId })).status).toBe(403);
    const late = await operator(app, 'late@bank.example', ['ADMIN']);
    await app.runtime.advance(6 * 60_000);
    const refused = await create(late, { name: 'X' });
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'step_up_required']);
    await late.stepUp();
    expect((await create(late, { name: 'X' })).status).toBe(200);
    for (const body of [{}, { name: '' }, { name: 'a\nb' }, { name: 'X', environment: 'PROD' }, { name: 'X', more: 1 }])
      expect((await create(late, body)).status, JSON.stringify(body)).toBe(400);
  });

  describe('with a configuration', () => {
    const secret = 'the-token-of-twilio';
    const settings = {
      timeZone: 'Pacific/Auckland',
      logEventsWebhookConfig: { endpointUrl: 'https://bank.example/log' },
    };
    let maker: Operator;
    let from: string;
    const at = (tenantId: string) => ({ tenantId });
    const manage = async (tenantId: string, method: string, path: string, body?: object) => {
      const reply = await maker.call(method, `/v1/management${path}`, body, at(tenantId));
      expect(reply.status, `${method} ${path}: ${reply.text}`).toBe(200);
      return reply;
    };
    beforeAll(async () => {
      from = (await app.createTenant(`Source`)).tenantId;
      maker = await operator(app, 'maker@bank.example', ['ADMIN'], from);
      const rule = { name: 'Gold', isActive: true, priority: 1, type: 'BLOCK' };
      const conditions = { in: [{ var: 'custom.tier' }, { var: 'lists.tiers' }] };
      for (const [method, path, body] of [
        ['PATCH', '/tenant', { ...settings, environment: 'PRODUCTION' }],
        [
          'PATCH',
          '/theme',
          {
            primaryColor: '#121282',
            template:
              '<html><head><authsignal-head></authsignal-head></head><body><p>Ours</p><authsignal-widget></authsignal-widget></body></html>',
          },
        ],
        [
          'POST',
          '/authenticator-configurations/sms',
          {
            smsProvider: 'TWILIO',
            smsCountryCodes: ['NZ'],
            twilioCredentials: { accountSid: 'AC1', authToken: secret, messagingServiceSid: 'MG1' },
            pumpingProtection: { safeNumbers: ['+6421000001'] },
          },
        ],
        [
          'PATCH',
          '/authenticator-configurations/email-otp',
          {
            emailProvider: 'WEBHOOK',
            webhookUrl: 'https://bank.example/mail-hook',
            fallback: { emailProvider: 'SES' },
          },
        ],
        [
          'POST',
          '/authenticator-configurations/push',
          { pushProvider: 'WEBHOOK', webhookUrl: 'https://bank.example/push-hook' },
        ],
        ['POST', '/custom-data-points', { name: 'tier', dataType: 'text', modelType: 'action' }],
        ['POST', '/value-lists', { name: 'Tiers', itemType: 'string', isActive: true, valueListItems: ['gold'] }],
        ['POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'ALLOW' }],
        ['POST', '/action-configurations/pay/rules', { ...rule, conditions }],
        [
          'POST',
          '/alerts',
          { name: 'Many', measure: 'lockouts', threshold: 5, windowMinutes: 5, recipients: ['a@bank.example'] },
        ],
        [
          'POST',
          '/event-endpoints',
          { url: 'https://bank.example/own', eventTypes: ['authenticator.created'], notifyEmails: ['b@bank.example'] },
        ],
      ] as const)
        await manage(from, method, path, body);
    });

    test('a copy decides and looks the same, with no secret, key or person of the other; what is missing is said', async () => {
      const reply = await create(maker, { name: 'Copy', copy: { listItems: true } }, at(from));
      expect(reply.status, reply.text).toBe(200);
      const { tenantId, secretKey, copied } = reply.body;
      expect(copied).toEqual({
        ...{ actions: 1, rules: 1, lists: 1, dataPoints: 1, alerts: 1, endpoints: 2 },
        methods: expect.any(Number),
        withoutCredentials: expect.any(Array),
        switchedOff: expect.any(Array),
      });
      const bySlug = (one: object, other: object) => JSON.stringify(one).localeCompare(JSON.stringify(other));
      expect(copied.withoutCredentials.toSorted(bySlug)).toEqual(
        [
          { verificationMethod: 'EMAIL_OTP', credentials: ['webhookUrl', 'emailProvider'] },
          { verificationMethod: 'PUSH', credentials: ['webhookUrl'] },
          { verificationMethod: 'SMS', credentials: ['twilioCredentials'] },
        ].toSorted(bySlug),
      );
      expect(copied.switchedOff.toSorted()).toEqual(['EMAIL_MAGIC_LINK', 'EMAIL_OTP', 'PUSH', 'SMS']);
      const pay = async (tier: string) =>
        (await app.call('POST', '/v1/users/ann/actions/pay', { key: secretKey, body: { custom: { tier } } })).body
          .state;
      expect([await pay('gold'), await pay('none')]).toEqual(['BLOCK', 'ALLOW']);
      const tenant = await manage(tenantId, 'GET', '/tenant');
      expect(tenant.body).toMatchObject({ name: 'Copy', ...settings });
      expect(tenant.body).not.toHaveProperty('environment');
      expect((await manage(tenantId, 'GET', '/theme')).body).toMatchObject({ name: 'Copy', primaryColor: '#121282' });
      const sms = await manage(tenantId, 'GET', '/authenticator-configurations/sms');
      expect(sms.body).toMatchObject({ smsProvider: 'TWILIO', smsCountryCodes: ['NZ'] });
      expect(sms.body).not.toHaveProperty('twilioCredentials');
      const methods = await manage(tenantId, 'GET', '/authenticator-configurations');
      const on = methods.body.filter(({ isActive }: { isActive: boolean }) => isActive);
      expect(on.map((one: { verificationMethod: string }) => one.verificationMethod)).toContain('PASSKEY');
      expect(
        on.filter((one: { verificationMethod: string }) => copied.switchedOff.includes(one.verificationMethod)),
      ).toEqual([]);
      const mail = await manage(tenantId, 'GET', '/authenticator-configurations/email-otp');
      expect(mail.body).toMatchObject({ emailProvider: 'WEBHOOK', isActive: false });
      expect(mail.body).not.toHaveProperty('fallback');
      const push = await manage(tenantId, 'GET', '/authenticator-configurations/push');
      const endpoints = await manage(tenantId, 'GET', '/event-endpoints');
      expect(endpoints.body.map(({ state }: { state: string }) => state)).toEqual(['paused', 'paused']);
      const alerts = await manage(tenantId, 'GET', '/alerts');
      expect(alerts.body).toMatchObject([{ name: 'Many', recipients: ['maker@bank.example'] }]);
      const everything = [tenant, sms, mail, push, methods, endpoints, alerts].map(({ text }) => text).join();
      expect(everything).not.toMatch(/the-token|AC1|6421000001|[ab]@bank|-hook/);
      for (const log of [from, tenantId]) {
        const { body, text } = await maker.call(
          'GET',
          '/v1/portal/audit-events?type=tenant.created',
          undefined,
          at(log),
        );
        expect(body.events[0], log).toMatchObject({ data: { tenantId, copied: { from, rules: 1, listItems: true } } });
        expect(text).not.toContain(secret);
      }
      // The versions of its rules begin here; and the credentials can be entered again.
      const versions = await maker.call('GET', '/v1/portal/rule-sets/pay/versions', undefined, at(tenantId));
      expect(versions.body).toMatchObject([{ version: 1, reason: expect.stringContaining(from) }]);
      await manage(tenantId, 'PATCH', '/authenticator-configurations/sms', {
        twilioCredentials: { accountSid: 'AC2', authToken: 'new', messagingServiceSid: 'MG2' },
      });
    });

    test('lists come without their items unless these are asked for', async () => {
      const { body } = await create(maker, { name: 'Empty lists', copy: { listItems: false } }, at(from));
      const lists = await manage(body.tenantId, 'GET', '/value-lists');
      expect(lists.body).toMatchObject([{ alias: 'tiers' }]);
      expect(lists.text).not.toContain('gold');
    });

    test('what is too much is refused before anything is made', async () => {
      const count = async () => (await tenantsOf(maker)).length;
      const before = await count();
      await app.db.script(
        `insert into action_configurations (tenant_id, action_code, default_result, created_at)
         select '${from}', 'many-' || n, 'ALLOW', now() from generate_series(1, 31) n;
         insert into rules (tenant_id, action_code, rule_id, name, is_active, priority, type, created_at, updated_at)
         select '${from}', 'many-' || n, gen_random_uuid(), 'r', false, p, 'ALLOW', now(), now()
         from generate_series(1, 31) n, generate_series(0, 99) p`,
      );
      const rules = await create(maker, { name: 'Too much', copy: { listItems: true } }, at(from));
      expect([rules.status, rules.body.errorDescription]).toEqual([400, expect.stringMatching(/3,000 rules/)]);
      await app.db.script(
        `delete from rules where tenant_id = '${from}' and action_code like 'many-%';
         insert into value_lists (tenant_id, alias, name, item_type, is_active, items, created_at, updated_at)
         select '${from}', 'large-' || n, 'l', 'string', true, to_jsonb(array[repeat('x', 11 * 1024 * 1024)]), now(), now()
         from generate_series(1, 5) n;
         insert into rules (tenant_id, action_code, rule_id, name, is_active, priority, type, conditions, created_at, updated_at)
         values ('${from}', 'pay', gen_random_uuid(), 'off', false, 99, 'ALLOW', repeat('x', 11 * 1024 * 1024), now(), now())`,
      );
      // Neither would be too much by itself.
      const both = await create(maker, { name: 'Too much', copy: { listItems: true } }, at(from));
      expect([both.status, both.body.errorDescription]).toEqual([400, expect.stringMatching(/64 MiB/)]);
      expect(await count()).toBe(before);
      await app.db.script(`delete from rules where tenant_id = '${from}' and name = 'off'`);
      expect((await create(maker, { name: 'Without', copy: { listItems: false } }, at(from))).status).toBe(200);
    });
  });
});

test('of many at once on two nodes an operator makes no more in a day than permitted; the day after, more', async () => {
  const options = { anonymousRateLimit: 100_000, managementRateLimit: 100_000 };
  const app = await testApp('postgres', options);
  const other = await testApp('postgres', { ...options, db: app.db, seed: 'other' });
  const admin = await operator(app, 'admin@bank.example', ['ADMIN']);
  const { secret, operatorId } = admin;
  const body = { name: 'One of many' };
  const left = 3;
  await app.db.script(
    `update operators set tenants_made = ${tenantsMadeMax - left}, tenants_made_since = to_timestamp(${app.runtime.clock.now() / 1000})`,
  );
  const replies = await Promise.all(
    Array.from({ length: left + 4 }, (_, at) => {
      if (at % 2 === 0) return create(admin, body);
      const headers = {
        origin: 'http://localhost:4000',
        'sec-fetch-site': 'same-origin',
        cookie: `__Host-sallyport-operator=${secret}`,
        'x-sallyport-tenant': app.tenant.tenantId,
      };
      return other.call('POST', '/v1/portal/tenants', { key: null, body, headers });
    }),
  );
  const statuses = replies.map(({ status }) => status).toSorted();
  expect(statuses).toEqual([...Array(left).fill(200), ...Array(4).fill(429)]);
  const made = await app.db.query(
    statement<{ memberOf: string }>(
      'portal_tenants_made',
      `select member_of from memberships where tenant_id = '00000000-0000-7000-8000-000000000000' and operator_id = $1`,
    ),
    [operatorId],
  );
  expect(made).toHaveLength(left + 1);
  const waits = replies.find(({ status }) => status === 429)?.headers['retry-after'];
  expect(Number(waits)).toBeGreaterThan(23 * 3_600);
  // A day later they prove again who they are.
  await app.db.script(`update operators set tenants_made_since = tenants_made_since - interval '1 day'`);
  expect((await create(admin, body)).status).toBe(200);
  await other.close();
  await app.close().catch(() => undefined);
});
