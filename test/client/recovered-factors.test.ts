/** Worry: an attacker who found a recovery code, or has only a weak proof, ends up with the owner's power. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqlTime, statement } from '../../src/storage/sql.ts';
import { encodeCbor, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const everyScope = 'add:authenticators update:authenticators remove:authenticators';
const hour = 3_600_000;

const endHold = statement<never>(
  'test_end_hold',
  'update authenticators set held_until = $2 where user_id = $1 and held_until is not null',
);
const heldAudit = statement<{ eventType: string; actor: { kind: string }; data: Record<string, unknown> }>(
  'test_hold_events',
  `select event_type, actor, data from audit_events where user_id = $1 order by happened_at, event_id`,
);

describe.each(databaseKinds)('authenticators that are added during recovery, on the %s database', (kind) => {
  let app: TestApp;
  let they: ReturnType<typeof keyHolder>;
  beforeAll(async () => {
    app = await testApp(kind);
    they = keyHolder(app);
    await app.runtime.advance(15_000);
    await they.good(
      app.call('POST', '/v1/management/action-configurations', {
        key: app.tenant.managementKey,
        body: { actionCode: 'vault', defaultUserActionResult: 'CHALLENGE', minimumAssurance: 'medium' },
      }),
    );
    await they.good(
      app.call('POST', '/v1/management/action-configurations', {
        key: app.tenant.managementKey,
        body: { actionCode: 'by-key', defaultUserActionResult: 'CHALLENGE', verificationMethods: ['PASSKEY'] },
      }),
    );
  });
  afterAll(() => app.close());

  interface Owner {
    readonly userId: string;
    readonly email: string;
    readonly secret: string;
    readonly codes: readonly string[];
    readonly appId: string;
  }

  const manage = (body: object) => app.call('PATCH', '/v1/management/tenant', { key: app.tenant.managementKey, body });
  const enrol = (userId: string, body: object) =>
    they.good(app.call('POST', `/v1/users/${userId}/authenticators`, { body }));
  const codeOf = (secret: string) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.runtime.clock.now() });
  const byApp = async (token: string, secret: string) => {
    await app.runtime.advance(31_000);
    return they.good(they.post('verify/totp', token, { verificationCode: codeOf(secret) }));
  };
  const mailedCode = (email: string) => /^\d{6}/.exec(app.mail().find(({ to }) => to === email)?.subject ?? '')?.[0];
  const scopesOf = (token: unknown): string[] =>
    JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()).scope.split(' ');
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as any answer of the API
  const listed = async ({ userId }: { userId: string }): Promise<Record<string, any>[]> =>
    (await they.good(app.call('GET', `/v1/users/${userId}/authenticators`))).filter(
      ({ verifiedAt }: { verifiedAt?: string }) => verifiedAt !== undefined,
    );
  const held = async (owner: { userId: string }) =>
    (await listed(owner)).filter(({ heldUntil }) => heldUntil !== undefined);
  const session = (token: string) => they.good(app.call('GET', '/v1/client/ui/session', { token }));
  const remove = (token: string, id: unknown) =>
    app.call('DELETE', `/v1/client/user-authenticators/${String(id)}`, { token });
  const timeIsUp = ({ userId }: { userId: string }) =>
    app.db.query(endHold, [userId, sqlTime(app.runtime.clock.now())]);

  /** A user with an authenticator app, an address and recovery codes. */
  async function owner(): Promise<Owner> {
    const userId = they.newUser();
    const email = `${userId}@example.com`;
    const secret = new Secret({ size: 20 }).base32;
    const first = await enrol(userId, {
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri: `otpauth://totp/x?secret=${secret}`,
    });
    await app.call('PATCH', `/v1/users/${userId}`, { body: { email, emailVerified: true } });
    const appId = String(first.authenticator.userAuthenticatorId);
    return { userId, email, secret, codes: first.recoveryCodes, appId };
  }

  /** The token that one of the user's recovery codes earns. */
  async function recovered({ userId, codes }: Owner, n = 0, body: object = {}): Promise<string> {
    const token = await they.track(userId, body);
    const proven = await they.good(they.post('verify/recovery-code', token, { verificationCode: codes[n] }));
    expect(scopesOf(proven.accessToken)).toEqual(['read:authenticators', 'add:authenticators']);
    return String(proven.accessToken);
  }

  async function withAddress(token: string, email: string): Promise<TestReply['body']> {
    await they.good(they.post('user-authenticators/email-otp', token, { email }));
    return they.good(they.post('verify/email-otp', token, { verificationCode: mailedCode(email) }));
  }

  const newApp = (token: string) => they.post('user-authenticators/totp', token);
  async function withApp(token: string): Promise<TestReply['body'] & { secret: string }> {
    const { secret } = await they.good(newApp(token));
    const proven = await they.good(they.post('verify/totp', token, { verificationCode: codeOf(secret) }));
    return { ...proven, secret };
  }

  test('ruling 40: a recovery token never replaces an authenticator, whatever was enrolled with it before', async () => {
    const victim = await owner();
    await enrol(victim.userId, { verificationMethod: 'EMAIL_MAGIC_LINK', email: victim.email });
    const token = await recovered(victim);
    const added = await withAddress(token, 'mallory@example.com');
    for (const now of [token, String(added.accessToken)]) {
      const link = await they.post('user-authenticators/email-magic-link', now, { email: 'mallory@example.com' });
      expect(link.body.errorCode).toBe('insufficient_scope');
      const address = await they.post('user-authenticators/email-otp', now, { email: 'mallory2@example.com' });
      expect(address.body.errorCode).toBe('insufficient_scope');
      expect((await they.post('user-authenticators/recovery-codes', now)).body.errorCode).toBe('insufficient_scope');
    }
    const successor = await withApp(String(added.accessToken));
    expect(successor.userAuthenticator).toMatchObject({ heldUntil: expect.any(String), isDefault: false });
    expect((await byApp(await they.track(victim.userId), victim.secret)).isVerified).toBe(true);
  });

  test('ruling 41: a key that was added during recovery can add nothing that counts, and removes nothing', async () => {
    const victim = await owner();
    const [one, two] = [softwareKey(), softwareKey()];
    const token = await recovered(victim);
    await they.good(they.register(token, one));
    const proven = await they.good(they.signIn(await they.track(victim.userId), one));
    expect(scopesOf(proven.accessToken)).toEqual(['read:authenticators']);
    const refused = await they.post('user-authenticators/passkey/registration-options', proven.accessToken, {});
    expect(refused.body.errorCode).toBe('insufficient_scope');
    // The same holds for the recovery token, whatever the key proves.
    const chained = await they.good(they.signIn(token, one));
    const second = await they.good(they.register(String(chained.accessToken), two));
    expect(second.userAuthenticator.heldUntil).toBeDefined();
    const last = await they.good(they.signIn(String(second.accessToken), two));
    for (const now of [token, chained.accessToken, second.accessToken, last.accessToken]) {
      for (const { userAuthenticatorId } of await listed(victim)) {
        expect((await remove(String(now), userAuthenticatorId)).body.errorCode).toBe('insufficient_scope');
      }
    }
    expect(await held(victim)).toHaveLength(2);
  });

  test('ruling 41: the hold lasts a day, or as long as the tenant set; the owner removes the key with an earlier authenticator', async () => {
    const victim = await owner();
    const key = softwareKey();
    const token = await recovered(victim);
    const { userAuthenticator } = await they.good(they.register(token, key));
    expect(Date.parse(userAuthenticator.heldUntil) - Date.parse(userAuthenticator.verifiedAt)).toBe(24 * hour);
    const proven = await byApp(await they.track(victim.userId), victim.secret);
    const view = await session(String(proven.accessToken));
    expect(view.scopes).toContain('remove:authenticators');
    expect(view.authenticators).toContainEqual(
      expect.objectContaining({ heldUntil: userAuthenticator.heldUntil, isRemovable: true }),
    );
    await manage({ recoveredFactorHoldHours: 1 });
    const [again] = await (async () => {
      await they.good(they.register(await recovered(victim, 1), softwareKey()));
      return (await held(victim)).filter(
        ({ userAuthenticatorId }) => userAuthenticatorId !== userAuthenticator.userAuthenticatorId,
      );
    })();
    // A later change of the setting does not affect existing holds.
    await manage({ recoveredFactorHoldHours: 0 });
    expect(Date.parse(again?.['heldUntil']) - Date.parse(again?.['verifiedAt'])).toBe(hour);
    expect(await held(victim)).toHaveLength(2);
    const free = await they.good(they.register(await recovered(victim, 2), softwareKey()));
    expect(free.userAuthenticator.heldUntil).toBeUndefined();
    await manage({ recoveredFactorHoldHours: null });
    await they.good(app.call('DELETE', `/v1/users/${victim.userId}/authenticators/${free.userAuthenticatorId}`));
    for (const { userAuthenticatorId } of await held(victim)) {
      expect((await remove(String(proven.accessToken), userAuthenticatorId)).status).toBe(200);
    }
    expect(await listed(victim)).toHaveLength(1);
    expect((await they.signIn(await they.track(victim.userId), key)).status).toBe(400);
  });

  test('ruling 41: while it is held, a key with user verification counts only as the recovery code did: in demands, sign-ins and responses', async () => {
    const victim = await owner();
    const key = softwareKey();
    await they.good(they.register(await recovered(victim), key));
    const low = await they.good(they.signIn(await they.track(victim.userId), key));
    expect(await they.validate(low.accessToken)).toMatchObject({ isValid: true, assurance: 'low' });
    const anonymous = await they.good(they.signIn(undefined, key));
    expect(await they.validate(anonymous.accessToken)).toMatchObject({ isValid: true, assurance: 'low' });
    expect(scopesOf(anonymous.accessToken)).toEqual(['read:authenticators']);
    // Actions that demand more assurance, or a key, offer neither: the recovery code could not prove them.
    for (const action of ['vault', 'by-key']) {
      const token = await they.track(victim.userId, {}, action);
      expect((await session(token)).challengeMethods).not.toContainEqual(
        expect.objectContaining({ verificationMethod: 'PASSKEY' }),
      );
      const reply = await they.post('user-authenticators/passkey/authentication-options', token, {});
      expect([action, reply.status, reply.body.errorCode]).toEqual([action, 403, 'forbidden']);
    }
    await timeIsUp(victim);
    for (const action of ['vault', 'by-key']) {
      const full = await they.good(they.signIn(await they.track(victim.userId, {}, action), key));
      expect(await they.validate(full.accessToken)).toMatchObject({ isValid: true, assurance: 'high' });
      expect(scopesOf(full.accessToken)).toContain('remove:authenticators');
    }
  });

  test('ruling 41: a held key next to one that is not held completes no action that demands more', async () => {
    const victim = await owner();
    const [own, planted] = [softwareKey(), softwareKey()];
    await they.good(they.register(await they.track(victim.userId, { scope: everyScope }), own));
    await they.good(they.register(await recovered(victim), planted));
    const token = await they.track(victim.userId, {}, 'vault');
    expect((await they.signIn(token, planted)).body.errorCode).toBe('forbidden');
    expect(await they.validate(token)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
    const { accessToken } = await they.good(they.signIn(token, own));
    expect(await they.validate(accessToken)).toMatchObject({ isValid: true, assurance: 'high' });
  });

  test.each([
    ['held', 'CHALLENGE_REQUIRED'],
    ['held no longer', 'CHALLENGE_SUCCEEDED'],
  ])(
    'rulings 36 and 41: the first track judges an earlier proof by a key that is %s as it counted when it was given',
    async (when, state) => {
      const victim = await owner();
      const key = softwareKey();
      await they.good(they.register(await recovered(victim), key));
      if (when !== 'held') await timeIsUp(victim);
      const [action, idempotencyKey] = [`later-${victim.userId}`, 'order'];
      const { challengeId } = await they.good(they.post('challenge', undefined, { action, idempotencyKey }));
      const { options } = await they.authenticationOptions(undefined, { challengeId });
      const authenticationCredential = useCredential(key, options, ownOrigin);
      await they.good(they.post('verify/passkey', undefined, { authenticationCredential, challengeId }));
      await they.good(
        app.call('POST', '/v1/management/action-configurations', {
          key: app.tenant.managementKey,
          body: { actionCode: action, defaultUserActionResult: 'CHALLENGE', verificationMethods: ['PASSKEY'] },
        }),
      );
      const path = `/v1/users/${victim.userId}/actions/${action}`;
      const tracked = await they.good(app.call('POST', path, { body: { idempotencyKey } }));
      expect(tracked.state).toBe(state);
    },
  );

  test('rulings 40 and 42: a repeat of a proof given during a review earns no more after the review', async () => {
    const { userId, secret } = await owner();
    const token = await they.track(userId, { idempotencyKey: 'k', scope: everyScope });
    const set = (state: string) => app.call('PATCH', `/v1/users/${userId}/actions/pay/k`, { body: { state } });
    await set('REVIEW_REQUIRED');
    await app.runtime.advance(31_000);
    const verificationCode = codeOf(secret);
    const verify = () => they.good(they.post('verify/totp', token, { verificationCode }));
    expect(scopesOf((await verify()).accessToken)).toEqual(['read:authenticators']);
    await set('REVIEW_SUCCEEDED');
    expect(scopesOf((await verify()).accessToken)).toEqual(['read:authenticators']);
  });

  test('ruling 41: an authenticator is not held if a backend requested or enrolled it, or if it is the user’s first', async () => {
    const victim = await owner();
    const given = await recoveredWith(victim, 0, 'add:authenticators');
    const free = await they.good(they.register(given, softwareKey()));
    expect(free.userAuthenticator.heldUntil).toBeUndefined();
    const newcomer = await they.good(they.register(await they.track(they.newUser()), softwareKey()));
    expect(newcomer.userAuthenticator.heldUntil).toBeUndefined();
    // Held, then enrolled by the backend, which vouches for it.
    const another = await owner();
    const key = softwareKey();
    const { userAuthenticatorId } = await they.good(they.register(await recovered(another), key));
    expect(await held(another)).toMatchObject([{ userAuthenticatorId }]);
    await enrol(another.userId, {
      verificationMethod: 'PASSKEY',
      credentialId: key.credentialId.toString('base64url'),
      credentialPublicKey: encodeCbor(key.publicKey).toString('base64url'),
    });
    expect(await held(another)).toEqual([]);
    // The same for an address.
    const third = await owner();
    await withAddress(await recovered(third), 'third@example.com');
    expect(await held(third)).toHaveLength(1);
    await enrol(third.userId, { verificationMethod: 'EMAIL_OTP', email: 'third@example.com' });
    expect(await held(third)).toEqual([]);
  });

  async function recoveredWith(victim: Owner, n: number, scope: string): Promise<string> {
    const token = await they.track(victim.userId, { scope });
    return String(
      (await they.good(they.post('verify/recovery-code', token, { verificationCode: victim.codes[n] }))).accessToken,
    );
  }

  test.each(['lift by the server API', 'lift by the management API'])(
    'ruling 41: a %s ends a hold, and is audited',
    async (way) => {
      const victim = await owner();
      const { userAuthenticatorId: id } = await they.good(they.register(await recovered(victim), softwareKey()));
      const base = way.includes('server') ? '/v1' : '/v1/management';
      const key = way.includes('server') ? app.tenant.secretKey : app.tenant.managementKey;
      const lift = (of: string) =>
        app.call('POST', `${base}/users/${victim.userId}/authenticators/${of}/lift-hold`, { key });
      expect((await lift('00000000-0000-4000-8000-000000000000')).body.errorCode).toBe('not_found');
      expect((await lift(String(id).toUpperCase())).status).toBe(200);
      expect(await held(victim)).toEqual([]);
      const events = await app.db.query(heldAudit, [victim.userId]);
      expect(events.at(-1)).toMatchObject({
        eventType: 'authenticator.hold_lifted',
        actor: { kind: way.includes('server') ? 'server' : 'management' },
        data: { authenticatorId: id, wasHeld: true },
      });
    },
  );

  test('ruling 41: the management API removes an authenticator at once', async () => {
    const victim = await owner();
    const { userAuthenticatorId: id } = await they.good(they.register(await recovered(victim), softwareKey()));
    const path = `/v1/management/users/${victim.userId}/authenticators/${String(id)}`;
    expect((await app.call('DELETE', path, { key: app.tenant.managementKey })).status).toBe(200);
    expect(await held(victim)).toEqual([]);
  });

  test('ruling 41: a held address proves little and does not become the user’s own; notices go to the earlier addresses', async () => {
    const victim = await owner();
    const mine = 'planted@example.com';
    await withAddress(await recovered(victim), mine);
    await app.runtime.advance(60_000);
    const told = app.mail().filter(({ subject, text }) => /added/.test(subject) && /so it’s limited until/.test(text));
    expect(told.map(({ to }) => to)).toContain(victim.email);
    expect(told.map(({ to }) => to)).not.toContain(mine);
    const token = await they.track(victim.userId);
    await they.good(they.post('challenge/email-otp', token, {}));
    const proven = await they.good(they.post('verify/email-otp', token, { verificationCode: mailedCode(mine) }));
    expect(scopesOf(proven.accessToken)).toEqual(['read:authenticators']);
    // A backend's own challenge that names no address is not sent there either.
    const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId: victim.userId };
    await they.good(app.call('POST', '/v1/challenge', { body }));
    expect(app.mail()[0]?.to).toBe(victim.email);
    // It does not become the address of a user who has none.
    const userId = they.newUser();
    const secret = new Secret({ size: 20 }).base32;
    const { recoveryCodes } = await enrol(userId, {
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri: `otpauth://totp/x?secret=${secret}`,
    });
    const without = { ...victim, userId, secret, codes: recoveryCodes as string[] };
    await withAddress(await recovered(without), 'planted-2@example.com');
    expect((await they.good(app.call('GET', `/v1/users/${userId}`))).email).toBeUndefined();
  });

  test('ruling 41: a link that enrols an address is held according to the token that requested it', async () => {
    const victim = await owner();
    const token = await recovered(victim);
    const mine = 'by-link@example.com';
    await they.good(they.post('user-authenticators/email-magic-link', token, { email: mine }));
    const link = /token=(\S+)/.exec(app.mail().find(({ to }) => to === mine)?.text ?? '')?.[1] ?? '';
    const page = await app.call('GET', `/magic-link?token=${link}`, { key: null });
    const pageNonce = /name="pageNonce" value="([^"]*)"/.exec(page.text)?.[1];
    await app.call('POST', '/magic-link', { key: null, body: { token: link, pageNonce } });
    expect(await held(victim)).toMatchObject([{ verificationMethod: 'EMAIL_MAGIC_LINK', email: mine }]);
    const finalized = await they.good(they.post('verify/email-magic-link/finalize', token, {}));
    expect(scopesOf(finalized.accessToken)).toEqual(['read:authenticators', 'add:authenticators']);
  });

  test('ruling 40: a repeated proof carries what its first response carried, whatever has changed since', async () => {
    const userId = they.newUser();
    const email = `${userId}@example.com`;
    await enrol(userId, { verificationMethod: 'EMAIL_OTP', email });
    const added = await they.track(userId, { scope: 'add:authenticators' });
    expect((await they.post('user-authenticators/email-otp', added, { email: 'new@example.com' })).body.errorCode).toBe(
      'insufficient_scope',
    );
    const token = await they.track(userId, { scope: 'add:authenticators update:authenticators' });
    await they.good(they.post('user-authenticators/email-otp', token, { email: 'new@example.com' }));
    const verificationCode = mailedCode('new@example.com');
    const verify = () => they.good(they.post('verify/email-otp', token, { verificationCode }));
    const first = scopesOf((await verify()).accessToken);
    expect(first).toEqual(['read:authenticators', 'add:authenticators', 'update:authenticators']);
    expect(scopesOf((await verify()).accessToken)).toEqual(first);
    // A stronger authenticator is removed: the repeat of the weak proof still earns no more.
    const other = await owner();
    await enrol(other.userId, { verificationMethod: 'EMAIL_OTP', email: other.email });
    const plain = await they.track(other.userId);
    await they.good(they.post('challenge/email-otp', plain, {}));
    const code = mailedCode(other.email);
    const weak = () => they.good(they.post('verify/email-otp', plain, { verificationCode: code }));
    expect(scopesOf((await weak()).accessToken)).toEqual(['read:authenticators']);
    await app.call('DELETE', `/v1/users/${other.userId}/authenticators/${other.appId}`);
    expect(scopesOf((await weak()).accessToken)).toEqual(['read:authenticators']);
  });

  test('ruling 40: a repeated track carries the scopes that this call asks for', async () => {
    const { userId } = await owner();
    const first = await they.track(userId, { idempotencyKey: 'k', scope: everyScope });
    const repeated = await they.track(userId, { idempotencyKey: 'k', scope: 'add:authenticators' });
    const plain = await they.track(userId, { idempotencyKey: 'k' });
    expect([first, repeated, plain].map((token) => scopesOf(token).length)).toEqual([4, 2, 1]);
    expect((await newApp(repeated)).body.errorCode).toBe('insufficient_scope');
    expect((await newApp(first)).status).toBe(200);
  });

  test('ruling 40: a challenge with `add`, for a user with an authenticator at another address, proves the address and changes nothing', async () => {
    const userId = they.newUser();
    await enrol(userId, { verificationMethod: 'EMAIL_OTP', email: `${userId}@example.com` });
    const before = await listed({ userId });
    const other = `other-${userId}@example.com`;
    const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email: other, scope: 'add:authenticators' };
    const { challengeId } = await they.good(app.call('POST', '/v1/challenge', { body }));
    const answer = { challengeId, verificationCode: mailedCode(other) };
    expect((await they.good(app.call('POST', '/v1/verify', { body: answer }))).isVerified).toBe(true);
    expect(await listed({ userId })).toEqual(before);
    expect(await they.good(app.call('GET', `/v1/users/${userId}`))).toMatchObject({ email: `${userId}@example.com` });
  });

  test('ruling 40: a repeated proof does not live longer because its authenticator was proven elsewhere', async () => {
    const { userId, secret } = await owner();
    const token = await they.track(userId);
    await app.runtime.advance(31_000);
    const verificationCode = codeOf(secret);
    await they.good(they.post('verify/totp', token, { verificationCode }));
    await app.runtime.advance(8 * 60_000);
    await byApp(await they.track(userId, {}, 'other'), secret);
    const lives = ({ accessToken }: TestReply['body']) => {
      const { iat, exp } = JSON.parse(Buffer.from(String(accessToken).split('.')[1] ?? '', 'base64url').toString());
      return exp - iat;
    };
    const repeated = await they.good(they.post('verify/totp', token, { verificationCode }));
    expect(lives(repeated)).toBeLessThan(100);
  });

  test('ruling 40: on use, a token counts for the lesser of what it carries and what its proof would earn now', async () => {
    const userId = they.newUser();
    const first = await withAddress(await they.track(userId), `${userId}@example.com`);
    expect(scopesOf(first.accessToken)).toContain('remove:authenticators');
    const token = String(first.accessToken);
    // The backend enrols something stronger: the proof of the address is not enough any more.
    const secret = new Secret({ size: 20 }).base32;
    const { authenticator } = await enrol(userId, {
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri: `otpauth://totp/x?secret=${secret}`,
    });
    const id = String(authenticator.userAuthenticatorId);
    const tries = async (now: string) => [
      (await they.post('user-authenticators/passkey/registration-options', now, {})).body.errorCode,
      (await newApp(now)).body.errorCode,
      (await they.post('user-authenticators/recovery-codes', now)).body.errorCode,
      (await app.call('PATCH', `/v1/client/user-authenticators/${id}`, { token: now, body: { displayName: 'x' } })).body
        .errorCode,
      (await remove(now, id)).body.errorCode,
    ];
    expect(await tries(token)).toEqual(Array.from({ length: 5 }, () => 'insufficient_scope'));
    expect((await session(token)).scopes).toEqual(['read:authenticators']);
    expect((await session(token)).enrolmentMethods).toEqual([]);
    // Scopes that the backend gave still count; a token issued before anything was enrolled does not let anyone in.
    const asked = await they.track(userId, { scope: 'add:authenticators' });
    expect((await they.post('user-authenticators/passkey/registration-options', asked, {})).status).toBe(200);
    await they.good(app.call('DELETE', `/v1/users/${userId}/authenticators/${id}`));
    expect((await session(token)).scopes).toContain('remove:authenticators');
  });

  test('ruling 41: with any-proof a weaker proof may add, and what it adds is held at the assurance of that proof', async () => {
    await manage({ factorChangePolicy: 'any-proof' });
    const victim = await owner();
    await enrol(victim.userId, { verificationMethod: 'EMAIL_OTP', email: victim.email });
    const token = await they.track(victim.userId);
    await they.good(they.post('challenge/email-otp', token, {}));
    const weak = await they.good(they.post('verify/email-otp', token, { verificationCode: mailedCode(victim.email) }));
    const key = softwareKey();
    const added = await they.good(they.register(String(weak.accessToken), key));
    expect(added.userAuthenticator.heldUntil).toBeDefined();
    const proven = await they.good(they.signIn(await they.track(victim.userId), key));
    expect(scopesOf(proven.accessToken)).toEqual(['read:authenticators']);
    expect(await they.validate(proven.accessToken)).toMatchObject({ assurance: 'low' });
    // With the strongest authenticator that is not held, nothing is held.
    const strong = await byApp(await they.track(victim.userId), victim.secret);
    const free = await they.good(they.register(String(strong.accessToken), softwareKey()));
    expect(free.userAuthenticator.heldUntil).toBeUndefined();
    await manage({ factorChangePolicy: null });
  });

  test('ruling 41: a held passkey does not count as the last one that the owner must keep, and can be removed even if it is the last', async () => {
    const passkeys = (body: object) =>
      app.call('PATCH', '/v1/management/authenticator-configurations/passkey', { key: app.tenant.managementKey, body });
    const victim = await owner();
    await they.good(passkeys({ preventRemovingLastPasskey: true }));
    const { userAuthenticatorId: planted } = await they.good(they.register(await recovered(victim), softwareKey()));
    const proven = String((await byApp(await they.track(victim.userId), victim.secret)).accessToken);
    expect((await remove(proven, planted)).status).toBe(200);
    const own = await they.good(they.register(await they.track(victim.userId, { scope: everyScope }), softwareKey()));
    await they.good(they.register(await recovered(victim, 1), softwareKey()));
    const given = await they.track(victim.userId, { scope: everyScope });
    expect((await remove(given, own.userAuthenticatorId)).status).toBe(403);
    await they.good(passkeys({ preventRemovingLastPasskey: null }));
    await they.good(app.call('DELETE', `/v1/users/${victim.userId}/authenticators/${own.userAuthenticatorId}`));
    // Without the held authenticators, the app is the last one that the user has.
    expect((await remove(given, victim.appId)).body.errorDescription).toMatch(/last authenticator/);
  });

  test('ruling 41: a held authenticator does not become the default by itself, and renaming it does not end the hold', async () => {
    const victim = await owner();
    const { userAuthenticatorId: id, userAuthenticator } = await they.good(
      they.register(await recovered(victim), softwareKey()),
    );
    expect(userAuthenticator.isDefault).toBe(false);
    const token = await they.track(victim.userId, { scope: everyScope });
    const renamed = await app.call('PATCH', `/v1/client/user-authenticators/${String(id)}`, {
      token,
      body: { displayName: 'Mine', isDefault: true },
    });
    expect(renamed.body).toMatchObject({
      displayName: 'Mine',
      isDefault: true,
      heldUntil: userAuthenticator.heldUntil,
    });
    // The strongest one is removed: the rest is held as before, and earns nothing.
    await app.call('DELETE', `/v1/users/${victim.userId}/authenticators/${victim.appId}`);
    expect(await held(victim)).toHaveLength(1);
    const first = await they.post('user-authenticators/totp', await they.track(victim.userId));
    expect(first.body.errorCode).toBe('insufficient_scope');
  });

  test('ruling 41: rules see whether a user has a held authenticator, from one read', async () => {
    const rules = (action: string) => `/v1/management/action-configurations/${action}/rules`;
    const key = app.tenant.managementKey;
    await they.good(
      app.call('POST', '/v1/management/action-configurations', {
        key,
        body: { actionCode: 'wire', defaultUserActionResult: 'CHALLENGE' },
      }),
    );
    const conditions = { '==': [{ var: 'user.hasHeldAuthenticator' }, true] };
    const rule = { name: 'waiting', isActive: true, priority: 0, type: 'BLOCK', conditions };
    await they.good(app.call('POST', rules('wire'), { key, body: rule }));
    const victim = await owner();
    const state = async () =>
      (await they.good(app.call('POST', `/v1/users/${victim.userId}/actions/wire`, { body: {} }))).state;
    expect(await state()).toBe('CHALLENGE_REQUIRED');
    await they.good(they.register(await recovered(victim), softwareKey()));
    expect(await state()).toBe('BLOCK');
    await timeIsUp(victim);
    expect(await state()).toBe('CHALLENGE_REQUIRED');
  });

  describe('ruling 41: a successor', () => {
    /** A user whose app has a successor. */
    async function succeeded() {
      const victim = await owner();
      const { secret, accessToken, userAuthenticator } = await withApp(await recovered(victim));
      expect(userAuthenticator.heldUntil).toBeDefined();
      return {
        ...victim,
        newSecret: secret,
        newId: String(userAuthenticator.userAuthenticatorId),
        newToken: String(accessToken),
      };
    }

    test('is offered only after a recovery code, and exists beside the app until its hold ends', async () => {
      const victim = await owner();
      const offers = async (token: string) =>
        (await session(token)).enrolmentMethods.map(
          ({ verificationMethod }: Record<string, string>) => verificationMethod,
        );
      expect(await offers(await recovered(victim))).toContain('AUTHENTICATOR_APP');
      expect(await offers(await they.track(victim.userId, { scope: 'add:authenticators' }))).not.toContain(
        'AUTHENTICATOR_APP',
      );
      await manage({ recoveredFactorHoldHours: 0 });
      const token = await recovered(victim, 1);
      expect(await offers(token)).not.toContain('AUTHENTICATOR_APP');
      expect((await newApp(token)).body.errorCode).toBe('insufficient_scope');
      await manage({ recoveredFactorHoldHours: null });
      const later = await recovered(victim, 2);
      const { secret, accessToken } = await withApp(later);
      // Only one at a time.
      expect((await newApp(String(accessToken))).body.errorCode).toBe('insufficient_scope');
      const weak = await byApp(await they.track(victim.userId), secret);
      expect(scopesOf(weak.accessToken)).toEqual(['read:authenticators']);
      expect(await they.validate(weak.accessToken)).toMatchObject({ assurance: 'low' });
      const strong = await byApp(await they.track(victim.userId, {}, 'vault'), victim.secret);
      expect(await they.validate(strong.accessToken)).toMatchObject({ isValid: true, assurance: 'medium' });
      expect((await session(String(strong.accessToken))).authenticators).toHaveLength(2);
    });

    test.each([true, false])('replaces the app when its hold ends; the job has run: %s', async (hasRun) => {
      const { userId, secret, newSecret, newId, appId } = await succeeded();
      await timeIsUp({ userId });
      if (hasRun) await app.runtime.advance(61_000);
      const old = await they.post('verify/totp', await they.track(userId), { verificationCode: codeOf(secret) });
      expect(old.body.isVerified).toBe(false);
      expect(await listed({ userId })).toMatchObject([{ userAuthenticatorId: newId }]);
      const proven = await byApp(await they.track(userId, {}, 'vault'), newSecret);
      expect(await they.validate(proven.accessToken)).toMatchObject({ isValid: true, assurance: 'medium' });
      expect(scopesOf(proven.accessToken)).toContain('remove:authenticators');
      // Any later change already sees the successor: the app does not come back when the successor is removed.
      expect((await remove(String(proven.accessToken), appId)).status).toBe(404);
      await app.call('DELETE', `/v1/users/${userId}/authenticators/${newId}`);
      expect(await listed({ userId })).toEqual([]);
    });

    test('becomes the default that the app was, ends sessions and notifies the owner', async () => {
      const { userId, email, newId } = await succeeded();
      await app.runtime.advance(60_000);
      const before = app.mail().filter(({ to, subject }) => to === email && /added/.test(subject)).length;
      await timeIsUp({ userId });
      await app.runtime.advance(61_000);
      expect(await listed({ userId })).toMatchObject([{ userAuthenticatorId: newId, isDefault: true }]);
      await app.runtime.advance(10_000);
      const after = app.mail().filter(({ to, subject }) => to === email && /added/.test(subject)).length;
      expect(after).toBe(before + 1);
    });

    test('can be cancelled with a proof of the app, even if a stronger authenticator exists', async () => {
      const victim = await succeeded();
      await they.good(they.register(await they.track(victim.userId, { scope: everyScope }), softwareKey()));
      // It cannot be cancelled by itself, nor with the code that added it.
      const own = await byApp(await they.track(victim.userId), victim.newSecret);
      for (const token of [victim.newToken, String(own.accessToken), await they.track(victim.userId)]) {
        expect((await remove(token, victim.newId)).body.errorCode).toBe('insufficient_scope');
      }
      const proven = String((await byApp(await they.track(victim.userId), victim.secret)).accessToken);
      expect(scopesOf(proven)).toEqual(['read:authenticators']);
      expect((await session(proven)).authenticators).toContainEqual(
        expect.objectContaining({ userAuthenticatorId: victim.newId, isCancellable: true }),
      );
      expect((await remove(proven, victim.appId)).body.errorCode).toBe('insufficient_scope');
      expect((await remove(proven, victim.newId)).status).toBe(200);
      expect(await listed(victim)).toHaveLength(2);
    });

    test.each(['server', 'management'])('replaces the app at once when the %s API lifts its hold', async (api) => {
      const { userId, newId } = await succeeded();
      const base = api === 'server' ? '/v1' : '/v1/management';
      const key = api === 'server' ? app.tenant.secretKey : app.tenant.managementKey;
      await they.good(app.call('POST', `${base}/users/${userId}/authenticators/${newId}/lift-hold`, { key }));
      const [only, ...others] = await listed({ userId });
      expect([only?.['userAuthenticatorId'], only?.['heldUntil'], others]).toEqual([newId, undefined, []]);
    });

    test('is removed when another authenticator replaces the app first, and does not replace anything later', async () => {
      const { userId } = await succeeded();
      const secret = new Secret({ size: 20 }).base32;
      const { authenticator } = await enrol(userId, {
        verificationMethod: 'AUTHENTICATOR_APP',
        otpUri: `otpauth://totp/x?secret=${secret}`,
      });
      expect(await listed({ userId })).toMatchObject([{ userAuthenticatorId: authenticator.userAuthenticatorId }]);
      const second = await succeeded();
      const { userAuthenticator } = await withApp(await they.track(second.userId, { scope: everyScope }));
      expect(await listed(second)).toMatchObject([{ userAuthenticatorId: userAuthenticator.userAuthenticatorId }]);
      // If the app itself was removed, recovery may not add anything in its place.
      const third = await succeeded();
      await app.call('DELETE', `/v1/users/${third.userId}/authenticators/${third.appId}`);
      expect((await newApp(third.newToken)).body.errorCode).toBe('insufficient_scope');
      await timeIsUp(third);
      expect(await listed(third)).toMatchObject([{ userAuthenticatorId: third.newId }]);
    });

    test('waits also if the backend let an authenticator be added: that does not take the app away', async () => {
      const victim = await owner();
      const token = await recoveredWith(victim, 0, 'add:authenticators');
      const { userAuthenticator } = await withApp(token);
      expect(userAuthenticator.heldUntil).toBeDefined();
      expect(await listed(victim)).toHaveLength(2);
      const again = await they.track(victim.userId, { scope: 'add:authenticators' });
      expect((await newApp(again)).body.errorCode).toBe('insufficient_scope');
    });

    test('does not reset the app’s failures with its own proofs', async () => {
      const { userId, newSecret } = await succeeded();
      const wrong = async (times: number) => {
        const token = await they.track(userId);
        const replies = [];
        for (let n = 0; n < times; n += 1) {
          replies.push(await they.good(they.post('verify/totp', token, { verificationCode: '000000' })));
        }
        return replies.map(({ failureReason }) => failureReason);
      };
      const guessed = 'CODE_INVALID_OR_EXPIRED';
      expect(await wrong(2)).toEqual([guessed, guessed]);
      for (let n = 0; n < 4; n += 1) {
        expect((await byApp(await they.track(userId), newSecret)).isVerified).toBe(true);
      }
      expect(await wrong(4)).toEqual([guessed, guessed, guessed, 'MAX_ATTEMPTS_EXCEEDED']);
    });

    test('shares the guesses of the app until it replaces it', async () => {
      const { userId, newSecret } = await succeeded();
      const token = await they.track(userId);
      for (let n = 0; n < 5; n += 1) {
        await they.good(they.post('verify/totp', token, { verificationCode: '000000' }));
      }
      await app.runtime.advance(31_000);
      await they.good(they.post('verify/totp', token, { verificationCode: '000000' }));
      // The next time step, and half of the wait.
      await app.runtime.advance(31_000);
      const right = async () =>
        they.good(they.post('verify/totp', await they.track(userId), { verificationCode: codeOf(newSecret) }));
      expect((await right()).failureReason).toBe('MAX_ATTEMPTS_EXCEEDED');
      // Ruling 43: after replacing the app it has a budget of its own.
      await app.db.query(endHold, [userId, sqlTime(app.runtime.clock.now())]);
      expect((await right()).isVerified).toBe(true);
    });
  });
});
