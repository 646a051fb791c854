/**
 * Worry: a code by text message or WhatsApp works twice, for another number or after it was replaced, or goes to a
 * number that nobody vouched for.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { codeOf, numberOf, textSettings } from '../rig/phone.ts';

const databaseKinds = databasesOf(import.meta.url);

const methods = [
  { verificationMethod: 'SMS', path: 'sms' },
  { verificationMethod: 'WHATSAPP', path: 'whatsapp' },
] as const;

describe.each(databaseKinds)('codes to phones through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
    for (const { path } of methods) {
      const reply = await configure(path, 'POST', textSettings);
      expect(reply.status, reply.text).toBe(200);
    }
  });
  afterAll(() => app.close());

  const configure = (path: string, method: 'POST' | 'PATCH', body: object) =>
    app.call(method, `/v1/management/authenticator-configurations/${path}`, { key: app.tenant.managementKey, body });
  const newUser = () => `phone-user-${kind}-${(people += 1)}`;

  async function track(userId: string, body: object = {}, action = 'pay'): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }

  const post = (path: string, token: string, body?: object, headers: Record<string, string> = {}) =>
    app.call('POST', `/v1/client/${path}`, { token, headers, ...(body === undefined ? {} : { body }) });
  const validate = async (token: string) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
  const user = async (userId: string) => (await app.call('GET', `/v1/users/${userId}`)).body;
  const own = async (userId: string) => (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
  const textsTo = (number: string) => app.texts().filter(({ to }) => to === number);
  const codeTo = (number: string) => codeOf(textsTo(number)[0]?.body ?? '');
  const wrong = (code: string) => code.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));
  const verify = async (path: string, token: string, verificationCode: unknown) =>
    (await post(`verify/${path}`, token, { verificationCode })).body;

  /** A user whose number the backend has verified. */
  async function enrolled(verificationMethod: string): Promise<{ userId: string; number: string }> {
    const userId = newUser();
    const number = numberOf(userId);
    const body = { verificationMethod, phoneNumber: number };
    const reply = await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
    expect(reply.status, reply.text).toBe(200);
    return { userId, number };
  }

  describe.each(methods)('by $verificationMethod', ({ verificationMethod, path }) => {
    const enrol = (token: string, body: object) => post(`user-authenticators/${path}`, token, body);
    const challenge = (token: string, body?: object) => post(`challenge/${path}`, token, body);

    test('a number is enrolled only by the code that was sent to it; this also completes the action', async () => {
      const userId = newUser();
      const number = numberOf(userId);
      const token = await track(userId);
      const started = await enrol(token, { phoneNumber: number });
      expect([started.status, started.body]).toEqual([200, { userAuthenticatorId: expect.any(String), userId }]);
      expect(textsTo(number)).toMatchObject([{ channel: verificationMethod, locale: 'en' }]);
      expect(await user(userId)).not.toHaveProperty('phoneNumber');
      expect(await verify(path, token, wrong(codeTo(number)))).toEqual({
        isVerified: false,
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
      const verified = await verify(path, token, codeTo(number));
      expect(verified).toEqual({
        isVerified: true,
        accessToken: expect.any(String),
        userAuthenticator: expect.objectContaining({
          userAuthenticatorId: started.body.userAuthenticatorId,
          verificationMethod,
          phoneNumber: `•••${number.slice(-3)}`,
          isDefault: true,
        }),
      });
      expect(await user(userId)).toMatchObject({ phoneNumber: number, phoneNumberVerified: true, isEnrolled: true });
      expect(await validate(verified.accessToken)).toMatchObject({
        isValid: true,
        state: 'CHALLENGE_SUCCEEDED',
        verificationMethod,
        assurance: 'restricted',
      });
    });

    test('A03: a code proves one action once; its repeat gets the same success and changes nothing', async () => {
      const { userId, number } = await enrolled(verificationMethod);
      const token = await track(userId);
      const other = await track(userId, {}, 'withdraw');
      expect((await challenge(token)).status).toBe(200);
      const code = codeTo(number);
      expect(await verify(path, other, code)).toMatchObject({ isVerified: false });
      expect(await verify(path, token, code)).toMatchObject({ isVerified: true });
      expect(await verify(path, token, code)).toMatchObject({ isVerified: true });
      expect(await verify(path, await track(userId), code)).toMatchObject({ isVerified: false });
      expect(await validate(other)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
    });

    test('only the code sent last is valid, and an expired one is not (ruling 18)', async () => {
      const { userId, number } = await enrolled(verificationMethod);
      const token = await track(userId);
      await challenge(token);
      const first = codeTo(number);
      await challenge(token);
      const second = codeTo(number);
      expect(await verify(path, token, first)).toMatchObject({ isVerified: first === second });
      await app.runtime.advance(10 * 60_000);
      expect(await verify(path, await track(userId, { idempotencyKey: 'later' }), second)).toMatchObject({
        isVerified: false,
      });
      expect(await validate(token)).not.toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    });

    test('A28: a challenge takes no number, and a stranger’s token enrols none beside a verified one', async () => {
      const { userId, number } = await enrolled(verificationMethod);
      const token = await track(userId);
      const attackers = numberOf('attacker');
      expect((await challenge(token, { phoneNumber: attackers })).status).toBe(200);
      expect(textsTo(attackers)).toEqual([]);
      expect(textsTo(number)).toHaveLength(1);
      const reply = await enrol(token, { phoneNumber: attackers });
      expect([reply.status, reply.body.errorCode]).toEqual([403, 'insufficient_scope']);
      expect(textsTo(attackers)).toEqual([]);
    });

    test('A28: a number that changes after the code was sent is not proven by it', async () => {
      const { userId, number } = await enrolled(verificationMethod);
      const token = await track(userId);
      await challenge(token);
      const body = { phoneNumber: numberOf(`${userId} new`), phoneNumberVerified: true };
      expect((await app.call('PATCH', `/v1/users/${userId}`, { body })).status).toBe(200);
      expect(await verify(path, token, codeTo(number))).toMatchObject({ isVerified: false });
      expect(await own(userId)).toMatchObject([{ phoneNumber: body.phoneNumber }]);
    });

    test.each([
      '0271234567',
      '+0271234567',
      '27 123 4567',
      '+64 27 123 4567',
      '+64271234567x1',
      '+1234567890123456',
      'x',
      '',
    ])('the number %j is not in E.164 form: it is refused, and nothing is sent', async (phoneNumber) => {
      const before = app.texts().length;
      const reply = await enrol(await track(newUser()), { phoneNumber });
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
      expect(app.texts()).toHaveLength(before);
    });

    test.each([
      ['+351 912 345 671', '', '+351912345671'],
      ['00351 912 345 672', 'GB', '+351912345672'],
      ['00351912345673', 'US', '+351912345673'],
      ['912 345 674', 'PT', '+351912345674'],
      ['(0)21 123 4567', 'NZ', '+64211234567'],
      ['+44 (0)7452 345678', 'PT', '+447452345678'],
      ['\u202a+351\u00a0912-345-675\u202c', 'NZ', '+351912345675'],
      ['＋３５１ ９１２ ３４５ ６７６', '', '+351912345676'],
      ['٩١٢ ٣٤٥ ٦٧٧', 'PT', '+351912345677'],
    ])('with a country, the number %j in %j is understood as %s', async (phoneNumber, countryCode, number) => {
      const reply = await enrol(await track(newUser()), { phoneNumber, countryCode });
      expect(reply.status, reply.text).toBe(200);
      expect(String(reply.body.phoneNumber).replaceAll(' ', '')).toBe(number);
      expect(textsTo(number)).not.toEqual([]);
    });

    test.each([
      ['912 345 674', ''],
      ['12', 'PT'],
      ['no number', 'PT'],
      ['+999 912 345 674', 'PT'],
      ['912 345 674 ext. 5', 'PT'],
      ['+351 912 345 674 999 999', 'PT'],
    ])('with a country, %j in %j is refused', async (phoneNumber, countryCode) => {
      const reply = await enrol(await track(newUser()), { phoneNumber, countryCode });
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    });

    test('ruling 39: a number that a backend stored in another form is not offered, and gets nothing', async () => {
      const { userId } = await enrolled(verificationMethod);
      const body = { phoneNumber: '027 123 4567', phoneNumberVerified: true };
      expect((await app.call('PATCH', `/v1/users/${userId}`, { body })).status).toBe(200);
      const token = await track(userId);
      const session = (await app.call('GET', '/v1/client/ui/session', { token })).body;
      expect(session.challengeMethods).toEqual([{ verificationMethod: 'RECOVERY_CODE', isHidden: false }]);
      const reply = await challenge(token);
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
      expect(textsTo(body.phoneNumber)).toEqual([]);
    });

    test('ruling 43: guesses are counted for the number: a new code, and enrolling it again, give no new ones', async () => {
      const userId = newUser();
      const phoneNumber = numberOf(userId);
      const guessUntilMax = async (token: string) => {
        for (let guesses = 0; guesses < 8; guesses += 1) {
          const { failureReason } = await verify(path, token, wrong(codeTo(phoneNumber)));
          if (failureReason === 'MAX_ATTEMPTS_EXCEEDED') return guesses;
        }
        return 8;
      };
      const backend = { verificationMethod, phoneNumber };
      await app.call('POST', `/v1/users/${userId}/authenticators`, { body: backend });
      const token = await track(userId);
      await challenge(token);
      expect(await guessUntilMax(token)).toBe(5);
      await challenge(token);
      expect(await verify(path, token, codeTo(phoneNumber))).toMatchObject({ failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
      await app.runtime.advance(31_000);
      expect(await verify(path, token, codeTo(phoneNumber))).toMatchObject({ isVerified: true });
    });

    test('BLOCK: nothing is sent, proven or enrolled (ruling 42)', async () => {
      const { userId, number } = await enrolled(verificationMethod);
      const token = await track(userId, { idempotencyKey: 'blocked' });
      await challenge(token);
      const code = codeTo(number);
      const state = { state: 'CHALLENGE_FAILED' };
      expect((await app.call('PATCH', `/v1/users/${userId}/actions/pay/blocked`, { body: state })).status).toBe(200);
      for (const reply of [
        await challenge(token),
        await enrol(token, { phoneNumber: number }),
        await post(`verify/${path}`, token, { verificationCode: code }),
      ]) {
        expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
      }
      expect(textsTo(number)).toHaveLength(1);
    });

    test('of a user who was deleted meanwhile, a code proves nothing', async () => {
      const { userId, number } = await enrolled(verificationMethod);
      const token = await track(userId);
      await challenge(token);
      expect((await app.call('DELETE', `/v1/users/${userId}`)).status).toBe(200);
      const reply = await post(`verify/${path}`, token, { verificationCode: codeTo(number) });
      expect([reply.status, reply.body.errorCode]).toEqual([401, 'invalid_token']);
    });
  });

  test('a text message says who sends it, the code, and last the page that it is for', async () => {
    const { userId, number } = await enrolled('SMS');
    const token = await track(userId);
    await post('challenge/sms', token, {}, { origin: 'http://localhost:5173' });
    const code = codeTo(number);
    expect(textsTo(number)[0]?.body).toBe(
      `Test tenant: ${code} is your code. It expires in 10 minutes. Don't share it with anyone.\n\n@localhost #${code}`,
    );
    // For a page that is not the tenant's, or none, the code belongs to no page.
    for (const headers of [{ origin: 'https://evil.example' }, {}]) {
      await post('challenge/sms', token, {}, headers as Record<string, string>);
      expect(textsTo(number)[0]?.body).toMatch(/anyone\.$/);
    }
    await post('challenge/sms', token, { smsChannel: 'WHATSAPP' }, { origin: 'http://localhost:5173' });
    expect(textsTo(number)[0]).toMatchObject({ channel: 'WHATSAPP', body: expect.stringMatching(/anyone\.$/) });
  });

  test('a text message comes from what the tenant has set for the country of its number', async () => {
    expect((await configure('sms', 'PATCH', { senders: { PT: 'ACME', NZ: '3456' } })).status).toBe(200);
    for (const [phoneNumber, from] of [
      ['+351912345681', 'ACME'],
      ['+64211234568', '3456'],
      ['+447452345682', undefined],
    ] as const) {
      await post('user-authenticators/sms', await track(newUser()), { phoneNumber });
      expect(textsTo(phoneNumber)[0]?.from).toBe(from);
    }
    for (const senders of [{ portugal: 'ACME' }, { PT: 'two\nlines' }, { PT: '' }]) {
      expect((await configure('sms', 'PATCH', { senders })).status).toBe(400);
    }
    expect((await configure('sms', 'PATCH', { senders: null })).status).toBe(200);
  });

  test('user.phoneNumberType is what the plan of the number’s country says; nobody looks up when its SIM was changed', async () => {
    await track('fact-maker', {}, 'typed');
    const conditions = { '==': [{ var: 'user.phoneNumberType' }, 'FIXED_LINE'] };
    const rule = { name: 'Landline', isActive: true, priority: 0, type: 'BLOCK', conditions };
    const path = '/v1/management/action-configurations/typed/rules';
    const made = await app.call('POST', path, { key: app.tenant.managementKey, body: rule });
    expect(made.status, made.text).toBe(200);
    const sim = {
      name: 'Sim',
      isActive: true,
      priority: 1,
      type: 'REVIEW',
      conditions: { '<': [{ var: 'user.minutesSinceSimChange' }, 1440] },
    };
    expect((await app.call('POST', path, { key: app.tenant.managementKey, body: sim })).status).toBe(200);
    for (const [phoneNumber, state] of [
      ['+351212345678', 'BLOCK'],
      ['+351912345678', 'CHALLENGE_REQUIRED'],
      ['212345678', 'CHALLENGE_REQUIRED'],
      [undefined, 'CHALLENGE_REQUIRED'],
    ] as const) {
      const reply = await app.call('POST', `/v1/users/${newUser()}/actions/typed`, { body: { phoneNumber } });
      expect(reply.body.state, phoneNumber).toBe(state);
    }
  });

  test('smsChannel WHATSAPP sends the code by WhatsApp; it is verified as a code by text message', async () => {
    const { userId, number } = await enrolled('SMS');
    const token = await track(userId);
    expect((await post('challenge/sms', token, { smsChannel: 'WHATSAPP' })).status).toBe(200);
    expect(textsTo(number)).toMatchObject([{ channel: 'WHATSAPP' }]);
    const { challengeId } = (await post('challenge/sms', token, { smsChannel: 'WHATSAPP' })).body;
    const open = await app.call('GET', `/v1/challenges?challengeId=${challengeId}`);
    expect(open.body).toMatchObject({ challengeId, smsChannel: 'WHATSAPP', phoneNumber: number });
    expect(await verify('whatsapp', token, codeTo(number))).toMatchObject({ isVerified: false });
    expect(await verify('sms', token, codeTo(number))).toMatchObject({ isVerified: true });
  });

  test('an authenticator for texts says how its latest code went, until its number is another (server-api 3.5)', async () => {
    const { userId, number } = await enrolled('SMS');
    const told = async () => (await own(userId))[0].previousSmsChannel;
    expect(await told()).toBeUndefined();
    const token = await track(userId);
    await post('challenge/sms', token);
    expect(await told()).toBe('DEFAULT');
    await post('challenge/sms', token, { smsChannel: 'WHATSAPP' });
    expect(await told()).toBe('WHATSAPP');
    const verified = await verify('sms', token, codeTo(number));
    const seen = await app.call('GET', '/v1/client/user-authenticators', { token: verified.accessToken });
    expect(seen.body[0]).toMatchObject({ previousSmsChannel: 'WHATSAPP' });
    await app.call('POST', '/v1/challenge', { body: { verificationMethod: 'SMS', action: 'pay', userId } });
    expect(await told()).toBe('DEFAULT');
    const other = numberOf(`${userId}-other`);
    const body = { phoneNumber: other, phoneNumberVerified: true };
    expect((await app.call('PATCH', `/v1/users/${userId}`, { body })).status).toBe(200);
    expect((await own(userId))[0]).toMatchObject({ phoneNumber: other });
    expect(await told()).toBeUndefined();
  });

  test.each([
    ['SMS', 'DEFAULT'],
    ['WHATSAPP', 'WHATSAPP'],
    ['EMAIL_OTP', undefined],
  ])('the open challenge of a backend by %s says how its code went (server-api 3.17)', async (method, channel) => {
    const phoneNumber = numberOf(newUser());
    const contact = method === 'EMAIL_OTP' ? { email: 'ann@example.com' } : { phoneNumber };
    const started = await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: method, action: 'pay', ...contact },
    });
    const open = await app.call('GET', `/v1/challenges?challengeId=${started.body.challengeId}`);
    expect(open.body.smsChannel).toBe(channel);
    expect(open.body).not.toHaveProperty('verificationMethod');
  });

  test('whatsapp proves a verified number for text messages, and enrols it with the scope alone', async () => {
    for (const scope of [undefined, 'add:authenticators']) {
      const { userId, number } = await enrolled('SMS');
      const token = await track(userId, scope === undefined ? {} : { scope });
      expect((await post('challenge/whatsapp', token)).status).toBe(200);
      expect(textsTo(number)).toMatchObject([{ channel: 'WHATSAPP' }]);
      expect(await verify('sms', token, codeTo(number))).toMatchObject({ isVerified: false });
      const verified = await verify('whatsapp', token, codeTo(number));
      expect(verified).toMatchObject({ isVerified: true });
      expect(await validate(verified.accessToken)).toMatchObject({
        state: 'CHALLENGE_SUCCEEDED',
        verificationMethod: 'WHATSAPP',
      });
      const kinds = (await own(userId)).map((row: { verificationMethod: string }) => row.verificationMethod);
      expect(kinds).toEqual(scope === undefined ? ['SMS'] : ['SMS', 'WHATSAPP']);
    }
  });

  test('ruling 43: wrong codes by WhatsApp for the number of text messages count as its own', async () => {
    const { userId, number } = await enrolled('SMS');
    const token = await track(userId);
    await post('challenge/whatsapp', token);
    for (let guess = 0; guess < 5; guess += 1) await verify('whatsapp', token, wrong(codeTo(number)));
    await post('challenge/sms', token);
    expect(await verify('sms', token, codeTo(number))).toMatchObject({ failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
  });

  test('whatsapp enrols the number that the backend gave, for a user without any authenticator', async () => {
    const userId = newUser();
    const phoneNumber = numberOf(userId);
    const token = await track(userId, { phoneNumber });
    expect((await post('challenge/whatsapp', token)).status).toBe(200);
    expect(await verify('whatsapp', token, codeTo(phoneNumber))).toMatchObject({
      isVerified: true,
      userAuthenticator: { verificationMethod: 'WHATSAPP' },
    });
    const unknown = await post('challenge/whatsapp', await track(newUser()));
    expect([unknown.status, unknown.body.errorCode]).toEqual([400, 'invalid_request']);
    const unreachable = await post('challenge/whatsapp', await track(newUser(), { phoneNumber: '027 123 4567' }));
    expect([unreachable.status, unreachable.body.errorCode]).toEqual([400, 'invalid_request']);
  });

  test('whatsapp proves nothing where the action or the tenant does not take it, under any name', async () => {
    const { userId, number } = await enrolled('SMS');
    await track(userId, {}, 'textsOnly');
    const path = '/v1/management/action-configurations/textsOnly';
    const body = { verificationMethods: ['SMS'] };
    const changed = await app.call('PATCH', path, { key: app.tenant.managementKey, body });
    expect(changed.status, changed.text).toBe(200);
    const token = await track(userId, {}, 'textsOnly');
    for (const [route, sent] of [
      ['challenge/whatsapp', {}],
      ['challenge/sms', { smsChannel: 'WHATSAPP' }],
    ] as const) {
      const reply = await post(route, token, sent);
      expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
    }
    expect(textsTo(number)).toEqual([]);
    expect((await post('challenge/sms', token)).status).toBe(200);
  });

  test('consent is stored with the number, in the server’s words, and goes when the number changes', async () => {
    const consent = {
      version: '2026-03',
      links: { en: 'https://example.com/texts', de: 'https://example.com/de/sms' },
    };
    expect((await configure('sms', 'PATCH', { consent })).status).toBe(200);
    const userId = newUser();
    const phoneNumber = numberOf(userId);
    const token = await track(userId);
    const stale = await post('user-authenticators/sms', token, {
      phoneNumber,
      consent: { version: '2025', locale: 'de' },
    });
    expect([stale.status, stale.body.errorCode]).toEqual([400, 'invalid_request']);
    const session = (await app.call('GET', '/v1/client/ui/session?locale=de', { token })).body;
    const numberEntry = session.numberEntries.find(
      (one: { verificationMethod: string }) => one.verificationMethod === 'SMS',
    );
    expect(numberEntry.consent).toEqual({ version: '2026-03', link: 'https://example.com/de/sms' });
    await post('user-authenticators/sms', token, { phoneNumber, consent: { version: '2026-03', locale: 'de' } });
    expect(await verify('sms', token, codeTo(phoneNumber))).toMatchObject({ isVerified: true });
    const stored = async () => {
      const reply = await app.call('GET', `/v1/management/users/${userId}/export`, { key: app.tenant.managementKey });
      return reply.text;
    };
    const text = 'Wenn Sie fortfahren, stimmen Sie zu, dass Test tenant Codes an diese Nummer sendet. Mehr erfahren';
    expect(await stored()).toContain(`"version":"2026-03"`);
    expect(await stored()).toContain(text);
    const moved = { phoneNumber: numberOf(`${userId} new`), phoneNumberVerified: true };
    await app.call('PATCH', `/v1/users/${userId}`, { body: moved });
    expect(await stored()).not.toContain(text);
    expect((await configure('sms', 'PATCH', { consent: null })).status).toBe(200);
  });

  test('the page begins with the tenant’s country, else with that of the user’s language', async () => {
    const entry = async (query = '') => {
      const token = await track(newUser());
      const session = (await app.call('GET', `/v1/client/ui/session${query}`, { token })).body;
      expect(session.callingCodes).toMatchObject({ PT: '351', NZ: '64' });
      return session.numberEntries.find((one: { verificationMethod: string }) => one.verificationMethod === 'SMS');
    };
    expect(await entry()).toEqual({ verificationMethod: 'SMS', countryCodes: textSettings.smsCountryCodes });
    expect(await entry('?locale=en-NZ')).toMatchObject({ countryCode: 'NZ' });
    expect(await entry('?locale=en-US')).not.toHaveProperty('countryCode');
    await configure('sms', 'PATCH', { defaultCountryCode: 'PT' });
    expect(await entry('?locale=en-NZ')).toMatchObject({ countryCode: 'PT' });
    await configure('sms', 'PATCH', { defaultCountryCode: null });
  });
});
