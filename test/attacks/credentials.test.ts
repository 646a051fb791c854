/** Worry: a credential of one tenant or installation works for another, or for a purpose that it was not issued for. */
import { Webhook } from '@authsignal/node';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../../src/contract/route.ts';
import { signWebhook } from '../../src/delivery/webhook.ts';
import { createApiKey } from '../../src/storage/create-api-key.ts';
import { createTenant } from '../../src/storage/create-tenant.ts';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { createSeal } from '../../src/storage/seal.ts';
import { testApp, testPublicUrl } from '../../src/testkit/test-app.ts';
import type { TestApp, TestCall, TestReply, TestTenant } from '../../src/testkit/test-app.ts';
import { nobodys } from '../coverage/nobodys.ts';
import { requestRoutes as routes, requireExample } from '../coverage/route-examples.ts';
import type { Objects } from '../coverage/route-examples.ts';
import { databaseText } from '../journeys/database-text.ts';

/** Every kind of credential that is issued. */
const kinds = ['server', 'management', 'tenant', 'action', 'proof', 'access', 'refresh', 'link', 'nonce'] as const;
type Kind = (typeof kinds)[number];
type Held = Readonly<Partial<Record<Kind, string>>>;

/**
 * The caller's tenant; another tenant of the same server; a tenant with the same id on a server with another master
 * key, database and address; and the caller's own tenant on a server with the same database at another address.
 */
const places = ['own', 'other', 'elsewhere', 'copy'] as const;
type Place = (typeof places)[number];

let app: TestApp;
let elsewhere: TestApp;
let copy: TestApp;
let tenants: Readonly<Record<'own' | 'other' | 'elsewhere', TestTenant>>;
let held: Readonly<Record<Place, Held>>;

beforeAll(async () => {
  app = await testApp('embedded', { managementRateLimit: 1_000_000, anonymousRateLimit: 1_000_000 });
  const masterKey = Buffer.alloc(32, 8);
  elsewhere = await testApp('embedded', {
    masterKeys: [masterKey],
    seed: 'elsewhere',
    publicUrl: 'https://elsewhere.example',
  });
  copy = await testApp('embedded', { db: app.db, seed: 'copy', publicUrl: 'https://copy.example' });
  const own = app.tenant;
  const other = await app.createTenant('The other one');
  const namesake = await sameTenant(elsewhere, masterKey, own.tenantId);
  tenants = { own, other, elsewhere: namesake };
  const copied = await holdings(copy, own, 'bob');
  held = {
    own: await holdings(app, own, 'ann'),
    other: await holdings(app, other, 'ann'),
    elsewhere: { ...(await holdings(elsewhere, namesake, 'ann')), tenant: elsewhere.tenant.tenantId },
    // Keys, links and refresh tokens belong to the database; credentials that name an address belong to the server
    // there.
    copy: { action: copied.action, proof: copied.proof, access: copied.access },
  };
});
afterAll(() => Promise.all([app, copy, elsewhere].map((opened) => opened.close())));

/** A tenant with an id that another installation has issued. */
async function sameTenant({ app: { context }, db, runtime }: TestApp, masterKey: Buffer, tenantId: string) {
  const parts = { runtime, seal: createSeal([masterKey], runtime.random) };
  const keys = await db.transaction(async (sql) => {
    await createTenant(sql, parts, { tenantId, name: 'The namesake' });
    const server = await createApiKey(sql, parts, { tenantId, kind: 'server', name: 'test' });
    const management = await createApiKey(sql, parts, { tenantId, kind: 'management', name: 'test' });
    await publishConfig(sql, tenantId);
    return { secretKey: server.key, managementKey: management.key };
  });
  await context.published.refresh();
  return { tenantId, ...keys };
}

/**
 * Every credential that a tenant issues, obtained through the APIs: for a user with a verified address, a session and
 * an open link.
 */
