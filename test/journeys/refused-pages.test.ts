/** Worry: a person who opens a page sees JSON, or nothing, if the page cannot be rendered. */
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { DatabaseUnavailable, statement } from '../../src/storage/sql.ts';
import { faultyDatabase } from '../../src/testkit/faulty-database.ts';
import type { FaultyDatabase } from '../../src/testkit/faulty-database.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { testDatabase } from '../../src/testkit/test-database.ts';

let app: TestApp;
let database: FaultyDatabase;
let url: string;

beforeAll(async () => {
  database = faultyDatabase(await testDatabase('embedded'));
  app = await testApp('embedded', { db: database });
  const tracked = await app.call('POST', '/v1/users/visitor/actions/sign-in', { body: {} });
  url = `/challenge?token=${String(tracked.body.token)}`;
});
afterAll(() => app.close());

// The Accept headers of Chrome, Firefox and Safari when an address is opened.
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
let visitors = 0;

async function open(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<TestReply> {
  const remoteAddress = `2001:db8:9:${(visitors += 1).toString(16)}::1`;
  return app.call(method, path, { key: null, remoteAddress, headers: { accept: browser, ...headers } });
}

async function during(problem: Error, work: () => Promise<TestReply>): Promise<TestReply> {
  database.fault = problem;
  return work().finally(() => {
    database.fault = undefined;
  });
}

/** What every page has, whatever the error. */
function expectPage(reply: TestReply): void {
  const policy = String(reply.headers['content-security-policy']);
  // The page contains nothing to protect, so any page may frame it; and it names no tenant (ruling 50).
  expect(policy.replace(/nonce-[\w+/=]{24}/, 'nonce-N')).toBe(
    "default-src 'none'; style-src 'nonce-N'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *",
  );
  expect(reply.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.stringMatching(/./),
  });
  expect(reply.text).toMatch(/^<!doctype html>/);
  expect(reply.text).not.toMatch(/<script|\son\w+=|\sstyle=/);
  expect(reply.text).toContain('(prefers-color-scheme:dark)');
}

const heading = ({ text }: TestReply) => /<h1[^>]*>([^<]*)<\/h1>/.exec(text)?.[1];

describe('a person who opens a page in a browser gets a calm explanation', () => {
  test('that it is not possible right now while the database is unavailable, with when to come back and a way to try again', async () => {
    const reply = await during(new DatabaseUnavailable('A pause made by the test.'), () => open(url));
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[123]$/)]);
    expectPage(reply);
    expect(heading(reply)).toBe('Not possible right now');
    expect(reply.text).toMatch(/<a class="Button Button--primary" href(?:="")?>Try again<\/a>/);
    expect(reply.text).not.toContain('A pause made by the test');
  });

  test('that something went wrong, with the reference under which it is logged and no details', async () => {
    const reply = await during(new Error('secret detail'), () => open(url));
    expect(reply.status).toBe(500);
    expectPage(reply);
    expect(heading(reply)).toBe('Something went wrong');
    expect(reply.text).toContain(`Reference: ${String(reply.headers['x-request-id'])}`);
    expect(reply.text).not.toContain('secret detail');
  });

  test('in their language, or in the one that the app requested, and as a popup in a popup', async () => {
    const down = new DatabaseUnavailable('A pause made by the test.');
    const german = await during(down, () => open(url, { 'accept-language': 'de-AT,de;q=0.9' }));
    expect(heading(german)).toBe('Im Moment geht es nicht');
    expect(german.text).toContain('<html lang="de" dir="ltr">');
    const polish = await during(down, () => open(`${url}&locale=pl&mode=popup`, { 'accept-language': 'de' }));
    expect(heading(polish)).toBe('W tej chwili to niemożliwe');
    expect(polish.text).toContain('<html lang="pl" dir="ltr" class="popup">');
    // The page that opened it waits for a message, and the person for a way to close it.
    expect(polish.text).toContain('"errorCode":"unavailable","statusCode":503');
    expect(polish.text).toMatch(/<button type="button" id="close" class="Button" hidden[^>]*>Zamknij</);
    expect(String(polish.headers['content-security-policy'])).toMatch(
      /script-src 'nonce-[^']*' 'strict-dynamic'; style/,
    );
    expect(String(polish.headers['content-security-policy'])).not.toContain('connect-src');
    expect(String(polish.headers['vary'])).toBe('Accept, Accept-Language');
  });

  test.each([
    ['404', '/nothing/here', 'GET', 404],
    ['404', '/dev/inboxes', 'GET', 404],
    ['405', '/challenge', 'POST', 405],
    ['400', '/challenge/%zz', 'GET', 400],
    ['400', `/magic-link?token=${'x'.repeat(257)}`, 'GET', 400],
  ])('that there is nothing here, as %s: %s', async (_name, path, method, status) => {
    const reply = await open(path, {}, method);
    expect(reply.status).toBe(status);
    expectPage(reply);
    expect(heading(reply)).toBe('There’s nothing here');
    if (status === 405) expect(reply.headers['allow']).toBe('GET, HEAD');
  });

  test('how to go on after a form that could not be accepted: reloading would not send it again', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    database.fault = new DatabaseUnavailable('A pause made by the test.');
    const reply = await app
      .call('POST', '/magic-link', {
        key: null,
        headers: { accept: browser, ...form },
        rawBody: `token=${app.tenant.tenantId}.x&pageNonce=x`,
      })
      .finally(() => {
        database.fault = undefined;
      });
    expect(reply.status).toBe(503);
    expect(reply.text).toContain('Go back to where you started and try again.');
    expect(reply.text).not.toContain('Try again');
  });

  test.each([1_000, 9_000])('that a token of %i characters is invalid, as for an expired page', async (length) => {
    const reply = await open(`/challenge?token=${'x'.repeat(length)}`);
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('>This page has expired</h1>');
  });

  test('even if the address is longer than any request may be', async () => {
    await app.app.server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.app.server.server.address() as AddressInfo;
    const send = (headers: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = '';
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`GET /challenge?token=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`),
        );
        socket.on('data', (bytes) => (answer += bytes.toString()));
        socket.on('end', () => resolve(answer)).on('error', reject);
      });
    const shown = await send(`accept-language: fr\r\naccept: ${browser}\r\n`);
    expect(shown).toMatch(/^HTTP\/1\.1 400 /);
    expect(shown).toMatch(/content-type: text\/html; charset=utf-8\r\n/);
    expect(shown).toMatch(/content-security-policy: default-src 'none'; style-src/);
    expect(shown).toContain('Il n’y a rien ici');
    const told = await send('accept: */*\r\n');
    expect(told).toMatch(/content-type: application\/json\r\n/);
    expect(told).toContain('"errorCode":"invalid_request"');
  });
});

