/** Worry: a request changes a user or an action that was replaced or blocked after the request had read it. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, softwareKey } from '../../src/testkit/authenticator.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { testDatabase } from '../../src/testkit/test-database.ts';
import { ownOrigin } from './key-holder.ts';

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DP';
const all = 'add:authenticators update:authenticators remove:authenticators';

let app: TestApp;
let people = 0;
// Runs once, just before the next write that changes something of a user.
let meanwhile: (() => Promise<void>) | undefined;
beforeAll(async () => {
  app = await testApp('embedded', { db: interrupted(await testDatabase('embedded')), anonymousRateLimit: 10_000 });
  await app.runtime.advance(15_000);
});
afterAll(() => app.close());

function interrupted(db: Database): Database {
  const interrupt = async () => {
    const act = meanwhile;
    meanwhile = undefined;
    await act?.();
  };
  return {
    kind: db.kind,
    async query(sqlStatement, values) {
      if (sqlStatement.name.startsWith('record_proof_')) await interrupt();
      return db.query(sqlStatement, values);
    },
    script: (text) => db.script(text),
    async transaction(work) {
      await interrupt();
      return db.transaction(work);
    },
    listen: (channel, onPayload) => db.listen(channel, onPayload),
    poolStatus: () => db.poolStatus(),
    beat: (sqlStatement, values) => db.beat(sqlStatement, values),
    wrongSettings: () => db.wrongSettings(),
    close: () => db.close(),
  };
}

const dumpStatement = statement<{ row: string }>(
  'test_dump_user',
  ['users', 'authenticators', 'recovery_codes', 'challenges', 'outbox', 'sessions']
    .map((table) => `select '${table} ' || to_jsonb(t)::text as row from ${table} t where user_id = $1`)
    .join(' union all ') + ' order by row',
);
const dump = async (userId: string) => (await app.db.query(dumpStatement, [userId])).map(({ row }) => row);

const good = (reply: TestReply) => {
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
};
const server = async (method: string, path: string, body?: object) =>
  good(await app.call(method, `/v1/${path}`, body === undefined ? {} : { body }));
const client = (token: string, method: string, path: string, body?: object) =>
  app.call(method, `/v1/client/${path}`, { token, ...(body === undefined ? {} : { body }) });
const track = async (userId: string, body: object = {}) =>
  String((await server('POST', `users/${userId}/actions/pay`, { idempotencyKey: 'k', ...body })).token);
const appCode = (of = secret) =>
  new TOTP({ secret: Secret.fromBase32(of) }).generate({ timestamp: app.runtime.clock.now() });
const mailedCode = (email: string) =>
  /^\d{6}/.exec(app.mail().find(({ to }) => to === email)?.subject ?? '')?.[0] ?? '';

/** A user with an authenticator app; returns the recovery codes that came with it. */
async function withApp(userId: string): Promise<{ codes: string[]; userAuthenticatorId: string }> {
  const body = { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${secret}` };
  const { authenticator, recoveryCodes } = await server('POST', `users/${userId}/authenticators`, body);
  return { codes: recoveryCodes, userAuthenticatorId: authenticator.userAuthenticatorId };
}

/** Prepares everything, and returns the call that is interrupted. */
type Ready = (userId: string) => Promise<() => Promise<TestReply>>;

const calls: readonly (readonly [string, Ready])[] = [
  [
    'a first passkey',
    async (userId) => {
      const token = await track(userId);
      const { options } = good(await client(token, 'POST', 'user-authenticators/passkey/registration-options', {}));
      const registrationCredential = createCredential(softwareKey(), options, ownOrigin);
      return () => client(token, 'POST', 'user-authenticators/passkey', { registrationCredential });
    },
  ],
  [
    'the first code of an app that is being set up',
    async (userId) => {
      const token = await track(userId);
      const made = good(await client(token, 'POST', 'user-authenticators/totp'));
      return () => client(token, 'POST', 'verify/totp', { verificationCode: appCode(made.secret) });
    },
  ],
  [
    'the first code to an address that is being set up',
    async (userId) => {
      const token = await track(userId);
      const email = `${userId}@example.com`;
      good(await client(token, 'POST', 'user-authenticators/email-otp', { email }));
      return () => client(token, 'POST', 'verify/email-otp', { verificationCode: mailedCode(email) });
    },
  ],
  [
    'the beginning of an app',
    async (userId) => {
      const token = await track(userId);
      return () => client(token, 'POST', 'user-authenticators/totp');
    },
  ],
  [
    'the beginning of an address',
    async (userId) => {
      const token = await track(userId);
      return () => client(token, 'POST', 'user-authenticators/email-otp', { email: `${userId}@example.com` });
    },
  ],
  [
    'a code of an app',
    async (userId) => {
      await withApp(userId);
      const token = await track(userId);
      return () => client(token, 'POST', 'verify/totp', { verificationCode: appCode() });
    },
  ],
  [
    'a recovery code',
    async (userId) => {
      const { codes } = await withApp(userId);
      const token = await track(userId);
      return () => client(token, 'POST', 'verify/recovery-code', { verificationCode: codes[0] });
    },
  ],
  [
    'a new set of recovery codes',
    async (userId) => {
      await withApp(userId);
      const token = await track(userId, { scope: all });
      return () => client(token, 'POST', 'user-authenticators/recovery-codes');
    },
  ],
  [
    'a removal',
    async (userId) => {
      const { userAuthenticatorId } = await withApp(userId);
      await server('PATCH', `users/${userId}`, { email: `${userId}@example.com` });
      await server('POST', `users/${userId}/authenticators`, {
        verificationMethod: 'EMAIL_OTP',
        email: `${userId}@example.com`,
      });
      const token = await track(userId, { scope: all });
      return () => client(token, 'DELETE', `user-authenticators/${userAuthenticatorId}`);
    },
  ],
  [
    'a new name',
    async (userId) => {
      const { userAuthenticatorId } = await withApp(userId);
      const token = await track(userId, { scope: all });
      return () => client(token, 'PATCH', `user-authenticators/${userAuthenticatorId}`, { displayName: 'Mine' });
    },
  ],
  [
    'a code that the backend had sent',
    async (userId) => {
      const email = `${userId}@example.com`;
      await track(userId, { email });
      const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email, idempotencyKey: 'k' };
      const { challengeId } = await server('POST', 'challenge', body);
      return () => app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: mailedCode(email) } });
    },
  ],
];

describe('ruling 42: a request checks user and action again under the lock, by the id of the action', () => {
  test.each(calls)('%s does not apply to a new user who got the same id meanwhile', async (_name, ready) => {
    const userId = `reborn-${(people += 1)}`;
    const call = await ready(userId);
    let before: readonly string[] = [];
    meanwhile = async () => {
      await server('DELETE', `users/${userId}`);
      await track(userId);
      before = await dump(userId);
    };
    const { status, body } = await call();
    expect(before, 'interrupted').not.toEqual([]);
    expect(status === 200 ? body.isVerified : body.errorCode).toBe(status === 200 ? false : 'invalid_token');
    expect(await dump(userId)).toEqual(before);
  });

  test.each(calls)('%s does not apply to an action that was blocked meanwhile', async (_name, ready) => {
    const userId = `blocked-${(people += 1)}`;
    const call = await ready(userId);
    let before: readonly string[] = [];
    meanwhile = async () => {
      await server('PATCH', `users/${userId}/actions/pay/k`, { state: 'BLOCK' });
      before = await dump(userId);
    };
    const { status, body } = await call();
    expect(before, 'interrupted').not.toEqual([]);
    expect(status === 200 ? body.isVerified : body.errorCode).toBe(status === 200 ? false : 'forbidden');
    expect(await dump(userId)).toEqual(before);
  });
});
