/**
 * F18, F19: a tenant's own mail server that is down, slow or refusing, and one at an address that a tenant may not
 * name.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeAll, afterAll, describe, expect, test } from 'vitest';
import { smtpMailer } from '../../src/delivery/email/smtp-mailer.ts';
import type { Mailer } from '../../src/delivery/email/mailer.ts';
import { openNames } from '../../src/delivery/names.ts';
import { statement } from '../../src/storage/sql.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { decodeQuotedPrintable } from '../rig/smtp.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { manage } from '../management/manage.ts';
import { promisedMs } from '../rig/api.ts';
import { systemRuntime } from '../../src/runtime/system-runtime.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

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

type Mode = 'accept' | 'refuse' | 'hang' | 'hangAfterData' | 'hold';

/** A real SMTP server that requires a password; its behaviour can be changed while it runs. */
async function startSmtp() {
  const received: Received[] = [];
  const state = { mode: 'accept' as Mode, connections: 0, open: 0 };
  const held: { readonly to: readonly string[]; readonly answer: (error?: Error) => void }[] = [];
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
        const to = rcptTo.map(({ address }) => address);
        received.push({
          to,
          from: mailFrom === false ? '' : mailFrom.address,
          user: session.user,
          source: Buffer.concat(chunks).toString(),
        });
        if (state.mode === 'hold') held.push({ to, answer: callback });
        else if (state.mode !== 'hangAfterData') callback();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    state,
    /** Accepts or refuses the messages that it holds, all of which have arrived. */
    decide(error?: Error) {
      for (const { answer } of held.splice(0)) answer(error);
    },
    /** Accepts the messages that it holds for one address. */
    take(address: string) {
      const own = held.findIndex(({ to }) => to.includes(address));
      for (const { answer } of held.splice(own, 1)) answer();
    },
  };
}

/** Accepts connections and stays silent. */
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

