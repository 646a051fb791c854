/** F02: a node that is killed in the middle of a verification leaves no partial proof and gives no guess back. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, eventually, tries } from '../rig/api.ts';
import { guessSubjectReader } from '../rig/guess-subject-reader.ts';
import { startPostgres } from '../rig/postgres.ts';
import type { OwnPostgresRig } from '../rig/postgres.ts';
import type { ProofKind } from '../rig/proof-kind.ts';
import { proofKinds } from '../rig/proofs.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const managementKey = credentials.SALLYPORT_MANAGEMENT_KEY;
const kills = tries(10, 200);

describe('F02: a node killed while it verifies', () => {
  let postgres: OwnPostgresRig;
  let url: string;
  let admin: Client;
  beforeAll(async () => {
    postgres = await startPostgres({ isDurable: true });
    url = await postgres.createDatabase('killed_verifying');
  });
  afterAll(async () => {
    await admin.end();
    await postgres.stop();
  });

  test(`${kills} times has accepted each proof once with its action, or not at all, and has counted every guess that it answered`, async () => {
    const unlimited = { SALLYPORT_LOG_LEVEL: 'silent', SALLYPORT_ANONYMOUS_RATE_LIMIT: '100000' };
    const variables = { ...credentials, DATABASE_URL: url, ...unlimited };
    const acknowledged: string[] = [];
    const guesses = new Map<string, number>();
    for (let kill = 0; kill < kills; kill += 1) {
      const node = await startServer(variables);
      const stage = { node, key, managementKey };
      const prepare = (kinds: readonly ProofKind[]) =>
        Promise.all(
          kinds.flatMap((kind) =>
            [0, 1, 2].map(async (n) => {
              const userId = `u-${kill}-${kind.method}-${n}`;
              return { userId, kind, proof: await kind.ready(stage, userId) };
            }),
          ),
        );
      // Sets of codes take long to make, so only those get one who use it.
      const setCodes = async (disableRecoveryCodes: boolean) => {
        const path = '/v1/management/tenant';
        expect(
          (await ask(node.url, 'PATCH', path, { key: managementKey, body: { disableRecoveryCodes } })).status,
        ).toBe(200);
      };
      const isOfCodes = ({ method }: ProofKind) => method === 'RECOVERY_CODE';
      const ready = await prepare(proofKinds.filter(isOfCodes));
      await setCodes(true);
      ready.push(...(await prepare(proofKinds.filter((kind) => !isOfCodes(kind)))));
      await setCodes(false);
      let answers = 0;
      const work = ready.map(async ({ userId, kind, proof }, index) => {
        // Every third user gets wrong guesses, the others the correct proof, each repeatedly.
        for (;;) {
          if (index % 3 === 2 && proof.guess !== undefined) {
            const { failureReason } = await proof.guess(node, answers);
            if (failureReason !== 'CODE_INVALID_OR_EXPIRED') return;
            const name = `${userId} ${kind.method}`;
            guesses.set(name, (guesses.get(name) ?? 0) + 1);
          } else if (await proof.give(node)) {
            acknowledged.push(userId);
            return;
          }
          answers += 1;
        }
      });
      const gone = Promise.allSettled(work);
      const due = acknowledged.length + 1 + ((kill * 3) % 6);
      await eventually(
        'some are accepted',
        20_000,
        () => Promise.resolve(acknowledged.length),
        (count) => count >= due,
        1,
      );
      await node.kill9();
      await gone;
    }

    admin = new Client({ connectionString: url });
    await admin.connect();
    const { rows } = await admin.query<{ user_id: string; state: string; proofs: number; used: number }>(
      `select a.user_id, a.state,
         (select count(*)::int from audit_events e where e.user_id = a.user_id and e.event_type = 'challenge.verified') as proofs,
         (select count(*)::int from challenges c where c.user_id = a.user_id and c.verified_at is not null)
           + (select count(*)::int from recovery_codes r where r.user_id = a.user_id and r.used_at is not null)
           + (select count(*)::int from authenticators t where t.user_id = a.user_id
                and t.verification_method = 'AUTHENTICATOR_APP' and t.counter is not null) as used
       from actions_by_month a`,
    );
    expect(rows).toHaveLength(kills * proofKinds.length * 3);
    for (const row of rows) {
      const isDone = row.state === 'CHALLENGE_SUCCEEDED';
      expect([row.proofs, row.used], row.user_id).toEqual(isDone ? [1, 1] : [0, 0]);
    }
    const done = new Set(rows.filter(({ state }) => state === 'CHALLENGE_SUCCEEDED').map(({ user_id }) => user_id));
    expect(acknowledged.filter((userId) => !done.has(userId))).toEqual([]);
    const budgets = await admin.query<{ subject: string; verification_method: string; failures: number }>(
      'select subject, verification_method, failures_since_success as failures from guess_budgets',
    );
    const counted = new Map(budgets.rows.map((row) => [`${row.subject} ${row.verification_method}`, row.failures]));
    expect(guesses.size).toBeGreaterThan(0);
    const subjectOf = await guessSubjectReader(admin, credentials);
    for (const [name, answered] of guesses) {
      const [userId = '', method = ''] = name.split(' ');
      const found = counted.get(`${await subjectOf(userId, method)} ${method}`);
      expect(found ?? 0, name).toBeGreaterThanOrEqual(answered);
    }
  }, 7_200_000);
});