describe('a caller that is not a browser gets JSON', () => {
  test.each([
    ['asks for anything', '*/*'],
    ['asks for JSON', 'application/json'],
    ['refuses HTML', 'text/html;q=0, */*'],
    ['has a similar word', 'text/htmlish, application/json'],
  ])('when it %s', async (_name, accept) => {
    const reply = await open('/nothing/here', { accept });
    expect([reply.status, reply.body.errorCode]).toEqual([404, 'not_found']);
  });

  test.each(['/v1/nothing', '/v1/client/nothing', '//v1/client/nothing', '/assets/nothing.js', '/metrics'])(
    'at %s, whatever it accepts',
    async (path) => {
      const reply = await open(path, { 'x-forwarded-for': '203.0.113.1' });
      expect(reply.headers['content-type']).toBe('application/json');
      expect(reply.body.errorCode).toMatch(/^(?:not_found|unauthorized)$/);
    },
  );
});

describe('the page behind a mailed link', () => {
  test('may be opened 60 times a minute from one address, because it reads the database for anonymous callers (ruling 5)', async () => {
    const from = { key: null, remoteAddress: '2001:db8:a::1' };
    const path = `/magic-link?token=${app.tenant.tenantId}.x`;
    for (let count = 0; count < 60; count += 1) expect((await app.call('GET', path, from)).status).toBe(200);
    const refused = await app.call('GET', path, { ...from, headers: { accept: browser } });
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60']);
    expect(heading(refused)).toBe('Not possible right now');
    expect((await app.call('GET', path, from)).body.errorCode).toBe('too_many_requests');
    expect((await app.call('GET', path, { key: null, remoteAddress: '2001:db8:b::1' })).status).toBe(200);
    await app.runtime.advance(60_000);
    expect((await app.call('GET', path, from)).status).toBe(200);
  });
});

