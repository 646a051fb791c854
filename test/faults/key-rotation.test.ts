/**
 * A66: keys are replaced while servers run, without a failed request, and the replaced keys are worthless afterwards.
 */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { signSessionToken } from '../../src/runtime/tokens.ts';
import type { SessionSigningKey } from '../../src/runtime/tokens.ts';
import { makeSessionSigningKey } from '../../src/storage/make-session-signing-key.ts';
import { requireKnownMasterKey } from '../../src/storage/open-storage.ts';
import { signingOverlapMs } from '../../src/storage/published.ts';
import { loadFingerprintsInUse, sealedColumns } from '../../src/storage/queries/sealed-values.ts';
import { retireSessionSigningKeys } from '../../src/storage/queries/session-signing-keys.ts';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { reseal } from '../../src/storage/reseal.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { createPostgresDatabase, databasesOf } from '../../src/testkit/test-database.ts';
import type { DatabaseKind } from '../../src/testkit/test-database.ts';
import { manage } from '../management/manage.ts';
import { ask, eventually } from '../rig/api.ts';
import { passwordOperator } from '../rig/portal.ts';
import { runHere } from '../rig/run-here.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const random = { bytes: randomBytes };
// The key that testApp seals with.
const oldKey = Buffer.alloc(32, 7);
const newKey = Buffer.alloc(32, 8);
const both = createSeal([newKey, oldKey], random);
const newOnly = createSeal([newKey], random);

const otpUri = 'otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x';

/** A program with a value in every sealed column. */
async function filled(kind: DatabaseKind): Promise<TestApp> {
  const app = await testApp(kind);
  stops.push(() => app.close());
  for (const userId of ['ann', 'bob', 'cleo']) {
    const body = { verificationMethod: 'AUTHENTICATOR_APP', otpUri };
    expect((await app.call('POST', `/v1/users/${userId}/authenticators`, { body })).status).toBe(200);
  }
  const sms = { smsProvider: 'TNZ', tnzCredentials: { apiKey: 'k' } };
  expect((await manage(app)('POST', '/authenticator-configurations/sms', sms)).status).toBe(200);
  await passwordOperator(app, 'ada@bank.example', ['VIEWER']);
  return app;
}

let statements = 0;
const rows = <Row>(db: Database, text: string) =>
  db.query(statement<Row>(`key_rotation_test_${(statements += 1)}`, text), []);

