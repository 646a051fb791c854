/** Ending sessions of many users: exactly what was counted before, in one tenant, once and on the record. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endedSessionsMax } from '../../src/contract/portal/many-sessions.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let ana: Operator;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    ana = await operator(app, 'ana@bank.example', ['ANALYST']);
  });
  afterAll(() => app.close());

  /** A session of a user, by the calls of a backend. */
  const signIn = async (userId: string) => {
    await app.runtime.advance(10);
    const path = `/v1/users/${userId}/actions/signIn`;
    const tracked = (await app.call('POST', path, { body: {} })).body;
    await app.call('PATCH', `${path}/${tracked.idempotencyKey}`, { body: { state: 'CHALLENGE_SUCCEEDED' } });
    const { tenantId: clientId } = app.tenant;
    const made = await app.call('POST', '/v1/sessions', { body: { token: tracked.token, clientId } });
    expect(made.status, made.text).toBe(200);
    return made.body.accessToken as string;
  };
  const isLive = async (accessToken: string) => {
    const { tenantId } = app.tenant;
    const reply = await app.call('POST', '/v1/sessions/validate', { body: { accessToken, clientIds: [tenantId] } });
    return reply.status === 200;
  };
  const preview = async (filter: object = {}, who = ana) => {
    const reply = await who.call('POST', '/v1/portal/user-sessions/preview', filter);
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { sessions: number; users: number; createdBefore: string; isCutShort: boolean };
  };
  const end = (body: object, who = ana) => who.call('POST', '/v1/portal/user-sessions/end', body);

  test('what was counted ends, and nothing that began later or belongs to others', async () => {
    const [one, two, other] = [await signIn('many-1'), await signIn('many-1'), await signIn('other')];
    const three = await signIn('many-2');
    await app.runtime.advance(10);
    const filter = { userIds: ['many-1', 'many-2', 'nobody'] };
    const seen = await preview(filter);
    expect(seen).toMatchObject({ sessions: 3, users: 2, isCutShort: false });
    for (const token of [one, two, three]) expect(await isLive(token)).toBe(true);
    await app.runtime.advance(10);
    const later = await signIn('many-1');
    const ended = await end({ ...filter, createdBefore: seen.createdBefore, sessions: seen.sessions });
    expect([ended.status, ended.body], ended.text).toEqual([200, { sessions: 3 }]);
    for (const token of [one, two, three]) expect(await isLive(token)).toBe(false);
    for (const token of [later, other]) expect(await isLive(token)).toBe(true);
    const again = await end({ ...filter, createdBefore: seen.createdBefore, sessions: seen.sessions });
    expect(again.body).toEqual({ sessions: 0 });
    const auditor = await operator(app, 'auditor@bank.example', ['AUDITOR']);
    const { body } = await auditor.call('GET', '/v1/portal/audit-events?type=sessions.ended');
    expect(body.events).toMatchObject([
      { actor: { id: ana.operatorId }, data: { ...filter, createdBefore: seen.createdBefore, sessions: 3 } },
    ]);
  });

  test('more than were counted, or than are permitted, are refused, and none ends', async () => {
    const tokens = [await signIn('more'), await signIn('more')];
    await app.runtime.advance(10);
    const seen = await preview({ userIds: ['more'] });
    const refused = await end({ userIds: ['more'], createdBefore: seen.createdBefore, sessions: 1 });
    expect([refused.status, refused.body.errorCode]).toEqual([409, 'conflict']);
    // Counted for one user, asked for of all.
    const wider = await end({ createdBefore: seen.createdBefore, sessions: seen.sessions });
    expect(wider.status).toBe(409);
    const future = new Date(app.runtime.clock.now() + 60_000).toISOString();
    expect((await end({ userIds: ['more'], createdBefore: future, sessions: 9 })).status).toBe(400);
    expect((await end({ createdBefore: seen.createdBefore, sessions: endedSessionsMax + 1 })).status).toBe(400);
    for (const token of tokens) expect(await isLive(token)).toBe(true);
  });

  test('sessions of a time or of an app client are found; those of another tenant never', async () => {
    const before = await signIn('timed');
    await app.runtime.advance(1_000);
    const at = new Date(app.runtime.clock.now()).toISOString();
    await app.runtime.advance(1_000);
    const after = await signIn('timed');
    await app.runtime.advance(10);
    const all = await preview();
    const early = await preview({ createdBefore: at });
    expect(early.createdBefore).toBe(at);
    expect(all.sessions).toBeGreaterThan(early.sessions);
    expect((await preview({ clientId: 'no-such-client' })).sessions).toBe(0);
    expect((await preview({ clientId: app.tenant.tenantId })).sessions).toBe(all.sessions);
    const elsewhere = await app.createTenant('Elsewhere');
    const theirs = await operator(app, 'theirs@bank.example', ['ADMIN'], elsewhere.tenantId);
    const { tenantId } = elsewhere;
    const reply = await theirs.call('POST', '/v1/portal/user-sessions/preview', {}, { tenantId });
    expect(reply.body).toMatchObject({ sessions: 0, users: 0 });
    expect((await end({ createdBefore: at, sessions: early.sessions })).body).toEqual({ sessions: early.sessions });
    expect([await isLive(before), await isLive(after)]).toEqual([false, true]);
  });

  test('it takes a role that permits it, and a fresh proof', async () => {
    for (const role of ['EDITOR', 'SUPPORT', 'AUDITOR', 'VIEWER']) {
      const who = await operator(app, `${role.toLowerCase()}-many@bank.example`, [role]);
      expect((await who.call('POST', '/v1/portal/user-sessions/preview', {})).status, role).toBe(403);
      expect((await end({ createdBefore: '2026-01-01', sessions: 1 }, who)).status, role).toBe(403);
    }
    await app.runtime.advance(6 * 60_000);
    const late = await end({ createdBefore: '2026-01-01', sessions: 1 });
    expect([late.status, late.body.errorCode]).toEqual([403, 'step_up_required']);
  });
});

