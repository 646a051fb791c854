/** F18, F19: a tenant's own mail server that is down, slow or refusing, and one whose place a tenant may not name. */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeAll, afterAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { manage } from '../management/manage.ts';

interface Received {
  readonly to: readonly string[];
  readonly from: string;
  readonly user: string | undefined;
  readonly source: string;
}

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Mode = 'accept' | 'refuse' | 'hang' | 'hangAfterData';

/** A real SMTP server that wants a password; what it does can be changed while it runs. */
async function startSmtp() {
  const received: Received[] = [];
  const state = { mode: 'accept' as Mode, connections: 0, open: 0 };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onConnect(_session, callback) {
      state.connections += 1;
      state.open += 1;
      callback();
    },
    onClose() {
      state.open -= 1;
    },
    onAuth({ username, password }, _session, callback) {
      if (password === 'smtp-canary-1') callback(null, { user: username });
      else callback(new Error(`Go away, ${username} with ${password}`));
    },
    onRcptTo(_address, _session, callback) {
      if (state.mode !== 'hang') callback(state.mode === 'refuse' ? new Error('No such mailbox') : undefined);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          to: rcptTo.map(({ address }) => address),
          from: mailFrom === false ? '' : mailFrom.address,
          user: session.user,
          source: Buffer.concat(chunks).toString(),
        });
        if (state.mode !== 'hangAfterData') callback();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { port, received, state };
}

/** Accepts connections and says nothing. */
async function startSilence() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const credentials = (port: number, more: object = {}) => ({
  host: '127.0.0.1',
  port,
  secure: false,
  user: 'bank',
  password: 'smtp-canary-1',
  from: 'login@bank.example',
  fromName: 'The Bank',
  replyTo: 'help@bank.example',
  ...more,
});

