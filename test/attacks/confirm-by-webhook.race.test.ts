/** Worry: while the tenant's server is asked, other requests, another node or a crash reach a different result. */
import { Secret, TOTP } from 'otpauth';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually, promisedMs } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { guessSubjectReader } from '../rig/guess-subject-reader.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { startReceiver } from '../rig/webhook-receiver.ts';
import type { WebhookReceiver } from '../rig/webhook-receiver.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;

describe('action.verify on two server processes and one PostgreSQL', () => {
  let endpoint: WebhookReceiver;
  let variables: Record<string, string>;
  let one: ServerProcess;
  let two: ServerProcess;
  let admin: Client;
  let subjectOf: Awaited<ReturnType<typeof guessSubjectReader>>;
  let people = 0;
  beforeAll(async () => {
    endpoint = await startReceiver();
    const url = await createPostgresDatabase();
    variables = {
      ...credentials,
      DATABASE_URL: url,
      SALLYPORT_OUTBOUND_ALLOW: '127.0.0.0/8',
      // One public address for both nodes, because tokens name it.
      SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
    };
    one = await startServer(variables);
    const body = { actionCode: 'pay', defaultUserActionResult: 'CHALLENGE', verificationWebhookUrl: endpoint.url };
    const path = '/v1/management/action-configurations';
    const configured = await ask(one.url, 'POST', path, { key: credentials.SALLYPORT_MANAGEMENT_KEY, body });
    expect(configured.status, configured.text).toBe(200);
    two = await startServer(variables);
    admin = new Client({ connectionString: url });
    await admin.connect();
    subjectOf = await guessSubjectReader(admin, credentials);
  });
  afterAll(async () => {
    await admin.end();
    await one.stop();
    await two.stop();
    await endpoint.stop();
  });
  beforeEach(() => endpoint.answer((response) => response.end()));
  const extra: ServerProcess[] = [];
  afterEach(async () => {
    for (const node of extra.splice(0)) await node.stop();
  });

  const askedOf = (userId: string) => endpoint.received.filter(({ body }) => body.data.userId === userId);
  const slowly = (ms: number, status: number) =>
    endpoint.answer((response) => void setTimeout(() => response.writeHead(status).end(), ms));

  interface Try {
    readonly userId: string;
    verify(node: ServerProcess): Promise<ApiReply>;
  }

  /** A user with a correct code for the server API. */
  async function byServerApi(node = one): Promise<Try> {
    const userId = `raced-${(people += 1)}`;
    const email = `${userId}@example.com`;
    const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', email, userId, idempotencyKey: 'k' };
    const { challengeId } = (await ask(node.url, 'POST', '/v1/challenge', { key, body })).body;
    const verificationCode = await readInboxCode(node.url, email);
    return {
      userId,
      verify: (other) => ask(other.url, 'POST', '/v1/verify', { key, body: { challengeId, verificationCode } }),
    };
  }

  /** A user with a correct code of an authenticator app, for the client API. */
  async function byClientApi(node = one): Promise<Try> {
    const userId = `raced-${(people += 1)}`;
    const secret = new Secret({ size: 20 }).base32;
    const otpUri = `otpauth://totp/x:y?secret=${secret}&issuer=x`;
    const enrolled = { verificationMethod: 'AUTHENTICATOR_APP', otpUri };
    expect((await ask(node.url, 'POST', `/v1/users/${userId}/authenticators`, { key, body: enrolled })).status).toBe(
      200,
    );
    const tracked = await ask(node.url, 'POST', `/v1/users/${userId}/actions/pay`, {
      key,
      body: { idempotencyKey: 'k' },
    });
    const headers = { authorization: `Bearer ${String(tracked.body.token)}` };
    const verificationCode = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    return {
      userId,
      verify: (other) => ask(other.url, 'POST', '/v1/client/verify/totp', { headers, body: { verificationCode } }),
    };
  }

  async function stored(userId: string) {
    const { rows } = await admin.query<{ state: string; lease_id: string | null; moved: boolean }>(
      'select state, lease_id, verified_at is not null as moved from actions_by_month where user_id = $1',
      [userId],
    );
    const { rows: failures } = await admin.query<{ failures: number }>(
      'select failures_since_success as failures from guess_budgets where subject = any($1)',
      [await Promise.all(['EMAIL_OTP', 'AUTHENTICATOR_APP'].map((method) => subjectOf(userId, method)))],
    );
    return { ...rows[0], failures: failures[0]?.failures };
  }

  describe.each([
    ['the server API', byServerApi],
    ['the client API', byClientApi],
  ] as const)('through %s', (api, begin) => {
    test('A01: many simultaneous requests with the correct code cause one webhook call, and all get the same result', async () => {
      slowly(700, 200);
      const { userId, verify } = await begin();
      const replies = await Promise.all(Array.from({ length: 8 }, (_, n) => verify(n % 2 === 0 ? one : two)));
      // A code has five tries, and each request that waits for the result has spent one.
      const told = replies.filter(({ body }) => body.failureReason !== 'MAX_ATTEMPTS_EXCEEDED');
      expect(told.length).toBeGreaterThanOrEqual(4);
      expect(told.map(({ status, body }) => [status, body.isVerified])).toEqual(told.map(() => [200, true]));
      expect(askedOf(userId)).toHaveLength(1);
      expect(await stored(userId)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', lease_id: null, moved: true });
    });

    test('a refusal applies to all who waited for it, is asked for once, and leaves the code usable', async () => {
      slowly(700, 409);
      const { userId, verify } = await begin();
      const replies = await Promise.all([verify(one), verify(two), verify(one), verify(two)]);
      expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
      expect(askedOf(userId)).toHaveLength(1);
      expect(await stored(userId)).toMatchObject({
        state: 'CHALLENGE_REQUIRED',
        lease_id: null,
        moved: false,
        failures: 0,
      });
      slowly(0, 200);
      expect((await verify(two)).body).toMatchObject({ isVerified: true });
      expect(await stored(userId)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    });

    test('I1: a proof without a webhook call completes nothing, even if the action is set back before the proof is accepted', async () => {
      const { userId, verify } = await begin();
      await admin.query(`update actions_by_month set state = 'REVIEW_REQUIRED' where user_id = $1`, [userId]);
      await admin.query('begin');
      await admin.query(`update actions_by_month set state = 'CHALLENGE_REQUIRED' where user_id = $1`, [userId]);
      let isOver = false;
      const reply = verify(one).finally(() => (isOver = true));
      const waiting = `select count(*)::int as n from pg_stat_activity where datname = current_database()
        and wait_event_type = 'Lock'`;
      await eventually(
        'the proof waits for the action, or leaves it alone',
        5_000,
        async () => (await admin.query<{ n: number }>(waiting)).rows[0]?.n,
        (n) => isOver || n === 1,
      ).finally(() => admin.query('commit'));
      expect((await reply).body).toMatchObject({ isVerified: true });
      expect(askedOf(userId)).toEqual([]);
      expect(await stored(userId)).toMatchObject({ state: 'CHALLENGE_REQUIRED', moved: false });
    });

    test('an endpoint that never answers is given up within six seconds, also for the requests that wait for it', async () => {
      endpoint.answer(() => undefined);
      const { userId, verify } = await begin();
      const replies = await Promise.all([verify(one), verify(two)]);
      for (const { status, headers, ms } of replies) {
        expect([403, 503]).toContain(status);
        if (status === 503) expect(headers.get('retry-after')).toMatch(/^[123]$/);
        expect(ms).toBeLessThan(promisedMs(7_000));
      }
      expect(await stored(userId)).toMatchObject({ state: 'CHALLENGE_REQUIRED', lease_id: null, moved: false });
      slowly(0, 200);
      expect((await verify(one)).body).toMatchObject({ isVerified: true });
    });

    test('F02: a node killed during the call loses nothing: the guess stays spent, and the code works again once the lease has expired', async () => {
      const doomed = await startServer(variables);
      extra.push(doomed);
      const { userId, verify } = await begin(doomed);
      endpoint.answer(() => undefined);
      const lost = verify(doomed).catch(() => undefined);
      await eventually(
        'the endpoint was asked',
        5_000,
        async () => askedOf(userId).length,
        (count) => count === 1,
      );
      await doomed.kill9();
      await lost;
      expect(await stored(userId)).toMatchObject({ state: 'CHALLENGE_REQUIRED', moved: false, failures: 1 });
      slowly(0, 200);
      // During the lease a call waits for up to six seconds; a retry as instructed gets its result.
      const last = await eventually(
        'the code is accepted',
        { promisedMs: 15_000 },
        () => verify(two),
        ({ status }) => status === 200,
      );
      expect(last.body).toMatchObject({ isVerified: true });
      expect(askedOf(userId)).toHaveLength(2);
      // A proof that enrols ends waits, but does not reset failures (ruling 43).
      const failures = api === 'the server API' ? 1 : 0;
      expect(await stored(userId)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', lease_id: null, failures });
      const again = await verify(one);
      expect(again.body).toMatchObject({ isVerified: true });
      expect(askedOf(userId)).toHaveLength(2);
    }, 40_000);
  });
});
