/** What operators see of what happened: a bounded search of actions, why each was decided so, and who changed what. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordTenantHours } from '../../src/storage/queries/tenant-hours.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url);

const dayMs = 24 * 3_600_000;
const breakStatement = statement<never>(
  'activity_test_break',
  `update actions_by_month set decision = '{"v":9}' where user_id = $1`,
);

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let viewer: Operator;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    viewer = await operator(app, 'viewer@bank.example', ['VIEWER']);
  });
  afterAll(() => app.close());

  const track = async (userId: string, code: string, body: object = {}) => {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${code}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return reply.body;
  };
  const list = async (query: Record<string, string>, who = viewer) => {
    const reply = await who.call('GET', `/v1/portal/actions?${new URLSearchParams(query)}`);
    expect(reply.status, reply.text).toBe(200);
    return reply.body as {
      actions: { actionId: string; userId: string; state: string; idempotencyKey: string }[];
      searchedBackTo?: string;
      nextCursor?: string;
    };
  };

  describe('the list of actions', () => {
    test('is newest first, and pages lose and repeat nothing while others are added', async () => {
      const keys: string[] = [];
      for (let index = 0; index < 7; index += 1) {
        keys.unshift((await track('pages', 'paged', {})).idempotencyKey);
        await app.runtime.advance(10);
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ code: 'paged', limit: '3', ...(cursor === undefined ? {} : { cursor }) });
        expect(page.searchedBackTo).toBeUndefined();
        seen.push(...page.actions.map(({ idempotencyKey }) => idempotencyKey));
        cursor = page.nextCursor;
        await track('pages', 'paged', {});
      } while (cursor !== undefined);
      expect(seen).toEqual(keys);
    });

    test('has what each filter names and nothing else', async () => {
      const wanted = await track('filtered', 'wanted', {
        deviceId: 'phone-1',
        ipAddress: '203.0.113.77',
        userAgent: 'curl/8',
      });
      await track('filtered', 'other', { deviceId: 'phone-2', ipAddress: '203.0.113.78' });
      await track('somebody', 'wanted', { deviceId: 'phone-3', ipAddress: '2001:DB8::1' });
      await app.call('PATCH', `/v1/users/filtered/actions/wanted/${wanted.idempotencyKey}`, {
        body: { state: 'CHALLENGE_SUCCEEDED' },
      });
      for (const query of [
        { userId: 'filtered', code: 'wanted' },
        { userId: 'filtered', deviceId: 'phone-1' },
        { code: 'wanted', state: 'CHALLENGE_SUCCEEDED' },
        { ipAddress: '203.0.113.77' },
        { deviceId: 'phone-1' },
        { code: 'wanted', userId: 'filtered', state: 'CHALLENGE_SUCCEEDED', ipAddress: '203.0.113.77' },
      ]) {
        const { actions } = await list(query);
        expect(actions, JSON.stringify(query)).toMatchObject([{ idempotencyKey: wanted.idempotencyKey }]);
      }
      expect((await list({ userId: 'somebody', ipAddress: '2001:db8::1' })).actions).toHaveLength(1);
      expect((await list({ userId: 'filtered', code: 'wanted', state: 'BLOCK' })).actions).toEqual([]);
      expect((await list({ userId: 'nobody' })).actions).toEqual([]);
    });

    test('finds by a rule that matched and by the method that verified', async () => {
      await app.call('POST', '/v1/management/action-configurations', {
        key: app.tenant.managementKey,
        body: { actionCode: 'ruled', defaultUserActionResult: 'ALLOW' },
      });
      const rule = await app.call('POST', '/v1/management/action-configurations/ruled/rules', {
        key: app.tenant.managementKey,
        body: { name: 'All', priority: 1, type: 'BLOCK', isActive: true },
      });
      expect(rule.status, rule.text).toBe(200);
      await track('ruled-user', 'ruled');
      const { actions } = await list({ ruleId: rule.body.ruleId });
      expect(actions).toMatchObject([
        {
          userId: 'ruled-user',
          state: 'BLOCK',
          rules: [{ ruleId: rule.body.ruleId, name: 'All' }],
          decidingRuleId: rule.body.ruleId,
        },
      ]);
      expect((await list({ method: 'PASSKEY' })).actions).toEqual([]);
    });

    test('finds by the company’s own data, and shows what has a record that cannot be read', async () => {
      await track('own-data', 'paid', { custom: { amount: 250, note: 'a=b', isNew: null } });
      await track('own-data', 'paid', { custom: { amount: 2500 } });
      await track('own-data', 'paid');
      const found = async (custom: string) => (await list({ userId: 'own-data', custom })).actions.length;
      expect(await found('amount=250')).toBe(1);
      expect(await found('amount')).toBe(2);
      expect(await found('note=a=b')).toBe(1);
      expect(await found('isNew')).toBe(0);
      expect(await found('=')).toBe(0);
      await app.db.query(breakStatement, ['own-data']);
      expect((await list({ userId: 'own-data' })).actions).toHaveLength(3);
    });

    test('has the time of from, and not that of to', async () => {
      await app.runtime.advance(60_000);
      const fromMs = app.runtime.clock.now();
      await track('timed', 'timed');
      await app.runtime.advance(1_000);
      const to = new Date(app.runtime.clock.now()).toISOString();
      await track('timed', 'timed');
      const from = new Date(fromMs).toISOString();
      expect((await list({ userId: 'timed', from, to })).actions).toHaveLength(1);
      expect((await list({ userId: 'timed', from: to })).actions).toHaveLength(1);
      expect((await list({ from, to })).actions).toHaveLength(1);
    });

    test('refuses more than 31 days without a user, and what is no range or no cursor', async () => {
      const nowMs = app.runtime.clock.now();
      const from = new Date(nowMs - 32 * dayMs).toISOString();
      const status = async (query: Record<string, string>) =>
        (await viewer.call('GET', `/v1/portal/actions?${new URLSearchParams(query)}`)).status;
      expect(await status({ from })).toBe(400);
      expect(await status({ from, userId: 'timed' })).toBe(200);
      expect(await status({ from: new Date(nowMs + dayMs).toISOString() })).toBe(400);
      expect(await status({ cursor: 'x' })).toBe(400);
      expect(await status({ limit: '201' })).toBe(400);
      expect(await status({ state: 'MAYBE' })).toBe(400);
    });

    test('has none of another tenant, and none of a user who was deleted with them', async () => {
      const other = await app.createTenant('Other');
      await track('departing', 'departs');
      const [shown] = (await list({ code: 'departs' })).actions;
      expect(shown).toBeDefined();
      await app.call('DELETE', '/v1/users/departing');
      expect((await list({ code: 'departs' })).actions).toEqual([]);
      await app.call('POST', '/v1/users/theirs/actions/elsewhere', { key: other.secretKey, body: {} });
      expect((await list({ code: 'elsewhere' })).actions).toEqual([]);
      expect((await list({ userId: 'theirs' })).actions).toEqual([]);
    });

    test('shows actions that were kept without their user under a pseudonym', async () => {
      await track('kept', 'is-kept');
      await app.call('DELETE', '/v1/users/kept?actions=false');
      const { actions } = await list({ code: 'is-kept' });
      expect(actions).toHaveLength(1);
      expect(actions[0]?.userId).toMatch(/^deleted\//);
    });

    test('reads 50,000 actions at most, says how far back it came, and goes on from there', async () => {
      const tenant = await app.createTenant('Large');
      const ana = await operator(app, 'large@bank.example', ['ANALYST'], tenant.tenantId);
      const call = (query: Record<string, string>) =>
        ana.call('GET', `/v1/portal/actions?${new URLSearchParams(query)}`, undefined, { tenantId: tenant.tenantId });
      await app.call('POST', '/v1/users/rare/actions/many', { key: tenant.secretKey, body: { deviceId: 'rare' } });
      const oldestMs = app.runtime.clock.now();
      await app.runtime.advance(120_000);
      await copyActions(app, tenant.tenantId, 60_000);
      const first = await call({ deviceId: 'rare' });
      expect(first.status, first.text).toBe(200);
      expect(first.body.actions).toEqual([]);
      expect(Date.parse(first.body.searchedBackTo)).toBeGreaterThan(oldestMs);
      const second = await call({ deviceId: 'rare', cursor: first.body.nextCursor });
      expect(second.body.actions).toHaveLength(1);
      expect(second.body.searchedBackTo).toBeUndefined();
      expect(second.body.nextCursor).toBeUndefined();
    });
  });

  describe('the detail of an action', () => {
    const detail = (who: Operator, actionId: string) => who.call('GET', `/v1/portal/actions/${actionId}`);
    const manage = async (method: string, path: string, body?: object) => {
      const reply = await app.call(method, `/v1/management/action-configurations${path}`, {
        key: app.tenant.managementKey,
        ...(body === undefined ? {} : { body }),
      });
      expect(reply.status, reply.text).toBe(200);
      return reply.body;
    };

    test('says why it was decided, by the rules as they were, and what those of today would say', async () => {
      await manage('POST', '', { actionCode: 'explained', defaultUserActionResult: 'ALLOW' });
      const rule = await manage('POST', '/explained/rules', {
        name: 'From abroad',
        priority: 1,
        type: 'REVIEW',
        isActive: true,
        conditions: { '==': [{ var: 'custom.amount' }, 10] },
      });
      await app.runtime.advance(1_000);
      const { idempotencyKey } = await track('explained-user', 'explained', { custom: { amount: 10 } });
      const [{ actionId } = { actionId: '' }] = (await list({ code: 'explained' })).actions;
      const same = (await detail(viewer, actionId)).body;
      expect(same).toMatchObject({
        actionId,
        idempotencyKey,
        state: 'REVIEW_REQUIRED',
        custom: { amount: 10 },
        isTracked: true,
        decision: { outcome: 'REVIEW', source: 'rule', rules: [{ ruleId: rule.ruleId, status: 'matched' }] },
        today: { isSameRuleSet: true, words: [] },
      });
      await manage('PATCH', `/explained/rules/${rule.ruleId}`, { type: 'BLOCK' });
      await app.runtime.advance(1_000);
      const changed = (await detail(viewer, actionId)).body;
      expect(changed.decision).toEqual(same.decision);
      expect(changed.today).toMatchObject({ isSameRuleSet: false, outcome: 'BLOCK' });
      expect(changed.today.words.join(' ')).toContain('The outcome is BLOCK');
    });

    test('has the steps that were recorded of it, who took them, and what else the user did', async () => {
      const others: string[] = [];
      for (let index = 0; index < 12; index += 1) others.unshift((await track('stepping', 'steps')).idempotencyKey);
      const { idempotencyKey } = await track('stepping', 'stepped');
      await app.runtime.advance(1_000);
      const path = `/v1/users/stepping/actions/stepped/${idempotencyKey}`;
      await app.call('PATCH', path, { body: { state: 'BLOCK' } });
      await app.call('PATCH', `/v1/users/stepping/actions/steps/${others[0]}`, { body: { state: 'BLOCK' } });
      const [{ actionId } = { actionId: '' }] = (await list({ code: 'stepped' })).actions;
      const { body } = await detail(viewer, actionId);
      expect(body.timeline).toMatchObject([
        { type: 'action.state_set', actor: 'server', data: { idempotencyKey, after: 'BLOCK' } },
      ]);
      const recent = body.userRecent.map((action: { idempotencyKey: string }) => action.idempotencyKey);
      expect(recent).toEqual(others.slice(0, 10));
    });

    test('of a user who was deleted without it is told as it was recorded', async () => {
      await track('unexplained-user', 'explained', { custom: { amount: 10 } });
      await app.call('DELETE', '/v1/users/unexplained-user?actions=false');
      const { actions } = await list({ code: 'explained' });
      const kept = actions.find(({ userId }) => userId.startsWith('deleted/'));
      const { status, body, text } = await detail(viewer, kept?.actionId ?? '');
      expect(status, text).toBe(200);
      expect(body.decision).toMatchObject({ outcome: 'BLOCK', isReproduced: null });
      expect(body.decision.words.join(' ')).toContain('removed with its user');
      expect(body.today).toMatchObject({ isSameRuleSet: true });
    });

    test('does not exist for another tenant, and where there is none', async () => {
      const other = await app.createTenant('Elsewhere');
      const theirs = await operator(app, 'theirs@bank.example', ['ADMIN'], other.tenantId);
      const [{ actionId } = { actionId: '' }] = (await list({ code: 'stepped' })).actions;
      const reply = await theirs.call('GET', `/v1/portal/actions/${actionId}`, undefined, { tenantId: other.tenantId });
      expect(reply.status).toBe(404);
      for (const id of ['x', '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b06'])
        expect((await detail(viewer, id)).status).toBe(404);
    });

    test('shows a contact that rules read only to those who may see contacts', async () => {
      await manage('POST', '', { actionCode: 'contacting', defaultUserActionResult: 'ALLOW' });
      await manage('POST', '/contacting/rules', {
        name: 'Two contacts',
        priority: 1,
        type: 'REVIEW',
        isActive: true,
        conditions: {
          and: [
            { '==': [{ var: 'user.email' }, 'secret.person@example.com'] },
            { in: [{ var: 'user.phoneNumber' }, ['+6427123456', '+6427999999']] },
          ],
        },
      });
      await app.runtime.advance(1_000);
      await track('contacted', 'contacting', { email: 'secret.person@example.com', phoneNumber: '+6427123456' });
      const [{ actionId } = { actionId: '' }] = (await list({ code: 'contacting' })).actions;
      const support = await operator(app, 'support@bank.example', ['SUPPORT']);
      for (const masked of [viewer, support]) {
        const { text } = await detail(masked, actionId);
        expect(text).toContain('s•••@example.com');
        expect(text).not.toMatch(/secret\.person|27123456|27999999/);
      }
      const analyst = await operator(app, 'analyst@bank.example', ['ANALYST']);
      expect((await detail(analyst, actionId)).text).toContain('secret.person@example.com');
    });
  });

  describe('the audit log', () => {
    let auditor: Operator;
    beforeAll(async () => {
      auditor = await operator(app, 'auditor@bank.example', ['AUDITOR']);
      const manage = (method: string, path: string, body: object) =>
        app.call(method, `/v1/management/action-configurations${path}`, { key: app.tenant.managementKey, body });
      await manage('POST', '', { actionCode: 'audited', defaultUserActionResult: 'ALLOW' });
      const rule = { name: 'Audited', priority: 1, type: 'BLOCK', isActive: false };
      const { ruleId } = (await manage('POST', '/audited/rules', rule)).body;
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await manage('PATCH', `/audited/rules/${ruleId}`, { name });
    });
    const events = async (query: Record<string, string>) => {
      const reply = await auditor.call('GET', `/v1/portal/audit-events?${new URLSearchParams(query)}`);
      expect(reply.status, reply.text).toBe(200);
      return reply.body as {
        events: { eventId: string; at: string; type: string; actor: Record<string, string>; userId?: string }[];
        nextCursor?: string;
      };
    };

    test('is newest first, in pages, and names operators', async () => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await events({ limit: '7', ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.events.map(({ eventId }) => eventId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(seen.toSorted().toReversed());
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBeGreaterThan(10);
      const { events: signIns } = await events({ type: 'operator.invitation_redeemed', actorId: auditor.operatorId });
      expect(signIns).toMatchObject([
        { actor: { kind: 'operator', id: auditor.operatorId, name: 'auditor@bank.example' } },
      ]);
    });

    test('has what each filter names: a type or what begins with it, a user, a time, who did it', async () => {
      await app.call('PATCH', '/v1/users/logged', { body: { username: 'logged' } });
      const ofUser = (await events({ userId: 'logged' })).events;
      expect(ofUser).toMatchObject([{ type: 'user.updated', userId: 'logged', actor: { kind: 'server' } }]);
      const types = new Set((await events({ type: 'rule', limit: '200' })).events.map(({ type }) => type));
      expect([...types].toSorted()).toEqual(['rule.created', 'rule.updated']);
      expect((await events({ type: 'rul' })).events).toEqual([]);
      expect((await events({ type: 'user', userId: 'logged' })).events).toHaveLength(1);
      const at = ofUser[0]?.at ?? '';
      expect((await events({ from: at, to: at })).events).toEqual([]);
      const later = new Date(Date.parse(at) + 1).toISOString();
      expect((await events({ userId: 'logged', from: at, to: later })).events).toHaveLength(1);
      expect((await events({ userId: 'logged', from: later })).events).toEqual([]);
    });

    test('has nothing of another tenant, and is not read by whom no role permits it', async () => {
      const other = await app.createTenant('Unaudited');
      await app.call('PATCH', '/v1/users/theirs', { key: other.secretKey, body: { username: 'theirs' } });
      expect((await events({ userId: 'theirs' })).events).toEqual([]);
      expect((await viewer.call('GET', '/v1/portal/audit-events')).status).toBe(403);
    });
  });

  describe('the home page', () => {
    const home = async (query = '') => (await viewer.call('GET', `/v1/portal/home${query}`)).body;

    test('counts by the hour what every node counted, and counts nothing twice', async () => {
      await app.runtime.advance(3_600_000 - (app.runtime.clock.now() % 3_600_000));
      // The session of the viewer has ended meanwhile.
      viewer = await operator(app, 'viewer-2@bank.example', ['VIEWER']);
      await app.runtime.advance(30_000);
      const before = await home();
      const startMs = app.runtime.clock.now();
      for (let index = 0; index < 3; index += 1) await track('counted', 'counted');
      await app.runtime.advance(30_000);
      await track('counted', 'counted');
      await app.runtime.advance(30_000);
      await app.runtime.advance(30_000);
      const after = await home();
      const sum = (shown: { actions: Record<string, number> }) =>
        Object.values(shown.actions).reduce((total, count) => total + count, 0);
      expect(sum(after) - sum(before)).toBe(4);
      const at = new Date(startMs - (startMs % 3_600_000)).toISOString();
      expect(after.hours.at(-1)).toEqual({ at, actions: { CHALLENGE_REQUIRED: 4 } });
      await recordTenantHours(app.db, app.tenant.tenantId, '00000000-0000-4000-8000-000000000001', [
        { tenantId: '', measure: 'decisions', kind: 'ALLOW', hourMs: startMs - (startMs % 3_600_000), count: 5 },
        { tenantId: '', measure: 'acceptedProofs', kind: 'PASSKEY', hourMs: startMs, count: 2 },
        { tenantId: '', measure: 'failedProofs', kind: 'PASSKEY', hourMs: startMs, count: 1 },
        { tenantId: '', measure: 'sends', kind: 'taken', hourMs: startMs, count: 7 },
        { tenantId: '', measure: 'lockouts', kind: 'SMS', hourMs: startMs, count: 1 },
        { tenantId: '', measure: 'decisions', kind: 'BLOCK', hourMs: startMs - 40 * dayMs, count: 9 },
      ]);
      const both = await home();
      expect(both.hours.at(-1)).toEqual({ at, actions: { ALLOW: 5, CHALLENGE_REQUIRED: 4 } });
      expect(both).toMatchObject({
        proofs: { PASSKEY: { accepted: 2, refused: 1 } },
        sends: { taken: 7 },
        lockouts: 1,
      });
      expect(both.actions.BLOCK).toBe(before.actions.BLOCK);
      const long = await home('?hours=2160');
      expect(long.actions.BLOCK).toBe((before.actions.BLOCK ?? 0) + 9);
      expect(long.hours.map((part: { at: string }) => part.at.slice(11))).toEqual(['00:00:00.000Z', '00:00:00.000Z']);
      expect((await viewer.call('GET', '/v1/portal/home?hours=5')).status).toBe(400);
    });

    test('forgets an hour after 91 days', async () => {
      const oldMs = app.runtime.clock.now() - 92 * dayMs;
      await recordTenantHours(app.db, app.tenant.tenantId, '00000000-0000-4000-8000-000000000001', [
        { tenantId: '', measure: 'decisions', kind: 'ALLOW', hourMs: oldMs, count: 1 },
      ]);
      await app.runtime.advance(3_700_000);
      const [row] = await app.db.query(
        statement<{ old: number }>(
          'portal_activity_old_hours',
          'select count(*)::int as old from tenant_hours where hour < $1',
        ),
        [new Date(oldMs + dayMs).toISOString()],
      );
      expect(row?.old).toBe(0);
    });
  });
});

/** Copies the tenant's action that many times, a millisecond apart, up to now. */
async function copyActions(app: TestApp, tenantId: string, count: number): Promise<void> {
  await app.db.query(
    statement<never>(
      'portal_activity_copies',
      `insert into actions_by_month (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at,
         updated_at, state_updated_at, redirect_to_settings, device_id, decision, is_tracked, owner_id)
       select a.tenant_id, a.user_id, a.action_code, made.id::text, made.id, a.state, a.created_at, a.updated_at,
         a.state_updated_at, false, 'usual', a.decision, true, a.owner_id
       from actions_by_month a, (
         select (lpad(to_hex($2::bigint - n), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid as id
         from generate_series(1, $3) as n
       ) as made
       where a.tenant_id = $1 and a.device_id = 'rare'`,
    ),
    [tenantId, app.runtime.clock.now(), count],
  );
}