test('ten thousand end in bounded parts, and one more is too many', async () => {
  const app = await testApp('postgres', { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
  const ana = await operator(app, 'ana@bank.example', ['ANALYST']);
  const { tenantId } = app.tenant;
  const nowMs = app.runtime.clock.now();
  await app.db.script(`
    insert into users (tenant_id, user_id, created_at, updated_at)
      select '${tenantId}', 'u-' || n, to_timestamp(${nowMs / 1000}), to_timestamp(${nowMs / 1000}) from generate_series(1, 101) n;
    insert into sessions (tenant_id, user_id, session_id, client_id, rotated_at, signed_in_at, created_at, expires_at,
      assurance, action_code, idempotency_key)
      select '${tenantId}', 'u-' || (1 + n / 100), (lpad(to_hex(${nowMs}::bigint - 60000), 12, '0') || lpad(to_hex(n), 20, '0'))::uuid,
        '${tenantId}', t, t, t, t + interval '1 day', 'low', 'a', 'k'
      from generate_series(1, ${endedSessionsMax + 1}) n, (select to_timestamp(${nowMs / 1000} - 60) as t) as times;
  `);
  const ask = (path: string, body: object) => ana.call('POST', `/v1/portal/user-sessions/${path}`, body);
  const seen = (await ask('preview', {})).body;
  expect(seen.sessions).toBe(endedSessionsMax + 1);
  const { createdBefore } = seen;
  expect((await ask('end', { createdBefore, sessions: endedSessionsMax })).status).toBe(409);
  await app.db.script(`delete from sessions where user_id = 'u-101'`);
  const fewer = (await ask('preview', { createdBefore })).body;
  // At once, twice: each session ends once.
  const body = { createdBefore, sessions: fewer.sessions };
  const replies = await Promise.all([ask('end', body), ask('end', body)]);
  expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  expect(replies.reduce((sum, reply) => sum + reply.body.sessions, 0)).toBe(fewer.sessions);
  const left = await app.db.query(
    statement<{ live: number }>(
      'portal_many_sessions_left',
      'select count(*)::int as live from sessions where tenant_id = $1 and revoked_at is null',
    ),
    [tenantId],
  );
  expect(left).toEqual([{ live: 0 }]);
  await app.close();
});
