/** Worry: a backend’s challenge goes to a number that nobody vouched for, or to none without saying so. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { codeOf, numberOf, textSettings } from '../rig/phone.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('challenges to phones through the server API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
    for (const path of ['sms', 'whatsapp']) {
      const url = `/v1/management/authenticator-configurations/${path}`;
      const reply = await app.call('POST', url, { key: app.tenant.managementKey, body: textSettings });
      expect(reply.status, reply.text).toBe(200);
    }
  });
  afterAll(() => app.close());

  const newUser = () => `texted-${kind}-${(people += 1)}`;
  const challenge = (body: object) => app.call('POST', '/v1/challenge', { body: { action: 'signIn', ...body } });
  const verify = async (challengeId: unknown, verificationCode: string) =>
    (await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode } })).body;
  const codeTo = (number: string) => codeOf(app.texts().find(({ to }) => to === number)?.body ?? '');
  const enrol = (userId: string, body: object) => app.call('POST', `/v1/users/${userId}/authenticators`, { body });

  test.each(['SMS', 'WHATSAPP'])(
    'server-api 3.14: %s needs a number in E.164 form, and says so',
    async (verificationMethod) => {
      const before = app.texts().length;
      for (const body of [{}, { email: 'ann@example.com' }, { phoneNumber: '027 123 456' }, { userId: newUser() }]) {
        const reply = await challenge({ verificationMethod, ...body });
        expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
        expect(reply.body.errorDescription).toMatch(/phoneNumber/);
      }
      const userId = newUser();
      await app.call('PATCH', `/v1/users/${userId}`, { body: { phoneNumber: '9876543210' } });
      const stored = await challenge({ verificationMethod, userId });
      expect([stored.status, stored.body.errorCode]).toEqual([400, 'invalid_request']);
      expect(app.texts()).toHaveLength(before);
    },
  );

  test('without a number it goes to the authenticator, for WhatsApp also to that of text messages, else to the user’s own', async () => {
    for (const [verificationMethod, enrolled, channel] of [
      ['SMS', 'SMS', 'SMS'],
      ['WHATSAPP', 'WHATSAPP', 'WHATSAPP'],
      ['WHATSAPP', 'SMS', 'WHATSAPP'],
      ['SMS', undefined, 'SMS'],
      ['SMS', 'WHATSAPP', 'SMS'],
    ] as const) {
      const userId = newUser();
      const own = numberOf(`${userId} own`);
      await app.call('PATCH', `/v1/users/${userId}`, { body: { phoneNumber: own } });
      const number =
        enrolled === undefined || (enrolled !== verificationMethod && verificationMethod === 'SMS')
          ? own
          : numberOf(userId);
      if (enrolled !== undefined) await enrol(userId, { verificationMethod: enrolled, phoneNumber: numberOf(userId) });
      expect((await challenge({ verificationMethod, userId })).status).toBe(200);
      expect(app.texts()[0]).toMatchObject({ to: number, channel });
    }
  });

  test('a right code proves the user’s action, enrols the first number, and is accepted once', async () => {
    const userId = newUser();
    const phoneNumber = numberOf(userId);
    const { challengeId, idempotencyKey } = (await challenge({ verificationMethod: 'SMS', userId, phoneNumber })).body;
    const code = codeTo(phoneNumber);
    expect(await verify(challengeId, code === '000000' ? '000001' : '000000')).toMatchObject({ isVerified: false });
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true, verificationMethod: 'SMS', phoneNumber });
    const action = (await app.call('GET', `/v1/users/${userId}/actions/signIn/${idempotencyKey}`)).body;
    expect(action).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'SMS' });
    expect((await app.call('GET', `/v1/users/${userId}/authenticators`)).body).toMatchObject([
      { verificationMethod: 'SMS', phoneNumber },
    ]);
    expect((await app.call('GET', `/v1/users/${userId}`)).body).toMatchObject({
      phoneNumber,
      phoneNumberVerified: true,
    });
  });

  test('another number is enrolled with the scope to update alone, and replaces the one before', async () => {
    for (const scope of [undefined, 'add:authenticators', 'update:authenticators']) {
      const userId = newUser();
      const [before, after] = [numberOf(userId), numberOf(`${userId} new`)];
      await enrol(userId, { verificationMethod: 'SMS', phoneNumber: before });
      const body = { verificationMethod: 'SMS', userId, phoneNumber: after, ...(scope === undefined ? {} : { scope }) };
      const { challengeId } = (await challenge(body)).body;
      expect(await verify(challengeId, codeTo(after))).toMatchObject({ isVerified: true });
      const expected = scope === 'update:authenticators' ? after : before;
      expect((await app.call('GET', `/v1/users/${userId}/authenticators`)).body).toMatchObject([
        { phoneNumber: expected },
      ]);
    }
  });

  test('where texts are not enabled, it is refused before anything is counted', async () => {
    const tenant = await app.createTenant('Without texts');
    const body = { verificationMethod: 'SMS', action: 'signIn', phoneNumber: numberOf('nobody') };
    const reply = await app.call('POST', '/v1/challenge', { key: tenant.secretKey, body });
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_configuration']);
  });
});
