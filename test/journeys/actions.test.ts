/** Worry: a decision is made twice or under another key, or a page leads to an address that was not requested. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redirectUrl } from '../../src/contract/values.ts';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { databaseText } from './database-text.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const dayMs = 24 * 60 * 60 * 1000;
const setSettings = statement<never>('test_set_settings', 'update tenants set settings = $2 where tenant_id = $1');

describe.each(databaseKinds)('actions on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  const track = (userId: string, action: string, body: object = {}): Promise<TestReply> =>
    app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });

  async function withSettings(settings: object): Promise<void> {
    await app.db.query(setSettings, [app.tenant.tenantId, JSON.stringify(settings)]);
    await publishConfig(app.db, app.tenant.tenantId);
    await app.app.context.published.refresh();
  }

  test('A42: one key names different actions for different users, action codes and tenants; a repeat names the same action', async () => {
    const other = await app.createTenant('other');
    const places = [
      ['u1', 'pay', app.tenant.secretKey],
      ['u2', 'pay', app.tenant.secretKey],
      ['u1', 'login', app.tenant.secretKey],
      ['u1', 'pay', other.secretKey],
    ] as const;
    for (const [userId, action, key] of places) {
      const call = { key, body: { idempotencyKey: 'same' } };
      await app.call('POST', `/v1/users/${userId}/actions/${action}`, call);
      await app.call('POST', `/v1/users/${userId}/actions/${action}`, call);
    }
    await app.call('PATCH', '/v1/users/u1/actions/pay/same', { body: { state: 'BLOCK' } });
    const states = [];
    for (const [userId, action, key] of places) {
      states.push((await app.call('GET', `/v1/users/${userId}/actions/${action}/same`, { key })).body.state);
      expect((await app.call('GET', `/v1/users/${userId}/actions?codes=${action}`, { key })).body).toHaveLength(1);
    }
    expect(states).toEqual(['BLOCK', 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED']);
  });

  test('A42: a repeat returns the current state and enrolment, stores nothing and decides nothing again', async () => {
    const first = await track('repeat', 'pay', { idempotencyKey: 'k', email: 'a@b.c', custom: { amount: 1 } });
    await app.call('POST', '/v1/users/repeat/authenticators', {
      body: { verificationMethod: 'SMS', phoneNumber: '+64270000000' },
    });
    await app.call('PATCH', '/v1/users/repeat/actions/pay/k', { body: { state: 'BLOCK' } });
    const before = (await databaseText(app.db)).get('actions_by_month');
    const again = await track('repeat', 'pay', {
      idempotencyKey: 'k',
      email: 'other@b.c',
      username: 'other',
      ipAddress: '198.51.100.1',
      custom: { amount: 1_000_000 },
    });
    expect(again.body).toMatchObject({ state: 'BLOCK', isEnrolled: true, enrolledVerificationMethods: ['SMS'] });
    expect(again.body.token).not.toBe(first.body.token);
    expect((await databaseText(app.db)).get('actions_by_month')).toBe(before);
    const user = (await app.call('GET', '/v1/users/repeat')).body;
    expect(user.email).toBe('a@b.c');
    expect(user).not.toHaveProperty('username');
  });

  test('A42: many simultaneous requests with one key for a new user make one user, one action and equal responses', async () => {
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => track('racer', 'newAction', { idempotencyKey: 'k', email: 'r@b.c' })),
    );
    for (const { status, body } of replies) {
      expect(status).toBe(200);
      expect({ ...body, token: '', url: '' }).toEqual({ ...replies[0]?.body, token: '', url: '' });
    }
    expect(new Set(replies.map(({ body }) => body.token)).size).toBe(50);
    expect((await app.call('GET', '/v1/users/racer/actions')).body).toHaveLength(1);
    expect((await app.call('GET', '/v1/users?email=r%40b.c')).body.users).toHaveLength(1);
    // Every token is for the one action.
    await app.call('PATCH', '/v1/users/racer/actions/newAction/k', { body: { state: 'CHALLENGE_SUCCEEDED' } });
    for (const { body } of replies) {
      const validated = await app.call('POST', '/v1/validate', { body: { token: body.token } });
      expect(validated.body.isValid).toBe(true);
    }
  });

  test('A42: without a key every track is an action of its own', async () => {
    const keys = [await track('keyless', 'pay'), await track('keyless', 'pay', { idempotencyKey: null })].map(
      ({ body }) => body.idempotencyKey,
    );
    expect(new Set(keys).size).toBe(2);
    expect((await app.call('GET', '/v1/users/keyless/actions')).body).toHaveLength(2);
  });

  test('server-api 3.13: the list goes back 30 days; an earlier date is raised to that, a later one narrows the list', async () => {
    const startMs = app.runtime.clock.now();
    await track('dated', 'pay', { idempotencyKey: 'oldest' });
    app.runtime.moveTo(startMs + 15 * dayMs);
    await track('dated', 'pay', { idempotencyKey: 'middle' });
    app.runtime.moveTo(startMs + 30 * dayMs);
    await track('dated', 'pay', { idempotencyKey: 'newest' });
    const keys = async (query = '') =>
      (await app.call('GET', `/v1/users/dated/actions${query}`)).body.map(
        (action: { idempotencyKey: string }) => action.idempotencyKey,
      );
    const at = (ms: number) => `?fromDate=${encodeURIComponent(new Date(ms).toISOString())}`;
    // Exact to the millisecond, at both ends.
    expect(await keys()).toEqual(['newest', 'middle', 'oldest']);
    expect(await keys(at(startMs))).toEqual(['newest', 'middle', 'oldest']);
    expect(await keys(at(startMs + 1))).toEqual(['newest', 'middle']);
    expect(await keys(at(startMs + 15 * dayMs))).toEqual(['newest', 'middle']);
    expect(await keys(at(startMs + 30 * dayMs + 1))).toEqual([]);
    app.runtime.moveTo(startMs + 30 * dayMs + 1);
    expect(await keys()).toEqual(['newest', 'middle']);
    expect(await keys(at(0))).toEqual(['newest', 'middle']);
    expect(await keys('?fromDate=0001-01-01')).toEqual(['newest', 'middle']);
    expect(await keys('?fromDate=9999-12-31T23:59:59.999Z')).toEqual([]);
    // Other spellings: the first is what an unencoded "+" becomes, PHP writes no colon, the last has no time.
    const day = new Date(startMs + 15 * dayMs).toISOString().slice(0, 10);
    const spellings = [
      `${day}T23:59:59+14:00`,
      `${day}T23:59:59%2B14:00`,
      `${day}T23:59:59%2B1400`,
      `${day}T00:00:00-00:01`,
      `${day}T10:00:00.000`,
      `${day}T10:00`,
      day,
    ];
    for (const date of spellings) expect(await keys(`?fromDate=${date}`), date).toEqual(['newest', 'middle']);
    expect(await keys(`?fromDate=${day}T10:00:00.001`)).toEqual(['newest']);
    for (const bad of [
      'yesterday',
      '1',
      '2026-13-01',
      '2026-02-30T00:00:00Z',
      '',
      '2026',
      'NaN',
      '2026-01-01T25:00Z',
      '2026-01-01 (then)',
      '2026-01-01T10',
    ]) {
      const reply = await app.call('GET', `/v1/users/dated/actions?fromDate=${bad}`);
      expect([reply.status, reply.body.errorCode], `fromDate=${bad}`).toEqual([400, 'invalid_request']);
    }
    // Reading one action by its key has no such limit.
    app.runtime.moveTo(startMs + 400 * dayMs);
    expect(await keys()).toEqual([]);
    expect((await app.call('GET', '/v1/users/dated/actions/pay/oldest')).status).toBe(200);
    app.runtime.moveTo(startMs);
  });

  test('server-api 3.13: codes and state narrow the list together', async () => {
    for (const action of ['a', 'b', 'c']) await track('filtered', action, { idempotencyKey: action });
    await app.call('PATCH', '/v1/users/filtered/actions/b/b', { body: { state: 'ALLOW' } });
    const codes = async (query: string) =>
      (await app.call('GET', `/v1/users/filtered/actions?${query}`)).body
        .map((action: { actionCode: string }) => action.actionCode)
        .sort();
    expect(await codes('codes=a,b')).toEqual(['a', 'b']);
    expect(await codes('codes=a,,b,')).toEqual(['a', 'b']);
    expect(await codes('codes=a%2Cb')).toEqual(['a', 'b']);
    expect(await codes('codes=')).toEqual(['a', 'b', 'c']);
    expect(await codes('codes=A')).toEqual([]);
    expect(await codes('codes=a,b&state=ALLOW')).toEqual(['b']);
    expect(await codes('state=CHALLENGE_REQUIRED')).toEqual(['a', 'c']);
  });

  test('server-api 3.12: any state may follow any other; setting the same state again changes nothing, not even the audit log', async () => {
    await track('states', 'pay', { idempotencyKey: 'k' });
    const set = (state: string) => app.call('PATCH', '/v1/users/states/actions/pay/k', { body: { state } });
    const events = async () =>
      ((await databaseText(app.db)).get('audit_events') ?? '').split('action.state_set').length - 1;
    const states = ['ALLOW', 'BLOCK', 'CHALLENGE_FAILED', 'CHALLENGE_SUCCEEDED', 'REVIEW_FAILED', 'CHALLENGE_REQUIRED'];
    for (const state of states) {
      app.runtime.moveTo(app.runtime.clock.now() + 1000);
      const countBefore = await events();
      const changed = await set(state);
      expect(changed.body).toMatchObject({ state, stateUpdatedAt: new Date(app.runtime.clock.now()).toISOString() });
      expect(await events()).toBe(countBefore + 1);
      app.runtime.moveTo(app.runtime.clock.now() + 1000);
      expect((await set(state)).body).toEqual(changed.body);
      expect(await events()).toBe(countBefore + 1);
    }
  });

  test('server-api 5.1: scopes are granted as requested, once each, always including read; unknown ones are 400', async () => {
    const scopeOf = async (scope: unknown) => {
      const { status, body } = await track('scoped', 'pay', { scope });
      if (status !== 200) return status;
      return JSON.parse(Buffer.from(String(body.token).split('.')[1] ?? '', 'base64url').toString()).scope;
    };
    expect(await scopeOf(undefined)).toBe('read:authenticators');
    expect(await scopeOf('')).toBe('read:authenticators');
    expect(await scopeOf('add:authenticators')).toBe('read:authenticators add:authenticators');
    expect(await scopeOf('remove:authenticators  read:authenticators remove:authenticators')).toBe(
      'read:authenticators remove:authenticators',
    );
    for (const bad of [
      'admin',
      'read:authenticators admin',
      'READ:authenticators',
      'read:*',
      'read:authenticators,add:authenticators',
      '*',
    ]) {
      expect(await scopeOf(bad), bad).toBe(400);
    }
  });

  test('ruling 14: redirectUrl accepts web and app schemes; one that runs code, hides its target or contains a password is 400', async () => {
    for (const good of [
      'https://example.com/back?x=1#y',
      'http://localhost:3000',
      'myapp://done',
      'com.example.app:/done',
      'HTTPS://EXAMPLE.COM/',
    ]) {
      expect((await track('redirected', 'pay', { redirectUrl: good })).status, good).toBe(200);
    }
    for (const bad of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'java\tscript:alert(1)',
      'java\nscript:alert(1)',
      '\u0001javascript:alert(1)',
      'javascript://example.com/%0aalert(1)',
      'data:text/html,x',
      'vbscript:x',
      'blob:https://example.com/1',
      'https://user@example.com/',
      'https://user:password@example.com/',
      'https://:password@example.com/',
      'https://example.com@evil.example/',
      'myapp://user@done',
      '/relative',
      '//example.com/x',
      'example.com',
      'https://',
      ' ',
      `https://example.com/${'x'.repeat(2048)}`,
    ]) {
      const reply = await track('redirected', 'pay', { redirectUrl: bad });
      expect([reply.status, reply.body.errorCode], JSON.stringify(bad)).toEqual([400, 'invalid_request']);
    }
  });

  test('ruling 14: if the tenant lists redirect URLs, only an exact match after parsing is accepted', async () => {
    const listed = ['https://app.example.com', 'https://app.example.com/back?a=1', 'myapp://done'];
    // The management API stores them parsed.
    await withSettings({ allowedRedirectUrls: listed.map((url) => redirectUrl.parse(url)) });
    for (const good of [
      'https://app.example.com',
      'https://app.example.com/',
      'HTTPS://App.Example.com:443/',
      'https://app.example.com/x/../back?a=1',
      'myapp://done',
      undefined,
    ]) {
      expect((await track('listed', 'pay', { redirectUrl: good })).status, good).toBe(200);
    }
    for (const bad of [
      'https://app.example.com/other',
      'https://app.example.com/back?a=1&b=2',
      'https://app.example.com/back?a=1#x',
      'https://app.example.com.evil.example/',
      'https://app.example.com:8443/',
      'http://app.example.com/',
      'https://evil.example/https://app.example.com',
      'myapp://done/x',
    ]) {
      expect((await track('listed', 'pay', { redirectUrl: bad })).status, bad).toBe(400);
    }
    await withSettings({});
  });

  test('server-api 5.2: url always has a query already, leads to the public origin or the custom domain, and carries the token', async () => {
    const plain = (await track('urls', 'pay')).body;
    expect(plain.url).toBe(`http://localhost:4000/challenge?token=${plain.token}`);
    const listed = ['auth.example.com', 'a.b', 'localhost:8443', 'XN--nxasmq6b.example'];
    await withSettings({ customDomains: listed, customDomain: 'own.example' });
    const custom = (await track('urls', 'pay', { customDomain: 'auth.example.com', locale: 'mi' })).body;
    expect(custom.url).toBe(`https://auth.example.com/challenge?token=${custom.token}&locale=mi`);
    // SDKs append text to it.
    expect(new URL(`${plain.url}&mode=popup`).searchParams.get('mode')).toBe('popup');
    expect(new URL(`${custom.url}&mode=popup`).searchParams.get('token')).toBe(custom.token);
    for (const good of ['a.b', 'localhost:8443', 'xn--nxasmq6b.example', 'AUTH.example.com', 'own.example']) {
      const { status, body } = await track('urls', 'pay', { customDomain: good });
      expect([status, new URL(body.url).host], good).toEqual([200, good.toLowerCase()]);
    }
    for (const bad of [
      'https://a.b',
      'a.b/path',
      'a.b?x',
      'a.b#x',
      'user@a.b',
      'a b',
      '-a.b',
      '.a',
      'a..b',
      'a.b:',
      'a.b:999999',
      'a.b\\@evil',
      '[::1]',
      'a.b\n',
      // Ruling 59: well-formed, but not listed.
      'evil.example',
      'sub.auth.example.com',
      'auth.example.com:443',
      'a.b:1',
    ]) {
      const { status, body } = await track('urls', 'pay', { customDomain: bad });
      expect([status, body.errorDescription], JSON.stringify(bad)).toEqual([
        400,
        expect.stringMatching(/^customDomain /),
      ]);
    }
    await withSettings({});
    const unlisted = await track('urls', 'pay', { customDomain: 'auth.example.com' });
    expect([unlisted.status, unlisted.body.errorCode]).toEqual([400, 'invalid_request']);
    for (const unsent of [null, '']) expect((await track('urls', 'pay', { customDomain: unsent })).status).toBe(200);
  });

  test.each(['ALLOW', 'CHALLENGE', 'REVIEW', 'BLOCK'] as const)(
    '3.10-5: a new action under the default outcome %s has its state, a url and a token',
    async (outcome) => {
      const state = { ALLOW: 'ALLOW', CHALLENGE: 'CHALLENGE_REQUIRED', REVIEW: 'REVIEW_REQUIRED', BLOCK: 'BLOCK' }[
        outcome
      ];
      await withSettings({ newActionResult: outcome });
      const { body } = await track('outcomes', `first-${outcome}`);
      await withSettings({});
      expect(body).toMatchObject({ state, ruleIds: [] });
      expect(body.url).toContain(body.token);
      // The configuration was created with this outcome, and keeps it.
      expect((await track('outcomes', `first-${outcome}`)).body.state).toBe(state);
      const validated = await app.call('POST', '/v1/validate', { body: { token: body.token } });
      expect(validated.body).toMatchObject({ isValid: false, state });
    },
  );

  test('server-api 3.13: a list of actions is paged, and says where the next page begins: each action once, newest first', async () => {
    await track('many', 'pay', { idempotencyKey: 'first' });
    await track('many', 'other', { idempotencyKey: 'other' });
    // All in one millisecond, and more than one response contains.
    await app.db.query(
      statement<never>(
        'actions_test_copies',
        `insert into actions_by_month select (jsonb_populate_record(a, jsonb_build_object(
           'action_id', overlay(gen_random_uuid()::text placing left(a.action_id::text, 15) from 1),
           'idempotency_key', 'copy ' || n))).*
         from actions_by_month a, generate_series(1, 1004) as n where a.user_id = 'many' and a.idempotency_key = 'first'`,
      ),
      [],
    );
    const list = (query: string) => app.call('GET', `/v1/users/many/actions${query}`);
    const nextOf = (reply: TestReply) => /^<(\?[^<>\s]+)>; rel="next"$/.exec(String(reply.headers['link']))?.[1];
    const first = await list('');
    expect([first.status, first.body.length]).toEqual([200, 1000]);
    const second = await list(nextOf(first) ?? '');
    expect([second.body.length, second.headers['link']]).toEqual([6, undefined]);
    const keys = [...first.body, ...second.body].map((action: { idempotencyKey: string }) => action.idempotencyKey);
    expect(new Set(keys).size).toBe(1006);

    // Other parameters still apply, and actions created meanwhile appear on no later page.
    const pages: string[][] = [];
    let query: string | undefined = '?codes=pay&limit=400&state=CHALLENGE_REQUIRED';
    while (query !== undefined) {
      const page: TestReply = await list(query);
      expect(page.status, page.text).toBe(200);
      pages.push(page.body.map((action: { idempotencyKey: string }) => action.idempotencyKey));
      query = nextOf(page);
      await app.runtime.advance(1);
      await track('many', 'pay');
    }
    expect(pages.map((page) => page.length)).toEqual([400, 400, 205]);
    expect(new Set(pages.flat()).size).toBe(1005);
    expect((await list('?limit=1')).body).toHaveLength(1);
    // A cursor from another user's list is only a point in time, and gives no access to anything of theirs.
    expect((await app.call('GET', `/v1/users/nobody/actions${nextOf(first)}`)).body).toEqual([]);
    const broken = [
      ...['x', '%00', 'MQ', 'a'.repeat(300)].map((cursor) => `cursor=${cursor}`),
      'limit=0',
      'limit=1001',
      'limit=x',
    ];
    for (const bad of broken) {
      const { status, body } = await list(`?${bad}`);
      expect([status, body.errorCode], bad).toEqual([400, 'invalid_request']);
    }
  });

  test('server-api 3.18: an invalid token for the action is a normal response, however long it is and whatever else is requested', async () => {
    const { body } = await track('validated', 'pay');
    const token = String(body.token);
    const long = 'x'.repeat(9_000);
    for (const bad of ['', 'invalid-token', '\t', long, `${token}${long}`, `${long}.${token}`, '.'.repeat(60_000)]) {
      const { status, body: answer, text } = await app.call('POST', '/v1/validate', { body: { token: bad } });
      expect([status, answer], text.slice(0, 200)).toEqual([200, { isValid: false, error: 'Token is invalid.' }]);
    }
    for (const [asked, error] of [
      [{ userId: long }, 'User is invalid.'],
      [{ userId: '' }, 'User is invalid.'],
      [{ action: long }, 'Action is invalid.'],
    ] as const) {
      const validated = await app.call('POST', '/v1/validate', { body: { token, ...asked } });
      expect([validated.status, validated.body]).toEqual([200, { isValid: false, error }]);
    }
    // Where an invalid token is refused, or ignored, a long one is treated the same.
    const session = (path: string, body: object) => app.call('POST', `/v1/sessions${path}`, { body });
    expect((await session('', { token: long, clientId: 'c' })).status).toBe(401);
    expect((await session('/validate', { accessToken: `${long}${long}${long}${long}` })).status).toBe(401);
    expect((await session('/refresh', { refreshToken: long })).status).toBe(401);
    expect((await session('/revoke', { accessToken: `${long}${long}${long}${long}` })).status).toBe(204);
  });

  test('server-api 9.1: with unenrolledUserState ALLOW a user without authenticators is allowed, and only such a user', async () => {
    await withSettings({ unenrolledUserState: 'ALLOW' });
    expect((await track('legacy', 'pay')).body).toMatchObject({ state: 'ALLOW', isEnrolled: false });
    await app.call('POST', '/v1/users/legacy/authenticators', {
      body: { verificationMethod: 'SMS', phoneNumber: '+64270000000' },
    });
    expect((await track('legacy', 'pay')).body).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: true });
    await withSettings({ unenrolledUserState: 'ALLOW', newActionResult: 'BLOCK' });
    expect((await track('legacy-2', 'pay-blocked')).body.state).toBe('BLOCK');
    await withSettings({});
  });
});
