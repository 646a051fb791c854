/** What operators see of what happened: a bounded search of actions, why each was decided so, and who changed what. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const dayMs = 24 * 3_600_000;

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
