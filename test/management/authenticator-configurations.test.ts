import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from './manage.ts';

const databaseKinds = databasesOf(import.meta.url);

const twilio = { authToken: 'canary-token', messagingServiceSid: 'MG1', accountSid: 'AC1' };

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let tenant: TestTenant;
  let ask: ReturnType<typeof manage>;
  beforeAll(async () => {
    app = await testApp(kind);
    tenant = await app.createTenant('Methods');
    ask = manage(app, tenant);
  });
  afterAll(() => app.close());

  const base = '/authenticator-configurations';

  test('one method at its own path: 404 before it exists, 409 if created twice, 404 after deletion, and never its secrets', async () => {
    const absent = await ask('GET', `${base}/sms`);
    expect(absent.status).toBe(404);
    expect(absent.body).toEqual({
      error: 'authenticator_configuration_not_found',
      errorCode: 'authenticator_configuration_not_found',
      errorDescription: 'The authenticator configuration was not found.',
    });
    const body = {
      smsProvider: 'TWILIO',
      smsCountryCodes: ['AU', 'NZ'],
      defaultCountryCode: 'NZ',
      submissionRateLimitConfiguration: { rateLimit: 3, windowInMinutes: 2.5 },
      prefixRateLimitConfigurations: [{ enabled: true, blockSize: 'country', rateLimit: 5, windowInMinutes: 0.5 }],
      twilioCredentials: twilio,
    };
    const made = await ask('POST', `${base}/sms`, body);
    expect(made.body).toEqual({
      ...body,
      authenticatorId: expect.any(String),
      isActive: true,
      verificationMethod: 'SMS',
      twilioCredentials: { messagingServiceSid: 'MG1', accountSid: 'AC1' },
    });
    expect((await ask('GET', `${base}/sms`)).body).toEqual(made.body);
    const again = await ask('POST', `${base}/sms`, body);
    expect([again.status, again.body.error, again.body.errorDescription]).toEqual([
      409,
      'resource_already_exists',
      'A SMS OTP configuration already exists.',
    ]);

    const changed = await ask('PATCH', `${base}/sms`, {
      isActive: false,
      defaultCountryCode: null,
      submissionRateLimitConfiguration: null,
      twilioCredentials: { authToken: 'rotated' },
      birdSmsCredentials: null,
    });
    const { defaultCountryCode: _country, submissionRateLimitConfiguration: _limit, ...left } = made.body;
    expect(changed.body).toEqual({ ...left, isActive: false });
    expect((await ask('DELETE', `${base}/sms`)).body).toEqual({ success: true });
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      expect((await ask(method, `${base}/sms`, method === 'PATCH' ? {} : undefined)).status, method).toBe(404);
    }
  });

  test('changing the provider drops the URL and the credentials of the previous one', async () => {
    await ask('POST', `${base}/sms`, { smsProvider: 'WEBHOOK', webhookUrl: 'https://bank.example/sms' });
    const switched = await ask('PATCH', `${base}/sms`, { smsProvider: 'TWILIO', twilioCredentials: twilio });
    expect(switched.body).not.toHaveProperty('webhookUrl');
    const back = await ask('PATCH', `${base}/sms`, {
      smsProvider: 'MODICA_GROUP',
      modicaGroupCredentials: { username: 'u', password: 'canary-password' },
    });
    expect(back.body).not.toHaveProperty('twilioCredentials');
    expect(back.body.modicaGroupCredentials).toEqual({ username: 'u' });
    // They were dropped: Twilio needs its credentials again.
    expect((await ask('PATCH', `${base}/sms`, { smsProvider: 'TWILIO' })).status).toBe(400);
    await ask('DELETE', `${base}/sms`);
  });

  test.each([
    ['sms', { smsProvider: 'WEBHOOK' }],
    ['email-otp', { emailProvider: 'WEBHOOK' }],
    ['push', { pushProvider: 'WEBHOOK' }],
  ])('A76: the URL of %s is one that the server may call', async (name, provider) => {
    for (const webhookUrl of ['http://bank.example/', 'https://10.0.0.1/', 'https://bank.example:8443/']) {
      const { status, body } = await ask('POST', `${base}/${name}`, { ...provider, webhookUrl });
      expect([status, body.error, body.errorDescription]).toEqual([
        400,
        'invalid_configuration',
        expect.stringMatching(/^webhookUrl must .*SALLYPORT_OUTBOUND_ALLOW/),
      ]);
    }
  });

  test.each([
    ['sms', { smsProvider: 'TWILIO' }, 'twilioCredentials is required'],
    [
      'sms',
      { smsProvider: 'TWILIO', twilioCredentials: { authToken: 'x' } },
      'must have messagingServiceSid, accountSid',
    ],
    ['sms', { smsProvider: 'TWILIO', twilioCredentials: twilio, tnzCredentials: { apiKey: 'x' } }, 'does not belong'],
    ['sms', { smsProvider: 'WEBHOOK' }, 'webhookUrl is required'],
    ['sms', { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'x' }, webhookUrl: 'https://b.example' }, 'WEBHOOK only'],
    [
      'sms',
      { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'x' }, smsCountryCodes: ['NZ'], defaultCountryCode: 'AU' },
      'one of smsCountryCodes',
    ],
    [
      'sms',
      { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'x' }, smsCountryCodes: [], defaultCountryCode: 'AU' },
      'one of smsCountryCodes',
    ],
    [
      'sms',
      { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'x' }, sendingRateLimitConfigurations: [] },
      'sendingRateLimitConfigurations',
    ],
    [
      'sms',
      {
        smsProvider: 'TNZ',
        tnzCredentials: { apiKey: 'x' },
        submissionRateLimitConfiguration: { rateLimit: 101, windowInMinutes: 1 },
      },
      'rateLimit',
    ],
    ['sms', { smsProvider: 'URBAN_AIRSHIP' }, 'smsProvider'],
    ['push', { pushProvider: 'FIREBASE' }, 'fcmCredentials is required'],
    ['push', { pushProvider: 'DEFAULT' }, 'apnsCredentials or fcmCredentials is required'],
    ['push', { pushProvider: 'FIREBASE', fcmCredentials: { serviceAccountKey: 'no json' } }, 'service account'],
    [
      'push',
      { pushProvider: 'WEBHOOK', webhookUrl: 'https://b.example', credentialLifetimeInMinutes: 525_601 },
      'credentialLifetimeInMinutes',
    ],
    [
      'email-otp',
      { emailProvider: 'SMTP', smtpEmailCredentials: { host: 'h' } },
      'must have password, port, secure, user, from',
    ],
    ['passkey', { relyingParty: 'bank.example' }, 'expectedOrigins'],
    ['passkey', { relyingParty: 'bank.example', expectedOrigins: ['bank.example'] }, 'expectedOrigins'],
    ['passkey', { relyingParty: 'https://bank.example', expectedOrigins: ['https://bank.example'] }, 'relyingParty'],
    ['passkey', { relyingParty: '192.0.2.1', expectedOrigins: ['https://bank.example'] }, 'relyingParty'],
    [
      'passkey',
      { relyingParty: 'bank.example', expectedOrigins: ['https://bank.example', 'https://*.evil.example'] },
      'expectedOrigins[1] must lie within the relyingParty bank.example.',
    ],
  ])('%s refuses %j', async (slug, body, reason) => {
    const reply = await ask('POST', `${base}/${slug}`, body);
    expect(reply.status, reply.text).toBe(400);
    expect(reply.body.error).toBe('invalid_request');
    expect(reply.body.errorDescription).toContain(reason);
    expect(reply.text).not.toContain('canary');
  });

  test('emptying the list of countries clears the default country, and so does a list without that country', async () => {
    const tnz = { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'canary-tnz' } };
    const made = await ask('POST', `${base}/sms`, { ...tnz, smsCountryCodes: ['NZ', 'AU'], defaultCountryCode: 'NZ' });
    expect(made.body.tnzCredentials).toEqual({});
    const narrowed = await ask('PATCH', `${base}/sms`, { smsCountryCodes: ['AU'] });
    expect(narrowed.body).not.toHaveProperty('defaultCountryCode');
    await ask('PATCH', `${base}/sms`, { defaultCountryCode: 'AU' });
    const emptied = await ask('PATCH', `${base}/sms`, { smsCountryCodes: [] });
    expect(emptied.body).toMatchObject({ smsCountryCodes: [] });
    expect(emptied.body).not.toHaveProperty('defaultCountryCode');
    await ask('DELETE', `${base}/sms`);
  });

  test('a push configuration shows whose service account it has, and nothing of the key', async () => {
    const serviceAccountKey = JSON.stringify({
      project_id: 'project-1',
      client_email: 'sa@project-1.example',
      private_key: 'canary-private',
    });
    const made = await ask('POST', `${base}/push`, {
      pushProvider: 'DEFAULT',
      credentialLifetimeInMinutes: 15,
      requireAppAttestation: true,
      appAttestationFailureMode: 'BLOCK',
      fcmCredentials: { serviceAccountKey },
      apnsCredentials: { teamId: 't', keyId: 'k', bundleId: 'b', privateKey: 'canary-apns', sandbox: true },
    });
    expect(made.body).toMatchObject({
      fcmCredentials: { projectId: 'project-1', clientEmail: 'sa@project-1.example' },
      apnsCredentials: { teamId: 't', keyId: 'k', bundleId: 'b', sandbox: true },
    });
    expect(made.text).not.toContain('canary');
    const firebase = await ask('PATCH', `${base}/push`, { pushProvider: 'FIREBASE' });
    expect(firebase.body).toHaveProperty('fcmCredentials');
    expect(firebase.body).not.toHaveProperty('apnsCredentials');
  });

  test('ruling 57: both generations of the API check origins, and check them again when the relying party changes', async () => {
    const tenant = await app.createTenant('Origins');
    const own = manage(app, tenant);
    const patterns = { relyingParty: 'bank.example', expectedOrigins: ['https://*.bank.example'] };
    expect((await own('POST', `${base}/passkey`, patterns)).status).toBe(200);
    const [row] = (await own('GET', base)).body.filter(
      (one: { verificationMethod: string }) => one.verificationMethod === 'PASSKEY',
    );
    for (const [path, body, why] of [
      [
        `${base}/passkey`,
        { relyingParty: 'other.example' },
        'expectedOrigins[0] must lie within the relyingParty other',
      ],
      [
        `${base}/passkey`,
        { expectedOrigins: ['https://bank.example/x'] },
        'expectedOrigins[0] must be an origin and no',
      ],
      [
        `${base}/${row.authenticatorId}`,
        { expectedOrigins: ['ftp://x.example'] },
        'expectedOrigins[0] must start with',
      ],
      [`${base}/${row.authenticatorId}`, { relyingParty: null }, 'must lie within the relyingParty localhost'],
    ] as const) {
      const reply = await own('PATCH', path, body);
      expect([reply.status, reply.body.error], path).toEqual([400, 'invalid_request']);
      expect(reply.body.errorDescription).toContain(why);
    }
    const moved = { relyingParty: 'other.example', expectedOrigins: ['https://*.other.example'] };
    expect((await own('PATCH', `${base}/passkey`, moved)).body).toMatchObject(moved);
  });

  test('ruling 50: a list of origins that is too long for the header of a page is refused; app origins do not count', async () => {
    const own = manage(app, await app.createTenant('Long'));
    const long = (count: number) =>
      Array.from({ length: count }, (_, at) => `https://${`${at}`.padStart(2, '0')}${'x'.repeat(48)}.bank.example`);
    const list = { relyingParty: 'bank.example', expectedOrigins: long(56) };
    const refused = await own('POST', `${base}/passkey`, { ...list, expectedOrigins: long(57) });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_request']);
    expect(refused.body.errorDescription).toMatch(/^expectedOrigins take 4\d{3} characters in a header/);
    const apps = Array.from({ length: 43 }, (_, at) => `android:apk-key-hash:${'0'.repeat(62)}${10 + at}`);
    const made = await own('POST', `${base}/passkey`, { ...list, expectedOrigins: [...list.expectedOrigins, ...apps] });
    expect(made.status, made.text).toBe(200);
  });

  test('Terraform can begin on a fresh install: a POST fills in what was not configured, once', async () => {
    const fresh = manage(app, await app.createTenant('Fresh'));
    const passkey = await fresh('GET', `${base}/passkey`);
    expect(passkey.body).toMatchObject({ relyingParty: 'localhost', expectedOrigins: ['http://localhost:4000'] });
    const body = {
      relyingParty: 'bank.example',
      expectedOrigins: [
        'HTTPS://Bank.Example/',
        `android:apk-key-hash:${'AB:'.repeat(31)}AB`,
        'https://*.bank.example',
      ],
    };
    const made = await fresh('POST', `${base}/passkey`, body);
    expect(made.body).toEqual({ ...passkey.body, ...body });
    expect((await fresh('POST', `${base}/passkey`, body)).status).toBe(409);
    expect((await fresh('PATCH', `${base}/passkey`, { relyingParty: null })).status).toBe(400);

    const smtp = { host: 'h', port: 587, secure: false, user: 'u', password: 'canary', from: 'a@bank.example' };
    const mail = { emailProvider: 'SMTP', isActive: false, smtpEmailCredentials: smtp };
    const { password: _secret, ...open } = smtp;
    expect((await fresh('POST', `${base}/email-otp`, mail)).body).toMatchObject({
      isActive: false,
      smtpEmailCredentials: open,
    });
    expect((await fresh('POST', `${base}/email-otp`, mail)).status).toBe(409);
    const used = { actionCode: 'a', defaultUserActionResult: 'ALLOW', verificationMethods: ['EMAIL_OTP'] };
    expect((await fresh('POST', '/action-configurations', used)).status).toBe(400);
  });

  test('a tenant’s mail server with an invalid sender or reply address is refused', async () => {
    const fresh = manage(app, await app.createTenant('Senders'));
    const smtp = { host: 'h', port: 587, secure: false, user: 'u', password: 'p', from: 'a@bank.example' };
    const made = await fresh('POST', `${base}/email-otp`, { emailProvider: 'SMTP', smtpEmailCredentials: smtp });
    expect(made.status, made.text).toBe(200);
    for (const [member, value] of [
      ['from', 'Example Bank'],
      ['from', 'Bank <a@bank.example>'],
      ['from', 'a@bank.example, b@bank.example'],
      ['replyTo', 'nobody'],
      ['fromName', 'Bank\r\nBcc: x@evil.example'],
    ] as const) {
      const refused = await fresh('PATCH', `${base}/email-otp`, { smtpEmailCredentials: { [member]: value } });
      expect([refused.status, refused.body.errorCode], value).toEqual([400, 'invalid_request']);
      expect(refused.body.errorDescription).toMatch(new RegExp(`^smtpEmailCredentials\\.${member} must `));
    }
  });

  test('ruling 59: null clears a provider, with its URL and its credentials', async () => {
    const clearing = manage(app, await app.createTenant('Clearing'));
    const smtp = { host: 'h', port: 587, secure: false, user: 'u', password: 'canary', from: 'a@bank.example' };
    for (const [path, provider, member, body] of [
      ['email-otp', 'emailProvider', 'smtpEmailCredentials', { emailProvider: 'SMTP', smtpEmailCredentials: smtp }],
      ['email-otp', 'emailProvider', 'webhookUrl', { emailProvider: 'WEBHOOK', webhookUrl: 'https://a.example/' }],
      ['sms', 'smsProvider', 'twilioCredentials', { smsProvider: 'TWILIO', twilioCredentials: twilio }],
      ['push', 'pushProvider', 'webhookUrl', { pushProvider: 'WEBHOOK', webhookUrl: 'https://a.example/' }],
    ] as const) {
      const made = await clearing('POST', `${base}/${path}`, body);
      expect(made.body, made.text).toHaveProperty(member);
      for (const _time of ['first', 'again']) {
        const cleared = await clearing('PATCH', `${base}/${path}`, { [provider]: null });
        expect(cleared.status, cleared.text).toBe(200);
        expect(cleared.body).not.toHaveProperty(provider);
        expect(cleared.body).not.toHaveProperty(member);
        expect((await clearing('GET', `${base}/${path}`)).body).toEqual(cleared.body);
      }
      const rest = await clearing('PATCH', `${base}/${path}`, { [provider]: null, ...body, [member]: null });
      expect(rest.status, rest.text).toBe(400);
    }
    // The server's own mail takes over, as on a fresh install.
    const { body } = await clearing('GET', `${base}/email-otp`);
    expect(body).toMatchObject({ isActive: true });
  });

  test('both generations of the API work on the same data', async () => {
    const both = manage(app, await app.createTenant('Both'));
    const list = async () => (await both('GET', base)).body as Record<string, unknown>[];
    expect((await list()).map(({ verificationMethod }) => verificationMethod)).toEqual([
      'PASSKEY',
      'SECURITY_KEY',
      'AUTHENTICATOR_APP',
      'EMAIL_OTP',
      'EMAIL_MAGIC_LINK',
      'RECOVERY_CODE',
    ]);
    const made = await both('POST', `${base}/sms`, {
      smsProvider: 'TWILIO',
      twilioCredentials: twilio,
      submissionRateLimitConfiguration: { rateLimit: 10, windowInMinutes: 5 },
      sendingRateLimitConfigurations: [
        { rateLimit: 6, windowInMinutes: 10 },
        { rateLimit: 20, windowInMinutes: 60 },
      ],
    });
    const older = (await list()).find(({ verificationMethod }) => verificationMethod === 'SMS');
    expect(older).toEqual({
      authenticatorId: made.body.authenticatorId,
      authenticatorType: 'OOB',
      verificationMethod: 'SMS',
      isActive: true,
      smsProvider: 'TWILIO',
      rateLimitConfiguration: { rateLimit: 10, windowInMinutes: 5 },
      sendingRateLimitConfiguration: { rateLimit: 6, windowInMinutes: 10 },
      twilioCredentials: { messagingServiceSid: 'MG1', accountSid: 'AC1' },
    });
    const path = `${base}/${made.body.authenticatorId as string}`;
    const changed = await both('PATCH', path, { ...older, verificationCodeLength: 8, isEditableByUser: false });
    expect(changed.body).toEqual({ ...older, verificationCodeLength: 8, isEditableByUser: false });
    expect((await both('GET', `${base}/sms`)).body).toEqual(made.body);
    await both('PATCH', path, { sendingRateLimitConfiguration: { rateLimit: 1, windowInMinutes: 1 }, isActive: false });
    expect((await both('GET', `${base}/sms`)).body).toMatchObject({
      isActive: false,
      sendingRateLimitConfigurations: [{ rateLimit: 1, windowInMinutes: 1 }],
    });
    for (const body of [{ verificationCodeLength: 5 }, { verificationCodeLength: 11 }, { sessionTtlInMinutes: 61 }]) {
      expect((await both('PATCH', path, body)).status).toBe(400);
    }
    expect((await both('PATCH', `${base}/nothing`, {})).body.error).toBe('authenticator_configuration_not_found');
  });

  test('a method that is switched off keeps its configuration, and no longer counts as enabled', async () => {
    const off = manage(app, await app.createTenant('Off'));
    const action = { actionCode: 'a', defaultUserActionResult: 'ALLOW', verificationMethods: ['EMAIL_OTP'] };
    await off('POST', '/action-configurations', action);
    await off('PATCH', `${base}/email-otp`, { isActive: false });
    expect((await off('GET', '/action-configurations/a')).body.verificationMethods).toEqual(['EMAIL_OTP']);
    expect((await off('PATCH', '/action-configurations/a', { defaultUserActionResult: 'BLOCK' })).status).toBe(200);
    const refused = await off('PATCH', '/action-configurations/a', { verificationMethods: ['EMAIL_OTP'] });
    expect(refused.body.errorDescription).toBe('EMAIL_OTP is not an enabled verification method');
  });
});