describe('mail by the provider that a tenant brings', () => {
  let app: TestApp;
  let ask: ReturnType<typeof manage>;
  let people = 0;
  beforeAll(async () => {
    app = await testApp('embedded', { outboundAllow: ['127.0.0.0/8'] });
    ask = manage(app);
  });
  afterAll(() => app.close());

  const newEmail = () => `mailed${(people += 1)}@example.com`;

  async function configure(settings: object) {
    const path = '/authenticator-configurations/email-otp';
    const isThere = (await ask('GET', path)).body.emailProvider !== undefined;
    const reply = await ask(isThere ? 'PATCH' : 'POST', path, settings);
    expect(reply.status, reply.text).toBe(200);
  }

  const useSmtp = (port: number, more: object = {}) =>
    configure({ emailProvider: 'SMTP', smtpEmailCredentials: credentials(port, more) });

  const challenge = (email: string): Promise<TestReply> =>
    app.call('POST', '/v1/challenge', { body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', email } });

  async function timed(email: string) {
    const startedMs = performance.now();
    const reply = await challenge(email);
    return { reply, ms: performance.now() - startedMs };
  }

  test("wins over the server's own, with its sender, reply address and password", async () => {
    const smtp = await startSmtp();
    await useSmtp(smtp.port);
    const email = newEmail();
    expect((await challenge(email)).status).toBe(200);
    expect(smtp.received).toHaveLength(1);
    expect(smtp.received[0]).toMatchObject({ to: [email], from: 'login@bank.example', user: 'bank' });
    expect(smtp.received[0]?.source).toContain('From: The Bank <login@bank.example>');
    expect(smtp.received[0]?.source).toContain('Reply-To: help@bank.example');
    expect(smtp.received[0]?.source).toMatch(/^Subject: \d{6} is your code/m);
    expect(app.mail()).toEqual([]);
  });

  test('one connection serves many messages, and is closed as soon as the configuration changes', async () => {
    const before = await startSmtp();
    await useSmtp(before.port);
    for (let sent = 0; sent < 5; sent += 1) expect((await challenge(newEmail())).status).toBe(200);
    expect(before.state.connections).toBe(1);
    const after = await startSmtp();
    await useSmtp(after.port);
    await expect.poll(() => before.state.open).toBe(0);
    expect((await challenge(newEmail())).status).toBe(200);
    expect([before.received.length, after.received.length]).toEqual([5, 1]);
  });

  test('F18: one that refuses is delivery_failed, and the next message goes out', async () => {
    const smtp = await startSmtp();
    await useSmtp(smtp.port);
    smtp.state.mode = 'refuse';
    const refused = await challenge(newEmail());
    expect(refused.status).toBe(400);
    expect(refused.body.error).toBe('delivery_failed');
    smtp.state.mode = 'accept';
    expect((await challenge(newEmail())).status).toBe(200);
  });

  test.each(['hang', 'hangAfterData'] as const)(
    'F18, F19: one that stops answering (%s) is delivery_failed within five seconds, and nothing is sent twice',
    async (mode) => {
      const smtp = await startSmtp();
      await useSmtp(smtp.port);
      smtp.state.mode = mode;
      const { reply, ms } = await timed(newEmail());
      expect(reply.body.error).toBe('delivery_failed');
      expect(ms).toBeLessThan(5_000);
      smtp.state.mode = 'accept';
      const email = newEmail();
      expect((await challenge(email)).status).toBe(200);
      expect(smtp.received.filter(({ to }) => !to.includes(email)).length).toBe(mode === 'hang' ? 0 : 1);
    },
    20_000,
  );

  test('F18: one that is silent, or not there, is delivery_failed within five seconds', async () => {
    await useSmtp(await startSilence());
    const silent = await timed(newEmail());
    expect(silent.reply.body.error).toBe('delivery_failed');
    expect(silent.ms).toBeLessThan(5_000);
    await useSmtp(1);
    const absent = await timed(newEmail());
    expect(absent.reply.body.error).toBe('delivery_failed');
    expect(absent.ms).toBeLessThan(5_000);
  }, 20_000);

  test('F18: with many waiting for a slow one, each is answered within five seconds, and what failed is not sent later', async () => {
    const smtp = await startSmtp();
    await useSmtp(smtp.port);
    smtp.state.mode = 'hang';
    const all = await Promise.all(Array.from({ length: 20 }, () => timed(newEmail())));
    expect(new Set(all.map(({ reply }) => reply.body.error))).toEqual(new Set(['delivery_failed']));
    // Twenty requests begin at once on one core; the time-out of each is shorter than five seconds.
    expect(Math.max(...all.map(({ ms }) => ms))).toBeLessThan(6_000);
    smtp.state.mode = 'accept';
    expect((await challenge(newEmail())).status).toBe(200);
    expect(smtp.received).toHaveLength(1);
  }, 20_000);

  test('A64: a password that is refused is in no answer and no log line, nor what the server said of it', async () => {
    const smtp = await startSmtp();
    await useSmtp(smtp.port, { password: 'smtp-canary-2' });
    const refused = await challenge(newEmail());
    expect(refused.body.error).toBe('delivery_failed');
    expect(refused.text).not.toMatch(/canary|Go away|bank/);
    expect(app.logText()).toContain('EAUTH 535');
    expect(app.logText()).not.toMatch(/canary|Go away/);
  });

  test('a provider that is not built refuses with what to do, before anything is counted or made', async () => {
    await configure({
      emailProvider: 'MAILGUN',
      mailgunEmailCredentials: { apiKey: 'k', url: 'https://x.example', templateName: 't', domain: 'd' },
    });
    const refused = await challenge(newEmail());
    expect(refused.status).toBe(400);
    expect(refused.body.error).toBe('invalid_configuration');
    expect(refused.body.errorDescription).toContain('MAILGUN');
  });

  test("without a provider of the tenant's any more, the server's own takes over again", async () => {
    expect((await ask('DELETE', '/authenticator-configurations/email-otp')).status).toBe(200);
    // Without its configuration the method is off; the notice below needs no method.
    const created = await ask('POST', '/authenticator-configurations/email-otp', { emailProvider: 'SES' });
    expect(created.status).toBe(200);
    const { authenticatorId } = created.body as { authenticatorId: string };
    const cleared = await ask('PATCH', `/authenticator-configurations/${authenticatorId}`, { emailProvider: null });
    expect(cleared.status, cleared.text).toBe(200);
    const email = newEmail();
    expect((await challenge(email)).status).toBe(200);
    expect(app.mail()[0]?.to).toBe(email);
  });
});

describe('A76: the place of a mail server that a tenant names', () => {
  test.each([
    ['loopback', '127.0.0.1'],
    ['a name of it', 'localhost'],
    ['a decimal spelling', '2130706433'],
    ['an octal spelling', '0177.0.0.1'],
    ['IPv6 loopback', '::1'],
    ['IPv4 inside IPv6', '::ffff:127.0.0.1'],
    ['the metadata service', '169.254.169.254'],
  ])('is refused without the operator’s leave: %s', async (_what, host) => {
    const smtp = await startSmtp();
    const app = await testApp('embedded');
    stops.push(() => app.close());
    const body = { emailProvider: 'SMTP', smtpEmailCredentials: credentials(smtp.port, { host }) };
    expect((await manage(app)('POST', '/authenticator-configurations/email-otp', body)).status).toBe(200);
    const reply = await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'a@example.com' },
    });
    expect(reply.body.error).toBe('delivery_failed');
    expect(smtp.state.connections).toBe(0);
    expect(app.logText()).toContain('ETARGET');
  });

  test('without TLS the password goes only to what the operator lists', async () => {
    const smtp = await startSmtp();
    const { port } = smtp;
    for (const [allow, isSent] of [
      [[`mail.bank.example:${port}`], true],
      [['127.0.0.1'], true],
      [['10.0.0.0/8', 'other.example:25'], false],
    ] as const) {
      const app = await testApp('embedded', {
        outboundAllow: allow,
        names: { resolve: async () => [{ address: '127.0.0.1', family: 4 }] },
      });
      const body = { emailProvider: 'SMTP', smtpEmailCredentials: credentials(port, { host: 'mail.bank.example' }) };
      expect((await manage(app)('POST', '/authenticator-configurations/email-otp', body)).status).toBe(200);
      const before = smtp.received.length;
      const reply = await app.call('POST', '/v1/challenge', {
        body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'a@example.com' },
      });
      expect(reply.status, JSON.stringify(allow)).toBe(isSent ? 200 : 400);
      expect(smtp.received.length - before).toBe(isSent ? 1 : 0);
      await app.close();
    }
  });
});

