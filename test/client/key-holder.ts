/** Users with software keys, as callers of the client API. */
import { expect } from 'vitest';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { KeyOptions, SoftwareKey, Wrong } from '../../src/testkit/authenticator.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { statement } from '../../src/storage/sql.ts';

export const ownOrigin = 'http://localhost:4000';
type Given = Readonly<Record<string, unknown>>;

/** Client API calls of users who have passkeys and security keys. */
export function keyHolder(app: TestApp) {
  let people = 0;
  const newUser = () => `key-user-${(people += 1)}`;

  async function track(userId: string, body: object = {}, action = 'pay'): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }

  /** With a token, or as an anonymous caller who names the tenant. */
  const post = (path: string, token: string | undefined, body?: object, headers: Record<string, string> = {}) =>
    app.call('POST', `/v1/client/${path}`, {
      ...(token === undefined ? { key: app.tenant.tenantId } : { token }),
      ...(body === undefined ? {} : { body }),
      headers,
    });

  async function good(call: Promise<TestReply>): Promise<TestReply['body']> {
    const reply = await call;
    expect(reply.status, reply.text).toBe(200);
    return reply.body;
  }

  const enrol = 'user-authenticators/passkey';
  const registrationOptions = (token: string, body: object = {}) =>
    good(post(`${enrol}/registration-options`, token, body));
  const authenticationOptions = (token: string | undefined, body: object = {}) =>
    good(post(`${enrol}/authentication-options`, token, body));

  /** Requests options and has a key answer them; both are valid unless the test changes them. */
  async function register(token: string, key: SoftwareKey, wrong: Wrong = {}, sent: Given = {}, origin = ownOrigin) {
    const { options, challengeId } = await registrationOptions(token);
    const registrationCredential = createCredential(key, options, origin, wrong);
    return post(enrol, token, { registrationCredential, conditionalCreate: false, challengeId, ...sent });
  }

  async function signIn(
    token: string | undefined,
    key: SoftwareKey,
    wrong: Wrong = {},
    sent: Given = {},
    origin = ownOrigin,
  ) {
    const { options, challengeId } = await authenticationOptions(token);
    const authenticationCredential = useCredential(key, options, origin, wrong);
    return post('verify/passkey', token, { authenticationCredential, challengeId, ...sent });
  }

  /** A user with a passkey, and the token that enrolling it earned. */
  async function enrolled(options: KeyOptions = {}) {
    const userId = newUser();
    const key = softwareKey(options);
    const added = await good(register(await track(userId), key));
    return { userId, key, accessToken: String(added.accessToken), authenticatorId: String(added.userAuthenticatorId) };
  }

  const validate = async (token: unknown) => (await app.call('POST', '/v1/validate', { body: { token } })).body;

  const credentialRow = statement<{ counter: number; state: Record<string, unknown>; lastVerifiedAt: number | null }>(
    'test_credential',
    'select counter, state, last_verified_at from authenticators where credential_id = $1',
  );
  /** What is stored of a key. */
  async function stored({ credentialId }: SoftwareKey) {
    const [row] = await app.db.query(credentialRow, [credentialId.toString('base64url')]);
    if (row === undefined) throw new Error('The key is not stored.');
    return row;
  }

  const refusals = statement<{ reason: string }>(
    'test_key_refusals',
    `select data ->> 'reason' as reason from audit_events where event_type = 'challenge.refused' order by happened_at, event_id`,
  );
  /** The reason that the audit log gives for the last refusal. */
  async function lastRefusal(): Promise<string | undefined> {
    return (await app.db.query(refusals, [])).at(-1)?.reason;
  }

  return {
    newUser,
    track,
    post,
    good,
    registrationOptions,
    authenticationOptions,
    register,
    signIn,
    enrolled,
    validate,
    stored,
    lastRefusal,
  };
}
