/** Worry: many requests at once get out of a one-time code what one request must not. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { guessSubjectReader } from '../rig/guess-subject-reader.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

// Ruling 29: the table's count only in a long run.
const tries = process.env['TEST_LONG'] === '1' ? 10_000 : 200;
const credentials = testCredentials();
const authorization = `Basic ${Buffer.from(`${credentials.SALLYPORT_SECRET_KEY}:`).toString('base64')}`;

describe('two server processes on one PostgreSQL', () => {
  let one: ServerProcess;
  let two: ServerProcess;
  let admin: Client;
  beforeAll(async () => {
    const url = await createPostgresDatabase();
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

  /** All at once, in batches that the machine's sockets can hold, half on each node. */
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

  test(`A01: ${tries} verifications of one right code at once consume it once`, async () => {
    const { challengeId, code } = await start('spender');
    const replies = await race(tries, () => ({ challengeId, verificationCode: code }));
    // A node that has no room says so; it decides nothing.
    for (const { status } of replies) expect([200, 503]).toContain(status);
    expect(replies.some(({ body }) => body['isVerified'] === true)).toBe(true);
    expect(await count('challenge.verified', 'spender')).toBe(1);
    const { rows } = await admin.query(
      `select state, verified_at = state_updated_at as once from actions where user_id = 'spender'`,
    );
    expect(rows).toEqual([{ state: 'CHALLENGE_SUCCEEDED', once: true }]);
  });

  test(`A07: of ${tries} wrong codes at once no more than five are compared, and then the right one is refused`, async () => {
    const { challengeId, code } = await start('guesser');
    const wrong = (n: number) => String((Number(code) + 1 + n) % 1_000_000).padStart(6, '0');
    const replies = await race(tries, (n) => ({ challengeId, verificationCode: wrong(n) }));
    const compared = replies.filter(({ body }) => body['failureReason'] === 'CODE_INVALID_OR_EXPIRED');
    expect(replies.some(({ body }) => body['isVerified'] === true)).toBe(false);
    expect(compared.length).toBeLessThanOrEqual(5);
    const after = await post(two, '/verify', { challengeId, verificationCode: code });
    expect(after.body).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
  });

  test('A06: a wrong guess is written down before it is answered', async () => {
    const { challengeId } = await start('counted');
    await post(one, '/verify', { challengeId, verificationCode: '000000' });
    const { rows } = await admin.query('select failures_since_reset from guess_budgets where subject = $1', [
      await (await guessSubjectReader(admin, credentials))('counted', 'EMAIL_OTP'),
    ]);
    expect(rows).toEqual([{ failures_since_reset: 1 }]);
  });

  test('A02: many claims of one challenge at once, for different users, give it to one of them', async () => {
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
      `select count(*)::int as n from actions where user_id like 'claimer-%' and state = 'CHALLENGE_SUCCEEDED'`,
    );
    expect(rows).toEqual([{ n: 1 }]);
  });
});
