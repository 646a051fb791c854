/** Worry: a backend with its own screens cannot send, check and claim codes through the official SDK. */
import { Authsignal, SmsChannel, VerificationMethod } from '@authsignal/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
import { enableTexts, numberOf, readInboxText } from '../rig/phone.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { startedServer } from './started-server.ts';
import type { StartedServer } from './started-server.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('challenges through the official Node SDK on the %s database', (kind) => {
  let server: StartedServer;
  let authsignal: Authsignal;
  beforeAll(async () => {
    server = await startedServer(kind);
    authsignal = new Authsignal({ apiUrl: server.apiUrl, apiSecretKey: server.secretKey });
  });
  afterAll(() => server.stop());

  test('a code is sent, verified, claimed, validated and becomes a session', async () => {
    const email = 'ann@example.com';
    const userId = 'ann';
    const { challengeId, expiresAt } = await authsignal.challenge({
      verificationMethod: VerificationMethod.EMAIL_OTP,
      action: 'signIn',
      email,
    });
    expect(Number(expiresAt), '9.5-10: seconds in 32 bits').toBeLessThan(2 ** 31);
    const open = await authsignal.getChallenge({ challengeId });
    expect(open).toMatchObject({ challengeId, email, action: 'signIn' });

    const wrong = await authsignal.verify({ challengeId, verificationCode: 'x' });
    expect(wrong).toEqual({ isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' });
    const verificationCode = await readInboxCode(server.url, email);
    const right = await authsignal.verify({ challengeId, verificationCode });
    expect(right).toMatchObject({ isVerified: true, email });

    const { token } = await authsignal.claimChallenge({ challengeId, userId });
    const validated = await authsignal.validateChallenge({ token, userId, action: 'signIn' });
    expect(validated).toMatchObject({ isValid: true, verificationMethod: 'EMAIL_OTP' });
    const session = await authsignal.createSession({ token, clientId: server.tenantId });
    const checked = await authsignal.validateSession({ accessToken: session.accessToken });
    expect(checked.user).toMatchObject({ userId, email, emailVerified: true });
  });

  test('ruling 36: the following track decides a claimed action, with its own data', async () => {
    const manage = (path: string, body: object) =>
      ask(server.url, 'POST', `/v1/management/action-configurations${path}`, { key: server.managementKey, body });
    await manage('', { actionCode: 'order', defaultUserActionResult: 'ALLOW' });
    const conditions = { '>': [{ var: 'custom.amount' }, 1000] };
    const rule = { name: 'Large', isActive: true, priority: 0, type: 'BLOCK', conditions };
    expect((await manage('/order/rules', rule)).status).toBe(200);
    const email = 'bob@example.com';
    const userId = 'bob';
    for (const [amount, state] of [
      [10, 'CHALLENGE_SUCCEEDED'],
      [1_000_000, 'BLOCK'],
    ] as const) {
      const challenge = { verificationMethod: VerificationMethod.EMAIL_OTP as const, action: 'order', email };
      const { challengeId, idempotencyKey } = await authsignal.challenge(challenge);
      await authsignal.verify({ challengeId, verificationCode: await readInboxCode(server.url, email) });
      const { token } = await authsignal.claimChallenge({ challengeId, userId });
      const before = { isValid: false, isTracked: false, state: 'CHALLENGE_REQUIRED' };
      expect(await authsignal.validateChallenge({ token })).toMatchObject(before);
      const attributes = { idempotencyKey, custom: { amount } };
      expect(await authsignal.track({ userId, action: 'order', attributes })).toMatchObject({ state });
      const after = { isValid: state !== 'BLOCK', isTracked: true, state };
      expect(await authsignal.validateChallenge({ token })).toMatchObject(after);
    }
  });

  test('an error of the server is thrown with its code', async () => {
    const sms = authsignal.challenge({
      verificationMethod: VerificationMethod.SMS,
      action: 'signIn',
      phoneNumber: '+64270000000',
    });
    await expect(sms).rejects.toMatchObject({
      statusCode: 400,
      errorCode: 'invalid_configuration',
    });
    const unknown = { challengeId: '00000000-0000-4000-8000-000000000000', verificationCode: '123456' };
    await expect(authsignal.verify(unknown)).rejects.toMatchObject({ statusCode: 404, errorCode: 'not_found' });
  });

  test.each([
    ['SMS', {}],
    ['WHATSAPP', {}],
    ['SMS', { smsChannel: SmsChannel.WHATSAPP }],
  ] as const)(
    'a code by %s %j is sent to a number, verified, claimed, and enrols the number',
    async (method, channel) => {
      await enableTexts({ node: server, managementKey: server.managementKey });
      const userId = `texted-${method}-${Object.keys(channel).length}`;
      const phoneNumber = numberOf(userId);
      const verificationMethod = VerificationMethod[method];
      const used = Object.keys(channel).length > 0 ? 'WHATSAPP' : method;
      const { challengeId } = await authsignal.challenge({
        verificationMethod,
        action: 'signIn',
        phoneNumber,
        ...channel,
      });
      expect(await authsignal.getChallenge({ challengeId })).toMatchObject({
        challengeId,
        phoneNumber,
        smsChannel: used === 'WHATSAPP' ? 'WHATSAPP' : 'DEFAULT',
      });
      const verificationCode = await readInboxText(server.url, phoneNumber);
      expect(await authsignal.verify({ challengeId, verificationCode })).toMatchObject({
        isVerified: true,
        phoneNumber,
        verificationMethod: used,
      });
      const { token } = await authsignal.claimChallenge({ challengeId, userId });
      const validated = await authsignal.validateChallenge({ token, userId, action: 'signIn' });
      expect(validated).toMatchObject({ isValid: true, verificationMethod: used });
      expect(await authsignal.getUser({ userId })).toMatchObject({
        phoneNumber,
        phoneNumberVerified: true,
        isEnrolled: true,
      });

      // A known user is reached without naming the number, and a newer code replaces the first.
      const next = await authsignal.challenge({ verificationMethod: VerificationMethod[used], action: 'pay', userId });
      const first = await readInboxText(server.url, phoneNumber);
      await authsignal.challenge({ challengeId: next.challengeId });
      const second = await readInboxText(server.url, phoneNumber);
      const refused = await authsignal.verify({ challengeId: next.challengeId, verificationCode: first });
      expect(refused.isVerified).toBe(first === second);
      expect(await authsignal.verify({ challengeId: next.challengeId, verificationCode: second })).toMatchObject({
        isVerified: true,
      });
    },
  );
});