describe.each(databasesOf(import.meta.url))('on the %s database', (kind) => {
  test('every sealed column is known, and has a value in this test', async () => {
    const app = await filled(kind);
    const found = await rows<{ place: string }>(
      app.db,
      `select table_name || '.' || column_name as place from information_schema.columns
       where table_schema = 'public' and column_name like '%_sealed' order by 1`,
    );
    // Does this fail for you? You added a column of sealed values. Add it to sealedColumns, or rotation will miss it.
    expect(sealedColumns.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(
      found.map(({ place }) => place),
    );
    for (const { table, column } of sealedColumns) {
      const values = await rows(app.db, `select 1 from ${table} where ${column} is not null`);
      expect(values.length, table).toBeGreaterThan(0);
    }
  });

  test('a start is refused while any value is sealed with a key that is not configured, and only then', async () => {
    const app = await filled(kind);
    await requireKnownMasterKey(app.db, both);
    await expect(requireKnownMasterKey(app.db, newOnly)).rejects.toThrow(/fingerprint [0-9a-f]{16}/);
    for (const { table, column, key } of sealedColumns) {
      await reseal(app.db, both);
      await requireKnownMasterKey(app.db, newOnly);
      const names = key.map((name) => `${name}::text`).join(', ');
      const [row] = await rows<{ key: string[]; sealed: Buffer }>(
        app.db,
        `select array[${names}] as key, ${column} as sealed from ${table} where ${column} is not null limit 1`,
      );
      const place = { tenantId: row?.key[0] ?? '', table, row: row?.key.at(-1) ?? '', column };
      const old = createSeal([oldKey], random).seal(both.open(row?.sealed ?? Buffer.alloc(0), place), place);
      await rows(
        app.db,
        `update ${table} set ${column} = '\\x${old.toString('hex')}' where ${column} = '\\x${row?.sealed.toString('hex') ?? ''}'`,
      );
      await expect(requireKnownMasterKey(app.db, newOnly), table).rejects.toThrow(/fingerprint/);
    }
    expect(await reseal(app.db, both)).toBe(1);
    expect(await reseal(app.db, both)).toBe(0);
  });

  test('resealing can be stopped anywhere, and continues from there', async () => {
    const app = await filled(kind);
    let left = 3;
    const failing: Database = {
      ...app.db,
      query: async (asked, values) => {
        if (asked.name.startsWith('replace_sealed_') && (left -= 1) < 0) throw new Error('stopped');
        return app.db.query(asked, values);
      },
    };
    await expect(reseal(failing, both)).rejects.toThrow('stopped');
    expect(await loadFingerprintsInUse(app.db)).toHaveLength(2);
    const rest = await reseal(app.db, both);
    expect(rest).toBeGreaterThan(3);
    expect(await loadFingerprintsInUse(app.db)).toEqual([both.fingerprints[0]]);
    expect(await reseal(app.db, both)).toBe(0);
    // Memory holds what was read before; values read now open only with the new key.
    const next = await testApp(kind, { db: app.db, seed: 'next', masterKeys: [newKey] });
    const listed = await next.call('GET', '/v1/users/ann/authenticators', { key: app.tenant.secretKey });
    expect(listed.body).toHaveLength(1);
  });

  test('a value that changes while it is resealed keeps the change', async () => {
    const app = await filled(kind);
    const ask = manage(app);
    let hasChanged = false;
    const changing: Database = {
      ...app.db,
      query: async (asked, values) => {
        if (asked.name === 'replace_sealed_authenticator_configurations' && !hasChanged) {
          hasChanged = true;
          await ask('PATCH', '/authenticator-configurations/sms', { tnzCredentials: { apiKey: 'changed meanwhile' } });
        }
        return app.db.query(asked, values);
      },
    };
    await reseal(changing, both);
    const [row] = await rows<{ id: string; sealed: Buffer }>(
      app.db,
      `select authenticator_id::text as id, secrets_sealed as sealed from authenticator_configurations where secrets_sealed is not null`,
    );
    const place = {
      tenantId: app.tenant.tenantId,
      table: 'authenticator_configurations',
      row: row?.id ?? '',
      column: 'secrets_sealed',
    };
    const opened = newOnly.open(row?.sealed ?? Buffer.alloc(0), place).toString();
    expect(JSON.parse(opened)).toEqual({ tnzCredentials: { apiKey: 'changed meanwhile' } });
  });

  test('a new session signing key is published before it signs, and the old one verifies until its last token has expired', async () => {
    const app = await filled(kind);
    const { tenantId } = app.tenant;
    let sessions = 0;
    async function signIn(): Promise<string> {
      const userId = `session-${(sessions += 1)}`;
      const { body } = await app.call('POST', `/v1/users/${userId}/actions/login`, {});
      const path = `/v1/users/${userId}/actions/login/${body.idempotencyKey}`;
      await app.call('PATCH', path, { body: { state: 'CHALLENGE_SUCCEEDED' } });
      const made = await app.call('POST', '/v1/sessions', { body: { token: body.token, clientId: tenantId } });
      expect(made.status, made.text).toBe(200);
      return made.body.accessToken as string;
    }
    const validate = async (accessToken: string) =>
      (await app.call('POST', '/v1/sessions/validate', { body: { accessToken } })).status;
    const jwks = async () =>
      (await app.call('GET', `/v1/client/public/${tenantId}/.well-known/jwks`, { key: null })).body;
    const kidOf = (token: string) => decodeProtectedHeader(token).kid;

    const before = await signIn();
    const keyId = await app.db.transaction(async (sql) => {
      const made = await makeSessionSigningKey(sql, app.app.context, tenantId);
      await publishConfig(sql, tenantId);
      return made;
    });
    await app.app.context.published.refresh();
    expect((await jwks()).keys.map(({ kid }: { kid: string }) => kid)).toEqual([keyId, kidOf(before)]);
    expect(kidOf(await signIn())).toBe(kidOf(before));
    await app.runtime.advance(59_000);
    const last = await signIn();
    expect(kidOf(last)).toBe(kidOf(before));
    await app.runtime.advance(1_000);
    const after = await signIn();
    expect(kidOf(after)).toBe(keyId);
    await jwtVerify(after, createLocalJWKSet(await jwks()), { currentDate: new Date(app.runtime.clock.now()) });
    const retire = () => retireSessionSigningKeys(app.db, tenantId, app.runtime.clock.now() - signingOverlapMs);
    await app.runtime.advance(538_000);
    expect(await retire()).toBe(0);
    expect([await validate(last), await validate(after)]).toEqual([200, 200]);
    await app.runtime.advance(130_000);
    expect((await jwks()).keys.map(({ kid }: { kid: string }) => kid)).toEqual([keyId]);
    const fresh = await signIn();
    expect([kidOf(fresh), await validate(fresh)]).toEqual([keyId, 200]);
    // A thief of the old key can no longer use it.
    const forge = (key: SessionSigningKey) => {
      const { sid, sub, aud, iss, generation } = decodeJwt<{ sid: string; generation: number }>(fresh);
      const nowMs = app.runtime.clock.now();
      return signSessionToken(key, {
        tokenId: 'forged',
        sessionId: sid,
        generation,
        userId: String(sub),
        clientId: String(aud),
        issuer: String(iss),
        issuedAtMs: nowMs,
        expiresAtMs: nowMs + 600_000,
        authenticatedAtMs: nowMs,
        assurance: 'high',
        verificationMethod: null,
        email: null,
        customClaims: {},
      });
    };
    const [newest, oldest] = app.app.context.published.tenant(tenantId)?.sessionSigningKeys ?? [];
    if (newest === undefined || oldest === undefined) throw new Error('Both keys are still stored.');
    expect([await validate(await forge(newest)), await validate(await forge(oldest))]).toEqual([200, 401]);
    expect(await retire()).toBe(1);
    expect(await validate(fresh)).toBe(200);
  });
});

describe('on server processes under load', () => {
  test('a master key and a signing key are rotated with no failed request; after that the old master key is not needed, and not enough on its own', async () => {
    const credentials = testCredentials();
    const oldText = credentials.SALLYPORT_MASTER_KEY;
    const newText = randomBytes(32).toString('base64');
    const base = {
      ...credentials,
      DATABASE_URL: await createPostgresDatabase(),
      SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
    };
    const key = credentials.SALLYPORT_SECRET_KEY;
    const start = async (masterKey: string): Promise<ServerProcess> => {
      const node = await startServer({ ...base, SALLYPORT_MASTER_KEY: masterKey });
      stops.push(() => node.stop());
      return node;
    };
    const first = await start(oldText);
    const secrets = new Map<string, string>();
    for (let n = 0; n < 20; n += 1) {
      const secret = new Secret({ size: 20 }).base32;
      secrets.set(`totp-${n}`, secret);
      const body = { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x:y?secret=${secret}&issuer=x` };
      expect((await ask(first.url, 'POST', `/v1/users/totp-${n}/authenticators`, { key, body })).status).toBe(200);
    }
    await first.stop();

    const nodes = [await start(`${newText},${oldText}`), await start(`${newText},${oldText}`)] as const;
    const failed: string[] = [];
    let [isOver, done] = [false, 0];
    async function load(worker: number): Promise<void> {
      for (let n = worker; !isOver; n += 4) {
        const node = nodes[n % 2] ?? nodes[0];
        const userId = `load-${n}`;
        const expectOk = async (method: string, path: string, body?: object, headers?: Record<string, string>) => {
          const call = headers === undefined ? { key, body } : { headers, body };
          const reply = await ask(node.url, method, path, call);
          if (reply.status !== 200) failed.push(`${method} ${path}: ${reply.text}`);
          return reply.body;
        };
        const enrolment = { verificationMethod: 'AUTHENTICATOR_APP', otpUri };
        await expectOk('POST', `/v1/users/${userId}/authenticators`, enrolment);
        const { token, idempotencyKey } = await expectOk('POST', `/v1/users/${userId}/actions/login`, {});
        const code = new TOTP({ secret: Secret.fromBase32('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP') }).generate();
        const headers = { authorization: `Bearer ${token}` };
        await expectOk('POST', '/v1/client/verify/totp', { verificationCode: code }, headers);
        await expectOk('GET', `/v1/users/${userId}/actions/login/${idempotencyKey}`);
        const clientId = credentials.SALLYPORT_TENANT_ID;
        const { accessToken } = await expectOk('POST', '/v1/sessions', { token, clientId });
        await expectOk('POST', '/v1/sessions/validate', { accessToken });
        done += 1;
        // The programs that rotate have a processor, too.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const working = Promise.all([0, 1, 2, 3].map(load));
    const variables = { ...base, SALLYPORT_MASTER_KEY: `${newText},${oldText}` };
    const resealed = await runHere(['keys', 'reseal'], variables);
    expect(resealed.code, resealed.stderr).toBe(0);
    expect(resealed.stdout).toMatch(/^Sealed \d+ values/);
    const rotated = await runHere(['keys', 'rotate-signing'], variables);
    expect(rotated.code, rotated.stderr).toBe(0);
    const again = await runHere(['keys', 'reseal'], variables);
    expect(again.stdout).toContain('The other keys are no longer needed.');
    // Enough that used what was rotated meanwhile, on both nodes.
    const before = done;
    await eventually(
      'requests before and after',
      120_000,
      () => Promise.resolve(done),
      (now) => now > before + 10,
    );
    isOver = true;
    await working;
    expect(failed).toEqual([]);

    const oldAlone = await runProgram(['serve'], { ...base, SALLYPORT_MASTER_KEY: oldText });
    expect(oldAlone.code).toBe(1);
    expect(oldAlone.stderr).toMatch(/fingerprint [0-9a-f]{16}/);
    const last = await start(newText);
    const tracked = await ask(last.url, 'POST', '/v1/users/totp-7/actions/login', { key, body: {} });
    const code = new TOTP({ secret: Secret.fromBase32(secrets.get('totp-7') ?? '') }).generate();
    const verified = await ask(last.url, 'POST', '/v1/client/verify/totp', {
      headers: { authorization: `Bearer ${String(tracked.body.token)}` },
      body: { verificationCode: code },
    });
    expect(verified.body).toMatchObject({ isVerified: true });
  }, 120_000);
});
