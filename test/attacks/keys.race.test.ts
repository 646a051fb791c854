/** Worry: simultaneous requests get more out of one signature, counter or credential than a single request may. */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { KeyOptions, SoftwareKey } from '../../src/testkit/authenticator.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { eventually } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

// Ruling 29: the table's full count applies only in a long run.
const tries = process.env['TEST_LONG'] === '1' ? 1_000 : 200;
const credentials = testCredentials();
const publicUrl = 'http://localhost:4999';

describe('two server processes on one PostgreSQL', () => {
  let nodes: readonly [ServerProcess, ServerProcess];
  let admin: Client;
  beforeAll(async () => {
    const url = await createPostgresDatabase();
    const variables = {
      ...credentials,
      DATABASE_URL: url,
      SALLYPORT_PUBLIC_URL: publicUrl,
      SALLYPORT_ANONYMOUS_RATE_LIMIT: '100000',
    };
    nodes = [await startServer(variables), await startServer(variables)];
    admin = new Client({ connectionString: url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    for (const node of nodes) await node.stop();
  });

  const basic = (text: string) => `Basic ${Buffer.from(`${text}:`).toString('base64')}`;
  async function post(n: number, path: string, authorization: string, body: unknown) {
    const node = nodes[n % 2] ?? nodes[0];
    const response = await fetch(`${node.url}/v1${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into responses of every shape
    return { status: response.status, body: (await response.json()) as any };
  }
  const server = basic(credentials.SALLYPORT_SECRET_KEY);
  const anybody = basic(credentials.SALLYPORT_TENANT_ID);
  const track = async (userId: string, body: object = {}) =>
    `Bearer ${String((await post(0, `/users/${userId}/actions/pay`, server, body)).body.token)}`;
  const passkey = '/client/user-authenticators/passkey';

  async function enrolled(userId: string, options: KeyOptions = {}): Promise<SoftwareKey> {
    const key = softwareKey(options);
    const token = await track(userId);
    const { body } = await post(0, `${passkey}/registration-options`, token, {});
    const registrationCredential = createCredential(key, body.options, publicUrl);
    expect((await post(0, passkey, token, { registrationCredential })).status).toBe(200);
    return key;
  }

  /** All at once, in batches small enough for the machine's sockets, half on each node. */
  async function race(total: number, run: (n: number) => ReturnType<typeof post>) {
    const replies: Awaited<ReturnType<typeof post>>[] = [];
    for (let from = 0; from < total; from += 100) {
      const batch = Array.from({ length: Math.min(100, total - from) }, (_, index) => from + index);
      replies.push(...(await Promise.all(batch.map(run))));
    }
    // A node that is at capacity says so, and decides nothing.
    for (const { status, body } of replies) expect([200, 400, 503], JSON.stringify(body)).toContain(status);
    return replies.filter(({ status }) => status === 200);
  }

  const proofs = async (userId: string) =>
    Number(
      (
        await admin.query<{ n: string }>(
          `select count(*) as n from audit_events where event_type = 'challenge.verified' and user_id = $1`,
          [userId],
        )
      ).rows[0]?.n,
    );

  test.each([
    ['a token', true],
    ['no token', false],
  ])(`A53: ${tries} simultaneous finishes of one assertion, with %s, are one proof`, async (name, hasToken) => {
    const userId = `spender-${name.replace(' ', '-')}`;
    const key = await enrolled(userId);
    const authorization = hasToken ? await track(userId) : anybody;
    const { body } = await post(1, `${passkey}/authentication-options`, authorization, {});
    const authenticationCredential = useCredential(key, body.options, publicUrl);
    const won = await race(tries, (n) =>
      post(n, '/client/verify/passkey', authorization, { authenticationCredential }),
    );
    expect(won).toHaveLength(1);
    expect(await proofs(userId)).toBe(1);
  });

  test(`ruling 42: ${tries} first passkeys raced with the deletion of their user and a new track: none belongs to the new user`, async () => {
    const reborn = (n: number) => `reborn-${n}`;
    const again = { idempotencyKey: 'k' };
    await race(tries, async (n) => {
      const userId = reborn(n);
      const token = await track(userId, again);
      const { body } = await post(n, `${passkey}/registration-options`, token, {});
      if (body.options === undefined) return { status: 503, body };
      const registrationCredential = createCredential(softwareKey(), body.options, publicUrl);
      const registering = post(n, passkey, token, { registrationCredential });
      await fetch(`${nodes[1 - (n % 2)]?.url ?? ''}/v1/users/${userId}`, {
        method: 'DELETE',
        headers: { authorization: server },
      });
      await track(userId, again);
      const { status } = await registering;
      // Refused with its own error, or accepted before the user was deleted.
      expect([200, 400, 401, 503]).toContain(status);
      return { status: 200, body };
    });
    const { rows } = await admin.query(
      `select count(*)::int as planted from authenticators where user_id like 'reborn-%'`,
    );
    expect(rows).toEqual([{ planted: 0 }]);
  }, 300_000);

  test(`A53: ${tries} simultaneous finishes of one registration enrol one key`, async () => {
    const token = await track('registrar', { scope: 'add:authenticators' });
    const { body } = await post(0, `${passkey}/registration-options`, token, {});
    const won = await race(tries, (n) => {
      const registrationCredential = createCredential(softwareKey(), body.options, publicUrl);
      return post(n, passkey, token, { registrationCredential });
    });
    expect(won).toHaveLength(1);
    const { rows } = await admin.query(`select count(*)::int as n from authenticators where user_id = 'registrar'`);
    expect(rows).toEqual([{ n: 1 }]);
  });

  /** A user with an app, and a token that one of their recovery codes has earned. */
  async function recovered(userId: string) {
    const otpUri = 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DP';
    const enrolment = { verificationMethod: 'AUTHENTICATOR_APP', otpUri };
    const { body } = await post(0, `/users/${userId}/authenticators`, server, enrolment);
    const given = { verificationCode: body.recoveryCodes[0] };
    const proven = await post(0, '/client/verify/recovery-code', await track(userId), given);
    return `Bearer ${String(proven.body.accessToken)}`;
  }
  const slots = async (userId: string) =>
    (
      await admin.query(
        `select slot, held_until > now() as is_held from authenticators
         where user_id = $1 and verification_method = 'AUTHENTICATOR_APP' order by slot`,
        [userId],
      )
    ).rows;

  test('rulings 40 and 41: all authenticators that are enrolled at once with a recovery token are held, and one app waits as successor', async () => {
    const userId = 'recoverer';
    const token = await recovered(userId);
    const { secret } = (await post(0, '/client/user-authenticators/totp', token, {})).body;
    const verificationCode = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    const begun = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const { body } = await post(n, `${passkey}/registration-options`, token, {});
        return createCredential(softwareKey(), body.options, publicUrl);
      }),
    );
    await Promise.all([
      ...Array.from({ length: 10 }, (_, n) => post(n, '/client/verify/totp', token, { verificationCode })),
      ...begun.map((registrationCredential, n) => post(n, passkey, token, { registrationCredential })),
    ]);
    expect(await slots(userId)).toEqual([
      { slot: '', is_held: null },
      { slot: 'successor', is_held: true },
    ]);
    const { rows } = await admin.query(
      `select count(*)::int as n, count(held_until)::int as held from authenticators
       where user_id = $1 and verification_method = 'PASSKEY'`,
      [userId],
    );
    expect(rows).toEqual([{ n: 6, held: 6 }]);
  });

  test('ruling 41: a successor whose hold has ended replaces the app once, whichever request comes first', async () => {
    const userId = 'succeeder';
    const token = await recovered(userId);
    const { secret, userAuthenticatorId } = (await post(0, '/client/user-authenticators/totp', token, {})).body;
    const verificationCode = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
    expect((await post(1, '/client/verify/totp', token, { verificationCode })).status).toBe(200);
    await admin.query(`update users set email = 'succeeder@example.com', email_verified = true where user_id = $1`, [
      userId,
    ]);
    await admin.query(`update authenticators set held_until = now() - interval '1 second' where slot = 'successor'`);
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        post(n, `/users/${userId}/authenticators/${userAuthenticatorId}/lift-hold`, server, {}),
      ),
    );
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(await slots(userId)).toEqual([{ slot: '', is_held: null }]);
    const { rows } = await admin.query(`select count(*)::int as n from outbox where user_id = $1`, [userId]);
    expect(rows).toEqual([{ n: 1 }]);
  });

  test('A52, W7.1-26: a credential that many users register at once belongs to one of them', async () => {
    const key = softwareKey();
    const begun = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const token = await track(`claimer-${n}`);
        const { body } = await post(n, `${passkey}/registration-options`, token, {});
        return { token, registrationCredential: createCredential(key, body.options, publicUrl) };
      }),
    );
    const replies = await Promise.all(
      begun.map(({ token, registrationCredential }, n) => post(n, passkey, token, { registrationCredential })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(
      replies.filter(({ status }) => status !== 200).every(({ body }) => body.errorCode === 'invalid_request'),
    ).toBe(true);
    const { rows } = await admin.query('select count(*)::int as n from authenticators where credential_id = $1', [
      key.credentialId.toString('base64url'),
    ]);
    expect(rows).toEqual([{ n: 1 }]);
  });

  test('A11: of many first keys that one user registers at once, one is accepted as the first and the others are refused', async () => {
    const begun = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const token = await track('first-of-many');
        const { body } = await post(n, `${passkey}/registration-options`, token, {});
        return { token, registrationCredential: createCredential(softwareKey(), body.options, publicUrl) };
      }),
    );
    const replies = await Promise.all(
      begun.map(({ token, registrationCredential }, n) => post(n, passkey, token, { registrationCredential })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(replies.map(({ body }) => body.errorCode))).toEqual(new Set([undefined, 'insufficient_scope']));
  });

  test.each([false, true])('A56: racing counters 7 and 8 leave 8, for a synced key: %s', async (isSynced) => {
    for (let round = 0; round < 10; round += 1) {
      const userId = `counter-${String(isSynced)}-${round}`;
      const key = await enrolled(userId, { counter: 6, isSynced });
      const ready = await Promise.all(
        [7, 8, 7, 8].map(async (counter, n) => {
          const token = await track(userId, { idempotencyKey: randomBytes(8).toString('hex') });
          const { body } = await post(n, `${passkey}/authentication-options`, token, {});
          const authenticationCredential = useCredential(key, body.options, publicUrl, { counter });
          return { counter, send: () => post(n, '/client/verify/passkey', token, { authenticationCredential }) };
        }),
      );
      const replies = await Promise.all(ready.map(async ({ counter, send }) => ({ counter, reply: await send() })));
      const taken = replies.filter(({ reply }) => reply.status === 200).map(({ counter }) => counter);
      if (isSynced) expect(taken).toHaveLength(4);
      else {
        expect(taken.filter((counter) => counter === 8)).toHaveLength(1);
        expect(taken.filter((counter) => counter === 7).length).toBeLessThanOrEqual(1);
      }
      const { rows } = await admin.query<{ counter: string }>('select counter from authenticators where user_id = $1', [
        userId,
      ]);
      expect(rows).toEqual([{ counter: '8' }]);
    }
  });

  test('of five passkeys removed at once through both nodes one stays if the tenant keeps the last passkey; the last authenticator always stays', async () => {
    const managed = async (method: string, path: string, body: object) => {
      const headers = {
        authorization: basic(credentials.SALLYPORT_MANAGEMENT_KEY),
        'content-type': 'application/json',
      };
      const init = { method, headers, body: JSON.stringify(body) };
      expect((await fetch(`${nodes[0].url}/v1/management${path}`, init)).status).toBe(200);
    };
    const scope = 'add:authenticators remove:authenticators';
    interface Listed {
      readonly userAuthenticatorId: string;
      readonly isLastOf?: string;
    }
    const own = async (token: string, n: number): Promise<readonly Listed[]> => {
      const url = `${nodes[n]?.url ?? ''}/v1/client/ui/session`;
      const session = (await (await fetch(url, { headers: { authorization: token } })).json()) as {
        readonly authenticators: readonly Listed[];
      };
      return session.authenticators;
    };
    const removeAll = async (token: string) => {
      const ids = (await own(token, 0)).map(({ userAuthenticatorId }) => userAuthenticatorId);
      const replies: number[] = await Promise.all(
        [...ids, ...ids].map(async (id, n) => {
          const path = `/v1/client/user-authenticators/${id}`;
          const node = nodes[n % 2] ?? nodes[0];
          return (await fetch(`${node.url}${path}`, { method: 'DELETE', headers: { authorization: token } })).status;
        }),
      );
      return replies.filter((status) => status === 200).length;
    };
    const withFive = async (userId: string) => {
      const token = await track(userId, { scope });
      for (let n = 0; n < 5; n += 1) {
        const { body } = await post(0, `${passkey}/registration-options`, token, {});
        const registrationCredential = createCredential(softwareKey(), body.options, publicUrl);
        expect((await post(0, passkey, token, { registrationCredential })).status).toBe(200);
      }
      return token;
    };
    const plain = await withFive('remover');
    expect(await removeAll(plain)).toBe(4);
    expect(await own(plain, 0)).toHaveLength(1);

    const kept = await withFive('keeper');
    const lone = await track('lone', { scope });
    const { body } = await post(0, `${passkey}/registration-options`, lone, {});
    await post(0, passkey, lone, { registrationCredential: createCredential(softwareKey(), body.options, publicUrl) });
    const settings = { relyingParty: 'localhost', expectedOrigins: [publicUrl], preventRemovingLastPasskey: true };
    await managed('PATCH', '/authenticator-configurations/passkey', settings);
    // So that only the setting keeps one.
    await managed('PATCH', '/tenant', { allowDisablingMfa: true });
    await eventually(
      'the other node knows the setting',
      10_000,
      async () => (await own(lone, 1))[0]?.isLastOf,
      (isLastOf) => isLastOf === 'passkeys',
    );
    expect(await removeAll(kept)).toBe(4);
    expect(await own(kept, 1)).toHaveLength(1);
  });
});
