/**
 * Worry: a caller of the client API passes as another one, or a page of another origin reads a response it must not
 * see.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';

const path = '/v1/client/user-authenticators';
const metricsToken = 'm'.repeat(24);
let app: TestApp;
let token: string;
beforeAll(async () => {
  app = await testApp('embedded', { isDevelopment: false, metricsToken });
  token = String((await app.call('POST', '/v1/users/ann/actions/pay')).body.token);
});
afterAll(() => app.close());

describe('the token', () => {
  test('is accepted, also after repeated slashes before client/', async () => {
    expect((await app.call('GET', path, { token })).status).toBe(200);
    expect((await app.call('GET', '/v1//client/user-authenticators', { token })).status).toBe(200);
  });

  test('A36: is refused if any part of it is altered; an expired one gets its own error', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: 'bob' })).toString('base64url');
    for (const bad of [`${header}.${altered}.${signature}`, `${none}.${payload}.`, 'x', `${token}.x`]) {
      const reply = await app.call('GET', path, { token: bad });
      expect([reply.status, reply.body.errorCode], bad).toEqual([401, 'invalid_token']);
    }
    await app.runtime.advance(10 * 60_000);
    for (let count = 0; count < 40; count += 1) {
      // Pages that were left open poll without end, so this is never counted as a failure.
      expect((await app.call('GET', path, { token })).body.errorCode).toBe('expired_token');
    }
    token = String((await app.call('POST', '/v1/users/ann/actions/pay')).body.token);
  });

  test('cannot be replaced by the tenant id, a server key or an empty value', async () => {
    for (const call of [{ key: app.tenant.tenantId }, {}, { key: null }, { key: app.tenant.managementKey }]) {
      const reply = await app.call('GET', path, { ...call, remoteAddress: '192.0.2.9' });
      expect([reply.status, reply.body.errorCode]).toEqual([401, 'unauthorized']);
    }
  });
});

describe('CORS (ruling 6)', () => {
  const ask = (origin: string, call: object = {}) => app.call('GET', path, { token, headers: { origin }, ...call });

  test('pages of the server’s own origin and of the tenant’s expectedOrigins may read responses and refusals, others may not', async () => {
    await app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
      key: app.tenant.managementKey,
      body: { relyingParty: 'shop.example', expectedOrigins: ['https://shop.example'] },
    });
    for (const origin of ['https://shop.example', 'http://localhost:4000']) {
      const reply = await ask(origin);
      expect(reply.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
      expect((await ask(origin, { token: 'x' })).headers['access-control-allow-origin']).toBe(origin);
    }
    for (const origin of [
      'https://evil.example',
      'http://localhost:4001',
      'null',
      'https://shop.example.evil.example',
    ]) {
      expect((await ask(origin)).headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  test('ruling 57: origins match in the form that browsers send, and a wildcard matches one label', async () => {
    const own = await app.createTenant('Spellings');
    const { body } = await app.call('POST', '/v1/users/ann/actions/pay', { key: own.secretKey });
    const configured = await app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
      key: own.managementKey,
      body: {
        relyingParty: 'SHOP.example',
        expectedOrigins: ['HTTPS://Bücher.Example:443/', 'https://*.shop.example', 'https://*.eu.shop.example:8443'],
      },
    });
    expect(configured.status, configured.text).toBe(200);
    const isTold = async (origin: string) => {
      const own = await ask(origin, { token: String(body.token) });
      const preflight = await app.call('OPTIONS', path, { key: null, headers: { origin } });
      const told = [own, preflight].map(({ headers }) => headers['access-control-allow-origin']);
      expect(new Set(told).size, origin).toBe(1);
      return told[0] === origin;
    };
    for (const origin of [
      'https://xn--bcher-kva.example',
      'https://a.shop.example',
      'https://a.eu.shop.example:8443',
      'https://eu.shop.example',
    ]) {
      expect(await isTold(origin), origin).toBe(true);
    }
    for (const origin of [
      'https://shop.example.',
      'https://a.b.shop.example',
      'https://a.shop.example:8443',
      'http://a.shop.example',
      'https://*.shop.example',
      'https://.shop.example',
      'https://ashop.example',
      'https://a.eu.shop.example',
      'https://a.shop.example.evil.example',
      'HTTPS://A.SHOP.EXAMPLE',
    ]) {
      expect(await isTold(origin), origin).toBe(false);
    }
  });

  test('a preflight is answered for the origins of every tenant; the actual response is readable for its own tenant’s only', async () => {
    const other = await app.createTenant('Other');
    await app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
      key: other.managementKey,
      body: { relyingParty: 'other.example', expectedOrigins: ['https://other.example'] },
    });
    const preflight = (origin: string) =>
      app.call('OPTIONS', path, { key: null, headers: { origin, 'access-control-request-method': 'GET' } });
    const reply = await preflight('https://other.example');
    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://other.example',
      'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
      'access-control-allow-headers': expect.stringContaining('Authorization, Content-Type'),
    });
    expect((await preflight('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
    expect((await ask('https://other.example')).headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('ruling 21: a page that no tenant expects is told so, and the log tells the operator which tenant would have to expect it', async () => {
    const logged = () =>
      app
        .logText()
        .split('\n')
        .filter((line) => line.includes('expectedOrigins'));
    await app.runtime.advance(60_000);
    const before = logged().length;
    const preflight = await app.call('OPTIONS', path, { key: null, headers: { origin: 'https://unheard-of.example' } });
    expect([preflight.status, preflight.body]).toEqual([
      403,
      {
        error: 'forbidden',
        errorCode: 'forbidden',
        errorDescription: 'Pages of this origin may not call this API: no tenant has it in expectedOrigins.',
      },
    ]);
    for (let times = 0; times < 3; times += 1) await ask('https://unheard-of.example');
    await ask('https://unheard-of.example', { key: app.tenant.tenantId });
    const lines = logged().slice(before);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('A page of https://unheard-of.example calls the client API');
    expect(lines[1]).toContain(`among the expectedOrigins of tenant ${app.tenant.tenantId}`);
    // As long as headers may be, with characters that would start a new log line.
    await app.runtime.advance(60_000);
    await ask(`https://${'x'.repeat(5_000)}.example`);
    expect(logged().at(-1)?.length).toBeLessThan(2_000);
  });

  test('a caller who names no tenant of this server, or leaves out /v1, is told what is wrong', async () => {
    const lost = await app.call('POST', '/v1/client/user-authenticators/passkey/authentication-options', {
      key: '00000000-0000-4000-8000-000000000000',
      body: {},
    });
    expect([lost.status, lost.body.errorCode]).toEqual([401, 'unauthorized']);
    expect(lost.body.errorDescription).toMatch(/^This server has no tenant with the id in the Authorization header\./);
    for (const [method, at, status] of [
      ['GET', '/users/ann', 404],
      ['POST', '/users/ann/actions/pay', 404],
      ['POST', '/client/init', 404],
      ['POST', '/validate', 404],
      ['GET', '/management/tenant', 404],
      ['POST', '/challenge', 405],
    ] as const) {
      const reply = await app.call(method, at, { ...(method === 'POST' ? { body: {} } : {}) });
      const told = String(reply.body.errorDescription);
      expect([reply.status, told.endsWith('begin with /v1: let the base URL of the SDK end in it.')], at).toEqual([
        status,
        true,
      ]);
    }
    for (const at of ['/v1/nowhere', '/nowhere', '/usersx', '/v1/users']) {
      expect((await app.call('DELETE', at)).body.errorDescription, at).not.toContain('base URL');
    }
  });

  test('the metrics count a preflight as a request of its own', async () => {
    await app.call('OPTIONS', path, { key: null, headers: { origin: 'http://localhost:3000' } });
    expect((await app.call('GET', '/metrics', { key: null })).status).toBe(401);
    const { text } = await app.call('GET', '/metrics', { token: metricsToken });
    expect(text).toMatch(/sallyport_requests_total\{route="preflight",status="204"\} [1-9]/);
    expect(text).not.toMatch(/route="methodNotAllowed",status="204"/);
  });

  test('no page may read responses of the server API', async () => {
    const reply = await app.call('GET', '/v1/users/ann', { headers: { origin: 'https://shop.example' } });
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
  });
});
