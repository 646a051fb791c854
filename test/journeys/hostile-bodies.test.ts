/** Worry: a value of an unexpected type passes a check, or a body sets what only the server may set. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { routes } from '../../src/contract/index.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { databaseText } from './database-text.ts';

const databaseKinds = databasesOf(import.meta.url);

const tries = process.env['TEST_LONG'] === '1' ? 5_000 : 200;

// Members that are not text; all other members of all bodies are.
const otherKinds: Readonly<Record<string, 'number' | 'boolean' | 'object' | 'array'>> = {
  redirectToSettings: 'boolean',
  emailVerified: 'boolean',
  phoneNumberVerified: 'boolean',
  isDefault: 'boolean',
  counter: 'number',
  signCount: 'number',
  custom: 'object',
  skipVerificationCheck: 'boolean',
  clientIds: 'array',
  authenticators: 'array',
};

const hostileValues: readonly unknown[] = [
  0,
  7,
  -1,
  1e308,
  1.5,
  true,
  false,
  [],
  ['a@b.c'],
  ['a@b.c', 'd@e.f'],
  [null],
  {},
  { $ne: null },
  { toString: 'a@b.c' },
  { length: 5 },
  'x'.repeat(60_000),
];

// The members of a valid request to each route, so that only the member under test is wrong.
const validBodies: Readonly<
  Record<string, { readonly path: string; readonly body: Readonly<Record<string, unknown>> }>
> = {
  updateUser: { path: '/v1/users/target', body: {} },
  enrollVerifiedAuthenticator: {
    path: '/v1/users/target/authenticators',
    body: { verificationMethod: 'SMS', phoneNumber: '+64270000000' },
  },
  trackAction: { path: '/v1/users/target/actions/pay', body: { idempotencyKey: 'k1' } },
  updateAction: { path: '/v1/users/target/actions/pay/k1', body: { state: 'CHALLENGE_REQUIRED' } },
  updateDevice: { path: '/v1/users/target/devices/laptop', body: {} },
  validateChallenge: { path: '/v1/validate', body: { token: 'x' } },
};

// Routes whose valid request needs an existing object; here only their refusals are tested.
const refusedBodies: typeof validBodies = {
  initiateChallenge: {
    path: '/v1/challenge',
    body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'target@b.c' },
  },
  enrollVerifiedAuthenticators: { path: '/v1/users/authenticators', body: { authenticators: [] } },
  verifyChallenge: { path: '/v1/verify', body: { challengeId: 'x', verificationCode: '123456' } },
  claimChallenge: { path: '/v1/claim', body: { challengeId: 'x', userId: 'target' } },
  createSession: { path: '/v1/sessions', body: { token: 'x', clientId: 'y' } },
  validateSession: { path: '/v1/sessions/validate', body: { accessToken: 'x' } },
  refreshSession: { path: '/v1/sessions/refresh', body: { refreshToken: 'x' } },
  revokeSession: { path: '/v1/sessions/revoke', body: { accessToken: 'x' } },
  revokeUserSessions: { path: '/v1/sessions/user/revoke', body: { userId: 'target' } },
};
const allBodies = { ...validBodies, ...refusedBodies };

/** Every member of every body of the server API. */
const members = routes
  .filter((route) => route.api === 'server' && route.method !== 'GET' && route.body instanceof z.ZodObject)
  .flatMap((route) =>
    Object.keys((route.body as z.ZodObject).shape).map((member) => ({ id: route.id, method: route.method, member })),
  );

