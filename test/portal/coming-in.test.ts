/** Operators come in, stay for a while, prove again who they are for what is dangerous, and can be sent away (issue: N18, A40, A41, A54). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorCookie } from '../../src/contract/apis.ts';
import { portalTenantId } from '../../src/storage/queries/tenants.ts';
import { softwareKey } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { fromPage, inviteOperator, operator, proveSignIn, redeem, secretOf, signedIn } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
  });
  afterAll(() => app.close());

  test('before anybody was invited, nobody can sign in, and it says how to begin', async () => {
    const reply = await fromPage(app, '/v1/portal/sign-in', {});
    expect(reply.status).toBe(404);
    expect(reply.body.errorDescription).toContain('sallyport operators invite');
  });

  describe('an invitation', () => {
    test('makes a passkey and a session, once', async () => {
      const secret = await inviteOperator(app, 'first@bank.example', ['ADMIN']);
      const reply = await redeem(app, secret, softwareKey());
      expect(reply.status, reply.text).toBe(200);
      expect(reply.body).toMatchObject({ email: 'first@bank.example', tenants: [{ roles: ['ADMIN'] }] });
      const [cookie] = [reply.headers['set-cookie']].flat();
      expect(cookie).toMatch(/^__Host-sallyport-operator=[\w-]{43}; .*Path=\/; HttpOnly; Secure; SameSite=Strict$/);
      expect((await fromPage(app, '/v1/portal/invitations/redeem', { invitation: secret })).body.errorCode).toBe(
        'gone',
      );
    });

    test('is over after an hour', async () => {
      const secret = await inviteOperator(app, 'late@bank.example', ['VIEWER']);
      await app.runtime.advance(60 * 60 * 1000);
      expect((await fromPage(app, '/v1/portal/invitations/redeem', { invitation: secret })).status).toBe(410);
    });

    test('no longer works once there is a newer one', async () => {
      const older = await inviteOperator(app, 'twice@bank.example', ['VIEWER']);
      const newer = await inviteOperator(app, 'twice@bank.example', ['VIEWER']);
      expect((await fromPage(app, '/v1/portal/invitations/redeem', { invitation: older })).status).toBe(410);
      expect((await redeem(app, newer, softwareKey())).status).toBe(200);
    });

    test('is the way back: the old passkey and all sessions end, roles stay, and admins are told', async () => {
      const admin = await operator(app, 'watches@bank.example', ['ADMIN']);
      const lost = await operator(app, 'lost@bank.example', ['ANALYST', 'SUPPORT']);
      const reply = await redeem(app, await inviteOperator(app, 'LOST@bank.example', ['ADMIN']), softwareKey());
      expect(reply.body).toMatchObject({ operatorId: lost.operatorId, tenants: [{ roles: ['ANALYST', 'SUPPORT'] }] });
      expect((await lost.call('GET', '/v1/portal/session')).status).toBe(401);
      await expect(proveSignIn(app, lost.key)).rejects.toThrow('unknown_credential');
      await app.runtime.advance(10_000);
      const told = app.mail().filter(({ to }) => to === admin.email);
      expect(told.map(({ subject }) => subject)).toContain('An operator came back in (Test tenant)');
    });

    test('ends what an earlier one has begun: who redeemed a stolen link adds no passkey after the next one', async () => {
      const stolen = await inviteOperator(app, 'stolen@bank.example', ['VIEWER']);
      const { token } = (await fromPage(app, '/v1/portal/invitations/redeem', { invitation: stolen })).body;
      const path = '/v1/client/user-authenticators/passkey/registration-options';
      expect((await app.call('POST', path, { token, body: {} })).status).toBe(200);
      const own = softwareKey();
      const reply = await redeem(app, await inviteOperator(app, 'stolen@bank.example', ['VIEWER']), own);
      expect(reply.status, reply.text).toBe(200);
      expect((await app.call('POST', path, { token, body: {} })).status).toBe(403);
      // A token of one's own proof from before, too.
      const proved = await proveSignIn(app, own);
      await redeem(app, await inviteOperator(app, 'stolen@bank.example', ['VIEWER']), softwareKey());
      expect((await app.call('POST', path, { token: proved, body: {} })).status).toBe(403);
    });

    test('leaves its secret nowhere: not in the database, the log or an audit event', async () => {
      const secret = await inviteOperator(app, 'quiet@bank.example', ['VIEWER']);
      await redeem(app, secret, softwareKey());
      expect(app.logText()).not.toContain(secret);
      const { rows } = await dump(app);
      expect(rows).not.toContain(secret);
      expect(rows).toContain('quiet@bank.example');
    });
  });

  describe('a session', () => {
    test('begins with a passkey alone, and never under a secret that the browser had before (A41)', async () => {
      const before = await operator(app, 'signs-in@bank.example', ['VIEWER']);
      const token = await proveSignIn(app, before.key);
      const reply = await fromPage(app, '/v1/portal/session', { token }, before.secret);
      expect(reply.status, reply.text).toBe(200);
      expect(secretOf(reply)).not.toBe(before.secret);
      expect((await before.call('GET', '/v1/portal/session')).status).toBe(401);
      const planted = await fromPage(
        app,
        '/v1/portal/session',
        { token: await proveSignIn(app, before.key) },
        'planted',
      );
      expect(secretOf(planted)).toMatch(/^[\w-]{43}$/);
    });

    test('is made once of a proof, and not of one that is older than five minutes', async () => {
      const { key } = await operator(app, 'once@bank.example', ['VIEWER']);
      const token = await proveSignIn(app, key);
      expect((await fromPage(app, '/v1/portal/session', { token })).status).toBe(200);
      expect((await fromPage(app, '/v1/portal/session', { token })).body.errorCode).toBe('invalid_token');
      const old = await proveSignIn(app, key);
      await app.runtime.advance(5 * 60_000);
      expect((await fromPage(app, '/v1/portal/session', { token: old })).body.errorCode).toBe('expired_token');
    });

    test('is not made of a proof for another tenant, another action or another factor', async () => {
      const tracked = await app.call('POST', '/v1/users/ada/actions/portal-sign-in', { body: {} });
      await app.call('PATCH', `/v1/users/ada/actions/portal-sign-in/${String(tracked.body.idempotencyKey)}`, {
        body: { state: 'CHALLENGE_SUCCEEDED' },
      });
      const { token } = tracked.body;
      expect((await fromPage(app, '/v1/portal/session', { token })).body.errorCode).toBe('invalid_token');
      const someone = await operator(app, 'other-action@bank.example', ['VIEWER']);
      const stepUp = await someone.call('POST', '/v1/portal/step-up', {});
      expect((await fromPage(app, '/v1/portal/session', { token: stepUp.body.token })).body.errorCode).toBe(
        'invalid_token',
      );
    });

    test('ends after 15 minutes without a call, and after 12 hours with them (N18)', async () => {
      const idle = await operator(app, 'idle@bank.example', ['VIEWER']);
      await app.runtime.advance(14 * 60_000);
      expect((await idle.call('GET', '/v1/portal/session')).status).toBe(200);
      await app.runtime.advance(15 * 60_000);
      expect((await idle.call('GET', '/v1/portal/session')).status).toBe(401);
      const busy = await operator(app, 'busy@bank.example', ['VIEWER']);
      const endMs = app.runtime.clock.now() + 12 * 60 * 60_000;
      while (app.runtime.clock.now() < endMs - 10 * 60_000) {
        await app.runtime.advance(10 * 60_000);
        const reply = await busy.call('GET', '/v1/portal/session');
        if (app.runtime.clock.now() < endMs) expect(reply.status).toBe(200);
      }
      await app.runtime.advance(10 * 60_000);
      expect((await busy.call('GET', '/v1/portal/session')).status).toBe(401);
    });

    test('counts only where a page of the portal asks: another origin, or a frame of one, is refused', async () => {
      const { call } = await operator(app, 'origins@bank.example', ['VIEWER']);
      for (const headers of [
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'none' },
      ]) {
        expect((await call('GET', '/v1/portal/session', undefined, { headers })).status, JSON.stringify(headers)).toBe(
          403,
        );
      }
    });

    test('can be seen and ended from another one, and signing out ends it', async () => {
      const one = await operator(app, 'two-places@bank.example', ['VIEWER']);
      const reply = await fromPage(app, '/v1/portal/session', { token: await proveSignIn(app, one.key) });
      const other = signedIn(app, one.key, reply, app.tenant.tenantId);
      const listed = (await one.call('GET', '/v1/portal/sessions')).body as { sessionId: string; isCurrent: boolean }[];
      expect(listed).toHaveLength(2);
      const foreign = listed.find(({ isCurrent }) => !isCurrent)?.sessionId ?? '';
      const stranger = await operator(app, 'stranger@bank.example', ['ADMIN']);
      expect((await stranger.call('DELETE', `/v1/portal/sessions/${foreign}`)).status).toBe(404);
      expect((await other.call('GET', '/v1/portal/session')).status).toBe(200);
      expect((await one.call('DELETE', `/v1/portal/sessions/${foreign}`)).status).toBe(204);
      expect((await other.call('GET', '/v1/portal/session')).status).toBe(401);
      const out = await one.call('DELETE', '/v1/portal/session');
      expect([out.status, String(out.headers['set-cookie'])]).toEqual([
        204,
        expect.stringContaining(`${operatorCookie}=;`),
      ]);
      expect((await one.call('GET', '/v1/portal/session')).status).toBe(401);
    });

    test('has a secret that stands nowhere in the database or the log', async () => {
      const { secret, call } = await operator(app, 'secret@bank.example', ['VIEWER']);
      await call('GET', '/v1/portal/session');
      expect(app.logText()).not.toContain(secret);
      expect((await dump(app)).rows).not.toContain(secret);
    });
  });

  describe('the tenant of the portal', () => {
    test('has no key, no route of a tenant reaches it, and members of others see nothing of it', async () => {
      const { call } = await operator(app, 'reaches@bank.example', ['ADMIN']);
      const reply = await call('GET', '/v1/portal/members', undefined, { tenantId: portalTenantId });
      expect(reply.status).toBe(403);
      const keys = app.app.context.published.tenant(portalTenantId);
      expect(keys?.apiKeys).toEqual([]);
    });
  });

  describe('what is dangerous', () => {
    test('needs a proof of the last five minutes, made for this session', async () => {
      const admin = await operator(app, 'careful@bank.example', ['ADMIN']);
      const invite = (email: string) =>
        admin.call('POST', '/v1/portal/members', { email, name: 'New', roles: ['VIEWER'] });
      expect((await invite('a@bank.example')).status).toBe(200);
      await app.runtime.advance(5 * 60_000);
      expect((await invite('b@bank.example')).body.errorCode).toBe('step_up_required');
      const other = signedIn(
        app,
        admin.key,
        await fromPage(app, '/v1/portal/session', { token: await proveSignIn(app, admin.key) }),
      );
      await app.runtime.advance(5 * 60_000);
      expect((await other.stepUp()).status).toBe(200);
      expect((await invite('b@bank.example')).body.errorCode).toBe('step_up_required');
      expect((await admin.stepUp()).body.stepUpUntil).toBeDefined();
      expect((await invite('b@bank.example')).status).toBe(200);
    });
  });

  describe('the team', () => {
    test('invites by a mail whose link comes in, with the roles that were given', async () => {
      const admin = await operator(app, 'invites@bank.example', ['ADMIN']);
      const body = { email: 'colleague@bank.example', name: 'Colleague', roles: ['ANALYST'] };
      const invited = await admin.call('POST', '/v1/portal/members', body);
      expect(invited.body).toMatchObject({ isActive: false, roles: ['ANALYST'] });
      const mail = app.mail().find(({ to }) => to === 'colleague@bank.example');
      const secret = /\/portal\/invitation#([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
      const reply = await redeem(app, secret, softwareKey());
      expect(reply.body.tenants).toMatchObject([{ roles: ['ANALYST'] }]);
      expect((await admin.call('POST', '/v1/portal/members', body)).body.errorCode).toBe('resource_already_exists');
    });

    test('changes of roles and removal count at once (A40)', async () => {
      const admin = await operator(app, 'changes@bank.example', ['ADMIN']);
      const other = await operator(app, 'changed@bank.example', ['ADMIN']);
      const path = `/v1/portal/members/${other.operatorId}`;
      expect((await other.call('GET', '/v1/portal/members')).status).toBe(200);
      expect((await admin.call('PATCH', path, { roles: ['VIEWER'] })).status).toBe(200);
      expect((await other.call('GET', '/v1/portal/members')).status).toBe(403);
      expect((await admin.call('DELETE', path)).status).toBe(204);
      expect((await other.call('GET', '/v1/portal/session')).status).toBe(401);
      await expect(proveSignIn(app, other.key)).rejects.toThrow('unknown_credential');
    });

    test('never loses its last admin who can come in', async () => {
      const tenant = await app.createTenant('With one admin');
      const { tenantId } = tenant;
      const only = await operator(app, 'only@bank.example', ['ADMIN'], tenantId);
      const call = (method: string, path: string, body?: unknown) => only.call(method, path, body, { tenantId });
      await call('POST', '/v1/portal/members', { email: 'invited@bank.example', name: 'Invited', roles: ['ADMIN'] });
      const path = `/v1/portal/members/${only.operatorId}`;
      expect((await call('PATCH', path, { roles: ['EDITOR'] })).body.errorCode).toBe('conflict');
      expect((await call('DELETE', path)).body.errorCode).toBe('conflict');
      expect((await call('GET', '/v1/portal/members')).body).toHaveLength(2);
    });

    test('of another tenant is out of reach', async () => {
      const tenant = await app.createTenant('Not theirs');
      const { call } = await operator(app, 'outside@bank.example', ['ADMIN']);
      for (const tenantId of [
        tenant.tenantId,
        '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d0',
        'x',
        'constructor',
        '__proto__',
      ]) {
        expect((await call('GET', '/v1/portal/members', undefined, { tenantId })).status).toBe(403);
      }
      expect((await call('GET', '/v1/portal/members', undefined, { tenantId: null })).status).toBe(400);
    });
  });

  test('the management API takes an operator, as far as the roles permit, and records who it was', async () => {
    const editor = await operator(app, 'edits@bank.example', ['EDITOR']);
    const viewer = await operator(app, 'views@bank.example', ['VIEWER']);
    const body = { name: 'Watched', itemType: 'string', isActive: true };
    expect((await viewer.call('GET', '/v1/management/value-lists')).status).toBe(200);
    expect((await viewer.call('POST', '/v1/management/value-lists', body)).status).toBe(403);
    expect((await editor.call('POST', '/v1/management/value-lists', body)).status).toBe(200);
    const { events } = await dump(app);
    expect(events).toContainEqual({ type: 'value_list.created', kind: 'operator', id: editor.operatorId });
  });
});

/** All rows of the tables that have secrets of operators, as text; and who did what. */
async function dump(app: TestApp) {
  const { statement } = await import('../../src/storage/sql.ts');
  const texts: string[] = [];
  for (const table of ['operators', 'memberships', 'operator_sessions', 'outbox', 'audit_events', 'actions_by_month']) {
    const rows = await app.db.query(
      statement<{ row: string }>(`portal_test_${table}`, `select t::text as row from ${table} t`),
      [],
    );
    texts.push(...rows.map(({ row }) => row));
  }
  const events = await app.db.query(
    statement<{ type: string; kind: string; id: string }>(
      'portal_test_actors',
      `select event_type as type, actor ->> 'kind' as kind, actor ->> 'id' as id from audit_events`,
    ),
    [],
  );
  return { rows: texts.join('\n'), events };
}
