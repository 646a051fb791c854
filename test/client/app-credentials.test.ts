/** Worry: an app of the published mobile SDKs is not understood, or a key counts where it should not. */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { phone } from '../../src/testkit/phone.ts';
import type { PhoneOptions } from '../../src/testkit/phone.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const namespaces = [
  ['push', 'push', 'PUSH'],
  ['qrCode', 'qr-code', 'QR_CODE'],
  ['inApp', 'in-app', 'IN_APP'],
] as const;
const platforms = ['ios', 'android'] as const;
const kinds = platforms.flatMap((platform) => namespaces.map((names) => [platform, ...names] as const));
const configurations = [
  ['push', { pushProvider: 'WEBHOOK', webhookUrl: 'https://bank.example/push' }],
  ['qr-code', {}],
  ['in-app', {}],
] as const;

describe.each(databaseKinds)('client-api 6: keys of apps, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000 });
    for (const [slug, body] of configurations) {
      const path = `/v1/management/authenticator-configurations/${slug}`;
      const reply = await app.call('POST', path, { key: app.tenant.managementKey, body });
      expect(reply.status, reply.text).toBe(200);
    }
  });
  afterAll(() => app.close());

  const newUser = () => `app-user-${(people += 1)}`;
  async function track(userId: string, body: object = {}): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/pay`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }
  function newPhone(platform: PhoneOptions['platform'], options: Partial<PhoneOptions> = {}) {
    return phone({
      platform,
      tenantId: app.tenant.tenantId,
      now: () => app.runtime.clock.now(),
      send: ({ method, path, headers, body }) =>
        app.call(method, path, { key: null, headers, ...(body === undefined ? {} : { rawBody: body }) }),
      ...options,
    });
  }
  const audits = statement<{ eventType: string; userId: string; data: Record<string, unknown> }>(
    'app_credentials_test_audits',
    'select event_type, user_id, data from audit_events where user_id = $1 order by happened_at, event_id',
  );
  const auditOf = (userId: string) => app.db.query(audits, [userId]);
  const authenticatorsOf = async (userId: string) => (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;

  test.each(kinds)('%s, %s: is registered, found and removed', async (platform, member, _path, method) => {
    const userId = newUser();
    const device = newPhone(platform);
    const own = device[member];
    const token = await track(userId);
    expect((await own.getCredential()).body.errorCode).toBe('invalid_credential');
    const added = await own.addCredential(token);
    expect(added.body).toEqual({
      userAuthenticatorId: expect.any(String),
      userId,
      verifiedAt: expect.any(String),
      lastVerifiedAt: expect.any(String),
    });
    expect(added.status).toBe(200);
    expect((await own.getCredential()).body).toEqual(added.body);
    // Registering is the user's first proof (client-api 1.11), and a weak one: nothing shows who has the private key.
    const { body: validated } = await app.call('POST', '/v1/validate', { body: { token } });
    expect(validated).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: method, assurance: 'low' });
    expect(await authenticatorsOf(userId)).toMatchObject([
      {
        verificationMethod: method,
        devicePlatform: platform === 'ios' ? 'IOS' : 'ANDROID',
        displayName: platform === 'ios' ? 'Ann’s iPhone' : 'Google Pixel 8',
      },
    ]);
    const removed = await own.removeCredential();
    expect([removed.status, removed.body]).toEqual([200, { removedAuthenticatorId: added.body.userAuthenticatorId }]);
    expect(await authenticatorsOf(userId)).toEqual([]);
    // A12: what was removed by the user is not enrolled again by a token alone.
    expect((await own.addCredential(await track(userId))).body.errorCode).toBe('insufficient_scope');
  });

  test('client-api 6.1: requests are those of the published SDKs, to the byte', async () => {
    const sent: string[] = [];
    const bytes = async (platform: PhoneOptions['platform']) => {
      const device = newPhone(platform, {
        tenantId: 'tenant',
        deviceName: 'A/B',
        send: ({ method, path, headers, body }) => {
          sent.push(`${method} ${path} ${String(headers['authorization'])} ${body ?? ''}`);
          return Promise.resolve({ status: 400, text: '{}' });
        },
      });
      await device.push.addCredential('t');
      await device.push.getCredential();
      return { key: device.push.publicKey(), requests: sent.splice(0) };
    };
    const [ios, android] = [await bytes('ios'), await bytes('android')];
    const twice = (key: string, encoding: 'base64' | 'base64url') => Buffer.from(key).toString(encoding);
    const path = '/v1/client/user-authenticators/push';
    const slashes = (text: string) => text.replaceAll('/', '\\/');
    expect(ios.requests).toEqual([
      `POST ${path} Bearer t {"publicKey":"${slashes(ios.key)}","deviceName":"A\\/B","devicePlatform":"ios"}`,
      `GET ${path}?publicKey=${twice(ios.key, 'base64url')} Basic dGVuYW50Og `,
    ]);
    expect(android.requests).toEqual([
      `POST ${path} Bearer t {\n    "publicKey": "${android.key}",\n    "deviceName": "A/B",\n    "devicePlatform": "android"\n}`,
      `GET ${path}?publicKey=${twice(android.key, 'base64')} Basic dGVuYW50Og== `,
    ]);
  });

  test('one key may stand in several namespaces, each with an authenticator of its own', async () => {
    const userId = newUser();
    const device = newPhone('ios', { hasOneKey: true });
    const token = await track(userId, { scope: 'add:authenticators' });
    const ids = [];
    for (const [member] of namespaces) ids.push((await device[member].addCredential(token)).body.userAuthenticatorId);
    expect(new Set(ids).size).toBe(3);
    expect(device.push.publicKey()).toBe(device.inApp.publicKey());
    await device.qrCode.removeCredential();
    expect(
      (await authenticatorsOf(userId)).map(
        ({ verificationMethod }: { verificationMethod: string }) => verificationMethod,
      ),
    ).toEqual(['PUSH', 'IN_APP']);
  });

  test('the same key of the same user keeps its authenticator; another user’s takes it over, and that is logged', async () => {
    const [ann, bob] = [newUser(), newUser()];
    const device = newPhone('android');
    const first = (await device.push.addCredential(await track(ann))).body;
    // A plain token is enough: nothing changes.
    expect((await device.push.addCredential(await track(ann))).body).toEqual(first);
    const second = (await device.push.addCredential(await track(bob))).body;
    expect(second).toMatchObject({ userId: bob });
    expect(second.userAuthenticatorId).not.toBe(first.userAuthenticatorId);
    expect(await authenticatorsOf(ann)).toEqual([]);
    expect((await auditOf(ann)).at(-1)).toMatchObject({
      eventType: 'authenticator.moved',
      data: { authenticatorId: first.userAuthenticatorId, verificationMethod: 'PUSH', isLast: true },
    });
    // Taking a key away does not let a token alone enrol another (A12).
    const refused = await newPhone('ios').push.addCredential(await track(ann));
    expect(refused.body.errorCode).toBe('insufficient_scope');
  });

  test('a key that cannot be enrolled for its new user stays where it was, with all that hangs on it', async () => {
    const [ann, bob] = [newUser(), newUser()];
    const device = newPhone('ios');
    const first = (await device.push.addCredential(await track(ann))).body;
    await app.db.script(`
      create function refuse_keys() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
      create trigger refusing before insert on authenticators for each row when (new.user_id = '${bob}')
        execute function refuse_keys();
    `);
    const before = [await authenticatorsOf(ann), await auditOf(ann)];
    const token = await track(bob);
    expect((await device.push.addCredential(token)).status).toBe(500);
    expect([await authenticatorsOf(ann), await auditOf(ann)]).toEqual(before);
    expect((await device.push.getCredential()).body).toEqual(first);
    await app.db.script('drop trigger refusing on authenticators; drop function refuse_keys()');
    expect((await device.push.addCredential(token)).body).toMatchObject({ userId: bob });
    expect(await authenticatorsOf(ann)).toEqual([]);
  });

  test('two users who take each other’s keys at once wait for each other, and nobody ends up with two', async () => {
    for (let round = 0; round < 5; round += 1) {
      const users = [newUser(), newUser()] as const;
      const devices = [newPhone('ios'), newPhone('android')] as const;
      const tokens: string[] = [];
      for (const [at, userId] of users.entries()) {
        expect((await devices[at as 0 | 1].push.addCredential(await track(userId))).status).toBe(200);
        tokens.push(await track(userId, { scope: 'add:authenticators' }));
      }
      const replies = await Promise.all([
        devices[1].push.addCredential(String(tokens[0])),
        devices[0].push.addCredential(String(tokens[1])),
      ]);
      expect(replies.map(({ status, body }) => [status, body.userId])).toEqual([
        [200, users[0]],
        [200, users[1]],
      ]);
      for (const userId of users) expect(await authenticatorsOf(userId)).toHaveLength(1);
    }
  });

  test('A43: a key in one namespace is never found in another, however the names of both are joined', async () => {
    // One key everywhere: only the namespace tells the registrations apart.
    const device = newPhone('ios', { hasOneKey: true });
    const stranger = newPhone('android', { hasOneKey: true });
    const userId = newUser();
    await device.inApp.addCredential(await track(userId));
    for (const member of ['push', 'qrCode'] as const) {
      expect((await device[member].getCredential()).body.errorCode).toBe('invalid_credential');
    }
    const ids = statement<{ credentialId: string }>(
      'app_credentials_test_ids',
      'select credential_id from authenticators where user_id = $1 order by created_at',
    );
    const token = await track(userId, { scope: 'add:authenticators' });
    for (const [member] of namespaces) await device[member].addCredential(token);
    for (const [member] of namespaces) await stranger[member].addCredential(token);
    const stored = (await app.db.query(ids, [userId])).map(({ credentialId }) => credentialId);
    expect(new Set(stored).size).toBe(6);
    // The namespace, one colon, and a digest of one length: no part can run into another.
    for (const id of stored) expect(id).toMatch(/^(push|qr-code|in-app):[\w-]{43}$/);
  });

  test('A11: a second app needs the scope, and a registered key proves nothing once more', async () => {
    const userId = newUser();
    const device = newPhone('ios');
    await device.push.addCredential(await track(userId), { pushToken: 'token-1' });
    const plain = await track(userId);
    expect((await newPhone('ios').push.addCredential(plain)).body.errorCode).toBe('insufficient_scope');
    expect((await device.push.addCredential(plain, { pushToken: 'token-2' })).body.errorCode).toBe(
      'insufficient_scope',
    );
    const token = await track(userId, { scope: 'add:authenticators' });
    expect((await newPhone('android').push.addCredential(token)).status).toBe(200);
    expect((await device.push.addCredential(token, { pushToken: 'token-2' })).status).toBe(200);
    for (const used of [plain, token]) {
      const { body } = await app.call('POST', '/v1/validate', { body: { token: used } });
      expect(body.state).not.toBe('CHALLENGE_SUCCEEDED');
    }
    expect(await authenticatorsOf(userId)).toHaveLength(2);
  });

  test('push tokens are sealed, and in no response', async () => {
    const userId = newUser();
    const added = await newPhone('ios').push.addCredential(await track(userId), { pushToken: 'a-very-secret-token' });
    const stored = statement<{ text: string }>(
      'app_credentials_test_rows',
      'select row_to_json(a)::text as text from authenticators a where user_id = $1',
    );
    const [row] = await app.db.query(stored, [userId]);
    expect(row?.text).toContain('"secret_sealed":"');
    const seen = [row?.text, JSON.stringify(added.body), JSON.stringify(await authenticatorsOf(userId)), app.logText()];
    for (const text of seen) expect(text).not.toContain('a-very-secret-token');
  });

  test('A49: a signature by another key, over another period or in another form removes nothing', async () => {
    const userId = newUser();
    const [device, stranger] = [newPhone('ios'), newPhone('ios')];
    await device.push.addCredential(await track(userId));
    const publicKey = device.push.publicKey();
    const period = Math.floor(app.runtime.clock.now() / 600_000);
    const bad = [
      stranger.push.sign(`${period}.0`),
      device.push.sign(`${period}`),
      device.push.sign(`${period - 2}.0`),
      device.push.sign(`${period + 2}.0`),
      `${device.push.sign(`${period}.0`)} `,
      Buffer.alloc(64).toString('base64'),
      '',
    ];
    const remove = (body: object, path = 'push') =>
      app.call('POST', `/v1/client/user-authenticators/${path}/remove`, { key: app.tenant.tenantId, body });
    for (const signature of bad) {
      const { status, body } = await remove({ publicKey, signature });
      expect([status, body.errorCode], signature).toEqual([400, 'invalid_credential']);
    }
    const good = device.push.sign(`${period - 1}.0`);
    expect((await remove({ publicKey, signature: good }, 'in-app')).body.errorCode).toBe('invalid_credential');
    expect((await remove({ publicKey, signature: good })).status).toBe(200);
  });

  const spki = (curve: string) =>
    generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ type: 'spki', format: 'der' });
  const goodKey = spki('P-256');
  const compressed = Buffer.concat([
    Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
    Buffer.from([2 + ((goodKey.at(-1) ?? 0) & 1)]),
    goodKey.subarray(27, 59),
  ]);
  test.each([
    ['another curve', spki('P-384').toString('base64')],
    [
      'an RSA key',
      generateKeyPairSync('rsa', { modulusLength: 2048 })
        .publicKey.export({ type: 'spki', format: 'der' })
        .toString('base64'),
    ],
    ['a compressed point', compressed.toString('base64')],
    ['a byte behind it', Buffer.concat([goodKey, Buffer.from([0])]).toString('base64')],
    [
      'a point that is not on the curve',
      Buffer.concat([goodKey.subarray(0, -1), Buffer.from([(goodKey.at(-1) ?? 0) ^ 1])]).toString('base64'),
    ],
    ['PEM', `-----BEGIN PUBLIC KEY-----\n${goodKey.toString('base64')}\n-----END PUBLIC KEY-----`],
    ['nothing', ''],
  ])('a key is on P-256 and in its usual form: %s is refused', async (_what, publicKey) => {
    const token = await track(newUser());
    const { status, body } = await app.call('POST', '/v1/client/user-authenticators/push', {
      token,
      body: { publicKey, deviceName: '', devicePlatform: 'ios' },
    });
    expect([status, body.errorCode]).toEqual([400, 'invalid_credential']);
  });

  test('a key that expired is unknown, and its app may register it again with the scope', async () => {
    const key = app.tenant.managementKey;
    const path = '/v1/management/authenticator-configurations/push';
    await app.call('PATCH', path, { key, body: { credentialLifetimeInMinutes: 60 } });
    const userId = newUser();
    const device = newPhone('android');
    const added = await device.push.addCredential(await track(userId));
    expect(Date.parse(added.body.expiresAt)).toBe(app.runtime.clock.now() + 3_600_000);
    await app.runtime.advance(3_600_000);
    expect((await device.push.getCredential()).body.errorCode).toBe('invalid_credential');
    expect((await device.push.addCredential(await track(userId))).body.errorCode).toBe('insufficient_scope');
    const again = await device.push.addCredential(await track(userId, { scope: 'add:authenticators' }));
    expect(again.body.userAuthenticatorId).toBe(added.body.userAuthenticatorId);
    expect(Date.parse(again.body.expiresAt)).toBe(app.runtime.clock.now() + 3_600_000);
    await app.call('PATCH', path, { key, body: { credentialLifetimeInMinutes: null } });
  });

  test('ruling 47: a tenant that lets users remove nothing keeps their keys', async () => {
    const key = app.tenant.managementKey;
    const device = newPhone('ios');
    await device.push.addCredential(await track(newUser()));
    await app.call('PATCH', '/v1/management/tenant', { key, body: { allowDeletingUserAuthenticators: false } });
    expect((await device.push.removeCredential()).body.errorCode).toBe('invalid_configuration');
    await app.call('PATCH', '/v1/management/tenant', { key, body: { allowDeletingUserAuthenticators: true } });
  });

  test('keys of another tenant are unknown here', async () => {
    const other = await app.createTenant('Other');
    const device = newPhone('ios');
    await device.push.addCredential(await track(newUser()));
    const query = Buffer.from(device.push.publicKey()).toString('base64url');
    const find = (tenantId: string) =>
      app.call('GET', `/v1/client/user-authenticators/push?publicKey=${query}`, { key: tenantId });
    expect((await find(app.tenant.tenantId)).status).toBe(200);
    expect((await find(other.tenantId)).body.errorCode).toBe('invalid_credential');
  });
});
