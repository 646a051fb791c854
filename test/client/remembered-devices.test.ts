/** Worry: someone who copied a cookie, claims a device id or recovered an account is spared the challenge. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp, testPublicUrl } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const dayMs = 24 * 60 * 60 * 1000;
const seed = 'JBSWY3DPEHPK3PXPJBSWY3DP';
const otpUri = `otpauth://totp/x?secret=${seed}`;
const everyScope = 'add:authenticators update:authenticators remove:authenticators';
const name = '__Host-sallyport_device';
const firefox = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0';

const eventsStatement = statement<{ eventType: string; data: Record<string, unknown> }>(
  'remembered_devices_test_events',
  `select event_type, data from audit_events where user_id = $1 and event_type like 'device.%' order by happened_at, event_id`,
);
const hashesStatement = statement<{ text: string }>(
  'remembered_devices_test_rows',
  'select row_to_json(d)::text as text from devices d where user_id = $1',
);

const restoredStatement = statement<never>(
  'remembered_devices_test_restore',
  'update devices set cookie_generation = 0 where user_id = $1',
);

describe.each(databaseKinds)('devices that pages remember, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
    await manage('PATCH', '/tenant', { rememberDevices: { isEnabled: true, days: 30 } });
    for (const actionCode of ['pay', 'once']) {
      await manage('POST', '/action-configurations', { actionCode, defaultUserActionResult: 'CHALLENGE' });
    }
    await manage('PATCH', '/action-configurations/once', { rememberDevices: { isEnabled: false, days: 1 } });
    const conditions = { '==': [{ var: 'device.isRemembered' }, true] };
    await manage('POST', '/action-configurations/pay/rules', {
      name: 'Remembered',
      isActive: true,
      priority: 1,
      type: 'ALLOW',
      conditions,
    });
    const stolen = { '<': [{ var: 'user.minutesSinceDeviceTheft' }, 60] };
    await manage('POST', '/action-configurations/pay/rules', {
      name: 'Theft',
      isActive: true,
      priority: 0,
      type: 'REVIEW',
      conditions: stolen,
    });
  });
  afterAll(() => app.close());

  async function manage(method: string, path: string, body: object): Promise<void> {
    const reply = await app.call(method, `/v1/management${path}`, { key: app.tenant.managementKey, body });
    expect(reply.status, reply.text).toBe(200);
  }

  async function person(): Promise<string> {
    const userId = `owner-${(people += 1)}`;
    for (const body of [
      { verificationMethod: 'AUTHENTICATOR_APP', otpUri },
      { verificationMethod: 'EMAIL_OTP', email: `${userId}@example.com` },
    ]) {
      expect((await app.call('POST', `/v1/users/${userId}/authenticators`, { body })).status).toBe(200);
    }
    return userId;
  }
  async function track(userId: string, body: object = {}, action = 'pay') {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, {
      body: { deviceId: 'laptop', userAgent: firefox, ...body },
    });
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { state: string; token: string };
  }
  async function prove(token: string): Promise<string> {
    await app.runtime.advance(31_000);
    const verificationCode = new TOTP({ secret: Secret.fromBase32(seed) }).generate({
      timestamp: app.runtime.clock.now(),
    });
    const { body } = await app.call('POST', '/v1/client/verify/totp', { token, body: { verificationCode } });
    expect(body).toMatchObject({ isVerified: true });
    return String(body.accessToken);
  }
  const proven = async (userId: string, body: object = {}) => prove((await track(userId, body, 'once-more')).token);

  /** As our own page calls it; the cookie as the browser has it. */
  const call = (token: string, cookie?: string, body: object = { remember: true }, headers: object = {}) =>
    app.call('POST', '/v1/client/devices/remember', {
      token,
      body,
      headers: { origin: testPublicUrl, ...(cookie === undefined ? {} : { cookie: `${name}=${cookie}` }), ...headers },
    });
  const setCookie = ({ headers }: TestReply) => String(headers['set-cookie'] ?? '');
  function cookieOf(reply: TestReply): string {
    const [, value = ''] = new RegExp(`^${name}=([^;]*)`).exec(setCookie(reply)) ?? [];
    return value;
  }
  async function remembered(userId: string): Promise<string> {
    const reply = await call(await proven(userId));
    expect(reply.status, reply.text).toBe(200);
    return cookieOf(reply);
  }
  const stateOf = async (userId: string, deviceId = 'laptop') => (await track(userId, { deviceId })).state;
  const inDays = (days: number) => new Date(app.runtime.clock.now() + days * dayMs).toISOString();

  test('after a proof the device is remembered for the days of the tenant, with a cookie that only our host gets', async () => {
    const userId = await person();
    const { token } = await track(userId, {}, 'once-more');
    expect((await call(token)).status, 'before the proof').toBe(403);
    const accessToken = await prove(token);
    const reply = await call(accessToken);
    expect(reply.body).toEqual({ rememberedUntil: inDays(30) });
    expect(setCookie(reply)).toMatch(
      new RegExp(`^${name}=[0-9a-f]{136}; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Strict$`),
    );
    expect(await stateOf(userId)).toBe('ALLOW');
    expect(await stateOf(userId, 'phone'), 'another device').toBe('CHALLENGE_REQUIRED');
    await app.runtime.advance(30 * dayMs);
    expect(await stateOf(userId), 'the days are over').toBe('CHALLENGE_REQUIRED');
    expect(await app.db.query(eventsStatement, [userId])).toMatchObject([
      { eventType: 'device.remembered', data: { isProlonged: false } },
    ]);
    const [row] = await app.db.query(hashesStatement, [userId]);
    expect(row?.text).not.toContain(cookieOf(reply).slice(0, 64));
  });

  test('only whoever presents the newest cookie prolongs that a device is remembered', async () => {
    const userId = await person();
    const first = await remembered(userId);
    const until = inDays(30);
    await app.runtime.advance(10 * dayMs);
    const withoutCookie = await call(await proven(userId));
    expect([withoutCookie.body, setCookie(withoutCookie)]).toEqual([{ rememberedUntil: until }, '']);
    const forged = await call(await proven(userId), `${first.slice(0, -1)}0`);
    expect(forged.body).toEqual({ rememberedUntil: until });
    const prolonged = await call(await proven(userId), first);
    expect(prolonged.body).toEqual({ rememberedUntil: inDays(30) });
    expect(cookieOf(prolonged)).not.toBe(first);
    // The answer may be lost: the cookie before is as good, and gets the same one.
    const again = await call(await proven(userId), first, {});
    expect([again.status, cookieOf(again)]).toEqual([200, cookieOf(prolonged)]);
    expect(await stateOf(userId)).toBe('ALLOW');
  });

  test('ruling 46: tabs that present the same cookie at the same time all stay good', async () => {
    const userId = await person();
    const first = await remembered(userId);
    const token = await proven(userId);
    const second = cookieOf(await call(token, first, {}));
    const third = cookieOf(await call(token, second, {}));
    expect(cookieOf(await call(token, first, {}))).toBe(third);
    await app.runtime.advance(9_999);
    expect(cookieOf(await call(token, first, {}))).toBe(third);
    expect(await stateOf(userId)).toBe('ALLOW');
  });

  test('ruling 46: of calls that present the newest cookie at once, one rotates it and all get the next', async () => {
    const userId = await person();
    const first = await remembered(userId);
    const token = await proven(userId);
    const replies = await Promise.all(Array.from({ length: 8 }, () => call(token, first, {})));
    const given = new Set(replies.map(cookieOf));
    expect([given.size, given.has(''), given.has(first)]).toEqual([1, false, false]);
    const [next = ''] = given;
    expect(next.slice(64, 72)).toBe('00000001');
    expect(await stateOf(userId)).toBe('ALLOW');
  });

  test('N20: a cookie that was replaced long before is theft: all devices of the user are forgotten, and they are told', async () => {
    const userId = await person();
    const stolen = await remembered(userId);
    await app.call('PATCH', `/v1/users/${userId}/devices/phone`, { body: { rememberedUntil: inDays(9) } });
    await track(userId, { deviceId: 'phone' });
    await app.call('PATCH', `/v1/users/${userId}/devices/phone`, { body: { rememberedUntil: inDays(9) } });
    const bystander = await person();
    await remembered(bystander);
    const second = cookieOf(await call(await proven(userId), stolen, {}));
    const third = cookieOf(await call(await proven(userId), second, {}));
    expect([await stateOf(userId), await stateOf(userId, 'phone')]).toEqual(['ALLOW', 'ALLOW']);
    await app.runtime.advance(10_000);
    const theft = await call(await proven(userId), stolen);
    expect([theft.status, theft.body]).toEqual([200, {}]);
    expect(setCookie(theft)).toMatch(new RegExp(`^${name}=; Max-Age=0; Path=/`));
    expect([await stateOf(userId), await stateOf(userId, 'phone')], 'a fact, too').toEqual([
      'REVIEW_REQUIRED',
      'REVIEW_REQUIRED',
    ]);
    expect(await stateOf(bystander)).toBe('ALLOW');
    // The owner's own cookie is worth nothing either.
    expect(setCookie(await call(await proven(userId), third, {}))).toBe('');
    await app.runtime.advance(61 * 60_000);
    expect([await stateOf(userId), await stateOf(userId, 'phone')]).toEqual([
      'CHALLENGE_REQUIRED',
      'CHALLENGE_REQUIRED',
    ]);
    const subjects = app
      .mail()
      .filter(({ to }) => to === `${userId}@example.com`)
      .map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.includes('may have been copied'))).toHaveLength(1);
    const events = await app.db.query(eventsStatement, [userId]);
    expect(events.filter(({ eventType }) => eventType === 'device.theft_detected')).toMatchObject([
      { data: { forgottenDevices: 2 } },
    ]);
    expect(JSON.stringify(events), 'no device id').not.toContain('laptop');
  });

  test('N20: two browsers that present a copied cookie in turn pass, because the answer before may have been lost; who presents twice in a row gives it away', async () => {
    const userId = await person();
    const cookies: [string, string] = [await remembered(userId), ''];
    cookies[1] = cookies[0];
    for (let turn = 0; turn < 6; turn += 1) {
      await app.runtime.advance(60_000);
      const who = turn % 2;
      const given = cookieOf(await call(await proven(userId), cookies[who], {}));
      expect(given).not.toBe('');
      cookies[who] = given;
      expect(await stateOf(userId)).toBe('ALLOW');
    }
    for (let again = 0; again < 2; again += 1) {
      await app.runtime.advance(60_000);
      cookies[0] = cookieOf(await call(await proven(userId), cookies[0], {}));
      expect(await stateOf(userId)).toBe('ALLOW');
    }
    await app.runtime.advance(60_000);
    expect(setCookie(await call(await proven(userId), cookies[1], {}))).toContain('Max-Age=0');
    expect(await stateOf(userId)).toBe('REVIEW_REQUIRED');
  });

  test('a cookie from the future, after a database was restored, forgets that device and blames nobody', async () => {
    const userId = await person();
    const first = await remembered(userId);
    const next = cookieOf(await call(await proven(userId), first, {}));
    await app.db.query(restoredStatement, [userId]);
    const reply = await call(await proven(userId), next, {});
    expect(setCookie(reply)).toMatch(new RegExp(`^${name}=; Max-Age=0`));
    expect(await stateOf(userId)).toBe('CHALLENGE_REQUIRED');
    const events = (await app.db.query(eventsStatement, [userId])).map(({ eventType }) => eventType);
    expect(events).toEqual(['device.remembered']);
  });

  test('a cookie is worth something only for its own user, tenant and device', async () => {
    const userId = await person();
    const cookie = await remembered(userId);
    const other = await person();
    const foreign = await call(await proven(other), cookie);
    expect(foreign.body).toEqual({ rememberedUntil: inDays(30) });
    expect(cookieOf(foreign).slice(0, 64), 'a secret of its own').not.toBe(cookie.slice(0, 64));
    // Another device of the same user begins anew, and the old cookie is rotated away.
    const phone = await call(await proven(userId, { deviceId: 'phone' }), cookie);
    expect(phone.body).toEqual({ rememberedUntil: inDays(30) });
    expect(cookieOf(phone).slice(0, 64)).not.toBe(cookie.slice(0, 64));
    expect([await stateOf(userId), await stateOf(userId, 'phone')]).toEqual(['ALLOW', 'ALLOW']);
  });

  test('neither another page nor a page without origin presents or gets the cookie', async () => {
    const userId = await person();
    const cookie = await remembered(userId);
    const token = await proven(userId);
    for (const headers of [
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: '' },
    ]) {
      expect(setCookie(await call(token, cookie, {}, headers)), JSON.stringify(headers)).toBe('');
    }
    // A page on a tenant's own domain is ours too, whatever origins the tenant expects.
    const ours = { origin: 'https://login.bank.example', 'sec-fetch-site': 'same-origin' };
    expect(setCookie(await call(token, cookie, {}, ours))).not.toBe('');
  });

  test('it is refused where it is not offered: switched off for the action, no device, a recovery code', async () => {
    const userId = await person();
    const off = await prove((await track(userId, {}, 'once')).token);
    expect((await call(off)).body.errorCode).toBe('invalid_configuration');
    const session = await app.call('GET', '/v1/client/ui/session', { token: off });
    expect(session.body).not.toHaveProperty('rememberDevice');
    const without = await prove((await track(userId, { deviceId: null }, 'once-more')).token);
    expect((await call(without)).body.errorCode).toBe('invalid_configuration');
    const on = await track(userId, {}, 'once-more');
    expect((await app.call('GET', '/v1/client/ui/session', { token: on.token })).body.rememberDevice).toEqual({
      days: 30,
    });
    // A state that a backend sets is no proof.
    const set = await track(userId, { idempotencyKey: 'set' }, 'once-more');
    await app.call('PATCH', `/v1/users/${userId}/actions/once-more/set`, { body: { state: 'CHALLENGE_SUCCEEDED' } });
    expect((await call(set.token)).body.errorCode).toBe('forbidden');

    const fresh = await app.call('POST', '/v1/users/recoverer/authenticators', {
      body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri },
    });
    const { token } = await track('recoverer', {}, 'once-more');
    const [verificationCode] = fresh.body.recoveryCodes as string[];
    const recovered = await app.call('POST', '/v1/client/verify/recovery-code', { token, body: { verificationCode } });
    expect((await call(String(recovered.body.accessToken))).body.errorCode).toBe('forbidden');
    await app.call('PATCH', `/v1/users/${userId}/actions/once-more/set`, { body: { state: 'BLOCK' } });
    expect((await call(set.token, undefined, {})).status, 'ruling 42').toBe(403);
  });

  const changes: Readonly<Record<string, (userId: string) => Promise<TestReply>>> = {
    'an authenticator is added': (userId) =>
      app.call('POST', `/v1/users/${userId}/authenticators`, {
        body: { verificationMethod: 'SMS', phoneNumber: '+6427123456' },
      }),
    'an authenticator is removed': async (userId) => {
      const { body } = await app.call('GET', `/v1/users/${userId}/authenticators`);
      const { userAuthenticatorId } = body.find(
        ({ verificationMethod }: { verificationMethod: string }) => verificationMethod === 'EMAIL_OTP',
      );
      return app.call('DELETE', `/v1/users/${userId}/authenticators/${String(userAuthenticatorId)}`);
    },
    'a contact is replaced': (userId) =>
      app.call('PATCH', `/v1/users/${userId}`, {
        body: { email: `new-${userId}@example.com`, emailVerified: true },
      }),
    'recovery codes are made': async (userId) =>
      app.call('POST', '/v1/client/user-authenticators/recovery-codes', {
        token: (await track(userId, { scope: everyScope, deviceId: null }, 'once-more')).token,
        body: {},
      }),
    'a recovery code is used': async (userId) => {
      const token = (await track(userId, { scope: everyScope, deviceId: null }, 'once-more')).token;
      const made = await app.call('POST', '/v1/client/user-authenticators/recovery-codes', { token, body: {} });
      const [verificationCode] = made.body.recoveryCodes as string[];
      await app.call('PATCH', `/v1/users/${userId}/devices/laptop`, { body: { rememberedUntil: inDays(9) } });
      expect(await stateOf(userId)).toBe('ALLOW');
      return app.call('POST', '/v1/client/verify/recovery-code', { token, body: { verificationCode } });
    },
    'the backend forgets it': (userId) =>
      app.call('PATCH', `/v1/users/${userId}/devices/laptop`, { body: { rememberedUntil: null } }),
    'the backend invalidates it': (userId) => app.call('POST', `/v1/users/${userId}/devices/laptop/invalidate`),
    'the user is deleted': (userId) => app.call('DELETE', `/v1/users/${userId}`),
  };
  test.each(Object.keys(changes))('no device is remembered once %s, and its cookie is worth nothing', async (what) => {
    const userId = await person();
    const cookie = await remembered(userId);
    expect(await stateOf(userId)).toBe('ALLOW');
    const reply = await changes[what]?.(userId);
    expect(reply?.status, reply?.text).toBe(200);
    expect(await stateOf(userId)).toBe('CHALLENGE_REQUIRED');
    if (what === 'the user is deleted') return;
    const after = await call(await proven(userId), cookie, {});
    expect([after.status, setCookie(after)]).toEqual([200, '']);
    expect(await stateOf(userId)).toBe('CHALLENGE_REQUIRED');
  });

  test('users see, name and forget the devices that they have verified from, and never learn a device id', async () => {
    const userId = await person();
    await remembered(userId);
    await track(userId, { deviceId: 'never-verified' });
    const plain = (await track(userId, { deviceId: 'laptop' }, 'once-more')).token;
    const list = (token: string) => app.call('GET', '/v1/client/devices', { token });
    expect((await list(plain)).body.errorCode, 'a token alone').toBe('insufficient_scope');
    const token = (await track(userId, { scope: everyScope }, 'once-more')).token;
    const listed = await list(token);
    expect(listed.body).toEqual([
      {
        ownDeviceId: expect.stringMatching(/^[\w-]{22}$/) as string,
        browserName: 'Firefox',
        osName: 'macOS',
        isCurrent: true,
        createdAt: expect.any(String) as string,
        authenticatedAt: expect.any(String) as string,
        rememberedUntil: inDays(30),
        lastVerificationMethod: 'AUTHENTICATOR_APP',
      },
    ]);
    expect(listed.text).not.toMatch(/laptop|never-verified/);
    const path = `/v1/client/devices/${String(listed.body[0].ownDeviceId)}`;
    const named = await app.call('PATCH', path, { token, body: { displayName: 'My own' } });
    expect(named.body).toMatchObject({ displayName: 'My own', rememberedUntil: inDays(30) });
    expect((await app.call('PATCH', path, { token: plain, body: { displayName: 'x' } })).status).toBe(403);
    expect((await app.call('DELETE', path, { token: plain })).status).toBe(403);
    const other = (await track(await person(), { scope: everyScope }, 'once-more')).token;
    expect((await app.call('DELETE', path, { token: other })).body.errorCode).toBe('not_found');
    await app.runtime.advance(1_000);
    expect((await app.call('DELETE', path, { token })).body).toEqual({ success: true });
    expect((await list(token)).body).toEqual([]);
    expect(await stateOf(userId)).toBe('CHALLENGE_REQUIRED');
    expect((await app.call('DELETE', path, { token })).body.errorCode).toBe('not_found');
  });
});
