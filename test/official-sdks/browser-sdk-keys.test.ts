/** The unmodified browser SDK in a real Chromium with a virtual authenticator, on a page of the tenant's app. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAuthenticator, startSite } from '../ui/site.ts';
import type { OpenPage, Site } from '../ui/site.ts';

const bundle = await readFile(
  fileURLToPath(new URL('../../node_modules/@authsignal/browser/dist/index.min.js', import.meta.url)),
  'utf8',
);

/** What the SDK returns or throws, as far as it can be passed out of the page. */
interface Outcome {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly errorCode?: string;
  readonly thrown?: string;
}

describe('the browser SDK', () => {
  let site: Site;
  let people = 0;
  let open: OpenPage;
  beforeAll(async () => {
    site = await startSite(`<input autocomplete="username webauthn"><script>${bundle}</script>`);
  });
  afterAll(() => site.stop());
  beforeEach(async () => {
    open = await site.open();
    await open.page.goto(site.appUrl);
  });
  afterEach(async () => {
    expect(open.problems).toEqual([]);
    await open.close();
  });

  const newUser = () => `browser-user-${(people += 1)}`;
  const tracked = async (userId: string, body: object = {}, action = 'pay') =>
    (await site.track(userId, action, body)).token;
  const tenantOf = (token: string) =>
    String(
      (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { aud: string }).aud
        .split('/')
        .at(-1),
    );
  let tenantId = '';

  /** Calls the SDK in the page as an app would: `passkey.signIn` with these parameters. */
  async function call(page: Page, method: string, parameters: object = {}): Promise<Outcome> {
    tenantId ||= tenantOf(await tracked('nobody'));
    return page.evaluate(
      async ([name = '', given, tenant, baseUrl]) => {
        const { Authsignal } = (globalThis as never as { authsignal: { Authsignal: new (options: object) => never } })
          .authsignal;
        type Client = Record<string, Record<string, (parameters: object) => Promise<Outcome>>>;
        const holder = globalThis as never as { client?: Client };
        holder.client ??= new Authsignal({ tenantId: tenant, baseUrl }) as Client;
        const [part = '', verb = ''] = String(name).split('.');
        try {
          const { setToken, ...rest } = given as { setToken?: string };
          if (setToken !== undefined) (holder.client as never as { setToken(token: string): void }).setToken(setToken);
          return (await holder.client[part]?.[verb]?.call(holder.client[part], rest)) ?? { thrown: 'nothing' };
        } catch (error) {
          return { thrown: String(error) };
        }
      },
      [method, parameters, tenantId, `${site.url}/v1`] as const,
    );
  }

  async function signedUp(page: Page): Promise<{ userId: string; token: string }> {
    const userId = newUser();
    const outcome = await call(page, 'passkey.signUp', { token: await tracked(userId), username: userId });
    expect(outcome.data?.['token'], JSON.stringify(outcome)).toEqual(expect.any(String));
    return { userId, token: String(outcome.data?.['token']) };
  }

  test('signs up, and the app’s backend validates the token', async () => {
    await addAuthenticator(open.page);
    const { userId, token } = await signedUp(open.page);
    expect(await site.validate(token)).toMatchObject({
      isValid: true,
      userId,
      verificationMethod: 'PASSKEY',
      assurance: 'high',
    });
    const [authenticator] = (await site.api('GET', `/v1/users/${userId}/authenticators`)) as never as [
      { username: string; webauthnCredential: object },
    ];
    expect(authenticator).toMatchObject({
      username: userId,
      authenticatorAttachment: 'platform',
      webauthnCredential: { parsedUserAgent: { browser: { name: expect.stringMatching(/Chrome/) } } },
    });
    expect(await open.page.evaluate(`localStorage.getItem('as_user_passkey_map')`)).toContain(userId);
  });

  test('signs in for a tracked action, for an action that it names, and without an action', async () => {
    await addAuthenticator(open.page);
    const { userId } = await signedUp(open.page);
    for (const [parameters, action] of [
      [{ token: await tracked(userId, {}, 'transfer') }, 'transfer'],
      [{ action: 'login' }, 'login'],
      [{}, 'signInWithPasskey'],
    ] as const) {
      const { data, ...rest } = await call(open.page, 'passkey.signIn', parameters);
      expect(data, JSON.stringify(rest)).toMatchObject({ isVerified: true, userId, username: userId });
      expect(await site.validate(String(data?.['token']))).toMatchObject({ isValid: true, userId, action });
    }
  });

  test('ruling 36: signs in before the backend has tracked the action, which its own track then decides', async () => {
    await addAuthenticator(open.page);
    const { userId } = await signedUp(open.page);
    await site.manage('POST', '/action-configurations', { actionCode: 'order', defaultUserActionResult: 'ALLOW' });
    const conditions = { '>': [{ var: 'custom.amount' }, 1000] };
    const rule = { name: 'Large', isActive: true, priority: 0, type: 'BLOCK', conditions };
    await site.manage('POST', '/action-configurations/order/rules', rule);
    for (const [amount, state] of [
      [10, 'CHALLENGE_SUCCEEDED'],
      [1_000_000, 'BLOCK'],
    ] as const) {
      const { data, ...rest } = await call(open.page, 'passkey.signIn', { action: 'order' });
      expect(data, JSON.stringify(rest)).toMatchObject({ isVerified: true, userId });
      const token = String(data?.['token']);
      const begun = await site.validate(token);
      expect(begun).toMatchObject({ isValid: false, isTracked: false, state: 'CHALLENGE_REQUIRED' });
      const { idempotencyKey } = begun as { idempotencyKey: string };
      expect(await site.track(userId, 'order', { idempotencyKey, custom: { amount } })).toMatchObject({ state });
      expect(await site.validate(token)).toMatchObject({ isTracked: true, state });
    }
  });

  test('autofills without a button', async () => {
    await addAuthenticator(open.page);
    const { userId } = await signedUp(open.page);
    const { data, ...rest } = await call(open.page, 'passkey.signIn', { autofill: true });
    expect(data, JSON.stringify(rest)).toMatchObject({ isVerified: true, userId });
  });

  test('finds out whether this device’s passkey is still known', async () => {
    await addAuthenticator(open.page);
    const { userId } = await signedUp(open.page);
    const known = () => call(open.page, 'passkey.isAvailableOnDevice', { userId });
    expect(await known()).toBe(true);
    const [{ userAuthenticatorId }] = (await site.api('GET', `/v1/users/${userId}/authenticators`)) as never as [
      { userAuthenticatorId: string },
    ];
    await site.api('DELETE', `/v1/users/${userId}/authenticators/${userAuthenticatorId}`);
    expect(await known()).toBe(false);
    expect(await call(open.page, 'passkey.signIn')).toMatchObject({ errorCode: 'unknown_credential' });
  });

  test('adds a second passkey with the scope, from a proof or from the backend, and not without', async () => {
    await addAuthenticator(open.page);
    const { userId } = await signedUp(open.page);
    const refused = await call(open.page, 'passkey.signUp', { token: await tracked(userId) });
    expect(refused).toMatchObject({ errorCode: 'insufficient_scope' });
    const proven = await call(open.page, 'passkey.signIn', { token: await tracked(userId) });
    // The same device already has one, and is told not to create another.
    const excluded = await call(open.page, 'passkey.signUp', { token: String(proven.data?.['token']) });
    expect(excluded.thrown, JSON.stringify(excluded)).toMatch(/previously registered|InvalidStateError/);

    const other = await site.open();
    await other.page.goto(site.appUrl);
    await addAuthenticator(other.page);
    const token = await tracked(userId, { scope: 'add:authenticators' });
    expect((await call(other.page, 'passkey.signUp', { token })).data?.['token']).toEqual(expect.any(String));
    expect(await site.api('GET', `/v1/users/${userId}/authenticators`)).toHaveLength(2);
    await other.close();
  });

  test('enrols a security key and verifies with it', async () => {
    await addAuthenticator(open.page, { transport: 'usb' });
    const userId = newUser();
    const enrolled = await call(open.page, 'securityKey.enroll', { setToken: await tracked(userId) });
    const token = String(enrolled.data?.['token']);
    expect(await site.validate(token), JSON.stringify(enrolled)).toMatchObject({
      isValid: true,
      userId,
      verificationMethod: 'SECURITY_KEY',
    });
    const verified = await call(open.page, 'securityKey.verify', { setToken: await tracked(userId, {}, 'wire') });
    expect(verified.data, JSON.stringify(verified)).toMatchObject({ isVerified: true });
    expect(await site.validate(String(verified.data?.['token']))).toMatchObject({ isValid: true, action: 'wire' });
  });

  test('does the same with cookies, which keep the session out of reach of scripts', async () => {
    await addAuthenticator(open.page);
    const userId = newUser();
    const up = await call(open.page, 'passkey.signUp', { token: await tracked(userId), useCookies: true });
    expect(up.data?.['token'], JSON.stringify(up)).toEqual(expect.any(String));
    for (const parameters of [{ useCookies: true }, { useCookies: true, action: 'login' }]) {
      await open.page.context().clearCookies();
      const { data, ...rest } = await call(open.page, 'passkey.signIn', parameters);
      expect(data, JSON.stringify(rest)).toMatchObject({ isVerified: true, userId });
      const cookies = await open.page.context().cookies(`${site.url}/v1/client/`);
      expect(cookies.map(({ name, httpOnly, secure }) => [name, httpOnly, secure])).toContainEqual([
        '__as_session',
        true,
        true,
      ]);
      expect(await open.page.evaluate('document.cookie')).not.toContain('__as_session');
      const listed = await open.page.evaluate(
        async ([url, tenant]) => {
          const headers = { authorization: `Basic ${btoa(encodeURIComponent(tenant ?? ''))}` };
          const reply = await fetch(`${url}/v1/client/user-authenticators`, { headers, credentials: 'include' });
          return (await reply.json()) as unknown;
        },
        [site.url, tenantId],
      );
      expect(listed).toHaveLength(1);
    }
  });

  test('gets the reason why a response is refused, and nothing of it is stored', async () => {
    await addAuthenticator(open.page, { isUserVerified: false });
    const userId = newUser();
    const token = await tracked(userId, { scope: 'add:authenticators' });
    const outcome = await call(open.page, 'passkey.signUp', { token });
    expect(outcome.data?.['token']).toBeUndefined();
    expect(await site.validate(token)).toMatchObject({ isValid: false });
  });
});
