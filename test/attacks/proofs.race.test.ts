/** Worry: two simultaneous requests succeed with one proof, or more guesses are compared than the budget allows. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually, tries } from '../rig/api.ts';
import { databaseProxy } from '../rig/database-proxy.ts';
import type { DatabaseProxy } from '../rig/database-proxy.ts';
import { guessSubjectReader } from '../rig/guess-subject-reader.ts';
import { client, trackFor } from '../rig/proof-kind.ts';
import type { ProofStage } from '../rig/proof-kind.ts';
import { enableTexts } from '../rig/phone.ts';
import { proofKinds } from '../rig/proofs.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

// Ruling 29: the table's full count applies only in a long run.
const many = tries(200, 10_000);
const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;

let nodes: readonly [ServerProcess, ServerProcess];
let stage: ProofStage;
let admin: Client;
let proxy: DatabaseProxy;
let subjectOf: Awaited<ReturnType<typeof guessSubjectReader>>;
beforeAll(async () => {
  const url = await createPostgresDatabase();
  proxy = await databaseProxy(url);
  // Tokens are valid for one public address, which both nodes share.
  const variables = {
    ...credentials,
    DATABASE_URL: url,
    SALLYPORT_LOG_LEVEL: 'warn',
    SALLYPORT_ANONYMOUS_RATE_LIMIT: '100000',
    SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
  };
  const first = await startServer(variables);
  stage = { node: first, key, managementKey: credentials.SALLYPORT_MANAGEMENT_KEY };
  // Before the other node starts, so that it knows.
  await enableTexts(stage);
  nodes = [first, await startServer({ ...variables, DATABASE_URL: proxy.url })];
  admin = new Client({ connectionString: url });
  await admin.connect();
  subjectOf = await guessSubjectReader(admin, credentials);
});
afterAll(async () => {
  await admin.end();
  await Promise.all(nodes.map((node) => node.stop()));
  proxy.close();
});

/** All at once, in batches small enough for the machine's sockets, half on each node. */
async function race<T>(total: number, once: (node: ServerProcess, n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < total; from += 100) {
    const batch = Array.from({ length: Math.min(100, total - from) }, (_, index) => from + index);
    results.push(...(await Promise.all(batch.map((n) => once(n % 2 === 0 ? nodes[0] : nodes[1], n)))));
  }
  return results;
}

async function countOf(text: string, userId: string): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(`select count(*)::int as n from ${text} and user_id = $1`, [
    userId,
  ]);
  return rows[0]?.n ?? -1;
}
const proofsOf = (userId: string) => countOf(`audit_events where event_type = 'challenge.verified'`, userId);
const movedOf = (userId: string) => countOf(`actions_by_month where state = 'CHALLENGE_SUCCEEDED'`, userId);

