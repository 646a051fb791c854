/** Which callers are slowed down after failures, and whose word about a request's origin counts. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, basic } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const wrong = { key: 'sp_server_wrong-wrong-wrong-wrong' };

async function failures(app: TestApp, count: number, call: (index: number) => object): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) {
    statuses.push((await app.call('GET', '/v1/users/x', { ...wrong, ...call(index) })).status);
  }
  return statuses;
}

function refusedOf(statuses: readonly number[]): number {
  return statuses.filter((status) => status === 429).length;
}

describe('A44: the limit on failed authentications, in the pipeline', () => {
  let app: TestApp;
  let behindProxy: TestApp;
  beforeAll(async () => {
    app = await testApp('embedded');
    behindProxy = await testApp('embedded', { trustedProxies: ['10.0.0.0/8', '2001:db8:ffff::/48'] });
  });
  afterAll(async () => {
    await app.close();
    await behindProxy.close();
  });

  test('a valid key is never refused, however often its address has failed; invalid ones are told to wait', async () => {
    const remoteAddress = '203.0.113.1';
    expect(refusedOf(await failures(app, 40, () => ({ remoteAddress })))).toBe(10);
    expect((await app.call('GET', '/v1/users/x', { remoteAddress })).status).toBe(200);
    const refused = await app.call('GET', '/v1/users/x', { ...wrong, remoteAddress });
    expect([refused.status, refused.body.errorCode]).toEqual([429, 'too_many_requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    await app.runtime.advance(60_000);
    expect((await app.call('GET', '/v1/users/x', { ...wrong, remoteAddress })).status).toBe(401);
  });

  test('a new X-Forwarded-For with each try gains nothing if no proxy is trusted', async () => {
    const statuses = await failures(app, 35, (index) => ({
      remoteAddress: '203.0.113.2',
      headers: {
        'x-forwarded-for': `198.51.100.${index}`,
        forwarded: `for=198.51.100.${index}`,
        'x-real-ip': `198.51.100.${index}`,
      },
    }));
    expect(refusedOf(statuses)).toBe(5);
  });

  test('ruling 54: forwarded addresses are read in the forms that proxies write, the client’s and those of proxies in between', async () => {
    const { managementKey: key } = behindProxy.tenant;
    const whitelist = (ipWhitelist: readonly string[] | null) =>
      behindProxy.call('PATCH', '/v1/management/tenant', { key, body: { ipWhitelist } });
    await whitelist(['198.51.100.7/32', '2001:db8:1::/48']);
    const status = async (forwarded: string, remoteAddress = '10.1.2.3') =>
      (await behindProxy.call('GET', '/v1/users/x', { remoteAddress, headers: { 'x-forwarded-for': forwarded } }))
        .status;
    for (const good of [
      '198.51.100.7',
      '198.51.100.7:4711',
      '"198.51.100.7:4711"',
      ' 198.51.100.7 ',
      '::ffff:198.51.100.7',
      '[::ffff:198.51.100.7]:80',
      '2001:db8:1::5',
      '[2001:db8:1::5]',
      '[2001:db8:1::5]:4711',
      '"[2001:db8:1::5]:4711"',
      '2001:db8:1::5%eth0',
      '203.0.113.1, 198.51.100.7:4711',
      '198.51.100.7:4711, 10.9.9.9:80',
      '198.51.100.7, [2001:db8:ffff::1]:80, "10.9.9.9:80"',
    ]) {
      expect(await status(good), good).toBe(200);
      expect(await status(good, '::ffff:10.1.2.3'), good).toBe(200);
    }
    for (const bad of [
      '203.0.113.1:80',
      '198.51.100.7:99999',
      '198.51.100.7x',
      'unknown',
      '198.51.100.7, 203.0.113.9',
    ]) {
      expect(await status(bad), bad).toBe(403);
    }
    await whitelist(null);
    // Each client's failures are counted separately; another port is the same client.
    const fail = (address: string) =>
      failures(behindProxy, 20, (index) => ({
        remoteAddress: '10.1.2.3',
        headers: { 'x-forwarded-for': `${address}:${20_000 + index}` },
      }));
    expect(refusedOf(await fail('192.0.2.8'))).toBe(0);
    expect(refusedOf(await fail('192.0.2.9'))).toBe(0);
    expect(refusedOf(await fail('192.0.2.8'))).toBe(10);
    expect(refusedOf(await fail('[2001:db8:1::5]'))).toBe(0);
    expect(refusedOf(await fail('[2001:db8:1::6]'))).toBe(10);
  });

  test('all addresses of one IPv6 /64, and all spellings of one address, share a bucket', async () => {
    expect(
      refusedOf(await failures(app, 35, (index) => ({ remoteAddress: `2001:DB8:1:2::${index.toString(16)}` }))),
    ).toBe(5);
    const spellings = ['203.0.113.3', '::ffff:203.0.113.3', '::FFFF:203.0.113.3', '::ffff:cb00:7103'];
    expect(refusedOf(await failures(app, 35, (index) => ({ remoteAddress: spellings[index % 4] })))).toBe(5);
    expect(refusedOf(await failures(app, 1, () => ({ remoteAddress: '2001:db8:1:3::1' })))).toBe(0);
  });

  test('behind a trusted proxy the last address that it did not vouch for counts, so an address that the client wrote itself does not', async () => {
    const statuses = await failures(behindProxy, 35, (index) => ({
      remoteAddress: '10.1.1.1',
      headers: { 'x-forwarded-for': `${index}.1.1.1, evil, 203.0.113.4, 10.2.2.2` },
    }));
    expect(refusedOf(statuses)).toBe(5);
    const others = await failures(behindProxy, 35, (index) => ({
      remoteAddress: '10.1.1.1',
      headers: { 'x-forwarded-for': `198.51.100.${index}` },
    }));
    expect(refusedOf(others)).toBe(0);
  });

  test('a proxy that is not trusted cannot report other addresses', async () => {
    const statuses = await failures(behindProxy, 35, (index) => ({
      remoteAddress: '203.0.113.5',
      headers: { 'x-forwarded-for': `198.51.100.${index + 100}` },
    }));
    expect(refusedOf(statuses)).toBe(5);
  });

  test('A45: all malformed addresses share one bucket, and fail like any other', async () => {
    const garbage = [
      'a',
      '',
      ',,,',
      '999.1.1.1',
      '1.2.3.4:80',
      '[::1]:80',
      "' or 1=1 --",
      'x'.repeat(5_000),
      '\u00ff',
      'unknown',
      '_hidden',
    ];
    // Two of them name a client, in an unusual form (ruling 54).
    const statuses = await failures(behindProxy, 55, (index) => ({
      remoteAddress: '10.1.1.1',
      headers: { 'x-forwarded-for': garbage[index % garbage.length] ?? '' },
    }));
    expect(statuses.every((status) => status === 401 || status === 429)).toBe(true);
    expect(refusedOf(statuses)).toBeGreaterThan(0);
  });
});

describe('A45: headers and device data that a client sends', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp('embedded');
  });
  afterAll(() => app.close());

  test('garbage in every header and device field never makes a decision milder and never causes a server error', async () => {
    const garbage = ['a', '0.0.0.0', '999.999.999.999', '::', '-1', '\u202e', "';--", '{}', 'null', 'x'.repeat(256)];
    for (const [index, value] of garbage.entries()) {
      const header = Buffer.from(value).toString('latin1').slice(0, 200);
      const reply = await app.call('POST', `/v1/users/garbage-${index}/actions/signIn`, {
        body: { ipAddress: value, userAgent: value, deviceId: value.replaceAll('/', ''), locale: 'en' },
        headers: {
          'x-forwarded-for': header,
          'x-real-ip': header,
          forwarded: header,
          'x-original-uri': '/livez',
          'x-original-url': '/livez',
          'x-rewrite-url': '/livez',
          'x-http-method-override': 'DELETE',
          'user-agent': header,
          'accept-language': header,
          'x-authsignal-version': header,
        },
      });
      expect([reply.status, reply.body.state], `${value} ${reply.text}`).toEqual([200, 'CHALLENGE_REQUIRED']);
    }
  });

  test('headers that name another host change no link, issuer or address (A23)', async () => {
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      forwarded: 'host=evil.example',
    };
    const tracked = await app.call('POST', '/v1/users/host/actions/signIn', { body: {}, headers });
    expect(tracked.body.url).toMatch(/^http:\/\/localhost:4000\/challenge\?token=/);
    const claims = Buffer.from(String(tracked.body.token).split('.')[1] ?? '', 'base64url').toString();
    expect(claims).not.toContain('evil');
    const discovery = await app.call(
      'GET',
      `/v1/client/public/${app.tenant.tenantId}/.well-known/openid-configuration`,
      { headers },
    );
    expect(discovery.text).not.toContain('evil');
  });
});

describe('a real process', () => {
  const credentials = testCredentials();
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({
      ...credentials,
      DATABASE_URL: await createPostgresDatabase(),
      SALLYPORT_LOG_LEVEL: 'error',
    });
  });
  afterAll(() => server.stop());

  test('A44: counts failures by the socket address whatever X-Forwarded-For says, and accepts a valid key meanwhile', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 35; index += 1) {
      const reply = await ask(server.url, 'GET', '/v1/users/x', {
        ...wrong,
        headers: { 'x-forwarded-for': `198.51.100.${index}` },
      });
      statuses.push(reply.status);
    }
    expect(refusedOf(statuses)).toBe(5);
    expect((await ask(server.url, 'GET', '/v1/users/x', { key: credentials.SALLYPORT_SECRET_KEY })).status).toBe(200);
  });

  test('ruling 54: serves /metrics in development on loopback only, and never to a request that came through a proxy', async () => {
    expect((await ask(server.url, 'GET', '/metrics')).status).toBe(200);
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      const headers = { [name]: '127.0.0.1' };
      expect((await ask(server.url, 'GET', '/metrics', { headers })).status, name).toBe(401);
    }
  });

  test('an upload that breaks off is not a server error', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const head = ['POST /v1/validate HTTP/1.1', 'host: x', `authorization: ${basic(credentials.SALLYPORT_SECRET_KEY)}`];
    socket.write(`${head.join('\r\n')}\r\ncontent-length: 1000\r\n\r\n{"token":`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await ask(server.url, 'GET', '/livez')).status).toBe(200);
    expect(server.output()).not.toMatch(/unexpected|"level":50/);
  });
});