describe('sending limits', () => {
  test('a tenant’s own limits hold in place of the built-in one, all of them', async () => {
    const app = await testApp('embedded');
    stops.push(() => app.close());
    const ask = manage(app);
    const limits = [
      { rateLimit: 2, windowInMinutes: 1 },
      { rateLimit: 3, windowInMinutes: 60 },
    ];
    const [row] = (await ask('GET', '/authenticator-configurations')).body.filter(
      (one: { verificationMethod: string }) => one.verificationMethod === 'EMAIL_OTP',
    );
    await ask('PATCH', '/authenticator-configurations/email-otp', { sendingRateLimitConfigurations: limits });
    const send = () =>
      app.call('POST', '/v1/challenge', {
        body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'a@example.com' },
      });
    expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
    const third = await send();
    expect([third.status, third.headers['retry-after']]).toEqual([429, '60']);
    await app.runtime.advance(61_000);
    expect((await send()).status).toBe(200);
    await app.runtime.advance(61_000);
    const fifth = await send();
    expect([fifth.status, fifth.headers['retry-after']]).toEqual([429, '3600']);

    // The older name of the same.
    const older = { sendingRateLimitConfiguration: { rateLimit: 5, windowInMinutes: 60 } };
    await ask('PATCH', `/authenticator-configurations/${row.authenticatorId}`, older);
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([200, 200, 429]);
    await ask('PATCH', '/authenticator-configurations/email-otp', { sendingRateLimitConfigurations: null });
    const more = await Promise.all(Array.from({ length: 8 }, send));
    expect(more.filter(({ status }) => status === 200)).toHaveLength(7);
  });
});
