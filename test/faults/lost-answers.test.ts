/** F05: a client whose response was lost retries, and the retry finds what the first request did. */
import { Authsignal, UserActionState, VerificationMethod } from '@authsignal/node';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import { guessSubjectReader } from '../rig/guess-subject-reader.ts';
import { startLosingFront } from '../rig/losing-front.ts';
import type { LosingFront } from '../rig/losing-front.ts';
import { client, trackFor } from '../rig/proof-kind.ts';
import { proofKinds } from '../rig/proofs.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { startReceiver } from '../rig/webhook-receiver.ts';
import type { WebhookReceiver } from '../rig/webhook-receiver.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const publicUrl = 'http://localhost:4999';

describe('F05: when the response was lost after the server had finished', () => {
  let endpoint: WebhookReceiver;
  let server: ServerProcess;
  let front: LosingFront;
  let admin: Client;
  let subjectOf: Awaited<ReturnType<typeof guessSubjectReader>>;
  let authsignal: Authsignal;
  beforeAll(async () => {
    endpoint = await startReceiver();
    const url = await createPostgresDatabase();
    server = await startServer({
      ...credentials,
      DATABASE_URL: url,
      SALLYPORT_OUTBOUND_ALLOW: '127.0.0.0/8',
      SALLYPORT_PUBLIC_URL: publicUrl,
    });
    front = await startLosingFront(server.url);
    const body = { actionCode: 'pay', defaultUserActionResult: 'CHALLENGE', verificationWebhookUrl: endpoint.url };
    const path = '/v1/management/action-configurations';
    const configured = await ask(server.url, 'POST', path, { key: credentials.SALLYPORT_MANAGEMENT_KEY, body });
    expect(configured.status, configured.text).toBe(200);
    admin = new Client({ connectionString: url });
    await admin.connect();
    subjectOf = await guessSubjectReader(admin, credentials);
    // The SDK's default: two retries of a request without a response.
    authsignal = new Authsignal({ apiUrl: `${front.url}/v1`, apiSecretKey: key });
  });
  afterAll(async () => {
    await admin.end();
    await front.stop();
    await server.stop();
    await endpoint.stop();
  });

  /** The response to one call of the SDK, after identical requests whose responses were lost. */
  async function answerAfter<T>(lost: 1 | 2, call: () => Promise<T>): Promise<T> {
    const before = front.delivered.length;
    front.loseNext(lost);
    const answer = await call();
    const [first, ...again] = front.delivered.slice(before);
    expect(again).toEqual(Array.from({ length: lost }, () => first));
    return answer;
  }

  async function count(text: string, ...values: string[]): Promise<number> {
    const { rows } = await admin.query<{ n: string }>(`select count(*) as n from ${text}`, values);
    return Number(rows[0]?.n);
  }
  const actionsOf = (userId: string) => count('actions_by_month where user_id = $1', userId);
  const events = (userId: string, type: string) =>
    count('audit_events where user_id = $1 and event_type = $2', userId, type);
  const failures = async (userId: string, method: string) =>
    count('guess_budgets where subject = $1 and failures_since_success > 0', await subjectOf(userId, method));
  const askedOf = (userId: string) => endpoint.received.filter(({ body }) => body.data.userId === userId).length;
  async function mailsTo(email: string): Promise<number> {
    const page = await (await fetch(`${server.url}/dev/inbox`)).text();
    return page.split(`To ${email},`).length - 1;
  }
  const state = async (userId: string, idempotencyKey = 'k') =>
    (await authsignal.getAction({ userId, action: 'pay', idempotencyKey }))?.state;

  describe('the official Node SDK, which retries by itself, finds', () => {
    test('the action that it tracked, once and decided once, under its idempotency key', async () => {
      const tracked = await answerAfter(2, () =>
        authsignal.track({
          userId: 'keyed',
          action: 'pay',
          attributes: { idempotencyKey: 'k', email: 'k@example.com' },
        }),
      );
      expect(tracked).toMatchObject({ state: 'CHALLENGE_REQUIRED', idempotencyKey: 'k' });
      expect(await actionsOf('keyed')).toBe(1);
    });

    test('a separate action for each try without a key, as documented, and no mail', async () => {
      const email = 'keyless@example.com';
      await answerAfter(1, () => authsignal.track({ userId: 'keyless', action: 'pay', attributes: { email } }));
      expect(await actionsOf('keyless')).toBe(2);
      expect(await mailsTo(email)).toBe(0);
    });

    test('its challenge: one mail per code, the last one valid, verified once and claimed once', async () => {
      const email = 'guest@example.com';
      const { challengeId } = await answerAfter(1, () =>
        authsignal.challenge({ verificationMethod: VerificationMethod.EMAIL_OTP, action: 'pay', email }),
      );
      expect(await mailsTo(email)).toBe(2);
      const verificationCode = await readInboxCode(server.url, email);
      const verified = await answerAfter(2, () => authsignal.verify({ challengeId, verificationCode }));
      expect(verified).toMatchObject({ isVerified: true, email });
      expect(await count(`guess_budgets where failures_since_success > 0`)).toBe(0);
      const claimed = await answerAfter(1, () => authsignal.claimChallenge({ challengeId, userId: 'guest' }));
      const validated = await authsignal.validateChallenge({ token: claimed.token });
      expect(validated).toMatchObject({ isValid: true, userId: 'guest', action: 'pay' });
      expect([await actionsOf('guest'), await events('guest', 'challenge.claimed'), askedOf('guest')]).toEqual([
        1, 1, 1,
      ]);
    });

    test('a challenge of a known user succeeded, with one webhook call and no guess lost', async () => {
      const [userId, email] = ['known', 'known@example.com'];
      const { challengeId, idempotencyKey } = await authsignal.challenge({
        verificationMethod: VerificationMethod.EMAIL_OTP,
        action: 'pay',
        email,
        userId,
      });
      const verificationCode = await readInboxCode(server.url, email);
      const verified = await answerAfter(2, () => authsignal.verify({ challengeId, verificationCode }));
      expect(verified).toMatchObject({ isVerified: true });
      expect(await state(userId, idempotencyKey)).toBe('CHALLENGE_SUCCEEDED');
      expect([
        askedOf(userId),
        await events(userId, 'challenge.verified'),
        await failures(userId, 'EMAIL_OTP'),
      ]).toEqual([1, 1, 0]);
    });

    test('what it set, enrolled and deleted, once each, and one notice of it to the user', async () => {
      const userId = 'managed';
      const email = 'managed@example.com';
      await authsignal.updateUser({ userId, attributes: { email, emailVerified: true } });
      const enrol = (attributes: Parameters<Authsignal['enrollVerifiedAuthenticator']>[0]['attributes']) =>
        answerAfter(1, () => authsignal.enrollVerifiedAuthenticator({ userId, attributes }));
      const contact = await enrol({ verificationMethod: VerificationMethod.EMAIL_OTP, email });
      const phone = await enrol({ verificationMethod: VerificationMethod.SMS, phoneNumber: '+6427123456' });
      const enrolled = await authsignal.getAuthenticators({ userId });
      expect(enrolled.map(({ userAuthenticatorId }) => userAuthenticatorId).sort()).toEqual(
        [contact, phone].map(({ authenticator }) => authenticator.userAuthenticatorId).sort(),
      );
      await eventually(
        'every notice is delivered',
        10_000,
        () => count('outbox where delivered_at is null'),
        (due) => due === 0,
      );
      expect(await mailsTo(email)).toBe(2);

      const tracked = await authsignal.track({ userId, action: 'pay', attributes: { idempotencyKey: 'k' } });
      const attributes = { state: UserActionState.CHALLENGE_SUCCEEDED };
      await answerAfter(1, () => authsignal.updateAction({ userId, action: 'pay', idempotencyKey: 'k', attributes }));
      expect(await events(userId, 'action.state_set')).toBe(1);

      const clientId = credentials.SALLYPORT_TENANT_ID;
      const session = await authsignal.createSession({ token: tracked.token, clientId });
      const pair = await answerAfter(1, () => authsignal.refreshSession({ refreshToken: session.refreshToken }));
      expect((await authsignal.validateSession({ accessToken: pair.accessToken })).user.userId).toBe(userId);
      expect(await count('sessions where user_id = $1 and generation = 1', userId)).toBe(1);
      expect(await answerAfter(1, () => authsignal.revokeSession({ accessToken: pair.accessToken }))).toBeUndefined();

      await answerAfter(1, () => authsignal.deleteUser({ userId }));
      expect([await events(userId, 'user.deleted'), await actionsOf(userId)]).toEqual([1, 0]);
    });
  });

  describe('an app in a browser that retries with the same token finds its action succeeded', () => {
    const stage = () => ({ node: server, key, managementKey: credentials.SALLYPORT_MANAGEMENT_KEY });
    const lossy = () => ({ ...server, url: front.url });

    async function expectDoneOnce(userId: string, token: string, event = 'challenge.verified'): Promise<void> {
      expect(await authsignal.validateChallenge({ token })).toMatchObject({ isValid: true, userId });
      expect([askedOf(userId), await events(userId, event)]).toEqual([1, 1]);
    }

    /** Ruling 16: a link and a recovery code are never accepted again; the others are for an identical repeat. */
    const isAnsweredAgain: Readonly<Record<string, boolean>> = {
      EMAIL_OTP: true,
      SMS: true,
      WHATSAPP: true,
      AUTHENTICATOR_APP: true,
      RECOVERY_CODE: false,
      EMAIL_MAGIC_LINK: false,
    };

    test.each(proofKinds.map((kind) => [kind.name, kind] as const))('after %s', async (_name, kind) => {
      const userId = `lost-${kind.method}`;
      const proof = await kind.ready(stage(), userId);
      front.loseNext(1);
      await expect(proof.give(lossy())).rejects.toThrow('fetch failed');
      expect(await proof.give(lossy())).toBe(isAnsweredAgain[kind.method]);
      await expectDoneOnce(userId, proof.token);
      if (isAnsweredAgain[kind.method] === true) expect(await failures(userId, kind.method)).toBe(0);
      if (kind.method !== 'EMAIL_MAGIC_LINK') return;
      const finalize = () => client(lossy(), proof.token, 'verify/email-magic-link/finalize');
      front.loseNext(1);
      await expect(finalize()).rejects.toThrow('fetch failed');
      expect(await finalize()).toMatchObject({ isVerified: true, accessToken: expect.any(String) });
      await expectDoneOnce(userId, proof.token);
    });

    test('after a passkey was added, and after it was used: a repeat is refused, and nothing is lost by that', async () => {
      const userId = 'lost-PASSKEY';
      const passkey = softwareKey();
      const send = async (token: string, path: string, body: object, refusal: readonly [number, string]) => {
        const headers = { authorization: `Bearer ${token}` };
        const give = () => ask(front.url, 'POST', `/v1/client/${path}`, { headers, body });
        front.loseNext(1);
        await expect(give()).rejects.toThrow('fetch failed');
        const again = await give();
        expect([again.status, again.body.errorCode]).toEqual(refusal);
      };
      const enrol = 'user-authenticators/passkey';
      const first = await trackFor(stage(), userId);
      const creation = await client(server, first, `${enrol}/registration-options`);
      const registrationCredential = createCredential(passkey, creation.options, publicUrl);
      // By now the user has a passkey, and this token may not add another.
      await send(first, enrol, { registrationCredential }, [403, 'insufficient_scope']);
      expect(await authsignal.getAuthenticators({ userId })).toHaveLength(1);
      await expectDoneOnce(userId, first, 'authenticator.enrolled');

      const { token } = (
        await ask(server.url, 'POST', `/v1/users/${userId}/actions/pay`, { key, body: { idempotencyKey: 'next' } })
      ).body;
      const request = await client(server, token, `${enrol}/authentication-options`);
      const authenticationCredential = useCredential(passkey, request.options, publicUrl);
      await send(token, 'verify/passkey', { authenticationCredential }, [400, 'invalid_credential']);
      expect(await authsignal.validateChallenge({ token })).toMatchObject({
        isValid: true,
        verificationMethod: 'PASSKEY',
      });
      expect(askedOf(userId)).toBe(2);
      // Only the response was lost: another ceremony works as usual.
      const next = await client(server, token, `${enrol}/authentication-options`);
      const answer = { authenticationCredential: useCredential(passkey, next.options, publicUrl) };
      expect(await client(server, token, 'verify/passkey', answer)).toMatchObject({ isVerified: true });
      expect(askedOf(userId)).toBe(2);
    });
  });
});
