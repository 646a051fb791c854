/** Worry: personal data stays behind, or a later user with the same id inherits some of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { databaseText } from './database-text.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const canaries = [
  'canary-mail',
  '6427555000',
  'canary-name',
  'canary-display',
  '203.0.113.99',
  'canary-agent',
  'canary-device',
  'canary-custom',
  'canary-redirect',
  'GEZDGNBVGY3TQOJQ',
];

describe.each(databaseKinds)('deletion on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  async function createPerson(userId: string): Promise<string> {
    const user = `/v1/users/${userId}`;
    const tracked = await app.call('POST', `${user}/actions/pay`, {
      body: {
        idempotencyKey: 'k1',
        email: 'canary-mail@example.com',
        phoneNumber: '+6427555000',
        username: 'canary-name',
        ipAddress: '203.0.113.99:51234',
        userAgent: 'canary-agent/1',
        deviceId: 'canary-device',
        redirectUrl: 'https://example.com/canary-redirect',
        custom: { note: 'canary-custom', nested: { again: ['canary-custom'] } },
      },
    });
    expect(tracked.status, tracked.text).toBe(200);
    await app.call('PATCH', user, { body: { displayName: 'canary-display', custom: { note: 'canary-custom' } } });
    for (const body of [
      { verificationMethod: 'EMAIL_OTP', email: 'canary-mail@example.com' },
      { verificationMethod: 'SMS', phoneNumber: '+6427555000' },
      { verificationMethod: 'AUTHENTICATOR_APP', otpUri: 'otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
    ]) {
      expect((await app.call('POST', `${user}/authenticators`, { body })).status).toBe(200);
    }
    return String(tracked.body.token);
  }

  const tracesIn = (text: ReadonlyMap<string, string>, words: readonly string[]) =>
    [...text].flatMap(([table, rows]) =>
      words.filter((word) => rows.includes(word)).map((word) => `${table}: ${word}`),
    );

  test('server-api 9.2: before the deletion the tables contain the personal data, and never the seed of an authenticator app in clear', async () => {
    await createPerson('kept');
    const traces = tracesIn(await databaseText(app.db), canaries);
    expect(traces.filter((trace) => trace.includes('GEZDGNBVGY3TQOJQ'))).toEqual([]);
    // Otherwise the tests below would find nothing for the wrong reason.
    for (const canary of canaries.slice(0, -1)) expect(traces.join(), canary).toContain(canary);
    await app.call('DELETE', '/v1/users/kept');
  });

  test('server-api 9.2: a deletion leaves no e-mail, phone number, address, user agent, device or custom data in any table', async () => {
    await createPerson('gone');
    expect((await app.call('DELETE', '/v1/users/gone')).body).toEqual({ success: true });
    const text = await databaseText(app.db);
    expect(tracesIn(text, canaries)).toEqual([]);
    // Only the audit log records that there was a user with this id.
    expect(tracesIn(text, ['"gone"']).filter((trace) => !trace.startsWith('audit_events:'))).toEqual([]);
    expect((await app.call('GET', '/v1/users/gone/actions')).body).toEqual([]);
    expect((await app.call('GET', '/v1/users/gone/actions/pay/k1')).status).toBe(404);
  });

  test('server-api 9.2: with actions=false the history is kept, anonymous, without personal data, and unreachable through the API', async () => {
    await createPerson('history');
    const actionsBefore = (await databaseText(app.db)).get('actions_by_month') ?? '';
    expect(actionsBefore).toContain('"history"');
    expect((await app.call('DELETE', '/v1/users/history?actions=false')).body).toEqual({ success: true });
    const text = await databaseText(app.db);
    expect(tracesIn(text, canaries)).toEqual([]);
    const actions = text.get('actions_by_month') ?? '';
    expect(actions).not.toContain('"history"');
    expect(actions.split('\n').filter((row) => row.includes('deleted/'))).toHaveLength(1);
    expect(JSON.parse(actions.split('\n').find((row) => row.includes('deleted/')) ?? '{}')).toMatchObject({
      action_code: 'pay',
      state: 'CHALLENGE_REQUIRED',
    });
    expect((await app.call('GET', '/v1/users/history/actions')).body).toEqual([]);
    const pseudonym = /deleted\/[0-9a-f]+/.exec(actions)?.[0] ?? '';
    const reached = await app.call('GET', `/v1/users/${encodeURIComponent(pseudonym)}/actions`);
    expect(reached.status).toBe(400);
  });

  test.each(['', '?actions=true', '?actions=false'])(
    'server-api 9.2: a user created again after a deletion%s inherits nothing, and old tokens stay invalid',
    async (query) => {
      const oldToken = await createPerson('phoenix');
      await app.call('PATCH', '/v1/users/phoenix/actions/pay/k1', { body: { state: 'CHALLENGE_SUCCEEDED' } });
      const validate = async (token: string) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
      expect(await validate(oldToken)).toMatchObject({ isValid: true });

      await app.call('DELETE', `/v1/users/phoenix${query}`);
      expect(await validate(oldToken)).toEqual({ isValid: false, error: 'Token is invalid.' });
      const again = await app.call('POST', '/v1/users/phoenix/actions/pay', { body: { idempotencyKey: 'k1' } });
      expect(again.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: false });
      await app.call('PATCH', '/v1/users/phoenix/actions/pay/k1', { body: { state: 'CHALLENGE_SUCCEEDED' } });
      // The same names, and the action has succeeded: but it is another action.
      expect(await validate(oldToken)).toEqual({ isValid: false, error: 'Token is invalid.' });
      expect(await validate(String(again.body.token))).toMatchObject({ isValid: true });
      expect((await app.call('GET', '/v1/users/phoenix')).body).not.toHaveProperty('email');
      expect((await app.call('GET', '/v1/users/phoenix/authenticators')).body).toEqual([]);
      expect((await app.call('GET', '/v1/users/phoenix/actions')).body).toHaveLength(1);
      await app.call('DELETE', '/v1/users/phoenix');
    },
  );

  test('server-api 3.7: removing the last authenticator removes the recovery codes', async () => {
    const enrolled = await app.call('POST', '/v1/users/last/authenticators', {
      body: { verificationMethod: 'SMS', phoneNumber: '+64270000000' },
    });
    const rows = async () => ((await databaseText(app.db)).get('recovery_codes') ?? '').split('"last"').length - 1;
    expect(await rows()).toBe(10);
    const text = [...(await databaseText(app.db)).values()].join('\n');
    for (const code of enrolled.body.recoveryCodes as string[]) expect(text).not.toContain(code);
    await app.call('DELETE', `/v1/users/last/authenticators/${enrolled.body.authenticator.userAuthenticatorId}`);
    expect(await rows()).toBe(0);
  });

  test.each(['', '?actions=false'])(
    'a user with more actions than one statement takes%s is deleted at once, the id can be used again, and a job deletes the rest',
    async (query) => {
      const oldToken = await createPerson('giant');
      await app.call('PATCH', '/v1/users/giant/actions/pay/k1', { body: { state: 'CHALLENGE_SUCCEEDED' } });
      // Older than the first, so that these are what is left.
      await app.db.script(
        `insert into actions_by_month (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at, updated_at,
           state_updated_at, decision, user_agent, verified_at, owner_id)
         select tenant_id, user_id, 'pay', 'old-' || n, md5(n::text)::uuid, 'CHALLENGE_SUCCEEDED', t, t, t, decision,
           user_agent, t, owner_id
         from actions_by_month, generate_series(1, 4500) n, lateral (select created_at - n * interval '1 second' as t) as at
         where user_id = 'giant'`,
      );
      const count = async (condition: string) => {
        const name = `giant_${condition.replaceAll(/\W/g, '_')}`;
        const rows = await app.db.query(
          statement<{ n: number }>(name, `select count(*)::int as n from actions_by_month where ${condition}`),
          [],
        );
        return rows[0]?.n;
      };
      expect((await app.call('DELETE', `/v1/users/giant${query}`)).body).toEqual({ success: true });
      expect(await count(`user_id = 'giant'`), 'a batch is gone').toBe(4_001);

      expect((await app.call('GET', '/v1/users/giant/actions')).body).toEqual([]);
      expect((await app.call('GET', '/v1/users/giant/actions/pay/old-4000')).status).toBe(404);
      expect((await app.call('GET', '/v1/users/giant/actions/pay/old-4000/explain')).status).toBe(404);
      const patched = await app.call('PATCH', '/v1/users/giant/actions/pay/old-4000', { body: { state: 'ALLOW' } });
      expect(patched.status).toBe(404);
      const again = await app.call('POST', '/v1/users/giant/actions/pay', {
        body: { idempotencyKey: 'old-4001', deviceId: 'canary-device' },
      });
      expect(again.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: false, idempotencyKey: 'old-4001' });
      expect((await app.call('GET', '/v1/users/giant/actions')).body).toHaveLength(1);
      const validated = (await app.call('POST', '/v1/validate', { body: { token: oldToken } })).body;
      expect(validated).toEqual({ isValid: false, error: 'Token is invalid.' });
      const { facts } = (await app.call('GET', '/v1/users/giant/actions/pay/old-4001/explain')).body;
      expect(JSON.stringify(facts)).not.toContain('canary');

      await app.runtime.advance(6_000);
      expect(await count(`user_id = 'giant'`), 'only the new one is left').toBe(1);
      expect(await count(`user_id like 'deleted/%' and idempotency_key like 'old-%'`)).toBe(query === '' ? 0 : 4_500);
      expect((await app.call('GET', '/v1/users/giant/actions')).body).toHaveLength(1);

      const owned = async () => {
        const text = await databaseText(app.db);
        return ['action_keys', 'user_marks', 'departures'].flatMap(
          (table) => (text.get(table) ?? '').match(/owner_id/g) ?? [],
        );
      };
      const before = await owned();
      await app.call('DELETE', '/v1/users/giant');
      expect(before.length, 'the departure of the first, and a key').toBeGreaterThan(1);
      // A track that was under way could add to them for a minute.
      await app.runtime.advance(61_000);
      expect(await owned()).toEqual([]);
      const text = await databaseText(app.db);
      expect(tracesIn(text, canaries)).toEqual([]);
      expect(tracesIn(text, ['"giant"']).filter((trace) => !trace.startsWith('audit_events:'))).toEqual([]);
      await app.db.script(`delete from actions_by_month where user_id like 'deleted/%'`);
    },
  );

  // The embedded database has one connection, so no other request is in progress there while a user is deleted.
  test.runIf(kind === 'postgres').each(['', '?actions=false'])(
    'an action that is locked by a writer is deleted with its user, too%s, and so are the actions after it',
    async (query) => {
      await createPerson('busy');
      await app.db.script(
        `insert into actions_by_month (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at, updated_at,
           state_updated_at, decision, owner_id)
         select tenant_id, user_id, 'pay', 'old-' || n, md5('busy' || n)::uuid, 'ALLOW', t, t, t, decision, owner_id
         from actions_by_month, generate_series(1, 2100) n, lateral (select created_at - n * interval '1 second' as t) as at
         where user_id = 'busy'`,
      );
      const write = statement<never>(
        'busy_write',
        `update actions_by_month set updated_at = updated_at + interval '1 second'
        where user_id = 'busy' and idempotency_key = any($1::text[])`,
      );
      let deleted: ReturnType<TestApp['call']> | undefined;
      await app.db.transaction(async (sql) => {
        await sql.query(write, [['k1', 'old-5']]);
        deleted = app.call('DELETE', `/v1/users/busy${query}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      });
      expect((await deleted)?.body).toEqual({ success: true });
      expect((await app.call('GET', '/v1/users/busy/actions')).body).toEqual([]);
      await app.call('POST', '/v1/users/busy/actions/pay', { body: { idempotencyKey: 'new' } });
      expect((await app.call('GET', '/v1/users/busy/actions')).body).toHaveLength(1);
      const kept = () =>
        databaseText(app.db).then(
          (text) => (text.get('actions_by_month') ?? '').match(/deleted\/[0-9a-f]+/g)?.length ?? 0,
        );
      // The next user reuses an old key before the job has reached it: the history that was to be kept is kept.
      await app.call('POST', '/v1/users/busy/actions/pay', { body: { idempotencyKey: 'old-2099' } });
      await app.runtime.advance(6_000);
      expect((await app.call('GET', '/v1/users/busy/actions')).body).toHaveLength(2);
      expect(await kept()).toBe(query === '' ? 0 : 2_101);
      await app.call('DELETE', '/v1/users/busy');
      await app.db.script(`delete from actions_by_month where user_id like 'deleted/%'`);
    },
  );
});