describe.each(proofKinds)('$name', (kind) => {
  test(`A01, A02, F08: given ${many} times at once on two nodes, is accepted and completes the action once`, async () => {
    const userId = `spender-${kind.method}`;
    const proof = await kind.ready(stage, userId);
    const accepted = await race(many, (node) => proof.give(node));
    expect(accepted).toContain(true);
    expect(await proofsOf(userId)).toBe(1);
    expect(await movedOf(userId)).toBe(1);
  }, 600_000);

  test('F08: raced on two nodes of which one is 200 ms from its database, is accepted once', async () => {
    const userId = `far-${kind.method}`;
    const proof = await kind.ready(stage, userId);
    proxy.delayMs = 200;
    try {
      expect(await race(8, (node) => proof.give(node))).toContain(true);
    } finally {
      proxy.delayMs = 0;
    }
    expect([await proofsOf(userId), await movedOf(userId)]).toEqual([1, 1]);
  });

  test.runIf(kind.method === 'EMAIL_MAGIC_LINK')(
    'ruling 20: confirmed and denied at once on two nodes, is one of the two, with only its effects',
    async () => {
      for (let n = 0; n < 6; n += 1) {
        const userId = `torn-${n}`;
        const { give, deny } = await kind.ready(stage, userId);
        const said = await race(12, async (node, at) =>
          (at + n) % 4 < 2 ? { confirmed: await give(node) } : { denied: await deny?.(node) },
        );
        const count = (answer: 'confirmed' | 'denied') =>
          said.filter((reply) => (reply as Record<string, unknown>)[answer] === true).length;
        expect(count('confirmed') + count('denied')).toBe(1);
        expect([await proofsOf(userId), await movedOf(userId)]).toEqual([count('confirmed'), count('confirmed')]);
        const failed = `actions_by_month where state = 'CHALLENGE_FAILED' and denied_at is not null`;
        const events = `audit_events where event_type = 'challenge.denied'`;
        const notices = `outbox where payload::text like '%action-denied%'`;
        for (const text of [failed, events, notices]) expect(await countOf(text, userId), text).toBe(count('denied'));
      }
    },
  );

  test.runIf(kind.isOfUser)('A02, A03: given at once for fifty actions of its user, completes one', async () => {
    const userId = `elsewhere-${kind.method}`;
    const proof = await kind.ready(stage, userId);
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, n) => trackFor(stage, userId, `act-${n}`)));
    const accepted = await race(50, (node, n) => proof.give(node, tokens[n]));
    expect(accepted.filter((isAccepted) => isAccepted)).toHaveLength(1);
    expect(await proofsOf(userId)).toBe(1);
    expect(await movedOf(userId)).toBe(1);
  });

  test.runIf(kind.method !== 'EMAIL_MAGIC_LINK')(
    `A06, A07: of ${many} wrong ones at once at most five are compared, and then the correct one is refused`,
    async () => {
      const userId = `guesser-${kind.method}`;
      const proof = await kind.ready(stage, userId);
      const replies = await race(many, async (node, n) => (await proof.guess?.(node, n)) ?? {});
      expect(replies.filter(({ isVerified }) => isVerified === true)).toEqual([]);
      const compared = replies.filter(({ failureReason }) => failureReason === 'CODE_INVALID_OR_EXPIRED');
      expect(compared.length).toBeGreaterThan(0);
      expect(compared.length).toBeLessThanOrEqual(5);
      const { rows } = await admin.query(
        'select failures_since_reset as n from guess_budgets where subject = $1 and verification_method = $2',
        [await subjectOf(userId, kind.method), kind.method],
      );
      expect(rows).toEqual([{ n: compared.length }]);
      expect(await proof.give(nodes[1])).toBe(false);
      expect(await proofsOf(userId)).toBe(0);
    },
    600_000,
  );

  test.runIf(kind.method !== 'EMAIL_MAGIC_LINK')(
    'A08, A10: locked, is refused on every route that could accept it, by either node, and does not affect other methods',
    async () => {
      const userId = `locked-${kind.method}`;
      const proof = await kind.ready(stage, userId);
      await proof.guess?.(nodes[0], 1);
      await admin.query(
        `update guess_budgets set failures_since_reset = 20, next_try_at = now() - interval '1 day' where subject = $1`,
        [await subjectOf(userId, kind.method)],
      );
      for (const node of nodes) expect(await proof.give(node)).toBe(false);
      const other = await trackFor(stage, userId, 'other');
      expect(await proof.give(nodes[0], other)).toBe(false);
      if (kind.method === 'EMAIL_OTP') {
        // A new code, through the client API and the server API.
        await client(nodes[0], proof.token, 'challenge/email-otp');
        expect(await proof.guess?.(nodes[0], 0)).toMatchObject({ failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
        const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId };
        const opened = await ask(nodes[0].url, 'POST', '/v1/challenge', { key, body });
        const page = await (await fetch(`${nodes[0].url}/dev/inbox`)).text();
        const verificationCode = /<h2>(\d{6}) is your code/.exec(page)?.[1];
        const checked = await ask(nodes[1].url, 'POST', '/v1/verify', {
          key,
          body: { challengeId: opened.body.challengeId, verificationCode },
        });
        expect(checked.body).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
      }
      expect(await movedOf(userId)).toBe(0);
      // Enrolled by the backend beside the locked one.
      const otherMethod = kind.method === 'EMAIL_OTP' ? 'AUTHENTICATOR_APP' : 'EMAIL_OTP';
      const usable = await proofKinds.find(({ method }) => method === otherMethod)?.ready(stage, userId);
      expect(await usable?.give(nodes[1])).toBe(true);
    },
  );
});