describe('ruling 50: a page without a tenant', () => {
  const policyOf = ({ headers }: TestReply) => String(headers['content-security-policy']);
  const framed = (referer: string | undefined, dest = 'iframe') => ({
    'sec-fetch-dest': dest,
    ...(referer === undefined ? {} : { referer }),
  });
  const isStranger = (reply: TestReply) => reply.text.includes('"kind":"stranger"');
  const configure = (expectedOrigins: readonly string[]) =>
    app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
      key: app.tenant.managementKey,
      body: { relyingParty: 'shop.example', expectedOrigins },
    });

  beforeAll(async () => {
    expect((await configure(['https://shop.example', 'https://*.shop.example'])).status).toBe(200);
  });

  test('can be framed by any page, calls no API, and lists no tenant’s origins', async () => {
    for (const path of [
      '/challenge',
      '/challenge?token=broken',
      '/challenge?mode=popup',
      '/challenge?token=a&mode=popup',
    ]) {
      const reply = await open(path);
      expect(reply.status).toBe(200);
      expect(heading(reply)).toBe('This page has expired');
      expect(policyOf(reply)).toMatch(/^default-src 'none'; script-src 'nonce-[^']*' 'strict-dynamic'; style-src/);
      expect(policyOf(reply)).toMatch(/form-action 'none'; frame-ancestors \*$/);
      expect(policyOf(reply)).not.toContain('connect-src');
      const all = `${JSON.stringify(reply.headers)}${reply.text}`;
      expect(all).not.toContain('shop.example');
      expect(all).not.toContain(app.tenant.tenantId);
      expect(reply.text).toContain(path.includes('popup') ? '>Close</button>' : 'You can close this page.');
      // It loads only the code that it needs to say so.
      const [, file = ''] = /<script type="module" src="([^"]*)"/.exec(reply.text) ?? [];
      expect((await open(file)).text.length).toBeLessThan(3_000);
      expect(reply.text).not.toContain('modulepreload');
    }
  });

  test('replaces a working page in a frame of another origin; if the request does not say who frames it, the policy decides', async () => {
    for (const referer of [
      'https://evil.example/',
      'https://a.b.shop.example/',
      'http://shop.example/',
      'about:blank',
      'x',
    ]) {
      for (const dest of ['iframe', 'frame', 'embed', 'object']) {
        const reply = await open(url, framed(referer, dest));
        expect([reply.status, isStranger(reply)], referer).toEqual([200, true]);
        expect(reply.text).toContain('"errorCode":"forbidden","statusCode":403');
        expect(reply.text).not.toContain(app.tenant.tenantId);
      }
    }
    for (const [referer, dest] of [
      [undefined, 'iframe'],
      ['https://shop.example/pay?x=1', 'iframe'],
      ['https://a.shop.example/', 'iframe'],
      ['http://localhost:4000/challenge', 'iframe'],
      ['http://localhost:5173/', 'iframe'],
      ['https://evil.example/', 'document'],
    ] as const) {
      const reply = await open(url, framed(referer, dest));
      expect(isStranger(reply), referer).toBe(false);
      expect(policyOf(reply)).toContain(
        "frame-ancestors 'self' https://shop.example https://*.shop.example http://localhost:4000 http://localhost:*",
      );
    }
  });

  test('is not used for an expired but genuine token: only its own tenant may frame that page', async () => {
    const tracked = await app.call('POST', '/v1/users/late/actions/sign-in', { body: {} });
    await app.runtime.advance(11 * 60_000);
    const late = `/challenge?token=${String(tracked.body.token)}&mode=popup`;
    const reply = await open(late, framed('https://shop.example/'));
    expect([reply.text.includes('This page has expired</h1>'), isStranger(reply)]).toEqual([true, false]);
    expect(policyOf(reply)).toContain("frame-ancestors 'self' https://shop.example");
    expect(isStranger(await open(late, framed('https://evil.example/')))).toBe(true);
  });

  test('a stored list of origins that is too long is cut at a whole entry, and the log says so once', async () => {
    const long = Array.from({ length: 100 }, (_, at) => `https://${at}.${'x'.repeat(60)}.shop.example`);
    const stored = statement<never>(
      'test_store_origins',
      `update authenticator_configurations set settings = jsonb_set(settings, '{expectedOrigins}', $2)
       where tenant_id = $1 and verification_method = 'PASSKEY'`,
    );
    await app.db.query(stored, [app.tenant.tenantId, JSON.stringify(['dead', ...long])]);
    await publishConfig(app.db, app.tenant.tenantId);
    await app.app.context.published.refresh();
    const tracked = await app.call('POST', '/v1/users/long/actions/sign-in', { body: {} });
    const page = `/challenge?token=${String(tracked.body.token)}`;
    const [, listed = ''] = /frame-ancestors 'self' (.*)$/.exec(policyOf(await open(page))) ?? [];
    const sources = listed.split(' ');
    expect(listed.length).toBeLessThanOrEqual(4_096);
    expect(sources.length).toBeGreaterThan(40);
    expect(long).toEqual(expect.arrayContaining(sources));
    await open(page);
    expect(app.logText().split('are too long for a header').length - 1).toBe(2);
    // An origin that did not fit into the header is expected all the same.
    const last = String(long.at(-1));
    const read = await app.call('GET', '/v1/client/ui/session', {
      token: String(tracked.body.token),
      headers: { origin: last },
    });
    expect(read.headers['access-control-allow-origin']).toBe(last);
  });
});
