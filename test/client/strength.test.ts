/** Worry: weak proofs add up to a strong one, or give power over a stronger authenticator. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { SoftwareKey } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

// One database is enough: nothing here depends on how a database behaves.
let app: TestApp;
let they: ReturnType<typeof keyHolder>;
beforeAll(async () => {
  app = await testApp('embedded');
  they = keyHolder(app);
});
afterAll(() => app.close());

interface Person {
  readonly userId: string;
  readonly email: string;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly ids: readonly string[];
}

async function enrol(userId: string, body: object): Promise<TestReply['body']> {
  return they.good(app.call('POST', `/v1/users/${userId}/authenticators`, { body }));
}

/** A user with every weak method, and an authenticator app. */
async function withWeakMethods(): Promise<Person> {
  const userId = they.newUser();
  const email = `${userId}@example.com`;
  const secret = new Secret({ size: 20 }).base32;
  const first = await enrol(userId, { verificationMethod: 'EMAIL_OTP', email });
  const others = [
    await enrol(userId, { verificationMethod: 'EMAIL_MAGIC_LINK', email }),
    await enrol(userId, { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${secret}` }),
  ];
  const ids = [first, ...others].map(({ authenticator }) => String(authenticator.userAuthenticatorId));
  return { userId, email, secret, recoveryCodes: first.recoveryCodes, ids };
}

const mailTo = (email: string) => app.mail().find(({ to }) => to === email);
const verify = (token: string, method: string, verificationCode: unknown) =>
  they.post(`verify/${method}`, token, { verificationCode });
const totpCode = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.runtime.clock.now() });

/** Gives one proof for a token, and returns the token that it earned. */
const proofs: Readonly<Record<string, (person: Person, token: string) => Promise<TestReply>>> = {
  async EMAIL_OTP({ email }, token) {
    const asked = await they.post('challenge/email-otp', token, {});
    if (asked.status !== 200) return asked;
    return verify(token, 'email-otp', /^\d+/.exec(mailTo(email)?.subject ?? '')?.[0]);
  },
  async EMAIL_MAGIC_LINK({ email }, token) {
    const asked = await they.post('challenge/email-magic-link', token, {});
    if (asked.status !== 200) return asked;
    const link = /token=(\S+)/.exec(mailTo(email)?.text ?? '')?.[1] ?? '';
    const page = await app.call('GET', `/magic-link?token=${link}`, { key: null });
    const pageNonce = /name="pageNonce" value="([^"]*)"/.exec(page.text)?.[1];
    await app.call('POST', '/magic-link', { key: null, body: { token: link, pageNonce } });
    return they.post('verify/email-magic-link/finalize', token, {});
  },
  RECOVERY_CODE: ({ recoveryCodes: [code] }, token) => verify(token, 'recovery-code', code),
  AUTHENTICATOR_APP: ({ secret }, token) => verify(token, 'totp', totpCode(secret)),
};

describe('A16, N10: several weak proofs do not add up to a strong one', () => {
  test('an action that demands more than low accepts none of them, alone or together, through either API', async () => {
    await they.good(
      app.call('POST', '/v1/management/action-configurations', {
        key: app.tenant.managementKey,
        body: { actionCode: 'withdraw', defaultUserActionResult: 'CHALLENGE', minimumAssurance: 'medium' },
      }),
    );
    const person = await withWeakMethods();
    const { userId, email } = person;
    const token = await they.track(userId, { idempotencyKey: 'k' }, 'withdraw');
    for (const method of ['EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'RECOVERY_CODE']) {
      const reply = await proofs[method]?.(person, token);
      expect([method, reply?.status, reply?.body.isVerified ?? reply?.body.errorCode]).toSatisfy(
        ([, status, said]) => (status === 403 && said === 'forbidden') || (status === 200 && said === false),
      );
    }
    const body = { verificationMethod: 'EMAIL_OTP', action: 'withdraw', email, userId, idempotencyKey: 'k' };
    const { challengeId } = await they.good(app.call('POST', '/v1/challenge', { body }));
    const verificationCode = /^\d+/.exec(mailTo(email)?.subject ?? '')?.[0];
    await they.good(app.call('POST', '/v1/verify', { body: { challengeId, verificationCode } }));
    await they.good(app.call('POST', '/v1/claim', { body: { challengeId, userId } }));
    expect(await they.validate(token)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
    expect((await proofs['AUTHENTICATOR_APP']?.(person, token))?.body).toMatchObject({ isVerified: true });
    expect(await they.validate(token)).toMatchObject({ isValid: true, assurance: 'medium' });
  });

  test('several weak proofs for one action leave its assurance as low as each, and earn nothing over a stronger authenticator', async () => {
    const person = await withWeakMethods();
    const [, , app_ = ''] = person.ids;
    let token = await they.track(person.userId, { idempotencyKey: 'k' });
    for (const method of ['EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'RECOVERY_CODE']) {
      const reply = await proofs[method]?.(person, token);
      expect(reply?.body, method).toMatchObject({ isVerified: true });
      token = String(reply?.body.accessToken);
      expect(await they.validate(token), method).toMatchObject({ isValid: true, assurance: 'low' });
      const removed = await app.call('DELETE', `/v1/client/user-authenticators/${app_}`, { token });
      expect([removed.status, removed.body.errorCode], method).toEqual([403, 'insufficient_scope']);
    }
  });
});

describe('I4, N12, N28: a user with a strong authenticator changes authenticators only with that one', () => {
  let person: Person;
  let key: SoftwareKey;
  beforeAll(async () => {
    person = await withWeakMethods();
    key = softwareKey();
    const token = await they.track(person.userId, { scope: 'add:authenticators' });
    await they.good(they.register(token, key));
  });

  /** Every way to add, change or remove an authenticator. */
  const changes: Readonly<Record<string, (token: string) => Promise<TestReply>>> = {
    'adds a passkey': (token) => they.post('user-authenticators/passkey/registration-options', token, {}),
    'adds a security key': (token) => they.post('user-authenticators/security-key/registration-options', token, {}),
    'replaces the app': (token) => they.post('user-authenticators/totp', token, {}),
    'replaces the address': (token) =>
      they.post('user-authenticators/email-otp', token, { email: 'mallory@example.com' }),
    'replaces the address of links': (token) =>
      they.post('user-authenticators/email-magic-link', token, { email: 'mallory@example.com' }),
    'makes recovery codes': (token) => they.post('user-authenticators/recovery-codes', token, {}),
    'renames one': (token) =>
      app.call('PATCH', `/v1/client/user-authenticators/${person.ids[0]}`, { token, body: { displayName: 'Mine' } }),
    'removes one': (token) => app.call('DELETE', `/v1/client/user-authenticators/${person.ids[1]}`, { token }),
  };

  const withPasskey = async (token: string, isVerified: boolean) => {
    const { options } = await they.authenticationOptions(token);
    const authenticationCredential = useCredential(key, options, ownOrigin, isVerified ? {} : { flags: 1 | 8 | 16 });
    return they.post('verify/passkey', token, { authenticationCredential });
  };
  const given: Readonly<Record<string, (token: string) => Promise<TestReply>>> = {
    ...Object.fromEntries(Object.entries(proofs).map(([name, give]) => [name, (token) => give(person, token)])),
    'a passkey without user verification': (token) => withPasskey(token, false),
  };

  test.each([...Object.keys(proofs), 'a passkey without user verification'])('refused with %s', async (name) => {
    await app.runtime.advance(60_000);
    const proven = await given[name]?.(await they.track(person.userId));
    expect(proven?.body, name).toMatchObject({ isVerified: true });
    const verified = async () =>
      (await app.call('GET', `/v1/users/${person.userId}/authenticators`)).body.filter(
        ({ verifiedAt }: { verifiedAt?: string }) => verifiedAt !== undefined,
      );
    const before = await verified();
    for (const [what, change] of Object.entries(changes)) {
      const reply = await change(String(proven?.body.accessToken));
      // Rulings 17 and 41: a recovery code may add a lost method, and an app that will replace the lost one; it removes
      // nothing.
      const mayAdd = name === 'RECOVERY_CODE' && (what.startsWith('adds') || what === 'replaces the app');
      expect([what, reply.status], reply.text).toEqual([what, mayAdd ? 200 : 403]);
      if (!mayAdd) expect(reply.body.errorCode, what).toBe('insufficient_scope');
    }
    expect(await verified()).toEqual(before);
  });

  test('all are permitted with the strong authenticator', async () => {
    const proven = await they.good(withPasskey(await they.track(person.userId), true));
    for (const [what, change] of Object.entries(changes)) {
      expect([what, (await change(String(proven.accessToken))).status]).toEqual([what, 200]);
    }
  });
});

describe('N02: a locked method', () => {
  const lock = statement<never>(
    'strength_lock',
    `update guess_budgets set failures_since_reset = 20, failures_since_success = $2 where subject = $1`,
    'writes',
  );
  const unlock = (userId: string) =>
    app.call('POST', `/v1/management/users/${userId}/verification-methods/AUTHENTICATOR_APP/unlock`, {
      key: app.tenant.managementKey,
    });

  async function locked(failures: number) {
    const person = await withWeakMethods();
    const token = await they.track(person.userId);
    expect((await verify(token, 'totp', '000000')).body.isVerified).toBe(false);
    await app.db.query(lock, [`authenticator:${person.ids[2]}`, failures]);
    const tryApp = async () => (await verify(token, 'totp', totpCode(person.secret))).body;
    expect(await tryApp()).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    return { ...person, token, tryApp };
  }

  test('is unlocked by an operator, whom the audit log names, and not by a success of another method', async () => {
    const { tryApp, ...person } = await locked(20);
    for (const method of ['EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'RECOVERY_CODE']) {
      expect((await proofs[method]?.(person, person.token))?.body).toMatchObject({ isVerified: true });
      expect(await tryApp(), method).toMatchObject({ failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    }
    expect((await unlock(person.userId)).status).toBe(200);
    const events = statement<{ actor: { kind: string } }>(
      'strength_unlocks',
      `select actor from audit_events where event_type = 'verification_method.unlocked' and user_id = $1`,
    );
    expect(await app.db.query(events, [person.userId])).toMatchObject([{ actor: { kind: 'management' } }]);
    expect(await tryApp()).toMatchObject({ isVerified: true });
  });

  test('N01: is disabled after a hundred failures without a success, however often it was unlocked', async () => {
    const { userId, tryApp } = await locked(100);
    for (let unlocked = 0; unlocked < 2; unlocked += 1) {
      expect((await unlock(userId)).status).toBe(200);
      expect(await tryApp()).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    }
  });
});

test('N46: the response to an invalid code is the same, whatever is wrong with it', async () => {
  const { userId, email, secret } = await withWeakMethods();
  const used = totpCode(secret);
  expect((await verify(await they.track(userId, {}, 'before'), 'totp', used)).body.isVerified).toBe(true);
  const other = await withWeakMethods();
  const token = await they.track(userId);
  const mailed = async () => {
    await they.good(they.post('challenge/email-otp', token, {}));
    return /^\d+/.exec(mailTo(email)?.subject ?? '')?.[0];
  };
  const replaced = await mailed();
  await mailed();
  const answers = [
    await verify(token, 'totp', used),
    await verify(token, 'totp', totpCode(other.secret)),
    await verify(token, 'totp', 'no code'),
    await verify(token, 'email-otp', replaced),
    await verify(token, 'email-otp', 'no code'),
    await verify(token, 'recovery-code', other.recoveryCodes[0]),
  ];
  const [first] = answers;
  expect(first?.body).toEqual({ isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' });
  for (const { status, text } of answers) expect([status, text]).toEqual([200, first?.text]);
});
