import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/contract/index.ts';
import { listApiKeys } from '../../src/storage/queries/api-keys.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from './manage.ts';

const databaseKinds = databasesOf(import.meta.url);

interface Event {
  readonly eventType: string;
  readonly actor: unknown;
  readonly userId: string | null;
  readonly requestId: string;
  readonly data: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> };
}
const eventsStatement = statement<Event>(
  'audit_events_of_tenant',
  `select event_type, actor, user_id, request_id, data from audit_events
   where tenant_id = $1 order by happened_at, event_id`,
);

const sessionStatement = statement<{ sessionId: string }>(
  'audit_test_session',
  'select session_id from sessions where tenant_id = $1',
);

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let ask: ReturnType<typeof manage>;
  beforeAll(async () => {
    app = await testApp(kind, { outboundAllow: ['127.0.0.1:9'] });
    ask = manage(app);
  });
  afterAll(() => app.close());

  const events = () => app.db.query(eventsStatement, [app.tenant.tenantId]);

  test('each change leaves one event with who, before and after; reads, refusals and empty changes leave none', async () => {
    const done: string[] = [];
    const act = async (id: string, method: string, path: string, body?: unknown) => {
      const earlier = (await events()).length;
      const reply = await ask(method, path, body);
      expect(reply.status, `${id} ${reply.text}`).toBe(200);
      const now = await events();
      expect(now.length, id).toBe(earlier + 1);
      const event = now.at(-1);
      expect(event?.eventType, id).toBe(routes.find((route) => route.id === id)?.audit);
      expect(event?.requestId).toBe(reply.headers['x-request-id']);
      done.push(id);
      return { reply, data: event?.data };
    };
    // First, because the method is switched off below: a wrong guess, so that there is something to unlock.
    const challenge = { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'ann@example.com', userId: 'ann' };
    const { body } = await app.call('POST', '/v1/challenge', { body: challenge });
    const guess = { challengeId: body.challengeId as string, verificationCode: '000000' };
    await app.call('POST', '/v1/verify', { body: guess });
    const pay = '/action-configurations/pay';
    const action = { actionCode: 'pay', defaultUserActionResult: 'ALLOW' };
    await act('createActionConfiguration', 'POST', '/action-configurations', action);
    const patched = await act('updateActionConfiguration', 'PATCH', pay, { defaultUserActionResult: 'BLOCK' });
    expect(patched.data).toMatchObject({
      before: { actionCode: 'pay', defaultUserActionResult: 'ALLOW' },
      after: { actionCode: 'pay', defaultUserActionResult: 'BLOCK' },
    });
    const rule = { name: 'R', isActive: true, priority: 0, type: 'BLOCK', conditions: { '==': [1, 1] } };
    const made = await act('createRule', 'POST', `${pay}/rules`, rule);
    expect(made.data).toEqual({ after: expect.objectContaining(rule) });
    const rulePath = `${pay}/rules/${made.reply.body.ruleId as string}`;
    await act('updateRule', 'PATCH', rulePath, { priority: 1 });
    const deleted = await act('deleteRule', 'DELETE', rulePath);
    expect(deleted.data).toEqual({ before: expect.objectContaining({ ...rule, priority: 1 }) });
    await act('archiveActionConfiguration', 'DELETE', pay);
    await act('createValueList', 'POST', '/value-lists', { name: 'L', itemType: 'string', isActive: true });
    await act('updateValueList', 'PATCH', '/value-lists/l', { valueListItems: ['a'] });
    await act('deleteValueList', 'DELETE', '/value-lists/l');
    const point = { name: 'p', dataType: 'text', modelType: 'action' };
    const { reply } = await act('createCustomDataPoint', 'POST', '/custom-data-points', point);
    await act('updateCustomDataPoint', 'PATCH', `/custom-data-points/${reply.body.id as string}`, { isPublic: true });
    await act('deleteCustomDataPoint', 'DELETE', `/custom-data-points/${reply.body.id as string}`);
    const alert = { name: 'A', measure: 'sends', threshold: 1, windowMinutes: 1, recipients: ['ann@example.com'] };
    const alerted = await act('createAlert', 'POST', '/alerts', alert);
    expect(alerted.data).toMatchObject({ after: { name: 'A', recipients: 1 } });
    const alertPath = `/alerts/${alerted.reply.body.id as string}`;
    await act('updateAlert', 'PATCH', alertPath, { threshold: 2 });
    await act('deleteAlert', 'DELETE', alertPath);
    await act('updateTenant', 'PATCH', '/tenant', { disableRecoveryCodes: true });
    await act('updateTheme', 'PATCH', '/theme', { primaryColor: '#000000' });
    await act('replaceMessageOverrides', 'PATCH', '/message-overrides', { messageOverrides: {} });
    const [first] = (await ask('GET', '/authenticator-configurations')).body;
    await act(
      'updateAuthenticatorConfiguration',
      'PATCH',
      `/authenticator-configurations/${first.authenticatorId as string}`,
      { isHiddenToUser: true },
    );
    for (const [noun, slug, body] of [
      ['Sms', 'sms', { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'x' } }],
      ['EmailOtp', 'email-otp', { emailProvider: 'SES' }],
      ['Passkey', 'passkey', { relyingParty: 'b.example', expectedOrigins: ['https://b.example'] }],
      ['Push', 'push', { pushProvider: 'WEBHOOK', webhookUrl: 'https://b.example' }],
      ['WhatsApp', 'whatsapp', { whatsAppProvider: 'WEBHOOK', webhookUrl: 'https://b.example' }],
      ['QrCode', 'qr-code', {}],
      ['InApp', 'in-app', {}],
    ] as const) {
      const path = `/authenticator-configurations/${slug}`;
      await act(`create${noun}Configuration`, 'POST', path, body);
      await act(`update${noun}Configuration`, 'PATCH', path, { isActive: false });
      await act(`delete${noun}Configuration`, 'DELETE', path);
    }

    await act('createAppClient', 'POST', '/app-clients', { clientId: 'web', name: 'Web' });
    await act('updateAppClient', 'PATCH', '/app-clients/web', { name: 'Site' });
    await act('deleteAppClient', 'DELETE', '/app-clients/web');

    const wanted = { url: 'http://127.0.0.1:9/', eventTypes: ['rules.published'], notifyEmails: ['a@b.example'] };
    const { reply: added } = await act('createEventEndpoint', 'POST', '/event-endpoints', wanted);
    const endpointPath = `/event-endpoints/${added.body.endpointId as string}`;
    await act('updateEventEndpoint', 'PATCH', endpointPath, { description: 'For the data team' });
    const tested = await act('testEventEndpoint', 'POST', `${endpointPath}/test`);
    const deliveryId = tested.reply.body.deliveryIds[0] as string;
    await act('replayEventDelivery', 'POST', `/event-deliveries/${deliveryId}/replay`);
    await act('replayEventDeliveries', 'POST', '/event-deliveries/replay', {
      endpointId: added.body.endpointId,
      from: '2026-01-01T00:00:00Z',
      to: '2026-12-31T00:00:00Z',
    });
    await act('deleteEventEndpoint', 'DELETE', endpointPath);

    await app.call('POST', '/v1/users/ann/actions/pay', { body: { deviceId: 'laptop' } });
    await act('invalidateUsersDevice', 'POST', '/users/ann/devices/laptop/invalidate');
    await act('unlockMethod', 'POST', '/users/ann/verification-methods/EMAIL_OTP/unlock');
    const enrolled = await app.call('POST', '/v1/users/ann/authenticators', {
      body: { verificationMethod: 'EMAIL_OTP', email: 'ann@example.com' },
    });
    const authenticatorPath = `/users/ann/authenticators/${enrolled.body.authenticator.userAuthenticatorId as string}`;
    await act('liftUsersHold', 'POST', `${authenticatorPath}/lift-hold`);
    await act('deleteUsersAuthenticator', 'DELETE', authenticatorPath);

    const { token } = (await app.call('POST', '/v1/users/ann/actions/pay', { body: { idempotencyKey: 'last' } })).body;
    await app.call('PATCH', '/v1/users/ann/actions/pay/last', { body: { state: 'CHALLENGE_SUCCEEDED' } });
    const session = await app.call('POST', '/v1/sessions', { body: { token, clientId: app.tenant.tenantId } });
    expect(session.status, session.text).toBe(200);
    const [begun] = await app.db.query(sessionStatement, [app.tenant.tenantId]);
    await act('endUsersSession', 'DELETE', `/users/ann/sessions/${String(begun?.sessionId)}`);
    await act('eraseUser', 'DELETE', '/users/ann');

    const changing = routes.filter(({ api, audit }) => api === 'management' && audit !== null);
    // Does this fail for you? You added a management route that changes something: call it once in this test.
    expect([...done].sort()).toEqual(changing.map(({ id }) => id).sort());

    const total = (await events()).length;
    await ask('PATCH', '/tenant', {});
    await ask('PATCH', '/theme', { primaryColor: 'red' });
    await ask('GET', '/tenant');
    await ask('DELETE', '/value-lists/absent');
    expect((await events()).length).toBe(total);

    const keys = await listApiKeys(app.db, app.tenant.tenantId);
    const keyId = keys.find((key) => key.kind === 'management')?.keyId;
    for (const event of await events()) {
      if (!done.some((id) => routes.find((route) => route.id === id)?.audit === event.eventType)) continue;
      // Preparation, through the server API.
      if (event.eventType === 'authenticator.enrolled') continue;
      expect(event.actor).toEqual({ kind: 'management', id: keyId });
      const isOfUser = /^(verification_method|authenticator|device|session|user)\./.test(event.eventType);
      expect(event.userId).toBe(isOfUser ? 'ann' : null);
    }
  });
});
