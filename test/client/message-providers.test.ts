/**
 * Worry: a provider that is away takes sign-in with it, a person gets two codes, or somebody else's words about a message
 * are believed.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startStandIn } from '../rig/stand-in.ts';
import type { StandIn, StandInAnswer } from '../rig/stand-in.ts';
import type { Report } from '../../src/delivery/report.ts';
import { statement } from '../../src/storage/sql.ts';
import { recordReports } from '../../src/telling/record-report.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from '../management/manage.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const marksStatement = statement<{ because: string | null }>(
  'message_providers_test_marks',
  'select because from contact_marks where tenant_id = $1',
);

const publicUrl = 'https://auth.example.com';
const sendgrid = 'api.sendgrid.com';
const mailgun = 'api.mailgun.net';
const signingKey = 'a signing key of Mailgun';

const mailgunCredentials = {
  apiKey: 'key-of-mailgun',
  url: 'https://api.mailgun.net',
  templateName: 'otp',
  domain: 'mg.example.org',
  webhookSigningKey: signingKey,
};
const sendgridCredentials = { apiKey: 'key-of-sendgrid', templateId: 'd-1', fromEmail: 'login@example.org' };

describe('Amazon SES without credentials of the tenant', () => {
  const ses = {
    region: 'eu-west-1',
    accessKeyId: 'AKIASERVER',
    secretAccessKey: 'a secret of the server',
    from: 'login@server.example',
    fromName: 'Server',
  };
  const start = async (app: TestApp) => {
    const configured = await manage(app, app.tenant)('POST', '/authenticator-configurations/email-otp', {
      emailProvider: 'SES',
    });
    expect(configured.status, configured.text).toBe(200);
    await app.app.context.published.refresh();
    const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId: 'ann', email: 'ann@example.com' };
    return app.call('POST', '/v1/challenge', { body });
  };

  test('sends by the account of this server, and shows nothing of it', async () => {
    const standIn = await startStandIn();
    const app = await testApp('embedded', { outbound: standIn.outbound, ses });
    try {
      standIn.answer(() => ({ status: 200, body: '{"MessageId":"1"}' }));
      expect((await start(app)).status).toBe(200);
      const [sent] = standIn.requests;
      expect(sent?.host).toBe('email.eu-west-1.amazonaws.com');
      expect(sent?.headers.authorization).toContain('Credential=AKIASERVER/');
      expect(JSON.parse(sent?.body ?? '{}').FromEmailAddress).toBe('"Server" <login@server.example>');
      const shown = await manage(app, app.tenant)('GET', '/authenticator-configurations/email-otp');
      expect(shown.text).not.toMatch(/AKIASERVER|server\.example/);
      // A tenant's own account goes before it.
      const own = { region: 'us-east-1', accessKeyId: 'AKIAOWN', secretAccessKey: 'own', from: 'login@own.example' };
      await manage(app, app.tenant)('PATCH', '/authenticator-configurations/email-otp', { sesEmailCredentials: own });
      await app.app.context.published.refresh();
      await app.call('POST', '/v1/challenge', {
        body: { verificationMethod: 'EMAIL_OTP', action: 'pay', userId: 'ann', email: 'ann@example.com' },
      });
      expect(standIn.requests.at(-1)?.headers.authorization).toContain('Credential=AKIAOWN/');
    } finally {
      await app.close();
      await standIn.stop();
    }
  });

  test('is refused if this server has none either, with what to set', async () => {
    const app = await testApp('embedded');
    try {
      const refused = await start(app);
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_configuration']);
      expect(refused.body.errorDescription).toMatch(/sesEmailCredentials.*SALLYPORT_SES_REGION/);
    } finally {
      await app.close();
    }
  });
});

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let standIn: StandIn;
  let tenant: TestTenant;
  let people = 0;
  beforeAll(async () => {
    standIn = await startStandIn();
    app = await testApp(kind, { outbound: standIn.outbound, publicUrl });
  });
  afterAll(async () => {
    await app.close();
    await standIn.stop();
  });
  // A tenant of its own for each test has breakers of its own.
  beforeEach(async () => {
    tenant = await app.createTenant('Example Bank');
    standIn.refuseConnections(false);
    standIn.answer(() => ({ status: 200, body: '{"id":"<1@mg>"}' }));
  });

  const call = (method: string, path: string, body?: object) =>
    app.call(method, path, { key: tenant.secretKey, ...(body === undefined ? {} : { body }) });
  const configure = async (fallback: object | null) => {
    const reply = await manage(app, tenant)('POST', '/authenticator-configurations/email-otp', {
      emailProvider: 'MAILGUN',
      mailgunEmailCredentials: mailgunCredentials,
      ...(fallback === null ? {} : { fallback }),
    });
    expect(reply.status, reply.text).toBe(200);
    return reply.body;
  };
  const second = { emailProvider: 'SENDGRID', sendgridEmailCredentials: sendgridCredentials };
  const newUser = () => `person-${(people += 1)}`;
  const start = (userId: string) =>
    call('POST', '/v1/challenge', {
      verificationMethod: 'EMAIL_OTP',
      action: 'pay',
      userId,
      email: `${userId}@example.com`,
    });
  const asked = (since: number) => standIn.requests.slice(since).map(({ host }) => host);
  /** What each host answers. */
  const answers = (by: Readonly<Record<string, StandInAnswer>>) =>
    standIn.answer(({ host }) => by[host] ?? { status: 202 });

  describe('a second provider', () => {
    test.each<[string, StandInAnswer]>([
      ['refuses the message', { status: 400, body: '{}' }],
      ['refuses the key', { status: 401, body: '{}' }],
      ['is asked too often', { status: 429, body: '{}' }],
      ['is overloaded', { status: 503, body: '' }],
    ])('F18: takes the message if the first %s', async (_what, answer) => {
      await configure(second);
      answers({ [mailgun]: answer });
      const before = standIn.requests.length;
      expect((await start(newUser())).status).toBe(200);
      expect(asked(before)).toEqual([mailgun, sendgrid]);
    });

    test('F18: takes the message if the first cannot be reached, and after three of these is asked alone', async () => {
      await configure(second);
      standIn.answer(() => ({ status: 202 }));
      const real = standIn.outbound.connect.bind(standIn.outbound);
      let refused = 0;
      standIn.outbound.connect = async (tenantId, target, ports, signal) => {
        if (target.host === mailgun) {
          refused += 1;
          throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        }
        return real(tenantId, target, ports, signal);
      };
      try {
        for (let count = 0; count < 5; count += 1) expect((await start(newUser())).status).toBe(200);
      } finally {
        standIn.outbound.connect = real;
      }
      expect(refused).toBe(3);
      const metrics = await app.call('GET', '/metrics', { key: null });
      expect(metrics.text).toContain('sallyport_provider_breakers_open{provider="MAILGUN"} 1');
    });

    test('F19: takes nothing after a time-out, because the first may have taken it; the next request goes to it at once', async () => {
      await configure(second);
      answers({ [mailgun]: 'hang up' });
      const user = newUser();
      const before = standIn.requests.length;
      const doubtful = await start(user);
      expect([doubtful.status, doubtful.body.error]).toEqual([400, 'delivery_failed']);
      expect(doubtful.text).toContain('It may still arrive');
      expect(asked(before)).toEqual([mailgun]);
      expect((await start(user)).status).toBe(200);
      expect(asked(before)).toEqual([mailgun, sendgrid]);
      // And the first is asked again later.
      answers({});
      await app.runtime.advance(31_000);
      expect((await start(newUser())).status).toBe(200);
      expect(asked(before)).toEqual([mailgun, sendgrid, mailgun]);
    });

    test('the provider that took a message is in the log of the challenge', async () => {
      await configure(second);
      answers({ [mailgun]: { status: 503 } });
      const logs = { logEventsWebhookConfig: { endpointUrl: 'https://logs.example.com/all' } };
      expect((await manage(app, tenant)('PATCH', '/tenant', logs)).status).toBe(200);
      const before = standIn.requests.length;
      await start(newUser());
      await app.runtime.advance(5_000);
      const sent = standIn.requests.slice(before).filter(({ host }) => host === 'logs.example.com');
      expect(sent.map(({ body }) => body).join('')).toMatch(/"type":"EMAIL_OTP_SENT".*"provider":"SENDGRID"/);
    });

    test('is shown without its secrets, replaced as a part, and removed by null', async () => {
      const shown = await configure(second);
      expect(shown.fallback).toEqual({
        emailProvider: 'SENDGRID',
        sendgridEmailCredentials: { templateId: 'd-1', fromEmail: 'login@example.org' },
        callbackUrl: expect.stringMatching(/^https:\/\/auth\.example\.com\/callbacks\//),
      });
      expect(JSON.stringify(shown)).not.toMatch(/key-of|signing key/);
      const patch = (fallback: unknown) =>
        manage(app, tenant)('PATCH', '/authenticator-configurations/email-otp', { fallback });
      const changed = await patch({ sendgridEmailCredentials: { fromName: 'Bank' } });
      expect(changed.body.fallback.sendgridEmailCredentials.fromName).toBe('Bank');
      answers({ [mailgun]: { status: 503 } });
      await app.app.context.published.refresh();
      await start(newUser());
      expect(standIn.requests.at(-1)?.headers.authorization).toBe('Bearer key-of-sendgrid');
      expect((await patch({ emailProvider: 'MANDRILL' })).status).toBe(400);
      expect((await patch({ smsProvider: 'TWILIO' })).status).toBe(400);
      expect((await patch(null)).body).not.toHaveProperty('fallback');
    });

    test('cannot stand in for no provider', async () => {
      const reply = await manage(app, tenant)('PATCH', '/authenticator-configurations/email-otp', { fallback: second });
      expect([reply.status, reply.body.error]).toEqual([400, 'invalid_request']);
    });
  });

  test('F18: a provider that stands alone is asked each time, and a message is sent as soon as it is back', async () => {
    await configure(null);
    answers({ [mailgun]: 'hang up' });
    const before = standIn.requests.length;
    for (let count = 0; count < 4; count += 1) {
      expect((await start(newUser())).body.error).toBe('delivery_failed');
    }
    expect(asked(before)).toHaveLength(4);
    answers({});
    expect((await start(newUser())).status).toBe(200);
  });

  test('a code by email for an address that would be two is sent to nobody', async () => {
    await configure(null);
    const before = standIn.requests.length;
    const reply = await call('POST', '/v1/challenge', {
      verificationMethod: 'EMAIL_OTP',
      action: 'pay',
      email: '"a@example.com, b"@example.com',
    });
    expect(reply.status).toBe(400);
    expect(asked(before)).toEqual([]);
  });

  describe('texts by Twilio', () => {
    const authToken = 'an auth token of Twilio';
    const number = '+64211234567';
    const configureTexts = async () => {
      const reply = await manage(app, tenant)('POST', '/authenticator-configurations/sms', {
        smsProvider: 'TWILIO',
        smsCountryCodes: ['NZ'],
        twilioCredentials: { accountSid: 'AC1', authToken, messagingServiceSid: 'MG1' },
      });
      expect(reply.status, reply.text).toBe(200);
      const logs = { logEventsWebhookConfig: { endpointUrl: 'https://logs.example.com/all' } };
      expect((await manage(app, tenant)('PATCH', '/tenant', logs)).status).toBe(200);
      await app.app.context.published.refresh();
      return String(reply.body.callbackUrl).replace(publicUrl, '');
    };
    const startText = (phoneNumber = number) =>
      call('POST', '/v1/challenge', { verificationMethod: 'SMS', action: 'pay', userId: newUser(), phoneNumber });
    const tell = (path: string, members: Readonly<Record<string, string>>, key = authToken) => {
      const joined = Object.entries(members)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, value]) => name + value);
      const signature = createHmac('sha1', key)
        .update(publicUrl + path + joined.join(''))
        .digest('base64');
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signature,
      };
      return app.call('POST', path, { key: null, rawBody: new URLSearchParams(members).toString(), headers });
    };
    const logged = async (since: number) => {
      await app.runtime.advance(5_000);
      const sent = standIn.requests.slice(since).filter(({ host }) => host === 'logs.example.com');
      return sent.flatMap(({ body }) => [...body.matchAll(/"type":"(SMS_[A-Z_]+)"/g)].map(([, type]) => type));
    };

    test('a signed report of delivery is in the log of the challenge, once, and a forged one is not', async () => {
      const path = await configureTexts();
      standIn.answer(({ host }) => ({ status: 201, body: host.includes('twilio') ? '{"sid":"SM1"}' : '' }));
      const before = standIn.requests.length;
      const started = await startText();
      expect(started.status, started.text).toBe(200);
      const report = { MessageSid: 'SM1', MessageStatus: 'delivered', To: number };
      expect((await tell(path, report, 'another')).status).toBe(403);
      expect((await tell(path, report)).status).toBe(204);
      expect((await tell(path, report)).status).toBe(204);
      // Delivered stays delivered, and of a message that nobody sent nothing is known.
      expect((await tell(path, { ...report, MessageStatus: 'undelivered' })).status).toBe(204);
      expect((await tell(path, { ...report, MessageSid: 'SM9' })).status).toBe(204);
      expect(await logged(before)).toEqual(['SMS_SENT', 'SMS_DELIVERED']);
    });

    test('a text that did not arrive is in the log, and a number that answers STOP gets none until it answers START', async () => {
      const path = await configureTexts();
      standIn.answer(({ host }) => ({ status: 201, body: host.includes('twilio') ? '{"sid":"SM2"}' : '' }));
      const before = standIn.requests.length;
      await startText();
      await tell(path, { MessageSid: 'SM2', MessageStatus: 'undelivered', To: number });
      expect(await logged(before)).toEqual(['SMS_SENT', 'SMS_NOT_DELIVERED']);
      await tell(path, { MessageSid: 'IN1', From: number, Body: 'Stop' });
      await app.runtime.advance(1_000);
      const asked = standIn.requests.length;
      const stopped = await startText();
      expect([stopped.status, stopped.body.error]).toEqual([400, 'delivery_failed']);
      expect(stopped.text).toContain('STOP');
      expect(standIn.requests.slice(asked).filter(({ host }) => host.includes('twilio'))).toEqual([]);
      await tell(path, { MessageSid: 'IN2', From: number, Body: 'START' });
      expect((await startText()).status).toBe(200);
    });
  });

  describe('what a provider tells later', () => {
    const callbackOf = async () => {
      const { callbackUrl } = await configure(null);
      return String(callbackUrl).replace(publicUrl, '');
    };
    const report = (event: object, { key = signingKey, at = app.runtime.clock.now(), word = 'token' } = {}) => {
      const timestamp = String(Math.floor(at / 1000));
      const signature = createHmac('sha256', key)
        .update(timestamp + word)
        .digest('hex');
      return JSON.stringify({ signature: { timestamp, token: word, signature }, 'event-data': event });
    };
    const post = (path: string, rawBody: string) => app.call('POST', path, { key: null, rawBody });
    const marks = async () => {
      const rows = await app.db.query(marksStatement, [tenant.tenantId]);
      return rows.map(({ because }) => because);
    };
    const bounce = (recipient = 'ann@example.com') => ({
      event: 'failed',
      severity: 'permanent',
      recipient,
      timestamp: app.runtime.clock.now() / 1000,
    });

    test('a signed bounce marks the address, and a later delivery lifts the mark', async () => {
      const path = await callbackOf();
      expect((await post(path, report(bounce()))).status).toBe(204);
      expect(await marks()).toEqual(['bounced']);
      const delivered = {
        event: 'delivered',
        recipient: 'Ann@Example.com',
        timestamp: app.runtime.clock.now() / 1000 + 5,
      };
      await app.runtime.advance(6_000);
      expect((await post(path, report(delivered, { word: 'two' }))).status).toBe(204);
      expect(await marks()).toEqual([null]);
    });

    test('the next challenge says so to the page, and no longer once a message arrived', async () => {
      const path = await callbackOf();
      await post(path, report(bounce('bea@example.com')));
      await call('POST', '/v1/users/bea/authenticators', { verificationMethod: 'EMAIL_OTP', email: 'bea@example.com' });
      const tracked = await call('POST', '/v1/users/bea/actions/pay', {});
      const ask = async () => {
        const body = { unlessOpen: false };
        return (await app.call('POST', '/v1/client/challenge/email-otp', { token: tracked.body.token, body })).body;
      };
      expect((await ask()).sent).toMatchObject({ mayNotArrive: true });
      await app.runtime.advance(1_000);
      const arrived = { event: 'delivered', recipient: 'bea@example.com', timestamp: app.runtime.clock.now() / 1000 };
      await post(path, report(arrived, { word: 'two' }));
      expect((await ask()).sent).not.toHaveProperty('mayNotArrive');
    });

    test('a call that tells of many messages of others waits for all of them together, and marks every address', async () => {
      const context = app.app.context.forTenant(tenant.tenantId);
      const known = context.published.tenant(tenant.tenantId);
      if (known === undefined) throw new Error('There is no tenant.');
      let waitedMs = 0;
      const timers = { ...context.runtime.timers, wait: (ms: number) => Promise.resolve(void (waitedMs += ms)) };
      const counting = { ...context, runtime: { ...context.runtime, timers } };
      const reportsOf = (part: number) =>
        Array.from({ length: 100 }, (_, at): Report[] => [
          { fate: 'delivered', messageId: `of somebody else ${part} ${at}` },
          { fate: 'bounced', contact: `bounced-${part}-${at}@example.com` },
        ]).flat();
      const parts = [0, 1].map((part) => ({ reportId: randomUUID(), reports: reportsOf(part) }));
      await recordReports(counting, known, { provider: 'SENDGRID', parts });
      expect(waitedMs).toBeLessThanOrEqual(2_000);
      expect((await marks()).filter((because) => because === 'bounced')).toHaveLength(200);
    });

    test('the same call again changes nothing, and neither does one that tells of an earlier time', async () => {
      const path = await callbackOf();
      const first = report(bounce());
      await post(path, first);
      await app.runtime.advance(1_000);
      await post(
        path,
        report(
          { event: 'delivered', recipient: 'ann@example.com', timestamp: app.runtime.clock.now() / 1000 },
          { word: 'two' },
        ),
      );
      expect((await post(path, first)).status).toBe(204);
      expect(await marks()).toEqual([null]);
    });

    test.each([
      ['another key', () => report(bounce(), { key: 'another' })],
      ['a time of two days ago', () => report(bounce(), { at: app.runtime.clock.now() - 2 * 86_400_000 })],
      ['a body that was changed', () => report(bounce()).replace(/"token":"token"/, '"token":"other"')],
      ['no signature', () => JSON.stringify({ 'event-data': bounce() })],
      ['no JSON', () => 'garbage'],
      ['nothing', () => ''],
    ])('with %s it is refused and changes nothing', async (_what, body) => {
      const path = await callbackOf();
      expect((await post(path, body())).status).toBe(403);
      expect(await marks()).toEqual([]);
    });

    test('a path of another tenant, another provider or nobody is not found', async () => {
      const path = await callbackOf();
      const [id = '', ...rest] = path.replace('/callbacks/', '').split('.');
      const other = await app.createTenant('Another');
      for (const wrong of [
        [other.tenantId, ...rest].join('.'),
        [id, 'SMS', ...rest.slice(1)].join('.'),
        [id, rest[0], 'second', rest[2]].join('.'),
        [id, ...rest.slice(0, 2), 'AAAA'].join('.'),
        'x',
      ]) {
        expect((await post(`/callbacks/${wrong}`, report(bounce()))).status, wrong).toBe(404);
      }
      // After the provider was changed, its path is nobody's.
      await manage(app, tenant)('PATCH', '/authenticator-configurations/email-otp', {
        emailProvider: 'SENDGRID',
        sendgridEmailCredentials: sendgridCredentials,
      });
      await app.app.context.published.refresh();
      expect((await post(path, report(bounce()))).status).toBe(404);
      expect(await marks()).toEqual([]);
    });
  });
});