async function holdings(at: TestApp, { tenantId, secretKey: key, managementKey }: TestTenant, userId: string) {
  const good = async (path: string, call: TestCall) => {
    const reply = await at.call('POST', path, call);
    expect(reply.status, reply.text).toBe(200);
    return reply.body;
  };
  const scope = 'add:authenticators update:authenticators remove:authenticators';
  const tracked = await good(`/v1/users/${userId}/actions/pay`, { key, body: { idempotencyKey: 'k', scope } });
  const token = String(tracked.token);
  const mailTo = (email: string) => at.mail().find(({ to }) => to === email);
  const [email, linked] = [`${userId}@example.com`, `link-${userId}@example.com`];
  await good('/v1/client/user-authenticators/email-otp', { token, body: { email } });
  const verificationCode = /^\d+/.exec(mailTo(email)?.subject ?? '')?.[0];
  const verified = await good('/v1/client/verify/email-otp', { token, body: { verificationCode } });
  await good('/v1/client/user-authenticators/email-magic-link', { token, body: { email: linked } });
  const link = /token=(\S+)/.exec(mailTo(linked)?.text ?? '')?.[1] ?? '';
  const page = await at.call('GET', `/magic-link?token=${link}`, { key: null });
  const session = await good('/v1/sessions', { key, body: { token, clientId: tenantId } });
  const all = {
    server: key,
    management: managementKey,
    tenant: tenantId,
    action: token,
    proof: String(verified.accessToken),
    access: String(session.accessToken),
    refresh: String(session.refreshToken),
    link,
    nonce: /name="pageNonce" value="([^"]*)"/.exec(page.text)?.[1] ?? '',
  } satisfies Held;
  for (const kind of kinds) expect(all[kind], kind).toMatch(/./);
  return all;
}

function* everythingHeld(): Generator<readonly [Place, Kind, string]> {
  for (const place of places) {
    for (const kind of kinds) {
      const value = held[place][kind];
      if (value !== undefined) yield [place, kind, value];
    }
  }
}

let addresses = 0;

/** Sends from a fresh address, so that no response is about the rate limit. */
function ask(method: string, path: string, call: TestCall): Promise<TestReply> {
  addresses += 1;
  const remoteAddress = `2001:db8:${(addresses >> 16).toString(16)}:${(addresses & 65535).toString(16)}::1`;
  return app.call(method, path, { key: null, ...call, remoteAddress });
}

/** The content of a response, without the parts that differ each time. */
function told({ status, text }: TestReply): string {
  return `${status} ${text.replace(/ nonce="[^"]+"/g, '')}`;
}

/** Ways to authenticate a request. */
const forms = {
  basic: (value: string): TestCall => ({ key: value }),
  bearer: (value: string): TestCall => ({ headers: { authorization: `Bearer ${value}` } }),
  cookie: (value: string): TestCall => ({
    key: tenants.own.tenantId,
    headers: { origin: testPublicUrl, cookie: `__as_session=${value}` },
  }),
};
type Form = keyof typeof forms;

/** Whether a route is to authenticate its caller by this. */
function isDiagonal({ api, credentials }: Route, form: Form, place: Place, kind: Kind): boolean {
  if (place === 'elsewhere' || place === 'copy') return false;
  const isToken = kind === 'action' || kind === 'proof';
  if (form === 'bearer') return isToken && credentials.includes('actionToken');
  // A cookie of one tenant is worthless to a caller who names another.
  if (form === 'cookie') return isToken && place === 'own';
  if (kind === 'tenant') return credentials.includes('tenantId');
  return kind === api;
}

/**
 * For the caller's own credentials every form, for those of others only the form in which they are normally sent; fewer
 * for a route's aliases.
 */
function isWorthAsking(form: Form, place: Place, kind: Kind, isAlias: boolean): boolean {
  const isKey = kind === 'server' || kind === 'management';
  const isUsual = form === 'cookie' || (form === 'basic') === (isKey || kind === 'tenant');
  if (isAlias) return isUsual && (isKey || kind === 'action' || kind === 'access');
  return place === 'own' || (isUsual && kind !== 'refresh' && kind !== 'link' && kind !== 'nonce');
}

