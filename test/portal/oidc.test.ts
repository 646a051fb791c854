/** Operators who sign in at an issuer of OpenID Connect: whose account it is, what comes back, and what it is not enough for. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { oidcCookie, operatorCookie } from '../../src/contract/apis.ts';
import { statement } from '../../src/storage/sql.ts';
import { softwareKey } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { startIssuer } from '../rig/issuer.ts';
import type { TestIssuer } from '../rig/issuer.ts';
import {
  fromPage,
  inviteOperator,
  makePasskey,
  operator,
  portalBrowser,
  proveSignIn,
  redeem,
  signedIn,
} from '../rig/portal.ts';
import type { PortalBrowser } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const limits = { anonymousRateLimit: 100_000, managementRateLimit: 100_000 };

describe.each(databaseKinds)('on the %s database', (kind) => {
  let issuer: TestIssuer;
  let app: TestApp;
  let node: TestApp;
  beforeAll(async () => {
    issuer = await startIssuer();
    app = await testApp(kind, { ...limits, oidc: issuer.options });
    // It shares the database and the master key, and nothing in memory.
    node = await testApp(kind, { ...limits, oidc: issuer.options, db: app.db, seed: 'other' });
  });
  afterAll(async () => {
    await node.app.server.close();
    await app.close();
    await issuer.stop();
  });
  afterEach(() => {
    issuer.claims = {};
    issuer.userInfo = {};
    issuer.status = 200;
  });

  const verified = (email: string) => ({ email, email_verified: true });

  /** Goes to the issuer. Returns where. */
  async function leave(browser: PortalBrowser, path = '/v1/portal/oidc', body: object = {}): Promise<string> {
    const reply = await browser.call('POST', path, body);
    if (reply.status !== 200) throw new Error(reply.text);
    return String(reply.body.url);
  }

  const back = (browser: PortalBrowser, response: string, path = '/v1/portal/oidc/session') =>
    browser.call('POST', path, { response });

  /** Signs in at the issuer, from the sign-in page or from an invitation. */
  async function comeIn(
    sub: string,
    { browser = portalBrowser(app), ...body }: { browser?: PortalBrowser; invitation?: string } = {},
  ): Promise<{ readonly browser: PortalBrowser; readonly reply: TestReply }> {
    const reply = await back(browser, issuer.visit(await leave(browser, '/v1/portal/oidc', body), sub));
    return { browser, reply };
  }

  /** An operator whose account at the issuer is named as they are. */
  async function bound(name: string, roles: readonly string[] = ['ADMIN']) {
    issuer.userInfo = verified(`${name}@bank.example`);
    const invitation = await inviteOperator(app, `${name}@bank.example`, roles);
    const { browser, reply } = await comeIn(name, { invitation });
    if (reply.status !== 200) throw new Error(reply.text);
    return { browser, operatorId: String(reply.body.session.operatorId), token: String(reply.body.token) };
  }

  const invite = (browser: PortalBrowser, email: string) =>
    browser.call('POST', '/v1/portal/members', { email, name: 'New', roles: ['VIEWER'] }, app.tenant.tenantId);

  /** Proves it again at the issuer, where `sub` signs in now. */
  async function stepUp(browser: PortalBrowser, sub: string, claims: object = {}): Promise<TestReply> {
    issuer.claims = { auth_time: app.runtime.clock.now() / 1000, ...claims };
    const response = issuer.visit(await leave(browser, '/v1/portal/step-up/oidc'), sub);
    return back(browser, response, '/v1/portal/step-up/oidc/confirm');
  }

  test('before anybody was invited nobody can sign in, and a server without an issuer says so', async () => {
    const alone = await testApp(kind, limits);
    expect((await alone.call('GET', '/v1/portal/sign-in', { key: null })).body).toEqual({ password: true });
    expect((await portalBrowser(alone).call('POST', '/v1/portal/oidc', {})).status).toBe(404);
    await inviteOperator(alone, 'first@bank.example', ['ADMIN']);
    expect((await portalBrowser(alone).call('POST', '/v1/portal/oidc', {})).body.errorCode).toBe(
      'invalid_configuration',
    );
    await alone.close();
    expect((await app.call('GET', '/v1/portal/sign-in', { key: null })).body).toEqual({
      password: true,
      oidc: { name: 'Bank login' },
    });
  });

  describe('an invitation', () => {
    test('with its address verified makes the account theirs; then any node lets them in by it', async () => {
      const watching = await operator(app, 'watches@bank.example', ['ADMIN']);
      issuer.userInfo = verified('ADA@Bank.example');
      const invitation = await inviteOperator(app, 'ada@bank.example', ['ANALYST']);
      const { reply } = await comeIn('ada', { invitation });
      expect(reply.status, reply.text).toBe(200);
      expect(reply.body.session).toMatchObject({
        email: 'ada@bank.example',
        stepUpBy: 'issuer',
        tenants: [{ roles: ['ANALYST'] }],
      });
      expect(reply.body.session.stepUpUntil).toBeUndefined();
      expect(String(reply.headers['set-cookie'])).toMatch(
        /sallyport-operator=[\w-]{43}; .*HttpOnly; Secure; SameSite=Strict/,
      );
      expect((await fromPage(app, '/v1/portal/invitations/redeem', { invitation })).status).toBe(410);
      await app.runtime.advance(10_000);
      expect(app.mail().find(({ to }) => to === watching.email)?.subject).toBe('An operator came in (Test tenant)');
      // The address no longer counts: people change theirs.
      issuer.userInfo = {};
      const browser = portalBrowser(app);
      const url = await leave(browser);
      await node.app.context.published.refresh();
      const elsewhere = portalBrowser(node);
      for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value);
      const again = await back(elsewhere, issuer.visit(url, 'ada'));
      expect(again.body.session, again.text).toMatchObject({ email: 'ada@bank.example' });
    });

    test.each([
      ['not verified', { email: 'bob@bank.example', email_verified: false }],
      ['verified in a way that is none', { email: 'bob@bank.example', email_verified: 'true' }],
      ['not told', {}],
      ['another one', { email: 'bobby@bank.example', email_verified: true }],
    ])('stays open where the address is %s', async (_what, userInfo) => {
      issuer.userInfo = userInfo;
      const invitation = await inviteOperator(app, 'bob@bank.example', ['VIEWER']);
      const { reply } = await comeIn('bob', { invitation });
      expect([reply.status, reply.body.errorDescription]).toEqual([403, expect.stringMatching(/email address/)]);
      expect((await redeem(app, invitation, softwareKey())).status).toBe(200);
    });

    test('gives no account to a second operator, and no second account to one', async () => {
      await bound('carol');
      const invitation = await inviteOperator(app, 'second@bank.example', ['VIEWER']);
      issuer.userInfo = verified('second@bank.example');
      expect((await comeIn('carol', { invitation })).reply.status).toBe(409);
      expect((await comeIn('second', { invitation })).reply.status).toBe(200);
      expect((await comeIn('third')).reply.body.errorDescription).toContain('No operator here');
    });

    test('is the way back: it ends the account, and what was begun with it', async () => {
      const { browser, operatorId } = await bound('dan', ['VIEWER']);
      const begun = portalBrowser(app);
      const url = await leave(begun);
      const reply = await redeem(app, await inviteOperator(app, 'dan@bank.example', ['VIEWER']), softwareKey());
      expect(reply.body).toMatchObject({ operatorId, stepUpBy: 'authenticator' });
      expect((await browser.call('GET', '/v1/portal/session')).status).toBe(401);
      expect((await back(begun, issuer.visit(url, 'dan'))).status).toBe(403);
    });

    test('that was replaced meanwhile, or is over, counts no more', async () => {
      issuer.userInfo = verified('eve@bank.example');
      const older = await inviteOperator(app, 'eve@bank.example', ['VIEWER']);
      const browser = portalBrowser(app);
      const url = await leave(browser, '/v1/portal/oidc', { invitation: older });
      await inviteOperator(app, 'eve@bank.example', ['VIEWER']);
      expect((await back(browser, issuer.visit(url, 'eve'))).status).toBe(410);
      expect((await browser.call('POST', '/v1/portal/oidc', { invitation: older })).status).toBe(410);
    });
  });

  // What is refused is the same on both.
  describe.runIf(kind === 'postgres')('what comes back', () => {
    test('counts once, and only in the browser that began it', async () => {
      await bound('fay');
      const mine = portalBrowser(app);
      const response = issuer.visit(await leave(mine), 'fay');
      const others = portalBrowser(app);
      expect((await back(others, response)).body.errorCode).toBe('invalid_token');
      await leave(others);
      expect((await back(others, response)).body.errorCode).toBe('invalid_token');
      const kept = mine.cookies.get(oidcCookie) ?? '';
      const { exchanges } = issuer;
      expect((await back(mine, response)).status).toBe(200);
      expect(mine.cookies.has(oidcCookie)).toBe(false);
      // Also after the session has ended, by which a proof is known to be used.
      await mine.call('DELETE', '/v1/portal/session');
      mine.cookies.set(oidcCookie, kept);
      expect((await back(mine, response)).body.errorCode).toBe('invalid_token');
      expect(issuer.exchanges).toBe(exchanges + 1);
    });

    test('replaces a session that the browser had before, and its secret (A41)', async () => {
      const { browser } = await bound('gus');
      const before = browser.cookies.get(operatorCookie) ?? '';
      await comeIn('gus', { browser });
      const after = browser.cookies.get(operatorCookie);
      expect(after).not.toBe(before);
      browser.cookies.set(operatorCookie, before);
      expect((await browser.call('GET', '/v1/portal/session')).status).toBe(401);
    });

    test.each<[string, Readonly<Record<string, string | undefined>>, Readonly<Record<string, unknown>>]>([
      ['another state', { state: 'sign-in.x' }, {}],
      ['no state', { state: undefined }, {}],
      ['another issuer in the address', { iss: 'https://evil.example' }, {}],
      ['no issuer in the address, where this one always tells it', { iss: undefined }, {}],
      ['a code that the issuer does not know', { code: 'x' }, {}],
      ['an error', { code: undefined, error: 'access_denied', error_description: '<b>Call 555</b>' }, {}],
      ['another nonce', {}, { nonce: 'x' }],
      ['an ID token of another issuer', {}, { iss: 'https://evil.example' }],
      ['an ID token for another client', {}, { aud: 'another' }],
      ['an ID token that has expired', {}, { exp: 1_600_000_000 }],
    ])('is refused with %s, and says nothing of what was sent', async (_what, changes, claims) => {
      await bound('hal').catch(() => undefined);
      issuer.claims = claims;
      const browser = portalBrowser(app);
      const reply = await back(browser, issuer.visit(await leave(browser), 'hal', changes));
      expect([401, 403], reply.text).toContain(reply.status);
      expect(reply.text).not.toMatch(/evil|555/);
      expect(browser.cookies.has(operatorCookie)).toBe(false);
    });

    test('is refused with an ID token that nobody signed whom the issuer names; new keys are learnt', async () => {
      await bound('ida');
      await issuer.rotate(false);
      expect((await comeIn('ida')).reply.status).toBe(403);
      await issuer.rotate(true);
      app.runtime.moveTo(app.runtime.clock.now() + 20_000);
      await comeIn('ida');
      expect((await comeIn('ida')).reply.status).toBe(200);
    });

    test('is refused after ten minutes, and of an operator who was removed meanwhile', async () => {
      const admin = await operator(app, 'removes@bank.example', ['ADMIN']);
      const { operatorId } = await bound('jon', ['VIEWER']);
      const late = portalBrowser(app);
      const removed = portalBrowser(app);
      const [url, other] = [await leave(late), await leave(removed)];
      await admin.call('DELETE', `/v1/portal/members/${operatorId}`);
      expect((await back(removed, issuer.visit(other, 'jon'))).status).toBe(403);
      await app.runtime.advance(10 * 60_000);
      expect((await back(late, issuer.visit(url, 'jon'))).body.errorCode).toBe('expired_token');
    });

    test('is no use as something else: a sign-in is no step-up, nor the other way round', async () => {
      const { browser } = await bound('kim');
      issuer.claims = { auth_time: app.runtime.clock.now() / 1000 };
      const signIn = issuer.visit(await leave(browser), 'kim');
      expect((await back(browser, signIn, '/v1/portal/step-up/oidc/confirm')).body.errorCode).toBe('invalid_token');
      const proof = issuer.visit(await leave(browser, '/v1/portal/step-up/oidc'), 'kim');
      expect((await back(browser, proof)).body.errorCode).toBe('invalid_token');
    });
  });

  test.runIf(kind === 'postgres')('an issuer that does not answer is told of in words, and tried again', async () => {
    await bound('lea');
    for (const status of [0, 503]) {
      const browser = portalBrowser(app);
      const url = await leave(browser);
      issuer.status = status;
      const reply = await back(browser, issuer.visit(url, 'lea'));
      expect([reply.status, reply.body.errorDescription]).toEqual([503, expect.stringContaining('Bank login')]);
      issuer.status = 200;
    }
    const fresh = await testApp(kind, { ...limits, oidc: issuer.options });
    await inviteOperator(fresh, 'lea@bank.example', ['ADMIN']);
    issuer.status = 0;
    const begun = await portalBrowser(fresh).call('POST', '/v1/portal/oidc', {});
    expect([begun.status, begun.body.errorDescription]).toEqual([503, expect.stringContaining('Bank login')]);
    issuer.status = 200;
    expect((await portalBrowser(fresh).call('POST', '/v1/portal/oidc', {})).status).toBe(200);
    expect((await comeIn('lea')).reply.status).toBe(200);
    await fresh.close();
  });

  describe.runIf(kind === 'postgres')('what is dangerous', () => {
    test('is not permitted by signing in at the issuer, but by signing in there again just now', async () => {
      const { browser } = await bound('mia');
      expect((await invite(browser, 'a@bank.example')).body.errorCode).toBe('step_up_required');
      const asked = new URL(await leave(browser, '/v1/portal/step-up/oidc')).searchParams;
      expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0']);
      const reply = await stepUp(browser, 'mia');
      expect(reply.body.stepUpUntil, reply.text).toBeDefined();
      expect((await invite(browser, 'a@bank.example')).status).toBe(200);
      await app.runtime.advance(5 * 60_000);
      expect((await invite(browser, 'b@bank.example')).body.errorCode).toBe('step_up_required');
    });

    test.each<[string, string, (nowMs: number) => object]>([
      ['does not say when', 'auth_time', () => ({ auth_time: undefined })],
      [
        'lets somebody in by a session of more than a minute ago',
        'sign in again',
        (now) => ({ auth_time: now / 1000 - 61 }),
      ],
      ['says that it will be', 'sign in again', (now) => ({ auth_time: now / 1000 + 61 })],
    ])('is refused in words where the issuer %s', async (_what, words, claims) => {
      const { browser } = await bound('nia').catch(async () => comeIn('nia'));
      const reply = await stepUp(browser, 'nia', claims(app.runtime.clock.now()));
      expect([reply.status, reply.body.errorDescription]).toEqual([403, expect.stringContaining(words)]);
      expect((await invite(browser, 'c@bank.example')).body.errorCode).toBe('step_up_required');
    });

    test('needs the context that the server asks for', async () => {
      const strict = await testApp(kind, { ...limits, oidc: { ...issuer.options, stepUpAcrs: ['mfa', 'phr'] } });
      issuer.userInfo = verified('oda@bank.example');
      const invitation = await inviteOperator(strict, 'oda@bank.example', ['ADMIN']);
      const browser = portalBrowser(strict);
      const arrive = async (path: string, body: object, claims: object) => {
        issuer.claims = { auth_time: strict.runtime.clock.now() / 1000, ...claims };
        const url = await leave(browser, path, body);
        const end = path.endsWith('step-up/oidc') ? '/confirm' : '/session';
        return { url, reply: await back(browser, issuer.visit(url, 'oda'), `${path}${end}`) };
      };
      await arrive('/v1/portal/oidc', { invitation }, {});
      for (const acr of ['pwd', undefined]) {
        const { url, reply } = await arrive('/v1/portal/step-up/oidc', {}, { acr });
        expect(new URL(url).searchParams.get('acr_values')).toBe('mfa phr');
        expect(reply.status).toBe(403);
      }
      expect((await arrive('/v1/portal/step-up/oidc', {}, { acr: 'phr' })).reply.status).toBe(200);
      await strict.close();
    });

    test('a stolen cookie passes no step-up: not by another account, an old response, another session or a key of the thief', async () => {
      const { browser } = await bound('pia');
      const thief = portalBrowser(app);
      thief.cookies.set(operatorCookie, browser.cookies.get(operatorCookie) ?? '');
      expect((await stepUp(thief, 'mallory')).body.errorDescription).toContain('another account');
      // What the operator proved for a session of theirs elsewhere.
      const { browser: elsewhere } = await comeIn('pia');
      const response = issuer.visit(await leave(elsewhere, '/v1/portal/step-up/oidc'), 'pia');
      thief.cookies.set(oidcCookie, elsewhere.cookies.get(oidcCookie) ?? '');
      expect((await back(thief, response, '/v1/portal/step-up/oidc/confirm')).body.errorCode).toBe('invalid_token');
      expect((await back(elsewhere, response, '/v1/portal/step-up/oidc/confirm')).status).toBe(200);
      // No token with which a first passkey could be made.
      const begun = await thief.call('POST', '/v1/portal/step-up', {});
      expect([begun.status, begun.body.token]).toEqual([403, undefined]);
      expect((await invite(thief, 'd@bank.example')).body.errorCode).toBe('step_up_required');
    });

    test('asks for the passkey of who has one, never for the issuer', async () => {
      const { browser, token, operatorId } = await bound('quin');
      const key = softwareKey();
      const made = await makePasskey(app, token, key);
      expect(made.body, made.text).toMatchObject({ operatorId, stepUpBy: 'authenticator' });
      const { browser: again, reply } = await comeIn('quin', { browser });
      expect(reply.body.session).toMatchObject({ stepUpBy: 'authenticator' });
      expect((await again.call('POST', '/v1/portal/step-up/oidc', {})).status).toBe(403);
      expect((await invite(again, 'e@bank.example')).body.errorCode).toBe('step_up_required');
      const secret = again.cookies.get(operatorCookie) ?? '';
      const asOperator = signedIn(
        app,
        key,
        { ...reply, body: reply.body.session, headers: { 'set-cookie': `${operatorCookie}=${secret}` } },
        app.tenant.tenantId,
      );
      expect((await asOperator.stepUp()).status).toBe(200);
      expect((await invite(again, 'e@bank.example')).status).toBe(200);
      expect(await proveSignIn(app, key)).toBeTruthy();
    });
  });

  test('a passkey is offered only with the invitation, and its token is over when a newer one is redeemed', async () => {
    const { token } = await bound('rae');
    await redeem(app, await inviteOperator(app, 'rae@bank.example', ['ADMIN']), softwareKey());
    const path = '/v1/client/user-authenticators/passkey/registration-options';
    expect((await app.call('POST', path, { token, body: {} })).status).toBe(403);
    const { browser } = await bound('sue');
    const { reply } = await comeIn('sue', { browser });
    expect(reply.body.token).toBeUndefined();
  });

  test.runIf(kind === 'postgres')(
    'no secret of it is in the log or the database, and the audit log names the issuer',
    async () => {
      const { operatorId } = await bound('tom');
      const browser = portalBrowser(app);
      const url = await leave(browser);
      const sealed = browser.cookies.get(oidcCookie) ?? '';
      const response = issuer.visit(url, 'tom');
      await back(browser, response);
      const rows = await app.db.query(
        statement<{ row: string }>(
          'oidc_test_rows',
          `select t::text as row from operator_identities t union all select t::text from used_oidc_flows t
         union all select t::text from operator_sessions t union all select t::text from audit_events t`,
        ),
        [],
      );
      const text = rows.map(({ row }) => row).join('\n');
      const secrets = [issuer.options.clientSecret, sealed, new URLSearchParams(response).get('code') ?? '?'];
      for (const secret of [...secrets, new URL(url).searchParams.get('state') ?? '?']) {
        expect(text).not.toContain(secret);
        expect(app.logText()).not.toContain(secret);
      }
      const signIns = rows.filter(({ row }) => row.includes('operator.signed_in') && row.includes(operatorId));
      expect(signIns.at(-1)?.row).toContain(issuer.options.issuer);
    },
  );

  test.runIf(kind === 'postgres')('of two who come back with the same at once, one comes in', async () => {
    await bound('uma');
    const browser = portalBrowser(app);
    const response = issuer.visit(await leave(browser), 'uma');
    const twins = Array.from({ length: 4 }, () => {
      const twin = portalBrowser(app);
      for (const [name, value] of browser.cookies) twin.cookies.set(name, value);
      return twin;
    });
    const replies = await Promise.all(twins.map((twin) => back(twin, response)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401]);
  });
});
