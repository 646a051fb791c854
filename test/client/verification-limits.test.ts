/** Worry: a tenant's limit of tries is stored but not enforced, or allows more guesses than the budget. */
import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { spendAttempt } from '../../src/storage/queries/guess-budgets.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Sql } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DP';
const minuteMs = 60_000;
const invalid = { isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' };
const tooMany = { isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' };

const failNearly = statement<never>(
  'test_fail_nearly',
  `update guess_budgets set failures_since_reset = $1, failures_since_success = $2, next_try_at = 'epoch'
   where failures_since_success > 0`,
);
const failBeside = statement<never>(
  'test_fail_beside',
  'update guess_budgets set failures_beside = 99 where failures_beside > 0',
);
const forgetAll = statement<never>(
  'test_forget_guesses',
  'with tries as (delete from guess_tries) delete from guess_budgets',
);
const countedText = statement<{ text: string }>(
  'test_counted_text',
  'select g::text as text from guess_budgets g union all select t::text from guess_tries t',
);
const countEarlier = statement<never>(
  'test_count_earlier',
  `insert into guess_budgets (tenant_id, subject, verification_method, failures_since_reset, failures_since_success,
     next_try_at, recent_tries)
   values ($1, 'user:' || $2, $3, 20, 100, 'epoch', array['epoch'::timestamptz])`,
);
const unlocks = statement<{ data: object }>(
  'test_unlocks',
  `select data from audit_events where event_type = 'verification_method.unlocked' and user_id = $1 order by happened_at`,
);

describe.each(databaseKinds)('how often a code may be tried, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind, { managementRateLimit: 10_000 });
  });
  afterAll(() => app.close());

  /** Through the older member, which every method has. */
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

  /** A user with an authenticator app, at the start of an unused time step. */
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

  // The test's clock stands still, so this is never a valid code of the app by chance.
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

  test('N01, A05: the limit holds in any window of its length and refuses even the correct code; refused tries cost nothing', async () => {
    await limit('AUTHENTICATOR_APP', tries(2, 10));
    const { give } = await withApp();
    expect(await give(wrong)).toEqual(invalid);
    await app.runtime.advance(6 * minuteMs);
    expect(await give(wrong)).toEqual(invalid);
    expect(await give()).toEqual(tooMany);
    await app.runtime.advance(4 * minuteMs - 1);
    expect(await give()).toEqual(tooMany);
    await app.runtime.advance(1);
    // The first try has left the window, the second still counts.
    expect(await give(wrong)).toEqual(invalid);
    expect(await give()).toEqual(tooMany);
    await app.runtime.advance(6 * minuteMs);
    expect(await give()).toMatchObject({ isVerified: true });
    await limit('AUTHENTICATOR_APP', { rateLimitConfiguration: null });
    await app.runtime.advance(minuteMs);
    expect(await give()).toMatchObject({ isVerified: true });
  });

  test('A05: correct codes count too, so that a success gives no new tries; an identical repeat costs nothing', async () => {
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

  test('N01, A08: the widest limit leaves the waits and the lock of the guess budget unchanged', async () => {
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

  test('A09: the limit counts per user and method, ends with an unlock, and the pages say until when it lasts', async () => {
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

  test('the limit holds for recovery codes', async () => {
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

  test('A09: the limit holds for codes mailed through the server API, across new challenges, with a user or an address alone', async () => {
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

  test('a tenant’s own sending limit holds for links, whichever of its two names it was set by', async () => {
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

  describe('ruling 43: guesses are counted per authenticator or contact', () => {
    const enrol = async (userId: string, body: object) => {
      const reply = await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
      expect(reply.status, reply.text).toBe(200);
      return String(reply.body.authenticator.userAuthenticatorId);
    };
    const enrolApp = (userId: string, secret = seed) =>
      enrol(userId, { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${secret}` });
    const enrolEmail = (userId: string, email: string) => enrol(userId, { verificationMethod: 'EMAIL_OTP', email });
    const remove = async (userId: string, id: string) =>
      expect((await app.call('DELETE', `/v1/users/${userId}/authenticators/${id}`)).status).toBe(200);
    const unlock = (userId: string, method: string, body: object = {}) =>
      app.call('POST', `/v1/management/users/${userId}/verification-methods/${method}/unlock`, {
        key: app.tenant.managementKey,
        body,
      });
    const client = async (path: string, token: string, body: object) =>
      (await app.call('POST', `/v1/client/${path}`, { token, body })).body;
    const codeTo = (email: string) =>
      /^\d{6}/.exec(app.mail().find(({ to }) => to === email)?.subject ?? '')?.[0] ?? '';

    const withCode = async (userId: string, secret = seed) => {
      await app.runtime.advance(31_000);
      const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.runtime.clock.now() });
      return client('verify/totp', await track(userId), { verificationCode: code });
    };
    const wrongCode = async (userId: string) => client('verify/totp', await track(userId), { verificationCode: wrong });

    /** With a code to the user's own address, correct unless the test changes it. */
    const withMail = async (userId: string, email: string, isRight = true) => {
      const token = await track(userId);
      await client('challenge/email-otp', token, {});
      const code = codeTo(email);
      return client('verify/email-otp', token, { verificationCode: isRight ? code : other(code) });
    };
    const other = (code: string) => code.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));

    /** Sets an address up with a token that may do so. */
    const setUp = async (userId: string, email: string, isRight = true, body: object = {}) => {
      const token = await track(userId, body);
      await client('user-authenticators/email-otp', token, { email });
      const code = codeTo(email);
      return client('verify/email-otp', token, { verificationCode: isRight ? code : other(code) });
    };

    const newUser = () => `guessed-${(people += 1)}`;
    /** The authenticator that was just guessed at has failed this often. */
    const failed = (sinceReset: number, sinceSuccess: number) => app.db.query(failNearly, [sinceReset, sinceSuccess]);
    beforeAll(() => limit('EMAIL_OTP', { rateLimitConfiguration: null }));
    beforeEach(() => app.db.query(forgetAll, []));

    test('N01: a hundred real failures disable an app, but not the one that is enrolled in its place', async () => {
      const userId = newUser();
      const id = await enrolApp(userId);
      for (let n = 1; n <= 100; n += 1) {
        expect(await wrongCode(userId), String(n)).toEqual(invalid);
        await app.runtime.advance(60 * minuteMs);
        if (n % 20 !== 0) continue;
        expect(await withCode(userId)).toEqual(tooMany);
        expect((await unlock(userId, 'AUTHENTICATOR_APP')).status).toBe(200);
      }
      expect(await withCode(userId)).toEqual(tooMany);
      await remove(userId, id);
      // Enrolled by the user.
      const token = await track(userId);
      const { secret } = await client('user-authenticators/totp', token, {});
      const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.runtime.clock.now() });
      expect(await client('verify/totp', token, { verificationCode: code })).toMatchObject({ isVerified: true });
      expect(await withCode(userId, secret)).toMatchObject({ isVerified: true });
    });

    test('an app whose secret the backend replaces starts with a fresh budget though it keeps its id; the same secret does not', async () => {
      const userId = newUser();
      const id = await enrolApp(userId);
      await wrongCode(userId);
      await failed(20, 100);
      expect(await enrolApp(userId)).toBe(id);
      expect(await withCode(userId)).toEqual(tooMany);
      const next = 'KRSXG5CTMVRXEZLUKRSXG5CT';
      expect(await enrolApp(userId, next)).toBe(id);
      expect(await withCode(userId, next)).toMatchObject({ isVerified: true });
    });

    test('an address that is removed and set up again keeps its count of guesses; another address has its own', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      const id = await enrolEmail(userId, email);
      expect(await withMail(userId, email, false)).toEqual(invalid);
      await failed(0, 100);
      expect(await withMail(userId, email)).toEqual(tooMany);
      await remove(userId, id);
      expect(await setUp(userId, email.toUpperCase())).toMatchObject({ isVerified: true });
      expect((await unlock(userId, 'EMAIL_OTP')).status).toBe(200);
      expect(await withMail(userId, email.toUpperCase())).toEqual(tooMany);
      const session = await app.call('GET', '/v1/client/ui/session', { token: await track(userId) });
      expect(session.body.challengeMethods).toEqual([]);

      const scope = { scope: 'update:authenticators' };
      // A replacement spends the guesses of what it will replace.
      expect(await setUp(userId, `new-${email}`, true, scope)).toEqual(tooMany);
      await enrolEmail(userId, `new-${email}`);
      expect(await withMail(userId, `new-${email}`)).toMatchObject({ isVerified: true });
    });

    test.each(['enrolled again', 'enrolled once more where it is', 'unlocked with resetDisabled'])(
      'a disabled address works again if the backend or an operator says so: %s',
      async (how) => {
        const userId = newUser();
        const email = `${userId}@example.com`;
        const id = await enrolEmail(userId, email);
        await withMail(userId, email, false);
        await failed(20, 100);
        expect(await withMail(userId, email)).toEqual(tooMany);
        if (how.startsWith('unlocked')) {
          expect((await unlock(userId, 'EMAIL_OTP', { resetDisabled: 'yes' })).status).toBe(400);
          expect((await unlock(userId, 'EMAIL_OTP', { resetDisabled: false })).status).toBe(200);
          expect(await withMail(userId, email)).toEqual(tooMany);
          expect((await unlock(userId, 'EMAIL_OTP', { resetDisabled: true })).status).toBe(200);
          expect((await app.db.query(unlocks, [userId])).map(({ data }) => data)).toEqual([
            { verificationMethod: 'EMAIL_OTP' },
            { verificationMethod: 'EMAIL_OTP', resetDisabled: true },
          ]);
        } else {
          if (how === 'enrolled again') await remove(userId, id);
          await enrolEmail(userId, email);
        }
        expect(await withMail(userId, email)).toMatchObject({ isVerified: true });
      },
    );

    test('repeating an enrolment ends no wait and no lock', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      await enrolEmail(userId, email);
      await withMail(userId, email, false);
      await failed(20, 20);
      await enrolEmail(userId, email);
      expect(await withMail(userId, email)).toEqual(tooMany);
      expect((await unlock(userId, 'EMAIL_OTP')).status).toBe(200);
      expect(await withMail(userId, email)).toMatchObject({ isVerified: true });
      expect((await unlock(newUser(), 'EMAIL_OTP')).status).toBe(404);
    });

    test('a deleted user who begins again under the same id keeps the counts, and what is stored identifies no person', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      await enrolApp(userId);
      await wrongCode(userId);
      await enrolEmail(userId, email);
      await withMail(userId, email, false);
      await failed(20, 100);
      expect((await app.call('DELETE', `/v1/users/${userId}`)).status).toBe(200);
      const kept = (await app.db.query(countedText, [])).map(({ text }) => text);
      // Only those of the address: a removed app can never be guessed at again.
      expect(kept).toEqual([expect.stringContaining('own-contact:')]);
      expect(kept[0]).not.toMatch(new RegExp(`${userId}|example`, 'i'));
      expect(await setUp(userId, email)).toMatchObject({ isVerified: true });
      expect(await withMail(userId, email)).toEqual(tooMany);
    });

    test('an unverified authenticator spends the guesses of the verified one, and does not reset its failures', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      await enrolEmail(userId, email);
      const scope = { scope: 'update:authenticators' };
      expect(await setUp(userId, `b-${email}`, false, scope)).toEqual(invalid);
      for (let n = 0; n < 2; n += 1) expect(await withMail(userId, email, false)).toEqual(invalid);
      // A backend's challenge to an address that is not enrolled.
      for (const expected of [{ isVerified: true }, invalid, { isVerified: true }, invalid, tooMany]) {
        const { challengeId, code } = await mailed(userId);
        const given = 'failureReason' in expected ? other(code) : code;
        expect(await check(challengeId, given)).toMatchObject(expected);
      }
      expect(await withMail(userId, email)).toEqual(tooMany);
      expect(await setUp(userId, `b-${email}`, true, scope)).toEqual(tooMany);
      await app.runtime.advance(minuteMs);
      expect(await withMail(userId, email)).toMatchObject({ isVerified: true });
    });

    test('a user who proves their own address can guess at another one a hundred times and no more', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      await enrolEmail(userId, email);
      const scope = { scope: 'update:authenticators' };
      expect(await setUp(userId, `victim-${email}`, false, scope)).toEqual(invalid);
      await app.db.query(failBeside, []);
      expect(await withMail(userId, email)).toMatchObject({ isVerified: true });
      expect(await setUp(userId, `victim-${email}`, false, scope)).toEqual(invalid);
      expect(await setUp(userId, `victim-${email}`, true, scope)).toEqual(tooMany);
      const { challengeId, code } = await mailed(userId);
      expect(await check(challengeId, code)).toEqual(tooMany);
      expect(await withMail(userId, email)).toMatchObject({ isVerified: true });
      expect((await unlock(userId, 'EMAIL_OTP', { resetDisabled: true })).status).toBe(200);
      expect(await setUp(userId, `next-${email}`, true, scope)).toMatchObject({ isVerified: true });
    });

    test('the limit of a hundred for a method without a verified authenticator outlasts the user’s own enrolments', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      expect(await setUp(userId, `victim-${email}`, false)).toEqual(invalid);
      await failed(10, 99);
      expect(await setUp(userId, email)).toMatchObject({ isVerified: true });
      const { body } = await app.call('GET', `/v1/users/${userId}/authenticators`);
      await remove(userId, body[0].userAuthenticatorId);
      // The waits are over, and one guess is left.
      expect(await setUp(userId, `victim-${email}`, false)).toEqual(invalid);
      expect(await setUp(userId, `victim-${email}`)).toEqual(tooMany);
      expect((await unlock(userId, 'EMAIL_OTP')).status).toBe(200);
      expect(await setUp(userId, email)).toEqual(tooMany);
      expect((await unlock(userId, 'EMAIL_OTP', { resetDisabled: true })).status).toBe(200);
      expect(await setUp(userId, email)).toMatchObject({ isVerified: true });
    });

    test('two users with the same address each have their own budget', async () => {
      const [one, two] = [newUser(), newUser()];
      const email = `${one}@example.com`;
      await enrolEmail(one, email);
      await enrolEmail(two, email);
      for (let n = 0; n < 5; n += 1) expect(await withMail(one, email, false)).toEqual(invalid);
      expect(await withMail(one, email)).toEqual(tooMany);
      expect(await withMail(two, email)).toMatchObject({ isVerified: true });
    });

    test('the tenant’s own limit counts per user and method, also after a new enrolment', async () => {
      await limit('AUTHENTICATOR_APP', tries(2, 60));
      const userId = newUser();
      await enrolApp(userId);
      for (let n = 0; n < 2; n += 1) expect(await wrongCode(userId)).toEqual(invalid);
      await enrolApp(userId, 'KRSXG5CTMVRXEZLUKRSXG5CT');
      expect(await withCode(userId, 'KRSXG5CTMVRXEZLUKRSXG5CT')).toEqual(tooMany);
      await limit('AUTHENTICATOR_APP', { rateLimitConfiguration: null });
      expect(await withCode(userId, 'KRSXG5CTMVRXEZLUKRSXG5CT')).toMatchObject({ isVerified: true });
    });

    // The embedded database has one connection, so two guesses are never spent at once there.
    test.runIf(kind === 'postgres')(
      'N01: of two simultaneous guesses with no row in common, one gets the last try',
      async () => {
        const spend = (sql: Sql, subject: string) =>
          spendAttempt(
            sql,
            {
              tenantId: app.tenant.tenantId,
              owner: 'user-id:x',
              subject,
              isBeside: false,
              verificationMethod: 'SMS',
              userId: 'x',
            },
            { limit: { triesMax: 1, windowMs: minuteMs }, noticeId: randomUUID(), nowMs: 0 },
          );
        const { other } = await app.db.transaction(async (sql) => {
          expect(await spend(sql, 'authenticator:1')).toMatchObject({ isLast: false });
          const second = spend(app.db, 'authenticator:2');
          await new Promise((resolve) => setTimeout(resolve, 300));
          return { other: second };
        });
        expect(await other).toBeUndefined();
      },
    );

    test('a lock from an earlier release still holds, and is unlocked in the same way', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      await enrolApp(userId);
      await enrolEmail(userId, email);
      for (const method of ['AUTHENTICATOR_APP', 'EMAIL_OTP', 'RECOVERY_CODE']) {
        await app.db.query(countEarlier, [app.tenant.tenantId, userId, method]);
      }
      const upgraded = await testApp(kind, { db: app.db, seed: 'upgraded' });
      await upgraded.app.server.close();
      const counted = (await app.db.query(countedText, [])).map(({ text }) => text).join('\n');
      expect(counted).not.toContain(userId);
      expect(await withCode(userId)).toEqual(tooMany);
      expect(await withMail(userId, email)).toEqual(tooMany);
      const recovered = await client('verify/recovery-code', await track(userId), {
        verificationCode: 'AAAA-BBBB-CCCC-DDDD',
      });
      expect(recovered).toEqual(tooMany);
      for (const method of ['AUTHENTICATOR_APP', 'EMAIL_OTP']) {
        expect((await unlock(userId, method, { resetDisabled: true })).status).toBe(200);
      }
      expect(await withCode(userId)).toMatchObject({ isVerified: true });
      expect(await withMail(userId, email)).toMatchObject({ isVerified: true });
    });
  });
});