test('ruling 43: of simultaneous guesses at an address through both APIs, and at its pending replacement, at most five are compared', async () => {
  const userId = 'guessed-everywhere';
  const email = `${userId}@example.com`;
  const proof = await proofKinds.find(({ method }) => method === 'EMAIL_OTP')?.ready(stage, userId);
  const call = async (path: string, body: object) =>
    (await ask(nodes[0].url, 'POST', `/v1/${path}`, { key, body })).body;
  const { challengeId } = await call('challenge', { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email });
  const tracked = await call(`users/${userId}/actions/move`, { scope: 'update:authenticators' });
  await client(nodes[0], String(tracked.token), 'user-authenticators/email-otp', { email: `next-${email}` });
  const replies = await race(many, async (node, n) => {
    const verificationCode = String(n).padStart(6, '0');
    if (n % 3 === 0) return (await proof?.guess?.(node, n)) ?? {};
    if (n % 3 === 1) return client(node, String(tracked.token), 'verify/email-otp', { verificationCode });
    return (await ask(node.url, 'POST', '/v1/verify', { key, body: { challengeId, verificationCode } })).body;
  });
  const compared = replies.filter(({ failureReason }) => failureReason === 'CODE_INVALID_OR_EXPIRED');
  expect(compared.length).toBeGreaterThan(0);
  expect(compared.length).toBeLessThanOrEqual(5);
  const { rows } = await admin.query('select failures_since_reset as n from guess_budgets where subject = $1', [
    await subjectOf(userId, 'EMAIL_OTP'),
  ]);
  expect(rows).toEqual([{ n: compared.length }]);
}, 600_000);

test(`A29, I3: one proof, raced for the same action of two users, is accepted only for its own`, async () => {
  const kind = proofKinds.find(({ method }) => method === 'RECOVERY_CODE');
  if (kind === undefined) throw new Error('The method has no entry.');
  const [mine, theirs] = [await kind.ready(stage, 'mine'), await kind.ready(stage, 'theirs')];
  const accepted = await race(20, (node, n) => mine.give(node, n % 4 < 2 ? mine.token : theirs.token));
  expect(accepted.filter((isAccepted) => isAccepted)).toHaveLength(1);
  expect([await movedOf('mine'), await movedOf('theirs')]).toEqual([1, 0]);
});

test(`N01, A07: of ${many} simultaneous codes no more are compared than the tenant’s own limit permits, and then the correct one is refused`, async () => {
  const manage = async (method: string, body: object) => {
    const path = '/v1/management/authenticator-configurations';
    const managementKey = credentials.SALLYPORT_MANAGEMENT_KEY;
    const all = (await ask(nodes[0].url, 'GET', path, { key: managementKey })).body as Record<string, unknown>[];
    const id = String(all.find(({ verificationMethod }) => verificationMethod === method)?.['authenticatorId']);
    expect((await ask(nodes[0].url, 'PATCH', `${path}/${id}`, { key: managementKey, body })).status).toBe(200);
  };
  for (const kind of proofKinds.filter(({ method }) => method === 'EMAIL_OTP' || method === 'AUTHENTICATOR_APP')) {
    await manage(kind.method, { rateLimitConfiguration: { rateLimit: 3, windowInMinutes: 1440 } });
    const userId = `limited-${kind.method}`;
    const proof = await kind.ready(stage, userId);
    // The other node has loaded the limit when it refuses the fourth.
    const warned = await kind.ready(stage, `warned-${kind.method}`);
    await warned.guess?.(nodes[0], 0);
    await eventually(
      'the other node holds the limit',
      10_000,
      async () => {
        await admin.query(`update guess_tries set tried_at = array[now(), now(), now()]`);
        await admin.query(`update guess_budgets set failures_since_reset = 0, next_try_at = 'epoch'`);
        return (await warned.guess?.(nodes[1], 1))?.failureReason;
      },
      (reason) => reason === 'MAX_ATTEMPTS_EXCEEDED',
    );
    const before = (await admin.query<{ subject: string }>('select subject from guess_tries')).rows.map(
      (row) => row.subject,
    );
    const replies = await race(many, async (node, n) => (await proof.guess?.(node, n)) ?? {});
    const compared = replies.filter(({ failureReason }) => failureReason === 'CODE_INVALID_OR_EXPIRED');
    expect(compared.length).toBeGreaterThan(0);
    expect(compared.length).toBeLessThanOrEqual(3);
    const { rows } = await admin.query(
      `select g.failures_since_reset as failures, cardinality(t.tried_at) as tries
       from guess_budgets g, guess_tries t
       where g.subject = $1 and g.verification_method = $2 and t.verification_method = $2 and t.subject <> all($3)`,
      [await subjectOf(userId, kind.method), kind.method, before],
    );
    expect(rows).toEqual([{ failures: 3, tries: 3 }]);
    // No wait of the guess budget applies yet: only the limit refuses.
    expect(await proof.give(nodes[1])).toBe(false);
    await manage(kind.method, { rateLimitConfiguration: null });
  }
}, 600_000);
