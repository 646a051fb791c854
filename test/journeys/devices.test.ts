/** Worry: a device counts as remembered or known although its user, or somebody else for them, has ended that. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url);

const dayMs = 24 * 60 * 60 * 1000;
const eventsStatement = statement<{ eventType: string }>(
  'devices_test_events',
  'select event_type from audit_events where tenant_id = $1 and user_id = $2 order by happened_at, event_id',
);

describe.each(databaseKinds)('devices by the server API, on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
    const manage = (path: string, body: object) =>
      app.call('POST', `/v1/management${path}`, { key: app.tenant.managementKey, body });
    await manage('/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'CHALLENGE' });
    const conditions = { '==': [{ var: 'device.isRemembered' }, true] };
    const rule = { name: 'Remembered', isActive: true, priority: 1, type: 'ALLOW', conditions };
    expect((await manage('/action-configurations/pay/rules', rule)).status).toBe(200);
  });
  afterAll(() => app.close());

  async function track(userId: string, body: object = {}) {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/pay`, { body });
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { state: string; idempotencyKey: string; token: string };
  }
  const devicesOf = async (userId: string) => (await app.call('GET', `/v1/users/${userId}/devices`)).body;
  const remember = (userId: string, deviceId: string, rememberedUntil: unknown) =>
    app.call('PATCH', `/v1/users/${userId}/devices/${deviceId}`, { body: { rememberedUntil } });
  const invalidate = (userId: string, deviceId: string) =>
    app.call('POST', `/v1/users/${userId}/devices/${deviceId}/invalidate`);
  const inDays = (days: number) => new Date(app.runtime.clock.now() + days * dayMs).toISOString();

  async function proveByMail(userId: string, body: object): Promise<void> {
    const address = `${userId}@example.com`;
    await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'EMAIL_OTP', email: address },
    });
    const { token } = await track(userId, body);
    await app.call('POST', '/v1/client/challenge/email-otp', { token, body: {} });
    const verificationCode = /^\d{6}/.exec(app.mail().find(({ to }) => to === address)?.subject ?? '')?.[0];
    const verified = await app.call('POST', '/v1/client/verify/email-otp', { token, body: { verificationCode } });
    expect(verified.body).toMatchObject({ isVerified: true });
  }

  test('server-api 7: a device appears with the first track that names it, and moves when its user verifies from it', async () => {
    expect(await devicesOf('ann')).toEqual([]);
    await track('ann');
    expect(await devicesOf('ann'), 'no deviceId was sent').toEqual([]);
    const createdAt = new Date(app.runtime.clock.now()).toISOString();
    await track('ann', { deviceId: 'laptop' });
    expect(await devicesOf('ann')).toEqual([{ userId: 'ann', deviceId: 'laptop', createdAt }]);
    await app.runtime.advance(60_000);
    const authenticatedAt = new Date(app.runtime.clock.now()).toISOString();
    await proveByMail('ann', { deviceId: 'laptop' });
    expect(await devicesOf('ann')).toEqual([
      { userId: 'ann', deviceId: 'laptop', createdAt, authenticatedAt, lastVerificationMethod: 'EMAIL_OTP' },
    ]);
    expect(await devicesOf('ben')).toEqual([]);
  });

  test('server-api 7: a device is remembered until the time that the backend names, or until it is forgotten', async () => {
    await track('cat', { deviceId: 'phone' });
    const until = inDays(30);
    expect((await remember('cat', 'phone', until)).body).toMatchObject({ deviceId: 'phone', rememberedUntil: until });
    expect((await track('cat', { deviceId: 'phone' })).state).toBe('ALLOW');
    expect((await track('cat', { deviceId: 'other' })).state, 'another device').toBe('CHALLENGE_REQUIRED');
    expect((await track('cat')).state, 'no device').toBe('CHALLENGE_REQUIRED');
    expect((await track('dan', { deviceId: 'phone' })).state, 'another user').toBe('CHALLENGE_REQUIRED');
    await app.runtime.advance(30 * dayMs - 1);
    expect((await track('cat', { deviceId: 'phone' })).state).toBe('ALLOW');
    await app.runtime.advance(1);
    expect((await track('cat', { deviceId: 'phone' })).state, 'the time is over').toBe('CHALLENGE_REQUIRED');
    await remember('cat', 'phone', inDays(1));
    const forgotten = await remember('cat', 'phone', null);
    expect([forgotten.status, 'rememberedUntil' in forgotten.body]).toEqual([200, false]);
    expect((await track('cat', { deviceId: 'phone' })).state, 'it is forgotten').toBe('CHALLENGE_REQUIRED');
  });

  test('server-api 7: a time that is past, or none, is refused and changes nothing; an unknown device is not found', async () => {
    await track('eve', { deviceId: 'phone' });
    const until = inDays(2);
    await remember('eve', 'phone', until);
    for (const bad of [new Date(app.runtime.clock.now()).toISOString(), inDays(-1), '', 'tomorrow', 5, '2030-02-30']) {
      const reply = await remember('eve', 'phone', bad);
      expect([reply.status, reply.body.errorCode], String(bad)).toEqual([400, 'invalid_request']);
      expect(reply.body.errorDescription).toContain('rememberedUntil');
    }
    expect((await remember('eve', 'phone', undefined)).body).toMatchObject({ rememberedUntil: until });
    for (const reply of [
      await remember('eve', 'nowhere', inDays(1)),
      await remember('nobody', 'phone', inDays(1)),
      await invalidate('eve', 'nowhere'),
      await invalidate('nobody', 'phone'),
    ]) {
      expect([reply.status, reply.body.errorCode]).toEqual([404, 'not_found']);
    }
    const { secretKey: key } = await app.createTenant('Another');
    const path = '/v1/users/eve/devices/phone';
    expect((await app.call('POST', `${path}/invalidate`, { key })).status).toBe(404);
    expect((await app.call('PATCH', path, { key, body: { rememberedUntil: null } })).status).toBe(404);
    expect((await app.call('GET', '/v1/users/eve/devices', { key })).body).toEqual([]);
  });

  test('server-api 7: an invalidated device is new and not remembered, until its user verifies from it again', async () => {
    await proveByMail('fay', { deviceId: 'phone' });
    await remember('fay', 'phone', inDays(9));
    await app.runtime.advance(1_000);
    const invalidatedAt = new Date(app.runtime.clock.now()).toISOString();
    const reply = await invalidate('fay', 'phone');
    expect(reply.body).toMatchObject({ deviceId: 'phone', invalidatedAt });
    expect(reply.body).not.toHaveProperty('rememberedUntil');
    expect((await track('fay', { deviceId: 'phone' })).state).toBe('CHALLENGE_REQUIRED');
    await app.runtime.advance(1_000);
    expect((await invalidate('fay', 'phone')).body, 'repeated').toEqual(reply.body);
    await remember('fay', 'phone', inDays(9));
    expect((await track('fay', { deviceId: 'phone' })).state, 'still invalidated').toBe('CHALLENGE_REQUIRED');
    await proveByMail('fay', { deviceId: 'phone' });
    expect((await devicesOf('fay'))[0].authenticatedAt > invalidatedAt).toBe(true);
    expect((await track('fay', { deviceId: 'phone' })).state, 'verified again').toBe('ALLOW');
    const events = (await app.db.query(eventsStatement, [app.tenant.tenantId, 'fay'])).map(
      ({ eventType }) => eventType,
    );
    expect(events.filter((type) => type.startsWith('device.'))).toEqual([
      'device.updated',
      'device.invalidated',
      'device.updated',
    ]);
  });

  test('a deleted user leaves no device, and whoever is created with their id has none', async () => {
    await track('gil', { deviceId: 'phone' });
    await remember('gil', 'phone', inDays(9));
    await app.call('DELETE', '/v1/users/gil');
    expect(await devicesOf('gil')).toEqual([]);
    expect((await track('gil', { deviceId: 'phone' })).state).toBe('CHALLENGE_REQUIRED');
  });
});