function isOfKind(member: string, value: unknown): boolean {
  const kind = otherKinds[member] ?? 'string';
  if (kind === 'array') return Array.isArray(value);
  // A code that lost its quotes is still a code.
  if (member === 'verificationCode' && Number.isSafeInteger(value) && Number(value) >= 0) return true;
  if (kind === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === kind;
}

describe.each(databaseKinds)('hostile bodies on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
    await app.call('POST', '/v1/users/target/actions/pay', {
      body: { idempotencyKey: 'k1', email: 'target@b.c', deviceId: 'laptop' },
    });
    await app.call('POST', '/v1/users/target/authenticators', {
      body: { verificationMethod: 'SMS', phoneNumber: '+64270000000' },
    });
  });
  afterAll(() => app.close());

  test('A19: each member of each body refuses values of every other type with 400, and the refused request leaves no trace', async () => {
    // Does this fail for you? A body has got its first member: add a valid request of that route above.
    expect([...new Set(members.map(({ id }) => id))].sort()).toEqual(Object.keys(allBodies).sort());
    const before = await databaseText(app.db);
    for (const { id, method, member } of members) {
      const valid = allBodies[id];
      if (valid === undefined) continue;
      for (const value of hostileValues) {
        const isLongText = typeof value === 'string';
        if (isOfKind(member, value) && !isLongText) continue;
        // Of any length, a token is valid or invalid, and a name is that of its user or of another one.
        if (isLongText && (id === 'validateChallenge' || /token$/i.test(member))) continue;
        const reply = await app.call(method, valid.path, { body: { ...valid.body, [member]: value } });
        const label = `${id}.${member} = ${JSON.stringify(value).slice(0, 40)}`;
        expect([reply.status, reply.body.errorCode], label).toEqual([400, 'invalid_request']);
        // The refusal names the member, so that the caller can correct it, and never repeats a value.
        expect(reply.body.errorDescription, label).toContain(member);
        expect(reply.text.length, label).toBeLessThan(2_000);
      }
    }
    expect(await databaseText(app.db)).toEqual(before);
  });

  test('A19: null counts as absent in every optional member, and gives 400 in every required one', async () => {
    for (const { id, method, member } of members) {
      const valid = validBodies[id];
      if (valid === undefined || id === 'updateUser') continue;
      const isRequired = ['state', 'token'].includes(member) || (member === 'phoneNumber' && id.startsWith('enroll'));
      // The old name of the member would have to be sent instead.
      const isNeeded =
        isRequired || (member === 'verificationMethod' && valid.body['verificationMethod'] !== undefined);
      const reply = await app.call(method, valid.path, { body: { ...valid.body, [member]: null } });
      expect(reply.status, `${id}.${member} = null: ${reply.text}`).toBe(isNeeded ? 400 : 200);
    }
  });

  test('A34: members that only the server sets are ignored, answered 200 and not stored', async () => {
    const intruder = 'intruder-7f3a';
    const extra = {
      state: 'CHALLENGE_SUCCEEDED',
      outcome: 'ALLOW',
      decision: { v: 1, outcome: 'ALLOW', source: intruder },
      action_id: intruder,
      actionId: intruder,
      tenantId: intruder,
      tenant_id: intruder,
      userId: intruder,
      user_id: intruder,
      actionCode: intruder,
      action: intruder,
      role: intruder,
      verifiedAt: '2020-01-01T00:00:00.000Z',
      verified_at: '2020-01-01T00:00:00.000Z',
      lastVerifiedAt: intruder,
      createdAt: '2020-01-01T00:00:00.000Z',
      created_at: '2020-01-01T00:00:00.000Z',
      stateUpdatedAt: '2020-01-01T00:00:00.000Z',
      verificationMethod: 'SMS',
      verifiedByAuthenticatorId: intruder,
      attempts: 0,
      lastStep: intruder,
      expiresAt: null,
      secret: intruder,
      userAuthenticatorId: intruder,
      isEnrolled: true,
      enrolledVerificationMethods: ['PASSKEY'],
      ruleIds: [intruder],
      constructor: { prototype: { polluted: intruder } },
    };
    const body = JSON.stringify(extra).replace('{', `{"__proto__":{"polluted":"${intruder}","state":"ALLOW"},`);
    const send = (method: string, path: string, more: object) =>
      app.call(method, path, { rawBody: `${body.slice(0, -1)},${JSON.stringify(more).slice(1)}` });

    const tracked = await send('POST', '/v1/users/mass/actions/pay', { idempotencyKey: 'k1' });
    expect(tracked.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: false, ruleIds: [] });
    expect((await send('PATCH', '/v1/users/mass', { displayName: 'Mass' })).status).toBe(200);
    expect((await send('POST', '/v1/users/mass', { displayName: 'Mass' })).status).toBe(200);
    expect((await app.call('GET', '/v1/users/mass')).body).toMatchObject({ isEnrolled: false, displayName: 'Mass' });
    const enrolled = await send('POST', '/v1/users/mass/authenticators', {
      verificationMethod: 'SMS',
      phoneNumber: '+64270000000',
    });
    expect(enrolled.body.authenticator).toMatchObject({ userId: 'mass' });
    expect(enrolled.body.authenticator.createdAt).toMatch(/^2026/);
    expect(enrolled.body.authenticator.verifiedAt).toMatch(/^2026/);
    const updated = await send('PATCH', '/v1/users/mass/actions/pay/k1', { state: 'BLOCK' });
    expect(updated.body).toMatchObject({ state: 'BLOCK', userId: 'mass', actionCode: 'pay' });
    expect(updated.body).not.toHaveProperty('verificationMethod');

    for (const [table, rows] of await databaseText(app.db)) {
      expect(rows, table).not.toContain(intruder);
      expect(rows, table).not.toContain('2020-01-01');
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('F29: numbers in custom data come back as they were sent, or are refused if JSON parsers would round them', async () => {
    const send = (json: string) => app.call('PATCH', '/v1/users/numbers', { rawBody: `{"custom":{"n":${json}}}` });
    for (const good of [
      '0',
      '9007199254740991',
      '-9007199254740991',
      '0.1',
      '1e-7',
      '5e-324',
      '2.5',
      '1.7976931348623157',
      '"9007199254740993"',
      '"1e400"',
      '"NaN"',
      '"0001-01-01T00:00:00Z"',
      '"9999-12-31T23:59:59.999Z"',
    ]) {
      const reply = await send(good);
      expect(reply.text, good).toContain(`"n":${good}`);
      expect((await app.call('GET', '/v1/users/numbers')).text, good).toContain(`"n":${good}`);
    }
    for (const bad of [
      '9007199254740992',
      '9007199254740993',
      '-9007199254740992',
      '1e400',
      '-1e400',
      '1e300',
      '1e22',
    ]) {
      const reply = await send(bad);
      expect([reply.status, reply.body.errorCode], bad).toEqual([400, 'invalid_request']);
    }
    for (const noJson of ['NaN', 'Infinity', '01', '+1', '.5', '0x10']) expect((await send(noJson)).status).toBe(400);
    // The last stored value is returned.
    expect((await app.call('GET', '/v1/users/numbers')).body.custom).toEqual({ n: '9999-12-31T23:59:59.999Z' });
  });

  test('F29: any custom object survives update and get, with the order of its members', async () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e15, min: -1e15 }).filter((n) => !Object.is(n, -0)),
      fc.boolean(),
      fc.constant(null),
    );
    const objects = fc.dictionary(key, fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), fc.dictionary(key, leaf)), {
      maxKeys: 6,
    });
    await fc.assert(
      fc.asyncProperty(objects, async (custom) => {
        const sent = JSON.stringify(custom);
        // NUL cannot be stored, and is refused elsewhere.
        fc.pre(!sent.includes('\\u0000'));
        const reply = await app.call('PATCH', '/v1/users/any-custom', { body: { custom } });
        expect(reply.status, sent).toBe(200);
        expect(JSON.stringify(reply.body.custom)).toBe(sent);
        expect(JSON.stringify((await app.call('GET', '/v1/users/any-custom')).body.custom)).toBe(sent);
      }),
      { numRuns: tries },
    );
  });

  test('A19: member names in custom data are plain data, whatever they are', async () => {
    const custom =
      '{"__proto__":{"isAdmin":true},"constructor":1,"toString":"x","":0,"hasOwnProperty":null,"a.b":[{"c":{}}]}';
    for (const path of ['/v1/users/names', '/v1/users/names/actions/pay']) {
      const method = path.endsWith('pay') ? 'POST' : 'PATCH';
      const reply = await app.call(method, path, { rawBody: `{"custom":${custom}}` });
      expect(reply.status, reply.text).toBe(200);
    }
    expect((await app.call('GET', '/v1/users/names')).text).toContain(`"custom":${custom}`);
    const deep = (levels: number) => `{"custom":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
    expect((await app.call('PATCH', '/v1/users/names', { rawBody: deep(20) })).status).toBe(200);
    expect((await app.call('PATCH', '/v1/users/names', { rawBody: deep(21) })).status).toBe(400);
    expect((await app.call('PATCH', '/v1/users/names', { rawBody: deep(8_000) })).status).toBe(400);
    const wide = `{"custom":{"a":${'['.repeat(15_000)}${']'.repeat(15_000)}}}`;
    expect((await app.call('PATCH', '/v1/users/names', { rawBody: wide })).status).toBe(400);
  });

  test('F28: text in every attribute is stored byte for byte', async () => {
    const texts = [
      '😀',
      'e\u0301',
      '\u202eabc',
      ' lead and trail ',
      '<script>',
      "'; drop table users; --",
      '漢'.repeat(80),
      '\ufeff',
      '\t\n',
    ];
    for (const text of texts) {
      const { body } = await app.call('PATCH', '/v1/users/texts', {
        body: { username: text, displayName: text, custom: { text } },
      });
      expect(body).toMatchObject({ username: text, displayName: text, custom: { text } });
      const { users } = (await app.call('GET', `/v1/users?username=${encodeURIComponent(text)}`)).body;
      expect(users, JSON.stringify(text)).toHaveLength(1);
    }
  });
});
