/** Operators come in, stay for a while, prove again who they are for what is dangerous, and can be sent away (issue: N18, A40, A41, A54). */
import { createHook } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorCookie } from '../../src/contract/apis.ts';
import {
  createOperatorPassword,
  deleteOperatorPassword,
  isPasswordStored,
} from '../../src/storage/queries/operator-passwords.ts';
import { endOperatorSessions } from '../../src/storage/queries/operator-sessions.ts';
import { lockOperator } from '../../src/storage/queries/operators.ts';
import { portalTenantId } from '../../src/storage/queries/tenants.ts';
import { statement } from '../../src/storage/sql.ts';
import { endEarlierActions } from '../../src/operators/dismiss-operator.ts';
import { softwareKey } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import {
  fromPage,
  inviteOperator,
  operator,
  passwordOperator,
  proveSignIn,
  redeem,
  redeemByPassword,
  secretOf,
  setUpApp,
  signedIn,
  signInByPassword,
  testPassword,
} from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const waiting = statement<{ count: number }>(
  'portal_test_waiting',
  `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
);

/** Until that many wait for a lock. */
async function untilWaiting({ db }: TestApp, count: number): Promise<void> {
  while ((await db.query(waiting, []))[0]?.count !== count) await pause(20);
}

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

    test.runIf(kind === 'postgres')('is not made of a proof that an invitation ends at the same time', async () => {
      const { operatorId, key } = await operator(app, 'late-passkey@bank.example', ['VIEWER']);
      const token = await proveSignIn(app, key);
      const begun = await app.db.transaction(async (sql) => {
        await lockOperator(sql, portalTenantId, operatorId);
        const reply = fromPage(app, '/v1/portal/session', { token });
        await untilWaiting(app, 1);
        await endEarlierActions(sql, app.app.context, operatorId, app.runtime.ids.uuid());
        await endOperatorSessions(sql, portalTenantId, operatorId);
        return { reply };
      });
      expect((await begun.reply).body.errorCode).toBe('invalid_token');
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

  // Each hash is slow on purpose, and what is stored has no dialect: one kind of database is enough.
  describe.runIf(kind === 'postgres')('a password and an authenticator app', () => {
    // Of another half minute than the code before.
    const next = () => app.runtime.advance(30_000);
    const wrongCode = (code: string) => (code.startsWith('1') ? '2' : '1') + code.slice(1);
    const byPassword = (operatorId: string) => ({ type: 'operator.signed_in', kind: 'operator', id: operatorId });

    test('are set up with an invitation, once; then both let in, and a code that was used counts for nothing else', async () => {
      const email = 'types@bank.example';
      const invitation = await inviteOperator(app, email, ['ADMIN']);
      const own = await setUpApp(app, invitation);
      const wrong = await redeemByPassword(app, invitation, { ...own, code: () => wrongCode(own.code()) });
      expect([wrong.status, wrong.headers['set-cookie']]).toEqual([403, undefined]);
      const came = await redeemByPassword(app, invitation, own);
      expect(came.body, came.text).toMatchObject({ email, stepUpBy: 'app', tenants: [{ roles: ['ADMIN'] }] });
      expect(came.body.stepUpUntil).toBeDefined();
      await next();
      expect((await redeemByPassword(app, invitation, own)).body.errorCode).toBe('gone');

      const code = own.code();
      const signedInAgain = await signInByPassword(app, 'TYPES@bank.example', code);
      expect(signedInAgain.body, signedInAgain.text).toMatchObject({ email, stepUpBy: 'app' });
      expect((await signInByPassword(app, email, code)).status).toBe(403);
      const { call } = signedIn(app, softwareKey(), signedInAgain, app.tenant.tenantId);
      const invite = () =>
        call('POST', '/v1/portal/members', { email: 'any@bank.example', name: 'Any', roles: ['VIEWER'] });
      const stepUp = (verificationCode: string) => call('POST', '/v1/portal/step-up/app', { verificationCode });
      expect((await stepUp(code)).status).toBe(403);
      await app.runtime.advance(5 * 60_000);
      expect((await invite()).body.errorCode).toBe('step_up_required');
      expect((await stepUp(wrongCode(own.code()))).status).toBe(403);
      const fresh = own.code();
      expect((await stepUp(fresh)).body.stepUpUntil).toBeDefined();
      expect((await signInByPassword(app, email, fresh)).status).toBe(403);
      expect((await invite()).status).toBe(200);
      const { events } = await dump(app);
      const { operatorId } = signedInAgain.body;
      expect(events.filter((event) => JSON.stringify(event) === JSON.stringify(byPassword(operatorId)))).toHaveLength(
        4,
      );
    });

    describe('under attack', () => {
      test('are asked for together: one answer to a wrong one, to an address of nobody and to one with a passkey', async () => {
        const { email, code } = await passwordOperator(app, 'oracle@bank.example', ['VIEWER']);
        await operator(app, 'has-passkey@bank.example', ['VIEWER']);
        await next();
        let hashes = 0;
        const hook = createHook({ init: (_id, type) => void (hashes += type === 'SCRYPTREQUEST' ? 1 : 0) }).enable();
        const replies = [
          await signInByPassword(app, email, code(), { password: `${testPassword}!` }),
          await signInByPassword(app, email, wrongCode(code())),
          await signInByPassword(app, email, wrongCode(code()), { password: 'x' }),
          await signInByPassword(app, 'nobody@bank.example', code()),
          await signInByPassword(app, 'has-passkey@bank.example', code()),
        ];
        hook.disable();
        expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
        expect(replies[0]?.status).toBe(403);
        // The time of a guess tells nothing either: each had its slow hash.
        expect(hashes).toBe(5);
        // A text that is no code is no guess.
        expect((await signInByPassword(app, email, 'abc')).status).toBe(403);
        expect((await signInByPassword(app, email, code())).status).toBe(200);
      });

      test('wait after five wrong guesses, with or without a password; a passkey lets in meanwhile, and so does an invitation', async () => {
        const guessed = await operator(app, 'guessed@bank.example', ['VIEWER']);
        const { email, code } = await passwordOperator(app, 'waits@bank.example', ['VIEWER']);
        await next();
        const tries = async (address: string) => {
          for (let n = 0; n < 5; n += 1) {
            const reply = await signInByPassword(app, address, wrongCode(code()), { password: 'wrong' });
            expect(reply.status).toBe(403);
          }
          const { status, headers, body } = await signInByPassword(app, address, code());
          return [status, headers['retry-after'], body];
        };
        const waits = await tries(email);
        expect(waits.slice(0, 2)).toEqual([429, '30']);
        expect(await tries(guessed.email)).toEqual(waits);
        await expect(proveSignIn(app, guessed.key)).resolves.toBeDefined();
        const invitation = await inviteOperator(app, email, ['VIEWER']);
        const fresh = await setUpApp(app, invitation);
        expect((await redeemByPassword(app, invitation, fresh)).status).toBe(200);
        await next();
        expect((await signInByPassword(app, email, fresh.code())).status).toBe(200);
      });

      test('count by when they came, however long the password waits for its turn', async () => {
        const { email, code } = await passwordOperator(app, 'takes-turns@bank.example', ['VIEWER']);
        await next();
        let tellBegun = (): void => undefined;
        const isHashing = new Promise<void>((done) => {
          tellBegun = done;
        });
        const hook = createHook({
          init(_id, type) {
            if (type === 'SCRYPTREQUEST') tellBegun();
          },
        }).enable();
        const reply = signInByPassword(app, email, code());
        await isHashing;
        await app.runtime.advance(90_000);
        hook.disable();
        expect((await reply).status).toBe(200);
      });

      test('lock the app after twenty wrong step-ups; it is said that an invitation is the way back', async () => {
        const own = await passwordOperator(app, 'locked@bank.example', ['VIEWER']);
        await next();
        const stepUp = (who: Operator, verificationCode: string) =>
          who.call('POST', '/v1/portal/step-up/app', { verificationCode });
        expect((await stepUp(own, wrongCode(own.code()))).status).toBe(403);
        // The waits between twenty would outlast the session.
        await app.db.script(
          `update guess_budgets set failures_since_reset = 20 where subject in (
             select 'authenticator:' || authenticator_id from authenticators where user_id = '${own.operatorId}'
           )`,
        );
        const locked = await stepUp(own, own.code());
        expect([locked.status, locked.headers['retry-after'], locked.body.errorDescription]).toEqual([
          403,
          undefined,
          expect.stringContaining('Ask an admin to invite you again'),
        ]);
        const invitation = await inviteOperator(app, own.email, ['VIEWER']);
        const fresh = await setUpApp(app, invitation);
        const back = signedIn(app, softwareKey(), await redeemByPassword(app, invitation, fresh));
        await next();
        expect((await stepUp(back, fresh.code())).status).toBe(200);
      });

      test('let in once by a code and redeem once by an invitation, however many ask at once', async () => {
        const invitation = await inviteOperator(app, 'races@bank.example', ['VIEWER']);
        const apps = [await setUpApp(app, invitation), await setUpApp(app, invitation)];
        const redeemed = await Promise.all(apps.map((own) => redeemByPassword(app, invitation, own)));
        expect(redeemed.map(({ status }) => status).toSorted()).toEqual([200, 410]);
        const own = apps[redeemed.findIndex(({ status }) => status === 200)];
        await next();
        const code = own?.code() ?? '';
        const tries = await Promise.all([1, 2, 3].map(() => signInByPassword(app, 'races@bank.example', code)));
        expect(tries.map(({ status }) => status).toSorted()).toEqual([200, 403, 403]);
      });

      test('lose against an invitation that is redeemed at the same time', async () => {
        const own = await passwordOperator(app, 'late@bank.example', ['VIEWER']);
        const { operatorId } = own;
        await next();
        const stored = { operatorId, hashSealed: Buffer.from('of the invitation') };
        const begun = await app.db.transaction(async (sql) => {
          await lockOperator(sql, portalTenantId, operatorId);
          const replies = Promise.all([
            signInByPassword(app, own.email, own.code()),
            own.call('POST', '/v1/portal/password', { password: 'a password of whoever took it over' }),
          ]);
          // Both have proved or sealed what they need.
          await untilWaiting(app, 2);
          await deleteOperatorPassword(sql, portalTenantId, operatorId);
          await endOperatorSessions(sql, portalTenantId, operatorId);
          await createOperatorPassword(sql, portalTenantId, stored, app.runtime.clock.now());
          return { replies };
        });
        expect((await begun.replies).map(({ status }) => status)).toEqual([403, 404]);
        expect(await isPasswordStored(app.db, portalTenantId, stored)).toBe(true);
      });

      test('end with the next invitation, with the operator, and with a password that was changed', async () => {
        const back = await passwordOperator(app, 'to-passkey@bank.example', ['VIEWER']);
        const reply = await redeem(app, await inviteOperator(app, back.email, ['VIEWER']), softwareKey());
        expect(reply.body, reply.text).toMatchObject({ operatorId: back.operatorId, stepUpBy: 'authenticator' });
        expect((await back.call('GET', '/v1/portal/session')).status).toBe(401);
        const admin = await operator(app, 'removes@bank.example', ['ADMIN']);
        const removed = await passwordOperator(app, 'removed@bank.example', ['VIEWER']);
        expect((await admin.call('DELETE', `/v1/portal/members/${removed.operatorId}`)).status).toBe(204);
        await next();
        for (const { email, code } of [back, removed]) {
          expect((await signInByPassword(app, email, code())).status).toBe(403);
        }
        expect((await dump(app)).passwords.filter((id) => id === back.operatorId || id === removed.operatorId)).toEqual(
          [],
        );
      });

      test('change under a proof: other sessions end, it is told by mail, and a password that is guessed first is refused', async () => {
        const own = await passwordOperator(app, 'changes-it@bank.example', ['VIEWER']);
        await next();
        const other = await signInByPassword(app, own.email, own.code());
        const change = (password: string) => own.call('POST', '/v1/portal/password', { password });
        for (const [weak, why] of [
          ['short', 'fewer than 12'],
          ['x'.repeat(129), 'more than 128'],
          ['P@ssw0rd1234', 'guessed first'],
          ['abcabcabcabc', 'guessed first'],
          ['987654321098', 'guessed first'],
          ['changes-it@bank.example', 'your address'],
          ['test tenant 2026', 'your company'],
        ] as const) {
          const reply = await change(weak);
          expect([reply.status, reply.body.errorDescription], weak).toEqual([400, expect.stringContaining(why)]);
        }
        const better = 'seven lamps above a green harbour';
        expect((await change(better)).status).toBe(204);
        expect((await own.call('GET', '/v1/portal/session')).status).toBe(200);
        const elsewhere = signedIn(app, softwareKey(), other);
        expect((await elsewhere.call('GET', '/v1/portal/session')).status).toBe(401);
        await next();
        expect((await signInByPassword(app, own.email, own.code())).status).toBe(403);
        expect((await signInByPassword(app, own.email, own.code(), { password: better })).status).toBe(200);
        const subjects = app
          .mail()
          .filter(({ to }) => to === own.email)
          .map(({ subject }) => subject);
        expect(subjects).toContain('Your password for the portal was changed (Test tenant)');
        await app.runtime.advance(5 * 60_000);
        expect((await change(testPassword)).body.errorCode).toBe('step_up_required');
        const { call } = await operator(app, 'has-none@bank.example', ['VIEWER']);
        expect((await call('POST', '/v1/portal/password', { password: better })).status).toBe(404);
      });

      test('come in by nothing else: not by the client API, the app of another invitation, a planted cookie or where they are off', async () => {
        const own = await passwordOperator(app, 'sure@bank.example', ['VIEWER']);
        // An app without a password would let in whoever has a token of an invitation.
        const invited = await inviteOperator(app, 'asks@bank.example', ['VIEWER']);
        const another = await inviteOperator(app, 'asks-too@bank.example', ['VIEWER']);
        expect((await redeemByPassword(app, invited, await setUpApp(app, another))).body.errorCode).toBe(
          'invalid_token',
        );
        const { token } = (await fromPage(app, '/v1/portal/invitations/redeem', { invitation: invited })).body;
        const started = await app.call('POST', '/v1/client/user-authenticators/totp', { token, body: {} });
        expect(started.body.errorCode).toBe('invalid_configuration');
        // Nor does an app get a token with which a passkey could be added.
        expect((await own.call('POST', '/v1/portal/step-up', {})).status).toBe(403);
        await next();
        const reply = await signInByPassword(app, own.email, own.code(), { secret: 'planted' });
        expect(secretOf(reply)).toMatch(/^[\w-]{43}$/);
        const off = await testApp(kind, {
          anonymousRateLimit: 100_000,
          db: app.db,
          seed: 'off',
          takesPasswords: false,
        });
        expect((await off.call('GET', '/v1/portal/sign-in', { key: null })).body).toEqual({ password: false });
        await next();
        expect((await signInByPassword(off, own.email, own.code())).body.errorCode).toBe('invalid_configuration');
        const begun = await fromPage(off, '/v1/portal/invitations/app', { invitation: another });
        expect(begun.body.errorCode).toBe('invalid_configuration');
        await off.app.server.close();
        expect(app.logText()).not.toContain(testPassword);
        expect((await dump(app)).rows).not.toContain(testPassword);
      });
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
  const passwords = await app.db.query(
    statement<{ id: string }>('portal_test_passwords', 'select operator_id::text as id from operator_passwords'),
    [],
  );
  return { rows: texts.join('\n'), events, passwords: passwords.map(({ id }) => id) };
}