/** Only this route authenticates by a cookie; the others set one, or bind a ceremony to it. */
const readsSessionCookie = (route: Route) => route.id === 'getOwnAuthenticators';

const known = routes.filter(({ credentials }) => credentials.length > 0);

describe('A30: of two tenants, two installations and two addresses, credentials work only where they belong', () => {
  test.each(known.map((route) => [route.id, route] as const))('%s accepts only its own callers', async (_id, route) => {
    const { path, body } = requireExample(route.id)({ ...nobodys, tenantId: tenants.own.tenantId });
    const ways = [
      { method: route.method, path },
      ...(route.aliases ?? []).map((alias) => ({ ...alias, path: alias.path.replace(/:\w+/g, 'x') })),
    ];
    for (const way of ways) {
      for (const form of ['basic', 'bearer', ...(readsSessionCookie(route) ? (['cookie'] as const) : [])] as const) {
        const sent = body === undefined ? {} : { body };
        const stranger = await ask(way.method, way.path, { ...forms[form]('no.such.token'), ...sent });
        expect(stranger.status, `${form} ${stranger.text}`).toBe(401);
        for (const [place, kind, value] of everythingHeld()) {
          const name = `${kind} of ${place} as ${form} at ${way.method} ${way.path}`;
          if (!isWorthAsking(form, place, kind, way !== ways[0])) continue;
          if (!isDiagonal(route, form, place, kind)) {
            const reply = await ask(way.method, way.path, { ...forms[form](value), ...sent });
            expect(told(reply), name).toBe(told(stranger));
          } else if (way === ways[0] && !(kind === 'tenant' && readsSessionCookie(route))) {
            // The response may complain about the rest of the request: either way the caller was authenticated.
            const broken = way.method === 'GET' ? {} : { rawBody: '{' };
            const reply = await ask(way.method, way.path, { ...forms[form](value), ...broken });
            expect(reply.status, name).not.toBe(401);
          }
        }
      }
    }
  });

  /** Members of requests that carry a credential, and the kinds that belong in them. */
  const carried = {
    token: ['action', 'proof'],
    accessToken: ['access'],
    refreshToken: ['refresh'],
    linkToken: ['link'],
    pageNonce: ['nonce'],
  } as const satisfies Partial<Record<keyof Objects, readonly Kind[]>>;
  type Member = keyof typeof carried;

  const requestOf = (route: Route, over: Partial<Objects>) => {
    const { action: token, access, refresh, link, nonce } = held.own;
    const own = { ...nobodys, tenantId: tenants.own.tenantId, clientId: tenants.own.tenantId };
    const given = { token, accessToken: access, refreshToken: refresh, linkToken: link, pageNonce: nonce };
    const { method, path, body } = requireExample(route.id)({ ...own, ...(given as Partial<Objects>), ...over });
    return { method, path, ...(body === undefined ? {} : { body }) };
  };
  const carriers = routes.flatMap((route) => {
    const inRequest = (value: string) => {
      const { path, body } = requireExample(route.id)({ ...nobodys, ...valuesOf(value) });
      return JSON.stringify([path, body]);
    };
    const valuesOf = (value: string) =>
      Object.fromEntries(Object.keys(carried).map((name) => [name, `${value}${name}`]));
    const text = inRequest('carried-');
    return (Object.keys(carried) as Member[])
      .filter((member) => text.includes(`carried-${member}`))
      .map((member) => [route, member] as const);
  });
  const askAs = async (route: Route, over: Partial<Objects>) => {
    const { method, path, ...call } = requestOf(route, over);
    const { secretKey, managementKey } = tenants.own;
    const key = route.api === 'management' ? managementKey : route.api === 'server' ? secretKey : null;
    return ask(method, path, { ...call, key });
  };

  /** The response to a meaningless value in that member. A link names its tenant, whose page may report the error. */
  const nonsense = async (route: Route, member: Member, value: string) => {
    const link = `${value.slice(0, value.indexOf('.') + 1)}${'x'.repeat(43)}`;
    return told(await askAs(route, { [member]: member === 'linkToken' ? link : nobodys[member] }));
  };

  test('a credential in a body or a link works only as its own kind, for its own tenant; others change nothing', async () => {
    expect(carriers.map(([{ id }]) => id)).toEqual(expect.arrayContaining(['validateChallenge', 'confirmMagicLink']));
    expect(carriers.filter(([{ api }]) => api === 'client')).toEqual([]);
    const before = await databaseText(app.db);
    for (const [route, member] of carriers) {
      for (const [place, kind, value] of everythingHeld()) {
        const isRight = (carried[member] as readonly Kind[]).includes(kind);
        // A caller without a key acts for whoever holds the credential, in any tenant of this server.
        const isOfHolder = route.credentials.length === 0 && member !== 'pageNonce' && route.method === 'GET';
        if (isRight && (place === 'own' || (place === 'other' && isOfHolder))) continue;
        // Ending a session checks its token's signature, kind and tenant (ruling 23): this must also work on a server
        // that has moved.
        if (isRight && place === 'copy' && route.id === 'revokeSession') continue;
        const reply = await askAs(route, { [member]: value });
        // Longer than the credential can be: refused before any look-up.
        if (reply.body?.errorCode === 'invalid_request') continue;
        expect(told(reply), `${kind} of ${place} as ${member} of ${route.id}`).toBe(
          await nonsense(route, member, value),
        );
      }
    }
    const after = await databaseText(app.db);
    for (const [table, rows] of after) expect(rows, table).toBe(before.get(table));
  });

  test('after all of that, each credential still works where it belongs', async () => {
    for (const [route, member] of carriers) {
      const before = await databaseText(app.db);
      const stranger = await nonsense(route, member, held.own.link ?? '');
      // A link can be used once, with one of its buttons.
      if (/^(?:confirm|deny)MagicLink$/.test(route.id) && `${route.id} ${member}` !== 'confirmMagicLink linkToken')
        continue;
      const reply = await askAs(route, {});
      expect(reply.status, `${route.id} ${reply.text}`).toBeLessThan(300);
      // A call that ends something always gives the same response, but it has ended something.
      if (told(reply) === stranger) expect(await databaseText(app.db), route.id).not.toEqual(before);
    }
  });

  test('a session’s token verifies only with the published keys of its own tenant', async () => {
    const published = await Promise.all(
      [app, app, elsewhere].map(async (at, index) => {
        const { tenantId } = [tenants.own, tenants.other, tenants.elsewhere][index] ?? tenants.own;
        const { body } = await at.call('GET', `/v1/client/public/${tenantId}/.well-known/jwks`, { key: null });
        return createLocalJWKSet(body as JSONWebKeySet);
      }),
    );
    const tokens = [held.own.access, held.other.access, held.elsewhere.access];
    const currentDate = new Date(app.runtime.clock.now());
    for (const [owner, keys] of published.entries()) {
      for (const [holder, token = ''] of tokens.entries()) {
        const verified = jwtVerify(token, keys, { currentDate });
        if (owner === holder) await verified;
        else await expect(verified, `${holder} under ${owner}`).rejects.toThrow();
      }
    }
  });

  test('a webhook’s signature verifies only with its own tenant’s key', () => {
    const { tenantId } = tenants.own;
    const keys = app.app.context.published.tenant(tenantId)?.webhookKeys(app.runtime.clock.now()) ?? [];
    const body = JSON.stringify({ version: 1, tenantId });
    const signature = signWebhook(keys, Math.floor(Date.now() / 1000), body);
    expect(new Webhook(tenants.own.secretKey).constructEvent(body, signature)).toMatchObject({ tenantId });
    for (const text of [tenants.other.secretKey, tenants.elsewhere.secretKey, tenants.own.managementKey, tenantId]) {
      expect(() => new Webhook(text).constructEvent(body, signature)).toThrow();
    }
  });
});
