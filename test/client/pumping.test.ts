/** Worry: an attacker learns which limit stopped them, or honest people are stopped with them and nobody is told. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { codeOf } from '../rig/phone.ts';

const databaseKinds = databasesOf(import.meta.url);

const reasonsStatement = statement<{ reason: string; isSent: boolean; isEntered: boolean }>(
  'pumping_test_reasons',
  `select reason, is_sent, entered_at is not null as is_entered from texts where tenant_id = $1 order by asked_at, text_id`,
);

// Opens as soon as one code is not entered.
const alert = { countryBreaker: { minimumSends: 1, minimumShare: 100 } };

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  /** A tenant of its own, so that tests count nothing of each other. */
  async function attacked(settings: object) {
    const tenant = await app.createTenant('Attacked');
    const { secretKey: key, managementKey } = tenant;
    const configure = (method: string, body: object) =>
      app.call(method, '/v1/management/authenticator-configurations/sms', { key: managementKey, body });
    expect((await configure('POST', settings)).status).toBe(200);
    const ask = (phoneNumber: string, more: object = {}) =>
      app.call('POST', '/v1/challenge', {
        key,
        body: { verificationMethod: 'SMS', action: 'signIn', phoneNumber, ...more },
      });
    const codeTo = (number: string) => codeOf(app.texts().find(({ to }) => to === number)?.body ?? '');
    const verify = async (challengeId: string, verificationCode: string) =>
      (await app.call('POST', '/v1/verify', { key, body: { challengeId, verificationCode } })).body;
    const reasons = () => app.db.query(reasonsStatement, [tenant.tenantId]);
    return { tenant, configure, ask, codeTo, verify, reasons };
  }

  test('A26: no country chosen: the developer is told which setting is missing, and no text is sent', async () => {
    const { ask, configure } = await attacked({});
    const refused = await ask('+351911110001');
    expect([refused.status, refused.body.errorCode]).toEqual([400, 'invalid_configuration']);
    expect(refused.body.errorDescription).toContain('smsCountryCodes');
    await configure('PATCH', { smsCountryCodes: ['PT'] });
    expect((await ask('+351911110001')).status).toBe(200);
  });

  test('A26: every limit and breaker is refused alike; a country and type of number alike, in other words', async () => {
    const limit = { rateLimit: 1, windowInMinutes: 60 };
    const { ask, configure } = await attacked({ smsCountryCodes: ['PT'], pumpingProtection: alert });
    expect((await ask('+351911110001')).status).toBe(200);
    const breaker = await ask('+351911110002');
    await configure('PATCH', { pumpingProtection: { rangeLimit: limit } });
    const range = await ask('+351911110003');
    await configure('PATCH', { pumpingProtection: { addressLimit: limit } });
    const fromOne = { ipAddress: '198.51.100.7' };
    expect((await ask('+351911120001', { ipAddress: '2001:4860:4860::1' })).status).toBe(200);
    const address = await ask('+351911130001', { ipAddress: '2001:4860:4860::2' });
    await configure('PATCH', { sendingRateLimitConfigurations: [limit], pumpingProtection: null });
    const number = await ask('+351911110001', fromOne);
    await configure('PATCH', { pumpingProtection: { hourlyMax: 1 } });
    const tenant = await ask('+351911140001');
    const [first, ...others] = [breaker, range, address, number, tenant];
    expect([first?.status, first?.body.errorCode, first?.headers['retry-after']]).toEqual([
      429,
      'too_many_requests',
      '600',
    ]);
    for (const other of others) {
      expect([other.status, other.text, other.headers['retry-after']]).toEqual([
        first?.status,
        first?.text,
        first?.headers['retry-after'],
      ]);
    }
    const [elsewhere, fixed] = [await ask('+34612345678'), await ask('+351211234567')];
    expect([elsewhere.status, fixed.status, fixed.text]).toEqual([400, 400, elsewhere.text]);
  });

  test('A26: in an attacked country, a range is served again once its code is entered, and who verified before always is', async () => {
    const { ask, codeTo, verify, reasons } = await attacked({ smsCountryCodes: ['PT'], pumpingProtection: alert });
    expect((await ask('+351921110001')).status).toBe(200);
    const started = await ask('+351922220001');
    expect(started.status).toBe(200);
    expect((await ask('+351922220002')).status).toBe(429);
    expect(await verify(started.body.challengeId, codeTo('+351922220001'))).toMatchObject({ isVerified: true });
    expect((await ask('+351922220002')).status).toBe(200);
    expect((await ask('+351922220003')).status).toBe(429);
    expect((await ask('+351922220001')).status).toBe(200);
    expect((await reasons()).map(({ reason, isSent, isEntered }) => [reason, isSent, isEntered])).toEqual([
      ['within_limits', true, false],
      ['within_limits', true, true],
      ['country_breaker', false, false],
      ['within_limits', true, false],
      ['country_breaker', false, false],
      ['verified_number', true, false],
    ]);
  });

  test('A26: a silent refusal looks like a sent code: nothing is sent, no guess is right, and the code before it stays valid', async () => {
    const settings = { smsCountryCodes: ['PT'], pumpingProtection: { ...alert, refusal: 'silent' } };
    const { ask, codeTo, verify, tenant } = await attacked(settings);
    const first = await ask('+351931110001');
    const code = codeTo('+351931110001');
    const sent = app.texts().length;
    const silent = await ask('+351931110002');
    expect([silent.status, Object.keys(silent.body).sort()]).toEqual([first.status, Object.keys(first.body).sort()]);
    const again = await app.call('POST', '/v1/challenge', {
      key: tenant.secretKey,
      body: { challengeId: first.body.challengeId },
    });
    expect([again.status, again.body.challengeId]).toEqual([200, first.body.challengeId]);
    expect(app.texts()).toHaveLength(sent);
    for (let guess = 0; guess < 5; guess += 1) {
      expect(await verify(silent.body.challengeId, `00000${guess}`)).toEqual({
        isVerified: false,
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
    }
    // Long after a send is out.
    await app.runtime.advance(60_000);
    expect(await verify(first.body.challengeId, code)).toMatchObject({ isVerified: true });
  });

  test('A26: monitoring sends what it would refuse, and tells so in metric, log and table', async () => {
    const { ask, configure, reasons, tenant } = await attacked({ pumpingProtection: { mode: 'monitor' } });
    expect((await ask('+351961110001')).status).toBe(200);
    await configure('PATCH', { smsCountryCodes: ['PT'], pumpingProtection: { ...alert, mode: 'monitor' } });
    expect((await ask('+351961110002')).status).toBe(200);
    expect((await reasons()).map(({ reason, isSent }) => [reason, isSent])).toEqual([
      ['country', true],
      ['country_breaker', true],
    ]);
    const metrics = (await app.call('GET', '/metrics', { key: null })).text;
    expect(metrics).toContain('sallyport_texts_judged_total{reason="country_breaker",result="monitored"}');
    expect(app.logText()).toContain(`Tenant ${tenant.tenantId}: texts to PT would be refused: country_breaker.`);
  });

  test('A26: while it only monitors, a user gets more texts than their limit, and one number never does (ruling 44)', async () => {
    const { ask, reasons } = await attacked({
      smsCountryCodes: ['PT'],
      sendingRateLimitConfigurations: [{ rateLimit: 2, windowInMinutes: 60 }],
      pumpingProtection: { mode: 'monitor', hourlyMax: 1, rangeLimit: { rateLimit: 1, windowInMinutes: 60 } },
    });
    const statuses = async (numbers: readonly string[]) => {
      const replies = [];
      for (const number of numbers) replies.push((await ask(number, { userId: 'ann' })).status);
      return replies;
    };
    // Their own limit, that of the range and that of the tenant are all exceeded.
    expect(await statuses(['1', '2', '3', '4', '5'].map((end) => `+35193777000${end}`))).toEqual([
      200, 200, 200, 200, 200,
    ]);
    expect((await reasons()).map(({ reason, isSent }) => [reason, isSent])).toContainEqual(['user_limit', true]);
    expect(await statuses(['+351937770001', '+351937770001'])).toEqual([200, 429]);
    // Also where nobody is served.
    expect(await statuses(['+34612345678', '+34612345678', '+34612345678'])).toEqual([200, 200, 429]);
  });
});
