/** Worry: a limit of tries that a tenant has set is stored and not held, or lets more guesses through than the budget. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DP';
const minuteMs = 60_000;
const invalid = { isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' };
const tooMany = { isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' };

describe.each(databaseKinds)('a tenant’s own limit of tries, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind, { managementRateLimit: 10_000 });
  });
  afterAll(() => app.close());

  /** By the older shape, which every method has. */
  async function limit(method: string, body: object): Promise<void> {
    const key = app.tenant.managementKey;
    const path = '/v1/management/authenticator-configurations';
    const { body: all } = await app.call('GET', path, { key });
    const { authenticatorId } = all.find((one: Record<string, unknown>) => one['verificationMethod'] === method);
    const reply = await app.call('PATCH', `${path}/${authenticatorId}`, { key, body });
    expect(reply.status, reply.text).toBe(200);
  }
  const tries = (rateLimit: number, windowInMinutes: number) => ({
    rateLimitConfiguration: { rateLimit, windowInMinutes },
  });

  async function track(userId: string, body: object = {}): Promise<string> {
    return String((await app.call('POST', `/v1/users/${userId}/actions/pay`, { body })).body.token);
  }

  /** A user with an authenticator app, who has just come to its next step. */
  async function withApp() {
    const userId = `limited-${(people += 1)}`;
    const body = { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${seed}` };
    const enrolled = await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
    const give = async (verificationCode = rightCode(), token?: string) => {
      const as = token ?? (await track(userId));
      return (await app.call('POST', '/v1/client/verify/totp', { token: as, body: { verificationCode } })).body;
    };
    return { userId, give, recoveryCodes: enrolled.body.recoveryCodes as string[] };
  }
  const rightCode = () =>
    new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: app.runtime.clock.now() });

  // The test's clock stands still, so this is never a code of the app by chance.
  const wrong = '000000';

  async function mailed(userId?: string): Promise<{ challengeId: string; code: string }> {
    const email = `limited-${(people += 1)}@example.com`;
    const body = {
      verificationMethod: 'EMAIL_OTP',
      action: 'signIn',
      email,
      ...(userId === undefined ? {} : { userId }),
    };
    const { challengeId } = (await app.call('POST', '/v1/challenge', { body })).body;
    return { challengeId, code: /^\d{6}/.exec(app.mail()[0]?.subject ?? '')?.[0] ?? '' };
  }
  const check = async (challengeId: string, verificationCode: string) =>
    (await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode } })).body;

  test('N01, A05: holds in any window of its length, refuses the right code over it, and what it refuses costs nothing', async () => {
    await limit('AUTHENTICATOR_APP', tries(2, 10));
    const { give } = await withApp();
    expect(await give(wrong)).toEqual(invalid);
    await app.runtime.advance(6 * minuteMs);
    expect(await give(wrong)).toEqual(invalid);
    expect(await give()).toEqual(tooMany);
    await app.runtime.advance(4 * minuteMs - 1);
    expect(await give()).toEqual(tooMany);
    await app.runtime.advance(1);
    // The first try is over, the second still counts.
    expect(await give(wrong)).toEqual(invalid);
    expect(await give()).toEqual(tooMany);
    await app.runtime.advance(6 * minuteMs);
    expect(await give()).toMatchObject({ isVerified: true });
    await limit('AUTHENTICATOR_APP', { rateLimitConfiguration: null });
    await app.runtime.advance(minuteMs);
    expect(await give()).toMatchObject({ isVerified: true });
  });

  test('A05: counts right codes too, so that no success gives new tries; a repeat of the accepted request costs nothing', async () => {
    await limit('AUTHENTICATOR_APP', tries(2, 60));
    const { userId, give } = await withApp();
    const token = await track(userId, { idempotencyKey: 'k' });
    const code = rightCode();
    for (let n = 0; n < 4; n += 1) expect(await give(code, token)).toMatchObject({ isVerified: true });
    await app.runtime.advance(minuteMs);
    expect(await give()).toMatchObject({ isVerified: true });
    await app.runtime.advance(minuteMs);
    expect(await give()).toEqual(tooMany);
    await limit('AUTHENTICATOR_APP', { rateLimitConfiguration: null });
  });

  test('N01, A08: the widest limit leaves the waits and the lock of the guess budget as they are', async () => {
    await limit('AUTHENTICATOR_APP', tries(100, 1));
    const { give } = await withApp();
    for (let n = 0; n < 5; n += 1) expect(await give(wrong)).toEqual(invalid);
    expect(await give()).toEqual(tooMany);
    for (let n = 5; n < 20; n += 1) {
      await app.runtime.advance(60 * minuteMs);
      expect(await give(wrong)).toEqual(invalid);
    }
    await app.runtime.advance(24 * 60 * minuteMs);
    expect(await give()).toEqual(tooMany);
    await limit('AUTHENTICATOR_APP', { rateLimitConfiguration: null });
  });

  test('A09: is each user’s and each method’s own, ends by an unlock, and the pages say until when it lasts', async () => {
    await limit('AUTHENTICATOR_APP', tries(1, 30));
    const [one, other] = [await withApp(), await withApp()];
    const token = await track(one.userId);
    const retryAt = async () =>
      (await app.call('GET', '/v1/client/ui/session', { token })).body.challengeMethods[0].retryAt;
    expect(await retryAt()).toBeUndefined();
    expect(await one.give(wrong)).toEqual(invalid);
    expect(await one.give()).toEqual(tooMany);
    expect(Date.parse(await retryAt())).toBe(app.runtime.clock.now() + 30 * minuteMs);
    expect(await other.give()).toMatchObject({ isVerified: true });
    const recovered = await app.call('POST', '/v1/client/verify/recovery-code', {
      token: await track(one.userId),
      body: { verificationCode: one.recoveryCodes[0] },
    });
    expect(recovered.body).toMatchObject({ isVerified: true });
    expect(await one.give()).toEqual(tooMany);
    const unlock = `/v1/management/users/${one.userId}/verification-methods/AUTHENTICATOR_APP/unlock`;
    expect((await app.call('POST', unlock, { key: app.tenant.managementKey })).status).toBe(200);
    expect(await one.give()).toMatchObject({ isVerified: true });
    await limit('AUTHENTICATOR_APP', { rateLimitConfiguration: null });
  });

  test('holds for recovery codes', async () => {
    await limit('RECOVERY_CODE', tries(1, 5));
    const { userId, recoveryCodes } = await withApp();
    const give = async (verificationCode: string | undefined) => {
      const token = await track(userId);
      return (await app.call('POST', '/v1/client/verify/recovery-code', { token, body: { verificationCode } })).body;
    };
    expect(await give('AAAA-BBBB-CCCC-DDDD')).toEqual(invalid);
    expect(await give(recoveryCodes[0])).toEqual(tooMany);
    await limit('RECOVERY_CODE', { rateLimitConfiguration: null });
  });

  test('A09: holds for mailed codes by the server API, over new challenges, with a user or with an address alone', async () => {
    const limited = await app.call('PATCH', '/v1/management/authenticator-configurations/email-otp', {
      key: app.tenant.managementKey,
      body: { submissionRateLimitConfiguration: { rateLimit: 2, windowInMinutes: 8 } },
    });
    expect(limited.status, limited.text).toBe(200);
    const userId = `limited-${(people += 1)}`;
    for (const of of [userId, undefined]) {
      const first = await mailed(of);
      expect(await check(first.challengeId, wrong)).toEqual(invalid);
      expect(await check(first.challengeId, wrong)).toEqual(invalid);
      expect(await check(first.challengeId, first.code)).toEqual(tooMany);
      if (of !== undefined) {
        const second = await mailed(of);
        expect(await check(second.challengeId, second.code)).toEqual(tooMany);
      }
      await app.runtime.advance(8 * minuteMs);
      expect(await check(first.challengeId, first.code)).toMatchObject({ isVerified: true });
    }
  });

  test('a tenant’s own sending limit holds for links, whichever of its names it was set by', async () => {
    await limit('EMAIL_MAGIC_LINK', { sendingRateLimitConfiguration: { rateLimit: 2, windowInMinutes: 3 } });
    const userId = `limited-${(people += 1)}`;
    const body = { verificationMethod: 'EMAIL_MAGIC_LINK', email: `${userId}@example.com` };
    await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
    const send = async () => app.call('POST', '/v1/client/challenge/email-magic-link', { token: await track(userId) });
    expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
    const third = await send();
    expect([third.status, third.body.errorCode, third.headers['retry-after']]).toEqual([
      429,
      'too_many_requests',
      '180',
    ]);
    await app.runtime.advance(3 * minuteMs);
    expect((await send()).status).toBe(200);
  });
});
