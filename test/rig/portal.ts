/** Operators who come in to the portal as people do: invited, with a passkey of their own. */
import { Secret, TOTP } from 'otpauth';
import { invitationUrl, admitMember, preparePortalTenant } from '../../src/storage/invite-operator.ts';
import { operatorCookie } from '../../src/contract/apis.ts';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { SoftwareKey } from '../../src/testkit/authenticator.ts';
import { testPublicUrl } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { ask, basic } from './api.ts';

export interface Operator {
  readonly operatorId: string;
  readonly email: string;
  readonly key: SoftwareKey;
  /** What the cookie of the session has. */
  readonly secret: string;
  /** Calls as the portal's own page does, for a tenant: the test's own unless another is given, null for none. */
  call(
    method: string,
    path: string,
    body?: unknown,
    how?: { readonly tenantId?: string | null; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<TestReply>;
  /** Proves again who they are, for this session. */
  stepUp(): Promise<TestReply>;
}

/** What operators come in through: a test's own program, or a server at another address. */
export interface Door extends Pick<TestApp, 'call'> {
  /** Under which pages are; the usual one of tests if undefined. */
  readonly origin?: string;
}

const originOf = ({ origin = testPublicUrl }: Door) => origin;
const ownPage = (door: Door) => ({ origin: originOf(door), 'sec-fetch-site': 'same-origin' });

/** Makes somebody a member by an invitation, as the command line does. Returns its secret. */
export async function inviteOperator(
  app: TestApp,
  email: string,
  roles: readonly string[],
  tenantId = app.tenant.tenantId,
): Promise<string> {
  const { runtime, seal } = app.app.context;
  const secret = await app.db.transaction(async (sql) => {
    await preparePortalTenant(sql, { runtime, seal });
    const name = email.split('@')[0] ?? '';
    const invited = await admitMember(sql, { runtime }, { memberOf: tenantId, email, name, roles });
    return (await invited.invite()).secret;
  });
  await app.app.context.published.refresh();
  return new URL(invitationUrl(testPublicUrl, secret)).hash.slice(1);
}

/** Redeems an invitation and makes a passkey. Returns the reply with which the session begins. */
export async function redeem(app: Door, secret: string, key: SoftwareKey): Promise<TestReply> {
  const redeemed = await fromPage(app, '/v1/portal/invitations/redeem', { invitation: secret });
  if (redeemed.status !== 200) return redeemed;
  return makePasskey(app, redeemed.body.token, key);
}

/** Signs in with a passkey. Returns the token of the proof. */
export async function proveSignIn(app: Door, key: SoftwareKey): Promise<string> {
  const begun = (await fromPage(app, '/v1/portal/sign-in', {})).body;
  return answer(app, key, begun.tenantId, { challengeId: begun.challengeId });
}

/** Calls without a session, as the portal's own page does; `secret` is what its cookie still has. */
export function fromPage(app: Door, path: string, body: unknown, secret?: string): Promise<TestReply> {
  const cookie = secret === undefined ? {} : { cookie: `${operatorCookie}=${secret}` };
  return app.call('POST', path, { key: null, body, headers: { ...ownPage(app), ...cookie } });
}

/** Makes the passkey that a token permits. Returns the reply with which the session begins. */
export async function makePasskey(app: Door, token: string, key: SoftwareKey): Promise<TestReply> {
  const path = '/v1/client/user-authenticators/passkey';
  const { options } = (await app.call('POST', `${path}/registration-options`, { token, body: {} })).body;
  const registrationCredential = createCredential(key, options, originOf(app));
  const added = await app.call('POST', path, { token, body: { registrationCredential } });
  if (added.status !== 200) return added;
  return fromPage(app, '/v1/portal/session', { token: added.body.accessToken });
}

async function answer(app: Door, key: SoftwareKey, tenantId: string, body: object): Promise<string> {
  const asTenant = { key: tenantId };
  const path = '/v1/client/user-authenticators/passkey/authentication-options';
  const { options } = (await app.call('POST', path, { ...asTenant, body })).body;
  const authenticationCredential = useCredential(key, options, originOf(app));
  const verified = await app.call('POST', '/v1/client/verify/passkey', {
    ...asTenant,
    body: { authenticationCredential },
  });
  if (verified.status !== 200) throw new Error(verified.text);
  return String(verified.body.accessToken);
}

/** What the cookie has that a reply sets; undefined if it sets none. */
export function secretOf({ headers }: TestReply): string | undefined {
  const { 'set-cookie': set } = headers;
  const cookies = Array.isArray(set) ? set : [String(set ?? '')];
  return cookies.map((cookie) => new RegExp(`^${operatorCookie}=([^;]+)`).exec(cookie)?.[1]).find((text) => text);
}

/** A browser at the portal: it calls as its page does, and keeps the cookies that it is given. */
export interface PortalBrowser {
  readonly cookies: Map<string, string>;
  /** For a tenant, if one is given. */
  call(method: string, path: string, body?: unknown, tenantId?: string): Promise<TestReply>;
}

export function portalBrowser(app: Door): PortalBrowser {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async call(method, path, body, tenantId) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const reply = await app.call(method, path, {
        key: null,
        ...(body === undefined ? {} : { body }),
        headers: {
          ...ownPage(app),
          ...(cookie === '' ? {} : { cookie }),
          ...(tenantId === undefined ? {} : { 'x-sallyport-tenant': tenantId }),
        },
      });
      for (const set of [reply.headers['set-cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(String(set)) ?? [];
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return reply;
    },
  };
}

/** An operator with roles in a tenant, signed in. */
export async function operator(
  app: TestApp,
  email: string,
  roles: readonly string[],
  tenantId = app.tenant.tenantId,
): Promise<Operator> {
  const key = softwareKey();
  const reply = await redeem(app, await inviteOperator(app, email, roles, tenantId), key);
  if (reply.status !== 200) throw new Error(reply.text);
  return signedIn(app, key, reply, app.tenant.tenantId);
}

export const testPassword = 'four kettles under a blue bridge';

/** An authenticator app that was set up with an invitation. */
export interface OperatorApp {
  readonly setUp: string;
  /** What it shows now. */
  code(): string;
}

export async function setUpApp(app: TestApp, invitation: string): Promise<OperatorApp> {
  const { setUp, secret } = (await fromPage(app, '/v1/portal/invitations/app', { invitation })).body;
  const totp = new TOTP({ secret: Secret.fromBase32(String(secret)) });
  return { setUp: String(setUp), code: () => totp.generate({ timestamp: app.runtime.clock.now() }) };
}

/** Redeems an invitation by a password. Returns the reply with which the session begins. */
export function redeemByPassword(
  app: Door,
  invitation: string,
  { setUp, code }: OperatorApp,
  password = testPassword,
): Promise<TestReply> {
  const body = { invitation, setUp, password, verificationCode: code() };
  return fromPage(app, '/v1/portal/invitations/password', body);
}

/** An operator who signs in with a password and an app, signed in. */
export async function passwordOperator(
  app: TestApp,
  email: string,
  roles: readonly string[],
): Promise<Operator & Pick<OperatorApp, 'code'>> {
  const invitation = await inviteOperator(app, email, roles);
  const { setUp, code } = await setUpApp(app, invitation);
  const reply = await redeemByPassword(app, invitation, { setUp, code });
  if (reply.status !== 200) throw new Error(reply.text);
  return { ...signedIn(app, softwareKey(), reply, app.tenant.tenantId), code };
}

/** Signs in with a password and a code. */
export function signInByPassword(
  app: Door,
  email: string,
  verificationCode: string,
  { password = testPassword, secret }: { readonly password?: string; readonly secret?: string } = {},
): Promise<TestReply> {
  return fromPage(app, '/v1/portal/session/password', { email, password, verificationCode }, secret);
}

/** The operator whose session a reply begins. */
export function signedIn(app: Door, key: SoftwareKey, reply: TestReply, usualTenantId?: string): Operator {
  const secret = secretOf(reply) ?? '';
  const { operatorId, email } = reply.body;
  const call: Operator['call'] = (method, path, body, { tenantId = usualTenantId ?? null, headers = {} } = {}) =>
    app.call(method, path, {
      key: null,
      ...(body === undefined ? {} : { body }),
      headers: {
        ...ownPage(app),
        cookie: `${operatorCookie}=${secret}`,
        ...(tenantId === null ? {} : { 'x-sallyport-tenant': tenantId }),
        ...headers,
      },
    });
  return {
    operatorId,
    email,
    key,
    secret,
    call,
    async stepUp() {
      const { token } = (await call('POST', '/v1/portal/step-up', {}, { tenantId: null })).body;
      const path = '/v1/client/user-authenticators/passkey/authentication-options';
      const { options } = (await app.call('POST', path, { token, body: {} })).body;
      const authenticationCredential = useCredential(key, options, originOf(app));
      const verified = await app.call('POST', '/v1/client/verify/passkey', {
        token,
        body: { authenticationCredential },
      });
      if (verified.status !== 200) throw new Error(verified.text);
      return call('POST', '/v1/portal/step-up/confirm', { token: verified.body.accessToken }, { tenantId: null });
    },
  };
}

/** A server process as operators come in to it. */
export function doorOf(url: string, origin: string): Door {
  return {
    origin,
    async call(method, path, { key, token, body, headers } = {}) {
      const authorization =
        token === undefined
          ? key === undefined || key === null
            ? {}
            : { authorization: basic(key) }
          : { authorization: `Bearer ${token}` };
      const reply = await ask(url, method, path, {
        ...(body === undefined ? {} : { body }),
        headers: { ...authorization, ...headers },
      });
      return {
        ...reply,
        headers: { ...Object.fromEntries(reply.headers), 'set-cookie': reply.headers.getSetCookie() },
      };
    },
  };
}
