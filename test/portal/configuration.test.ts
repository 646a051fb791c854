/** What operators configure by the portal's own API: keys, and what rules read. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testMessageLimits } from '../../src/contract/portal/test-messages.ts';
import { quotas } from '../../src/core/quotas.ts';
import { listApiKeys } from '../../src/storage/queries/api-keys.ts';
import { loadTenantBacklogs } from '../../src/storage/queries/backlogs.ts';
import { recordTenantHours } from '../../src/storage/queries/tenant-hours.ts';
import { DatabaseUnavailable, statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';
import { startStandIn } from '../rig/stand-in.ts';
import type { StandIn, StandInAnswer } from '../rig/stand-in.ts';

const challengesStatement = statement<{ challengeId: string }>(
  'configuration_test_challenges',
  'select challenge_id from challenges where tenant_id = $1',
);

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const dayMs = 24 * 60 * 60 * 1000;

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let admin: Operator;
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn();
    app = await testApp(kind, {
      anonymousRateLimit: 100_000,
      managementRateLimit: 100_000,
      outbound: standIn.outbound,
    });
    admin = await operator(app, 'admin@bank.example', ['ADMIN']);
    await operator(app, 'other@bank.example', ['ADMIN']);
  });
  afterAll(async () => {
    await app.close();
    await standIn.stop();
  });

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

  describe('test messages', () => {
    const password = 'the-token-of-twilio';
    const twilioCredentials = { accountSid: 'AC1', authToken: password, messagingServiceSid: 'MG1' };
    /** A tenant of its own, whose texts go by Twilio. */
    async function texting(name: string) {
      const { tenantId } = await app.createTenant(name);
      const editor = await operator(app, `${name}@bank.example`, ['EDITOR'], tenantId);
      const at = { tenantId };
      const set = (slug: string, body: object) =>
        editor.call('POST', `/v1/management/authenticator-configurations/${slug}`, body, at);
      await set('sms', { smsProvider: 'TWILIO', smsCountryCodes: ['NZ'], twilioCredentials });
      const send = (body: object, who = editor) => who.call('POST', '/v1/portal/test-messages', body, at);
      const text = (phoneNumber: string) => send({ verificationMethod: 'SMS', phoneNumber });
      return { editor, at, set, send, text, tenantId };
    }
    const say = (status: number, body: object): StandInAnswer => ({ status, body: JSON.stringify(body) });

    test('go as those to users do, with what is saved; what the provider said is told without its words', async () => {
      const { text, send, set, editor, at, tenantId } = await texting('tests');
      standIn.answer(() => say(201, { sid: 'SM1' }));
      const asked = standIn.requests.length;
      const sent = await text('+6421000001');
      expect(sent.body, sent.text).toMatchObject({ outcome: 'taken', provider: 'TWILIO', messageId: 'SM1', heard: [] });
      const form = new URLSearchParams(standIn.requests[asked]?.body);
      expect([form.get('To'), form.get('MessagingServiceSid')]).toEqual(['+6421000001', 'MG1']);
      standIn.answer(() => say(401, { code: 20003, message: `Wrong password ${password} for +6421000001` }));
      const refused = await text('+6421000001');
      expect(refused.body).toMatchObject({ outcome: 'refused', heard: ['TWILIO answered 401 with the code 20003.'] });
      expect(refused.body.description).toMatch(/credentials/);
      expect(refused.text + app.logText()).not.toContain(password);
      standIn.answer(() => say(500, { code: '+6421000001 is no code' }));
      const unknown = await text('+6421000002');
      expect(unknown.body).toMatchObject({ outcome: 'unknown', heard: ['TWILIO answered 500.'] });

      const mailed = await send({ verificationMethod: 'EMAIL_MAGIC_LINK', email: 'ada@bank.example' });
      expect(mailed.body).toMatchObject({ outcome: 'taken', provider: 'SERVER' });
      expect(app.mail()[0]?.text).toMatch(/magic-link\?token=/);
      // Nothing is there that a code or a link could open.
      expect(await app.db.query(challengesStatement, [tenantId])).toEqual([]);

      await set('push', { pushProvider: 'WEBHOOK', webhookUrl: 'https://push.bank.example/hook' });
      standIn.answer(() => say(200, {}));
      expect((await send({ verificationMethod: 'PUSH' })).body).toMatchObject({
        outcome: 'taken',
        provider: 'WEBHOOK',
      });
      expect(JSON.parse(standIn.requests.at(-1)?.body ?? '{}')).toMatchObject({ type: 'push.created' });
      standIn.answer(() => say(404, {}));
      expect((await send({ verificationMethod: 'PUSH' })).body).toMatchObject({ outcome: 'refused' });

      const auditor = await operator(app, 'reads-tests@bank.example', ['AUDITOR'], tenantId);
      const { body } = await auditor.call('GET', '/v1/portal/audit-events?type=test_message', undefined, at);
      expect(body.events.at(-1)).toMatchObject({
        actor: { id: editor.operatorId },
        data: { verificationMethod: 'SMS', to: '•••001' },
      });
      expect(JSON.stringify(body)).not.toMatch(/\+6421000001|ada@bank/);
    });

    test('say to look at the address only where no connection came about, and are no messages to users', async () => {
      const { text, send, set, at, tenantId } = await texting('advised');
      standIn.refuseConnections(true);
      const unreached = await text('+6421000021');
      standIn.refuseConnections(false);
      expect(unreached.body.description).toMatch(/could not be reached/);
      const mails = { emailProvider: 'WEBHOOK', webhookUrl: 'https://mail.bank.example/hook' };
      expect((await set('email-otp', mails)).status).toBe(200);
      const owner = await operator(app, 'owns-advised@bank.example', ['ADMIN'], tenantId);
      const { body: keys } = await owner.call('GET', '/v1/portal/api-keys', undefined, at);
      for (const { keyId } of (keys as { keyId: string; kind: string }[]).filter(({ kind: is }) => is === 'server')) {
        expect((await owner.call('DELETE', `/v1/portal/api-keys/${keyId}`, undefined, at)).status).toBe(204);
      }
      const { body: unsigned } = await send({ verificationMethod: 'EMAIL_OTP', email: 'ada@bank.example' });
      expect(unsigned).toMatchObject({ outcome: 'refused', heard: ['The tenant has no server key to sign with.'] });
      expect(unsigned.description).not.toMatch(/reached|address/);
      // No message to a user was sent in this file.
      const metrics = await app.call('GET', '/metrics', { key: null, remoteAddress: '127.0.0.1' });
      expect(metrics.status).toBe(200);
      expect(metrics.text).not.toMatch(/sallyport_sends_total\{[^}]*TWILIO/);
    });

    test('are refused with what is missing, before anything is counted or sent', async () => {
      const { text, send, editor, at, tenantId } = await texting('lacking');
      const asked = standIn.requests.length;
      for (const [body, words] of [
        [{ verificationMethod: 'SMS', phoneNumber: '+14155550100' }, /US.*smsCountryCodes/],
        [{ verificationMethod: 'SMS', phoneNumber: '+6448001234' }, /FIXED_LINE/],
        [{ verificationMethod: 'SMS', email: 'ada@bank.example' }, /phoneNumber alone/],
        [{ verificationMethod: 'SMS', phoneNumber: '+6421000001', email: 'ada@bank.example' }, /phoneNumber alone/],
        [{ verificationMethod: 'PUSH' }, /No push provider/],
        [{ verificationMethod: 'PASSKEY' }, /verificationMethod/],
      ] as const) {
        const reply = await send(body);
        expect([reply.status, reply.body.errorDescription], JSON.stringify(body)).toEqual([
          400,
          expect.stringMatching(words),
        ]);
      }
      const plan = (method: string) => editor.call('GET', `/v1/portal/test-messages/${method}`, undefined, at);
      expect((await plan('SMS')).body).toEqual({ sentTo: 'phoneNumber', providers: ['TWILIO'] });
      expect((await plan('WHATSAPP')).body.providers).toEqual(['SERVER']);
      expect((await plan('EMAIL_OTP')).body).toEqual({ sentTo: 'email', providers: ['SERVER'] });
      expect((await plan('PUSH')).body.missing).toMatch(/No push provider/);
      for (const role of ['VIEWER', 'ANALYST', 'SUPPORT', 'AUDITOR']) {
        const who = await operator(app, `${role.toLowerCase()}-tests@bank.example`, [role], tenantId);
        expect((await send({ verificationMethod: 'SMS', phoneNumber: '+6421000001' }, who)).status, role).toBe(403);
      }
      expect(standIn.requests).toHaveLength(asked);
      standIn.answer(() => say(201, { sid: 'SM1' }));
      expect((await text('+6421000001')).status).toBe(200);
      const path = '/v1/management/authenticator-configurations/sms';
      await editor.call('PATCH', path, { smsCountryCodes: null }, at);
      expect((await plan('SMS')).body.missing).toMatch(/smsCountryCodes/);
      expect((await text('+6421000002')).body.errorCode).toBe('invalid_configuration');
    });

    test('are bounded for a number and for a tenant, taken or not, however many are asked for at once', async () => {
      const { text } = await texting('bounded');
      standIn.answer(() => say(401, {}));
      const asked = standIn.requests.length;
      const one = await Promise.all(Array.from({ length: 6 }, () => text('+6421000009')));
      expect(one.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429, 429]);
      expect(one.find(({ status }) => status === 429)?.body.errorDescription).toMatch(/3 in 10 minutes/);
      const many = await Promise.all(Array.from({ length: 20 }, (_, at) => text(`+64210001${10 + at}`)));
      expect(many.filter(({ status }) => status === 200)).toHaveLength(testMessageLimits.ofTenant[0].messagesMax - 3);
      expect(standIn.requests.length - asked).toBeLessThanOrEqual(testMessageLimits.ofTenant[0].messagesMax);
    });
  });

  test('health says what is not well and what to do; of the installation to admins of the first tenant alone', async () => {
    const elsewhere = await app.createTenant('Unwell');
    const at = { tenantId: elsewhere.tenantId };
    const theirs = await operator(app, 'unwell@bank.example', ['ADMIN'], elsewhere.tenantId);
    const viewer = await operator(app, 'views@bank.example', ['VIEWER'], elsewhere.tenantId);
    const manage = (method: string, path: string, body: object) =>
      theirs.call(method, `/v1/management${path}`, body, at);
    const twilioCredentials = { accountSid: 'AC1', authToken: 'secret', messagingServiceSid: 'MG1' };
    await manage('POST', '/authenticator-configurations/sms', { smsProvider: 'TWILIO', twilioCredentials });
    const made = await manage('POST', '/event-endpoints', {
      url: 'https://hooks.bank.example/path?token=hidden',
      eventTypes: ['authenticator.created'],
    });
    await manage('PATCH', `/event-endpoints/${made.body.endpointId}`, { state: 'paused' });
    const health = async (who: Operator, how?: { tenantId: string }) =>
      await who.call('GET', '/v1/portal/health', undefined, how);
    const seen = await health(viewer, at);
    expect(seen.body.installation).toBeUndefined();
    expect(seen.body.tenant).toContainEqual({
      area: 'methods',
      state: 'fault',
      text: expect.stringMatching(/^SMS: .*smsCountryCodes/),
      fix: expect.any(String),
      place: '/settings/methods',
    });
    expect(seen.body.tenant).toContainEqual({
      area: 'events',
      state: 'warning',
      text: 'hooks.bank.example: paused by an operator; nothing waits.',
      at: expect.any(String),
      fix: expect.stringMatching(/Resume/),
      place: `/settings/endpoints/${made.body.endpointId}`,
    });
    expect(seen.text).not.toContain('hidden');
    expect((await health(theirs, at)).body.installation).toBeUndefined();
    const { body, text } = await health(admin);
    const faults = body.installation.findings.filter(({ state }: { state: string }) => state === 'fault');
    // Tests live before the months that their database was made for, which it knows when it has counted.
    const others = faults.filter(({ text: words }: { text: string }) => !words.includes('in no table of a month'));
    expect(others).toEqual([]);
    expect(body.installation.jobs.map(({ name }: { name: string }) => name)).toContain('deliver-outbox');
    expect(text).not.toContain('hooks.bank.example');

    const { context } = app.app;
    const { installation } = context;
    const late = () => Promise.reject(new DatabaseUnavailable('It did not answer in time.'));
    Object.assign(context, { installation: late });
    const unanswered = (await health(admin)).body;
    Object.assign(context, { installation });
    expect(unanswered.installation).toMatchObject({ findings: [{ area: 'database', state: 'fault' }], jobs: [] });
    expect(unanswered.tenant).toEqual(body.tenant);
  });

  test('what waits for an endpoint that is late is seen beside any number that wait for a paused one', async () => {
    const { tenantId } = await app.createTenant('Waiting');
    const editor = await operator(app, 'waiting@bank.example', ['EDITOR'], tenantId);
    const endpoint = async (path: string) => {
      const body = { url: `https://bank.example/${path}`, eventTypes: ['authenticator.created'] };
      const reply = await editor.call('POST', '/v1/management/event-endpoints', body, { tenantId });
      return reply.body.endpointId as string;
    };
    const [paused, late, idle] = [await endpoint('paused'), await endpoint('late'), await endpoint('idle')];
    // Due in a long time, so that nothing is sent.
    const fill = (endpointId: string, count: number) =>
      app.db.script(
        `insert into deliveries (tenant_id, delivery_id, endpoint_id, event_id, type, created_at, lane, state, due_at, is_out, tries)
         select tenant_id, gen_random_uuid(), '${endpointId}', event_id, type, created_at, 'single', 'waiting', '2999-01-01', false, 0
         from events, generate_series(1, ${count}) where tenant_id = '${tenantId}'`,
      );
    await app.db.script(
      `insert into events (tenant_id, event_id, type, created_at) values ('${tenantId}', gen_random_uuid(), 't', to_timestamp(1000))`,
    );
    await fill(paused, 4);
    await fill(late, 2);
    const waiting = await loadTenantBacklogs(app.db, tenantId, 3);
    expect([paused, late, idle].map((id) => waiting.ofEndpoint(id))).toMatchObject([
      { waiting: 3, isCapped: true, oldestAt: 1_000_000 },
      { waiting: 2, isCapped: false, oldestAt: 1_000_000 },
      { waiting: 0, isCapped: false, oldestAt: null },
    ]);
  });

  test('the first steps tick what has happened in the tenant, and nothing else', async () => {
    const { tenantId, secretKey } = await app.createTenant('New');
    const editor = await operator(app, 'new@bank.example', ['EDITOR'], tenantId);
    const steps = async () => (await editor.call('GET', '/v1/portal/first-steps', undefined, { tenantId })).body;
    const none = { hasServerKey: true, hasAction: false, hasProof: false, hasRule: false };
    expect(await steps()).toEqual(none);
    const path = '/v1/users/ann/actions/pay';
    await app.call('POST', path, { key: secretKey, body: { idempotencyKey: 'k' } });
    expect(await steps()).toEqual({ ...none, hasAction: true });
    await app.call('PATCH', `${path}/k`, { key: secretKey, body: { state: 'CHALLENGE_SUCCEEDED' } });
    const rule = { name: 'r', isActive: true, priority: 1, type: 'BLOCK', conditions: { '==': [1, 2] } };
    const rules = '/v1/management/action-configurations/pay/rules';
    const made = await editor.call('POST', rules, rule, { tenantId });
    expect(made.status, made.text).toBe(200);
    expect(await steps()).toEqual({ hasServerKey: true, hasAction: true, hasProof: true, hasRule: true });
  });

  test('a first step that was made stays made when the actions are gone', async () => {
    const [counted, remembered] = [await app.createTenant('Counted'), await app.createTenant('Remembered')];
    await recordTenantHours(app.db, counted.tenantId, app.runtime.ids.uuid(), [
      { tenantId: counted.tenantId, measure: 'acceptedProofs', kind: 'PASSKEY', hourMs: 3_600_000, count: 1 },
    ]);
    await app.db.script(
      `insert into user_marks (tenant_id, owner_id, kind, subject, action_id, marked_at)
       values ('${remembered.tenantId}', gen_random_uuid(), 'verified', '', gen_random_uuid(), now())`,
    );
    for (const { tenantId } of [counted, remembered]) {
      const viewer = await operator(app, `viewer-${tenantId}@bank.example`, ['VIEWER'], tenantId);
      const { body } = await viewer.call('GET', '/v1/portal/first-steps', undefined, { tenantId });
      expect(body).toMatchObject({ hasAction: true, hasProof: true, hasRule: false });
    }
  });
});
