/** Who is slowed down for failing, and who can say where a request comes from. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
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

  test('a valid key is never refused, however often its address has failed, and failing ones are told to wait', async () => {
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

  test('a new X-Forwarded-For with each try wins nothing where no proxy is trusted', async () => {
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

  test('all addresses of one IPv6 /64, and all spellings of one address, share a bucket', async () => {
    expect(
      refusedOf(await failures(app, 35, (index) => ({ remoteAddress: `2001:DB8:1:2::${index.toString(16)}` }))),
    ).toBe(5);
    const spellings = ['203.0.113.3', '::ffff:203.0.113.3', '::FFFF:203.0.113.3', '::ffff:cb00:7103'];
    expect(refusedOf(await failures(app, 35, (index) => ({ remoteAddress: spellings[index % 4] })))).toBe(5);
    expect(refusedOf(await failures(app, 1, () => ({ remoteAddress: '2001:db8:1:3::1' })))).toBe(0);
  });

  test('behind a trusted proxy the last address that it did not vouch for counts, so that what the client wrote before it does not', async () => {
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

  test('who is not a trusted proxy cannot speak for others', async () => {
    const statuses = await failures(behindProxy, 35, (index) => ({
      remoteAddress: '203.0.113.5',
      headers: { 'x-forwarded-for': `198.51.100.${index + 100}` },
    }));
    expect(refusedOf(statuses)).toBe(5);
  });

  test('A45: garbage for an address shares one bucket, and is answered as a failure like any other', async () => {
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
    const statuses = await failures(behindProxy, 44, (index) => ({
      remoteAddress: '10.1.1.1',
      headers: { 'x-forwarded-for': garbage[index % garbage.length] ?? '' },
    }));
    expect(statuses.every((status) => status === 401 || status === 429)).toBe(true);
    expect(refusedOf(statuses)).toBeGreaterThan(0);
  });
});

describe('A45: what a client sends beside its request', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp('embedded');
  });
  afterAll(() => app.close());

  test('garbage in every header and device field never makes a decision milder, and is never a fault', async () => {
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
      SALLYPORT_LOG_LEVEL: 'silent',
    });
  });
  afterAll(() => server.stop());

  test('A44: counts failures by the socket whatever X-Forwarded-For says, and lets a valid key through meanwhile', async () => {
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

  test('answers /metrics on loopback only to who was not forwarded', async () => {
    expect((await ask(server.url, 'GET', '/metrics')).status).toBe(200);
    expect((await ask(server.url, 'GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(
      401,
    );
  });
});
