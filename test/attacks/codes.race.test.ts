/** Worry: simultaneous requests get more out of a one-time code than a single request may. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { guessSubjectReader } from '../rig/guess-subject-reader.ts';
import { readInboxCode, readInboxLink } from '../rig/read-inbox.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { startSmtp } from '../rig/smtp.ts';

// Ruling 29: the table's full count applies only in a long run.
const tries = process.env['TEST_LONG'] === '1' ? 10_000 : 200;
// One public address, so that tokens of one node are valid on the other.
const credentials = { ...testCredentials(), SALLYPORT_PUBLIC_URL: 'http://localhost:4000' };
const authorization = `Basic ${Buffer.from(`${credentials.SALLYPORT_SECRET_KEY}:`).toString('base64')}`;

describe('two server processes on one PostgreSQL', () => {
  let one: ServerProcess;
  let two: ServerProcess;
  let admin: Client;
  let databaseUrl: string;
  beforeAll(async () => {
    const url = await createPostgresDatabase();
    databaseUrl = url;
    one = await startServer({ ...credentials, DATABASE_URL: url });
    two = await startServer({ ...credentials, DATABASE_URL: url });
    admin = new Client({ connectionString: url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await one.stop();
    await two.stop();
  });

  async function post(node: ServerProcess, path: string, body: unknown) {
    const response = await fetch(`${node.url}/v1${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async function start(userId: string) {
    const email = `${userId}@example.com`;
    const challenge = { verificationMethod: 'EMAIL_OTP', action: 'signIn', email, userId, idempotencyKey: 'k' };
    const reply = await post(one, '/challenge', challenge);
    expect(reply.status).toBe(200);
    return { challengeId: String(reply.body['challengeId']), code: await readInboxCode(one.url, email) };
  }

  /** All at once, in batches small enough for the machine's sockets, half on each node. */
  async function race(total: number, body: (n: number) => unknown) {
    const replies: Awaited<ReturnType<typeof post>>[] = [];
    for (let from = 0; from < total; from += 100) {
      const batch = Array.from({ length: Math.min(100, total - from) }, (_, index) => from + index);
      replies.push(...(await Promise.all(batch.map((n) => post(n % 2 === 0 ? one : two, '/verify', body(n))))));
    }
    return replies;
  }

  const count = async (type: string, userId: string) => {
    const { rows } = await admin.query<{ n: string }>(
      'select count(*) as n from audit_events where event_type = $1 and user_id = $2',
      [type, userId],
    );
    return Number(rows[0]?.n);
  };

  test(`A01: ${tries} simultaneous verifications of one correct code consume it once`, async () => {
    const { challengeId, code } = await start('spender');
    const replies = await race(tries, () => ({ challengeId, verificationCode: code }));
    // A node that is at capacity says so, and decides nothing.
    for (const { status } of replies) expect([200, 503]).toContain(status);
    expect(replies.some(({ body }) => body['isVerified'] === true)).toBe(true);
    expect(await count('challenge.verified', 'spender')).toBe(1);
    const { rows } = await admin.query(
      `select state, verified_at = state_updated_at as once from actions_by_month where user_id = 'spender'`,
    );
    expect(rows).toEqual([{ state: 'CHALLENGE_SUCCEEDED', once: true }]);
  });

  test(`A07: of ${tries} simultaneous wrong codes at most five are compared, and then the correct one is refused`, async () => {
    const { challengeId, code } = await start('guesser');
    const wrong = (n: number) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, '0');
    const replies = await race(tries, (n) => ({ challengeId, verificationCode: wrong(n) }));
    const compared = replies.filter(({ body }) => body['failureReason'] === 'CODE_INVALID_OR_EXPIRED');
    expect(replies.some(({ body }) => body['isVerified'] === true)).toBe(false);
    expect(compared.length).toBeLessThanOrEqual(5);
    const after = await post(two, '/verify', { challengeId, verificationCode: code });
    expect(after.body).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
  });

  test('A06: a wrong guess is recorded before the response', async () => {
    const { challengeId } = await start('counted');
    await post(one, '/verify', { challengeId, verificationCode: '000000' });
    const { rows } = await admin.query('select failures_since_reset from guess_budgets where subject = $1', [
      await (await guessSubjectReader(admin, credentials))('counted', 'EMAIL_OTP'),
    ]);
    expect(rows).toEqual([{ failures_since_reset: 1 }]);
  });

  test('A02: many simultaneous claims of one challenge, for different users, give it to one of them', async () => {
    const email = 'claimed@example.com';
    const opened = await post(one, '/challenge', { verificationMethod: 'EMAIL_OTP', action: 'signIn', email });
    const challengeId = String(opened.body['challengeId']);
    await post(one, '/verify', { challengeId, verificationCode: await readInboxCode(one.url, email) });
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        post(n % 2 === 0 ? one : two, '/claim', { challengeId, userId: `claimer-${n}` }),
      ),
    );
    expect(claims.filter(({ status }) => status === 200)).toHaveLength(1);
    const { rows } = await admin.query(
      `select count(*)::int as n from actions_by_month where user_id like 'claimer-%' and state = 'CHALLENGE_SUCCEEDED'`,
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  /**
   * Resets the code that was sent to a user last to the moment when its send was still pending, so that the previous
   * one is valid, too.
   */
  const putOut = (where: string) =>
    admin.query(
      `with sent as (select challenge_id, resend_of, send_number, max(send_number) over () as latest from challenges where ${where})
       update challenges c set out_until = case when sent.send_number = latest then now() + interval '1 hour' end,
         expires_at = greatest(c.expires_at, now() + interval '5 minutes')
       from sent where c.challenge_id = sent.challenge_id`,
    );

  test('I1, ruling 44: of two valid codes that are given at once one is consumed, and the other with it', async () => {
    for (let n = 0; n < 20; n += 1) {
      const userId = `two-codes-${n}`;
      const { challengeId, code } = await start(userId);
      await post(one, '/challenge', { challengeId });
      const again = await readInboxCode(one.url, `${userId}@example.com`);
      await putOut(`challenge_id = '${challengeId}' or resend_of = '${challengeId}'`);
      const replies = await Promise.all(
        [code, again].map((verificationCode, at) =>
          post(at === n % 2 ? one : two, '/verify', { challengeId, verificationCode }),
        ),
      );
      expect(replies.filter(({ body }) => body['isVerified'] === true)).toHaveLength(1);
      expect(await count('challenge.verified', userId)).toBe(1);
    }
  });

  test('I1, ruling 44: the same holds for two codes and for two links of the client API', async () => {
    for (let n = 0; n < 20; n += 1) {
      const userId = `two-sent-${n}`;
      const email = `${userId}@example.com`;
      const isLink = n % 2 === 1;
      const verificationMethod = isLink ? 'EMAIL_MAGIC_LINK' : 'EMAIL_OTP';
      await post(one, `/users/${userId}/authenticators`, { verificationMethod, email });
      const token = String((await post(one, `/users/${userId}/actions/pay`, {})).body['token']);
      const client = async (node: ServerProcess, path: string, body: object = {}) => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const init = { method: 'POST', headers, body: JSON.stringify(body) };
        const reply = await fetch(`${node.url}/v1/client/${path}`, init);
        expect(reply.status).toBe(200);
        return (await reply.json()) as Record<string, unknown>;
      };
      const sent: string[] = [];
      for (const _ of [1, 2]) {
        await client(one, isLink ? 'challenge/email-magic-link' : 'challenge/email-otp');
        sent.push(await (isLink ? readInboxLink : readInboxCode)(one.url, email));
      }
      await putOut(`user_id = '${userId}'`);
      const given = await Promise.all(
        sent.map(async (what, at) => {
          const node = at === 0 ? one : two;
          if (!isLink) return (await client(node, 'verify/email-otp', { verificationCode: what }))['isVerified'];
          return confirm(`${node.url}${new URL(what).pathname}${new URL(what).search}`);
        }),
      );
      expect(given.filter((isGood) => isGood === true)).toHaveLength(1);
      expect(await count('challenge.verified', userId)).toBe(1);
    }
  });

  /** Opens a link and presses its button. */
  async function confirm(link: string): Promise<boolean> {
    const page = await (await fetch(link)).text();
    const fields = [...page.matchAll(/name="(token|pageNonce)"(?: value="| hidden readonly>)([^"<]*)/g)];
    const body = new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
    const reply = await fetch(link.replace(/\?.*/, ''), { method: 'POST', body });
    return (await reply.text()).includes('Confirmed');
  }

  describe('a node whose mail server keeps it waiting', () => {
    let smtp: Awaited<ReturnType<typeof startSmtp>>;
    let three: ServerProcess;
    beforeAll(async () => {
      smtp = await startSmtp({ holds: true });
      const mail = { SALLYPORT_SMTP_URL: smtp.url, SALLYPORT_MAIL_FROM: 'login@example.org' };
      three = await startServer({ ...credentials, ...mail, DATABASE_URL: databaseUrl });
    });
    afterAll(async () => {
      await three.stop();
      await smtp.stop();
    });

    test('ruling 44: of two tabs that open at once one sends; the other waits for the result, and never gets a message that was refused', async () => {
      const email = 'two-tabs@example.com';
      await post(one, '/users/two-tabs/authenticators', { verificationMethod: 'EMAIL_OTP', email });
      const token = String((await post(one, '/users/two-tabs/actions/pay', {})).body['token']);
      const tab = async () => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const init = { method: 'POST', headers, body: JSON.stringify({ unlessOpen: true }) };
        const reply = await fetch(`${three.url}/v1/client/challenge/email-otp`, init);
        return { status: reply.status, body: (await reply.json()) as { challengeId?: string; sent?: object } };
      };
      const has = (count: number) => expect.poll(() => smtp.mailTo(email).length, { timeout: 10_000 }).toBe(count);
      const first = tab();
      await has(1);
      const second = tab();
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(smtp.mailTo(email)).toHaveLength(1);
      smtp.decide(new Error('Not this one'));
      expect((await first).status).toBe(400);
      await has(2);
      const third = tab();
      smtp.decide();
      const [sent, told] = [await second, await third];
      expect([sent.status, told.status]).toEqual([200, 200]);
      expect(told.body.challengeId).toBe(sent.body.challengeId);
      expect(told.body.sent).toMatchObject({ target: 't•••@example.com', codeLength: 6 });
      expect(smtp.mailTo(email)).toHaveLength(2);
    });

    // The last test: it ends the node.
    test('F19, ruling 44: a code whose node was killed during the send is valid, and after ten seconds it is the only one', async () => {
      const email = 'cut-short@example.com';
      const { challengeId, code } = await start('cut-short');
      const cut = post(three, '/challenge', { challengeId }).catch(() => undefined);
      await expect.poll(() => smtp.mailTo(email).length, { timeout: 10_000 }).toBe(1);
      await three.kill9();
      await cut;
      const latest = /^Subject: (\d{6})/m.exec(smtp.mailTo(email)[0] ?? '')?.[1] ?? '';
      const { rows } = await admin.query(
        `select count(*)::int as sent from sent_messages where subject = 'user:cut-short'`,
      );
      expect(rows).toEqual([{ sent: 2 }]);
      const wrong = code.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));
      const verify = async (verificationCode: string) =>
        (await post(one, '/verify', { challengeId, verificationCode })).body['isVerified'];
      expect(await verify(wrong)).toBe(false);
      const tries = await admin.query(`select tries from challenges where $1 in (challenge_id, resend_of)`, [
        challengeId,
      ]);
      // Both codes were valid, so this was a try at each.
      expect(tries.rows).toEqual([{ tries: 1 }, { tries: 1 }]);
      await admin.query(`update challenges set out_until = out_until - interval '10 seconds' where resend_of = $1`, [
        challengeId,
      ]);
      expect(await verify(code)).toBe(false);
      expect(await verify(latest)).toBe(true);
    });
  });
});