describe('mail through a tenant’s own provider', () => {
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

  test("replaces the server's own, with its sender, reply address and password", async () => {
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

  test('one connection carries many messages, and is closed as soon as the configuration changes', async () => {
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

  test('F18: a refusal is delivery_failed, and the next message is sent', async () => {
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
    'F18, F19: a server that stops answering (%s) is delivery_failed within five seconds, and nothing is sent twice',
    async (mode) => {
      const smtp = await startSmtp();
      await useSmtp(smtp.port);
      smtp.state.mode = mode;
      const { reply, ms } = await timed(newEmail());
      expect(reply.body.error).toBe('delivery_failed');
      expect(ms).toBeLessThan(promisedMs(5_000));
      smtp.state.mode = 'accept';
      const email = newEmail();
      expect((await challenge(email)).status).toBe(200);
      expect(smtp.received.filter(({ to }) => !to.includes(email)).length).toBe(mode === 'hang' ? 0 : 1);
    },
    20_000,
  );

  test('F18: a server that is silent or absent is delivery_failed within five seconds', async () => {
    await useSmtp(await startSilence());
    const silent = await timed(newEmail());
    expect(silent.reply.body.error).toBe('delivery_failed');
    expect(silent.ms).toBeLessThan(promisedMs(5_000));
    await useSmtp(1);
    const absent = await timed(newEmail());
    expect(absent.reply.body.error).toBe('delivery_failed');
    expect(absent.ms).toBeLessThan(promisedMs(5_000));
  }, 20_000);

  test('F18: with many messages waiting for a slow server, each request is answered within five seconds, and failed messages are not sent later', async () => {
    const smtp = await startSmtp();
    await useSmtp(smtp.port);
    smtp.state.mode = 'hang';
    const all = await Promise.all(Array.from({ length: 20 }, () => timed(newEmail())));
    expect(new Set(all.map(({ reply }) => reply.body.error))).toEqual(new Set(['delivery_failed']));
    // Twenty requests begin at once on one core; the timeout of each is shorter than five seconds.
    expect(Math.max(...all.map(({ ms }) => ms))).toBeLessThan(promisedMs(6_000));
    smtp.state.mode = 'accept';
    expect((await challenge(newEmail())).status).toBe(200);
    expect(smtp.received).toHaveLength(1);
  }, 20_000);

  test('A64: a refused password appears in no response and no log line, and neither does what the server said about it', async () => {
    const smtp = await startSmtp();
    await useSmtp(smtp.port, { password: 'smtp-canary-2' });
    const refused = await challenge(newEmail());
    expect(refused.body.error).toBe('delivery_failed');
    expect(refused.text).not.toMatch(/canary|Go away|bank/);
    expect(app.logText()).toContain('EAUTH 535');
    expect(app.logText()).not.toMatch(/canary|Go away/);
  });

  test('a provider that lacks what it needs is refused with a remedy, before anything is counted or created', async () => {
    await configure({ emailProvider: 'SES' });
    const refused = await challenge(newEmail());
    expect(refused.status).toBe(400);
    expect(refused.body.error).toBe('invalid_configuration');
    expect(refused.body.errorDescription).toContain('sesEmailCredentials');
  });

  test('a provider that is not part of this release is refused when it is configured', async () => {
    const { body: shown } = await ask('GET', '/authenticator-configurations/email-otp');
    const path = `/authenticator-configurations/${String(shown.authenticatorId)}`;
    const refused = await ask('PATCH', path, { emailProvider: 'AIRNZ' });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_configuration']);
  });

  test("when the tenant's provider is removed, the server's own takes over again", async () => {
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

describe.each(databaseKinds)('ruling 44: a message counts once it is accepted, on the %s database', (kind) => {
  let app: TestApp;
  let smtp: Awaited<ReturnType<typeof startSmtp>>;
  let there: Mailer;
  let isAway = false;
  let people = 0;
  const runtime = systemRuntime();
  const names = openNames(runtime);
  const absent = smtpMailer(
    { url: 'smtp://127.0.0.1:1', from: { name: '', address: 'login@example.org' } },
    names,
    runtime.timers,
  );
  const kept: typeof stops = [];
  beforeAll(async () => {
    smtp = await startSmtp();
    kept.push(...stops.splice(0));
    const url = `smtp://bank:smtp-canary-1@127.0.0.1:${smtp.port}`;
    there = smtpMailer({ url, from: { name: '', address: 'login@example.org' } }, names, runtime.timers);
    const mailer: Mailer = { send: (...mail) => (isAway ? absent : there).send(...mail), close: () => undefined };
    app = await testApp(kind, { mailer });
  });
  afterAll(async () => {
    there.close();
    absent.close();
    await app.close();
    for (const stop of kept) await stop();
  });
  afterEach(() => {
    isAway = false;
    smtp.state.mode = 'accept';
  });

  const mailsTo = (email: string) =>
    smtp.received.filter(({ to }) => to.includes(email)).map(({ source }) => decodeQuotedPrintable(source));
  const codesTo = (email: string) => mailsTo(email).map((source) => /^Subject: (\d{6})/m.exec(source)?.[1] ?? '');
  const linksTo = (email: string) =>
    mailsTo(email).map((source) => /http:\/\/localhost:4000(\/magic-link\?token=[\w.-]+)/.exec(source)?.[1] ?? '');
  const wrong = (code: string) => code.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));
  const post = (path: string, token: string, body: object = {}) =>
    app.call('POST', `/v1/client/${path}`, { token, body });
  const isVerified = (reply: TestReply) => reply.body.isVerified === true;
  const failed = (reply: TestReply) => [reply.status, reply.body.errorCode];
  const sends = async (userId: string) => {
    const counted = 'select count(*)::int as n from sent_messages where subject = $1';
    const [row] = await app.db.query(statement<{ n: number }>('test_count_sends', counted), [`user:${userId}`]);
    return row?.n;
  };

  async function confirm(link: string): Promise<boolean> {
    const page = (await app.call('GET', link, { key: null })).text;
    const fields = [...page.matchAll(/name="(token|pageNonce)"(?: value="| hidden readonly>)([^"<]*)/g)];
    const body = new URLSearchParams(
      fields.map(([, name = '', value = '']): [string, string] => [name, value]),
    ).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return (await app.call('POST', '/magic-link', { key: null, rawBody: body, headers })).text.includes('Confirmed');
  }

  interface Sent {
    readonly userId: string;
    readonly email: string;
    /** Sends the challenge's message, for the first time or again. */
    send(): Promise<TestReply>;
    /** Whether the nth message that arrived is valid. */
    give(n: number): Promise<boolean>;
  }

  async function enrolled(method: string): Promise<{ userId: string; email: string; token: string }> {
    const userId = `sent-to-${kind}-${(people += 1)}`;
    const email = `${userId}@example.com`;
    await app.call('POST', `/v1/users/${userId}/authenticators`, { body: { verificationMethod: method, email } });
    const { token } = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body;
    return { userId, email, token };
  }

  const ways: Readonly<Record<string, () => Promise<Sent>>> = {
    'a code of the client API': async () => {
      const { userId, email, token } = await enrolled('EMAIL_OTP');
      const give = async (n: number) =>
        isVerified(await post('verify/email-otp', token, { verificationCode: codesTo(email)[n] }));
      return { userId, email, send: () => post('challenge/email-otp', token), give };
    },
    'a link of the client API': async () => {
      const { userId, email, token } = await enrolled('EMAIL_MAGIC_LINK');
      const send = () => post('challenge/email-magic-link', token);
      return { userId, email, send, give: (n) => confirm(linksTo(email)[n] ?? '') };
    },
    'the code of an enrolment': async () => {
      const userId = `sent-to-${kind}-${(people += 1)}`;
      const email = `${userId}@example.com`;
      const { token } = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body;
      const give = async (n: number) =>
        isVerified(await post('verify/email-otp', token, { verificationCode: codesTo(email)[n] }));
      return { userId, email, send: () => post('user-authenticators/email-otp', token, { email }), give };
    },
    'a code of the server API': async () => {
      const userId = `sent-to-${kind}-${(people += 1)}`;
      const email = `${userId}@example.com`;
      let challengeId: string | undefined;
      const send = async () => {
        const first = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email };
        const reply = await app.call('POST', '/v1/challenge', {
          body: challengeId === undefined ? first : { challengeId },
        });
        challengeId ??= reply.body.challengeId;
        return reply;
      };
      const give = async (n: number) =>
        isVerified(
          await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: codesTo(email)[n] } }),
        );
      return { userId, email, send, give };
    },
  };

  /** Begins to send, and returns when the message has arrived and is neither accepted nor refused yet. */
  async function sendAndHold({ email, send }: Sent): Promise<{ readonly reply: Promise<TestReply> }> {
    const before = mailsTo(email).length;
    smtp.state.mode = 'hold';
    const reply = send();
    await expect.poll(() => mailsTo(email).length, { timeout: 30_000 }).toBe(before + 1);
    return { reply };
  }

  describe.each(Object.keys(ways))('%s', (way) => {
    const start = () => ways[way]?.() ?? Promise.reject(new Error(way));

    test('F18: while mail is unavailable or refused nothing is counted, and the next message is sent and valid', async () => {
      const sent = await start();
      isAway = true;
      for (let count = 0; count < 13; count += 1) {
        expect(failed(await sent.send())).toEqual([400, 'delivery_failed']);
      }
      isAway = false;
      smtp.state.mode = 'refuse';
      for (let count = 0; count < 13; count += 1) {
        expect(failed(await sent.send())).toEqual([400, 'delivery_failed']);
      }
      smtp.state.mode = 'accept';
      expect(await sends(sent.userId)).toBe(0);
      expect((await sent.send()).status).toBe(200);
      expect(await sends(sent.userId)).toBe(1);
      expect(await sent.give(0)).toBe(true);
    });

    test('a refused message leaves the previous one valid', async () => {
      const sent = await start();
      await sent.send();
      isAway = true;
      expect(failed(await sent.send())).toEqual([400, 'delivery_failed']);
      expect(await sent.give(0)).toBe(true);
    });

    test('while a message is pending the previous one is valid too, and using that revokes both', async () => {
      const sent = await start();
      await sent.send();
      const { reply } = await sendAndHold(sent);
      expect(await sent.give(0)).toBe(true);
      expect(await sent.give(1)).toBe(false);
      smtp.decide();
      expect((await reply).status).toBe(200);
      expect(await sent.give(1)).toBe(false);
    });

    test('a pending message is valid, and using it revokes the previous one', async () => {
      const sent = await start();
      await sent.send();
      const { reply } = await sendAndHold(sent);
      expect(await sent.give(1)).toBe(true);
      expect(await sent.give(0)).toBe(false);
      smtp.decide();
      expect((await reply).status).toBe(200);
      expect(await sent.give(0)).toBe(false);
    });

    test('an accepted message revokes the previous one; one that is refused at the end does not', async () => {
      const sent = await start();
      await sent.send();
      const taken = await sendAndHold(sent);
      smtp.decide();
      expect((await taken.reply).status).toBe(200);
      expect(await sent.give(0)).toBe(false);
      const refused = await sendAndHold(sent);
      smtp.decide(new Error('Not this one'));
      expect(failed(await refused.reply)).toEqual([400, 'delivery_failed']);
      expect(await sends(sent.userId)).toBe(2);
      expect(await sent.give(2)).toBe(false);
      expect(await sent.give(1)).toBe(true);
    });

    test('F19: in doubt a message counts as accepted: it is counted and valid, and the previous one is revoked', async () => {
      const sent = await start();
      await sent.send();
      smtp.state.mode = 'hangAfterData';
      const doubtful = await sent.send();
      expect(failed(doubtful)).toEqual([400, 'delivery_failed']);
      expect(doubtful.body.errorDescription).not.toContain('Nothing was sent');
      expect(await sends(sent.userId)).toBe(2);
      expect(await sent.give(0)).toBe(false);
      expect(await sent.give(1)).toBe(true);
    }, 20_000);

    test('a pending message counts as accepted after ten seconds', async () => {
      const sent = await start();
      await sent.send();
      const { reply } = await sendAndHold(sent);
      await app.runtime.advance(10_001);
      expect(await sent.give(0)).toBe(false);
      expect(await sent.give(1)).toBe(true);
      smtp.decide();
      await reply;
    });
  });

  test('while the mail server is unreachable nothing is counted, however often a message is requested', async () => {
    const { email, token } = await enrolled('EMAIL_OTP');
    isAway = true;
    for (let count = 0; count < 61; count += 1) {
      expect(failed(await post('challenge/email-otp', token))).toEqual([400, 'delivery_failed']);
    }
    isAway = false;
    expect((await post('challenge/email-otp', token)).status).toBe(200);
    expect(isVerified(await post('verify/email-otp', token, { verificationCode: codesTo(email)[0] }))).toBe(true);
  });

  test('refused messages are limited too: sixty an hour to a user, whatever the addresses, and to an address without a user', async () => {
    const userId = `sent-to-${kind}-${(people += 1)}`;
    const { token } = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body;
    const start = { verificationMethod: 'EMAIL_OTP', action: 'pay', email: `nobody-${userId}@example.com` };
    let probed = 0;
    const probe = () => {
      // Refusals of one user do not keep mail from others.
      const email = (probed += 1) % 2 === 0 ? start.email : `${probed}-${userId}@example.com`;
      return post('user-authenticators/email-otp', token, { email });
    };
    const ask = () => app.call('POST', '/v1/challenge', { body: start });
    smtp.state.mode = 'refuse';
    for (const send of [probe, ask]) {
      const replies = [];
      for (let count = 0; count < 60; count += 1) replies.push(failed(await send()).join(' '));
      expect(new Set(replies)).toEqual(new Set(['400 delivery_failed']));
      const { connections } = smtp.state;
      const over = await send();
      expect([...failed(over), over.headers['retry-after']]).toEqual([429, 'too_many_requests', '3600']);
      expect(smtp.state.connections).toBe(connections);
    }
    smtp.state.mode = 'accept';
    // The limit is per method and per user or address, and messages that were never tried do not count.
    expect((await post('user-authenticators/email-magic-link', token, { email: start.email })).status).toBe(200);
    const known = await enrolled('EMAIL_OTP');
    expect((await post('challenge/email-otp', known.token)).status).toBe(200);
    expect((await probe()).status).toBe(429);
    await app.runtime.advance(3_600_001);
    expect((await ask()).status).toBe(200);
    const later = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body;
    const email = `good-${userId}@example.com`;
    expect((await post('user-authenticators/email-otp', later.token, { email })).status).toBe(200);
  });

  test('A09: a refused message gives a code no new tries, and a try while two codes are valid counts for both', async () => {
    for (const way of ['a code of the client API', 'a code of the server API']) {
      const sent = (await ways[way]?.()) as Sent;
      await sent.send();
      const { email } = sent;
      const guessAll = async (times: number) => {
        for (let count = 0; count < times; count += 1) {
          await app.runtime.advance(3_600_000 / 40);
          const [right = ''] = codesTo(email);
          const body = { verificationCode: wrong(right) };
          await giveRaw(sent, body);
        }
      };
      const giveRaw = async ({ give }: Sent, { verificationCode }: { verificationCode: string }) => {
        smtp.received.push({ to: [email], from: '', user: '', source: `Subject: ${verificationCode}` });
        expect(await give(codesTo(email).length - 1)).toBe(false);
      };
      await guessAll(3);
      isAway = true;
      await sent.send();
      isAway = false;
      await guessAll(2);
      await app.runtime.advance(60_000);
      expect(await sent.give(0), way).toBe(false);
    }
  });

  test('A28: if the message to another address is refused, the code of the first stays valid; if it is accepted, that code is revoked', async () => {
    const userId = `sent-to-${kind}-${(people += 1)}`;
    const [one, two] = [`one-${userId}@example.com`, `two-${userId}@example.com`];
    const { token } = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body;
    const enrol = (email: string) => post('user-authenticators/email-otp', token, { email });
    const verify = (email: string, n: number) =>
      post('verify/email-otp', token, { verificationCode: codesTo(email)[n] });
    await enrol(one);
    smtp.state.mode = 'refuse';
    expect(failed(await enrol(two))).toEqual([400, 'delivery_failed']);
    smtp.state.mode = 'accept';
    // Nothing is left of the second address: messages to the pending address go to the first.
    expect((await post('challenge/email-otp', token)).status).toBe(200);
    expect(codesTo(one)).toHaveLength(2);
    await enrol(two);
    expect(isVerified(await verify(one, 1))).toBe(false);
    await enrol(one);
    smtp.state.mode = 'hold';
    const moving = enrol(two);
    await expect.poll(() => codesTo(two).length).toBe(2);
    expect(isVerified(await verify(one, 2))).toBe(true);
    smtp.decide();
    expect((await moving).status).toBe(200);
    expect(isVerified(await verify(two, 1))).toBe(false);
    const listed = (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
    expect(listed).toEqual([expect.objectContaining({ email: one })]);
  });

  test.each([
    ['of one action', 'in turn', false, false],
    ['of one action', 'in the other order', false, true],
    ['of two actions', 'in turn', true, false],
    ['of two actions', 'in the other order', true, true],
  ])(
    'two addresses %s, pending at once and accepted %s: only the last code sent is valid',
    async (_whose, _order, areTwoActions, isReversed) => {
      const userId = `sent-to-${kind}-${(people += 1)}`;
      const [one, two] = [`one-${userId}@example.com`, `two-${userId}@example.com`];
      const track = async () => (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body.token;
      const first = await track();
      // An earlier message for this action: the numbering of one action says nothing about another.
      await post('user-authenticators/email-otp', first, { email: `zero-${userId}@example.com` });
      const second = areTwoActions ? await track() : first;
      const verify = (token: string, email: string) =>
        post('verify/email-otp', token, { verificationCode: codesTo(email)[0] });
      const sent: Record<string, Promise<TestReply>> = {};
      smtp.state.mode = 'hold';
      for (const [email, token] of [
        [one, first],
        [two, second],
      ] as const) {
        sent[email] = post('user-authenticators/email-otp', token, { email });
        await expect.poll(() => codesTo(email), { timeout: 30_000 }).toHaveLength(1);
      }
      for (const email of isReversed ? [two, one] : [one, two]) {
        smtp.take(email);
        expect((await sent[email])?.status).toBe(200);
      }
      expect(isVerified(await verify(first, one))).toBe(false);
      expect(isVerified(await verify(second, two))).toBe(true);
      const listed = (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
      expect(listed).toEqual([expect.objectContaining({ email: two })]);
    },
  );

  test('an address that is requested twice at once and refused twice leaves nothing behind', async () => {
    const userId = `sent-to-${kind}-${(people += 1)}`;
    const email = `${userId}@example.com`;
    const { token } = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body;
    const send = () => post('user-authenticators/email-otp', token, { email });
    const sent = { userId, email, send, give: () => Promise.resolve(false) };
    const replies = [await sendAndHold(sent), await sendAndHold(sent)].map(({ reply }) => reply);
    smtp.decide(new Error('Not this one'));
    for (const reply of await Promise.all(replies)) expect(failed(reply)).toEqual([400, 'delivery_failed']);
    smtp.state.mode = 'accept';
    expect(failed(await post('challenge/email-otp', token))).toEqual([400, 'invalid_request']);
  });

  test('an address that was kept for a pending message is removed if that is refused and the next address was accepted', async () => {
    const userId = `sent-to-${kind}-${(people += 1)}`;
    const [one, two] = [`one-${userId}@example.com`, `two-${userId}@example.com`];
    const track = async () => (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body.token;
    const [first, second] = [await track(), await track()];
    const enrol = (token: string, email: string) => post('user-authenticators/email-otp', token, { email });
    const verify = (token: string, email: string) =>
      post('verify/email-otp', token, { verificationCode: codesTo(email)[0] });
    const give = () => Promise.resolve(false);
    await enrol(first, one);
    const another = await sendAndHold({ userId, email: two, send: () => enrol(second, two), give });
    const again = await sendAndHold({ userId, email: one, send: () => enrol(first, one), give });
    smtp.take(two);
    expect((await another.reply).status).toBe(200);
    smtp.decide(new Error('Not this one'));
    expect(failed(await again.reply)).toEqual([400, 'delivery_failed']);
    expect(isVerified(await verify(first, one))).toBe(false);
    expect(isVerified(await verify(second, two))).toBe(true);
  });

  test('a caller who polls for the pending link learns that the previous one was confirmed', async () => {
    const { email, token } = await enrolled('EMAIL_MAGIC_LINK');
    const send = () => post('challenge/email-magic-link', token);
    await send();
    const { reply } = await sendAndHold({ userId: '', email, send, give: () => Promise.resolve(false) });
    expect(await confirm(linksTo(email)[0] ?? '')).toBe(true);
    smtp.decide();
    const { challengeId } = (await reply).body;
    const done = await post('verify/email-magic-link/finalize', token, { challengeId });
    expect(done.body).toEqual({ isVerified: true, accessToken: expect.any(String) });
  });

  test('a backend’s second challenge of an action has one valid code: the one that was sent again', async () => {
    const userId = `sent-to-${kind}-${(people += 1)}`;
    const email = `${userId}@example.com`;
    const start = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email, idempotencyKey: 'again' };
    for (let count = 0; count < 2; count += 1) await app.call('POST', '/v1/challenge', { body: start });
    const { challengeId } = (await app.call('POST', '/v1/challenge', { body: start })).body;
    await app.call('POST', '/v1/challenge', { body: { challengeId } });
    const verify = async (n: number) =>
      isVerified(await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: codesTo(email)[n] } }));
    expect(await verify(2)).toBe(false);
    expect(await verify(3)).toBe(true);
  });

  test('codes of the backend and of the client replace each other: each revokes the previous one once it is accepted', async () => {
    const { userId, email, token } = await enrolled('EMAIL_OTP');
    const key = { idempotencyKey: 'one after the other' };
    const tracked = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: key })).body;
    const start = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email, ...key };
    const verify = (code: string) => post('verify/email-otp', tracked.token, { verificationCode: code });
    expect(token).not.toBe(tracked.token);
    await post('challenge/email-otp', tracked.token);
    isAway = true;
    expect(failed(await app.call('POST', '/v1/challenge', { body: start }))).toEqual([400, 'delivery_failed']);
    isAway = false;
    const server = await app.call('POST', '/v1/challenge', { body: start });
    const [ofClient = '', ofServer = ''] = codesTo(email);
    expect(isVerified(await verify(ofClient))).toBe(false);
    await post('challenge/email-otp', tracked.token);
    const body = { challengeId: server.body.challengeId, verificationCode: ofServer };
    expect((await app.call('POST', '/v1/verify', { body })).body.isVerified).toBe(false);
    expect(isVerified(await verify(codesTo(email)[2] ?? ''))).toBe(true);
  });
});

describe('A76: the address of a tenant’s mail server', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp('embedded');
  });
  afterAll(() => app.close());

  test.each([
    ['loopback', '127.0.0.1'],
    ['a name of it', 'localhost'],
    ['a decimal spelling', '2130706433'],
    ['an octal spelling', '0177.0.0.1'],
    ['IPv6 loopback', '::1'],
    ['IPv4 inside IPv6', '::ffff:127.0.0.1'],
    ['the metadata service', '169.254.169.254'],
  ])('is refused unless the operator permits it: %s', async (_what, host) => {
    const smtp = await startSmtp();
    const logged = app.logText().length;
    const own = await app.createTenant(host);
    const body = { emailProvider: 'SMTP', smtpEmailCredentials: credentials(smtp.port, { host }) };
    const path = '/v1/management/authenticator-configurations/email-otp';
    expect((await app.call('POST', path, { key: own.managementKey, body })).status).toBe(200);
    const reply = await app.call('POST', '/v1/challenge', {
      key: own.secretKey,
      body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'a@example.com' },
    });
    expect(reply.body.error).toBe('delivery_failed');
    expect(smtp.state.connections).toBe(0);
    expect(app.logText().slice(logged)).toContain('ETARGET');
  });

  test('without TLS the password is sent only to servers that the operator lists', async () => {
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
  test('a tenant’s own limits all apply, in place of the built-in one', async () => {
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

    // The older name of the same setting.
    const older = { sendingRateLimitConfiguration: { rateLimit: 5, windowInMinutes: 60 } };
    await ask('PATCH', `/authenticator-configurations/${row.authenticatorId}`, older);
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([200, 200, 429]);
    await ask('PATCH', '/authenticator-configurations/email-otp', { sendingRateLimitConfigurations: null });
    const more = await Promise.all(Array.from({ length: 8 }, send));
    expect(more.filter(({ status }) => status === 200)).toHaveLength(7);
  });
});
