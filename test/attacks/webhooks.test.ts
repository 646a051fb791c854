/** A76, A77: webhooks that reach forbidden addresses, and signatures that another party could have made. */
import { writeFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from '@authsignal/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openNames } from '../../src/delivery/names.ts';
import { openOutbound } from '../../src/delivery/outbound.ts';
import { postWebhook, signWebhook } from '../../src/delivery/webhook.ts';
import { secretKey } from '../../src/runtime/crypto.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
import { runHere } from '../rig/run-here.ts';
import { makeCertificate } from '../rig/certificate.ts';
import { startNameServer } from '../rig/name-server.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { startReceiver } from '../rig/webhook-receiver.ts';
import type { WebhookReceiver } from '../rig/webhook-receiver.ts';
import { systemRuntime } from '../../src/runtime/system-runtime.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function receiver(): Promise<WebhookReceiver> {
  const started = await startReceiver();
  stops.push(() => started.stop());
  return started;
}

const runtime = systemRuntime();
const key = 'sp_server_of_a_test';
const event = { id: 'an id', tenantId: 'a tenant', type: 'action.verify', data: { userId: 'ann' } };
const post = (url: string, more: object = {}) =>
  postWebhook(openOutbound(['127.0.0.0/8'], openNames(runtime)), {
    url,
    event,
    keys: [secretKey(Buffer.from(key))],
    nowMs: Date.now(),
    signal: runtime.timers.timeout(1_000),
    ...more,
  });

describe('A77: a signature', () => {
  test('9.5-7: matches the published test vector', () => {
    const body =
      '{"version":1,"id":"bc1598bc-e5d6-4c69-9afb-1a6fe3469d6e","source":"https://authsignal.com","time":"2025-02-20T01:51:56.070Z","tenantId":"7752d28e-e627-4b1b-bb81-b45d68d617bc","type":"email.created","data":{"to":"chris@authsignal.com","code":"157743","userId":"b9f74d36-fcfc-4efc-87f1-3664ab5a7fb0","actionCode":"accountRecovery","idempotencyKey":"ba8c1a7c-775d-4dff-9abe-be798b7b8bb9","verificationMethod":"EMAIL_OTP"}}';
    expect(signWebhook([secretKey(Buffer.from('test-secret-key-123'))], 1740016316, body)).toBe(
      't=1740016316,v2=jG7bIXHtFANggSxaeL9jI0CKC9jUrfDc1yv5uwtAh4Y',
    );
  });

  test('is accepted by the official SDK for each active key, and for no other', async () => {
    const endpoint = await receiver();
    const keys = [key, 'the newer key'].map((text) => secretKey(Buffer.from(text)));
    expect(await post(`${endpoint.url}/hook?a=b`, { keys })).toBe(200);
    const [{ path, headers, rawBody }] = endpoint.received as [(typeof endpoint.received)[0]];
    expect([path, headers['content-type']]).toEqual(['/hook?a=b', 'application/json']);
    const signature = String(headers['x-signature-v2']);
    expect(signature).toMatch(/^t=\d{10},v2=[A-Za-z0-9+/]{43},v2=[A-Za-z0-9+/]{43}$/);
    for (const text of [key, 'the newer key']) {
      expect(new Webhook(text).constructEvent(rawBody, signature)).toMatchObject({
        ...event,
        version: 1,
        source: 'https://authsignal.com',
      });
    }
    const reserialised = JSON.stringify({ ...JSON.parse(rawBody), version: 1, extra: undefined }, null, 1);
    const [time = ''] = signature.split(',');
    for (const [body, header, by] of [
      [rawBody.replace('ann', 'bob'), signature, key],
      [reserialised, signature, key],
      [rawBody, signature, 'another key'],
      [rawBody, time, key],
      [rawBody, signature.replace(/v2=(.{20}).{23}/g, 'v2=$1'), key],
      [rawBody, signature.replace(time, `t=${Number(time.slice(2)) + 1}`), key],
      [rawBody, '', key],
    ] as const) {
      expect(() => new Webhook(by).constructEvent(body, header), header).toThrow();
    }
  });

  test('is made at sending time: a webhook that was recorded is refused as too old', async () => {
    const endpoint = await receiver();
    await post(endpoint.url, { nowMs: Date.now() - 6 * 60_000 });
    const [{ headers, rawBody }] = endpoint.received as [(typeof endpoint.received)[0]];
    const verify = () => new Webhook(key).constructEvent(rawBody, String(headers['x-signature-v2']));
    expect(verify).toThrow('Timestamp is outside the tolerance zone.');
  });

  test('without a key nothing is sent', async () => {
    const endpoint = await receiver();
    await expect(post(endpoint.url, { keys: [] })).rejects.toThrow('no server key');
    expect(endpoint.received).toEqual([]);
  });
});

describe('A76: a webhook', () => {
  test('never reaches an address that a tenant may not name, whatever the URL or the name says', async () => {
    const endpoint = await receiver();
    const strict = openOutbound([], { resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    for (const host of [
      '127.0.0.1',
      'localhost',
      '2130706433',
      '0177.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'evil.example',
    ]) {
      for (const protocol of ['http', 'https']) {
        const url = `${protocol}://${host}:${endpoint.port}/`;
        const call = {
          url,
          event,
          keys: [secretKey(Buffer.from(key))],
          nowMs: Date.now(),
          signal: runtime.timers.timeout(1_000),
        };
        await expect(postWebhook(strict, call), url).rejects.toThrow('ETARGET');
      }
    }
    expect(endpoint.received).toEqual([]);
  });

  test('ruling 52: waits only for name look-ups of its own tenant', async () => {
    const endpoint = await receiver();
    const server = await startNameServer((name) => (name === 'hook.example' ? ['127.0.0.1'] : 'silent'));
    stops.push(() => server.stop());
    const outbound = openOutbound(['127.0.0.0/8'], openNames({ ...runtime, servers: [server.address] }));
    const send = (tenantId: string, host: string) =>
      postWebhook(outbound, {
        url: `http://${host}:${endpoint.port}/`,
        event: { ...event, tenantId },
        keys: [secretKey(Buffer.from(key))],
        nowMs: Date.now(),
        signal: runtime.timers.timeout(1_500),
      });
    const stuck = Array.from({ length: 20 }, (_, at) => send('one', `silent${at}.example`).catch(String));
    const startedMs = performance.now();
    expect(await send('two', 'hook.example')).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    expect(new Set(await Promise.all(stuck))).toEqual(
      new Set(['WebhookUnanswered: The endpoint gave no answer (time-out).']),
    );
  });

  test('follows no redirect', async () => {
    const inner = await receiver();
    const endpoint = await receiver();
    for (const status of [301, 302, 303, 307, 308]) {
      endpoint.answer((response) => response.writeHead(status, { location: `${inner.url}/inner` }).end());
      expect(await post(endpoint.url)).toBe(status);
    }
    expect(inner.received).toEqual([]);
  });

  test('ends in time, whatever the endpoint does', async () => {
    const endpoint = await receiver();
    const timed = async () => {
      const startedMs = performance.now();
      const answer = await post(endpoint.url).catch((error: unknown) => String(error));
      return { answer, ms: performance.now() - startedMs };
    };
    endpoint.answer(() => undefined);
    const silent = await timed();
    expect(silent.answer).toContain('time-out');
    expect(silent.ms).toBeLessThan(2_500);
    let isSending = true;
    endpoint.answer((response) => {
      response.writeHead(200);
      const more = () => isSending && response.write('x'.repeat(65_536)) && setImmediate(more);
      response.on('drain', more);
      response.on('close', () => (isSending = false));
      more();
    });
    expect((await timed()).answer).toBe(200);
    await expect.poll(() => isSending).toBe(false);
    endpoint.answer((response) => response.socket?.write('HTTP/1.1 200 OK\r\nx: ' + 'y'.repeat(200_000)));
    expect((await timed()).answer).toContain('gave no answer');
    endpoint.answer((response) => response.socket?.end('nonsense\r\n\r\n'));
    expect((await timed()).answer).toContain('gave no answer');
  });

  test('is not sent to an endpoint whose certificate is not trusted', async () => {
    const tls = await makeCertificate();
    const endpoint = await startReceiver(tls);
    stops.push(() => endpoint.stop());
    await expect(post(endpoint.url)).rejects.toThrow('gave no answer');
    expect(endpoint.received).toEqual([]);
  });
});

describe('A66: webhooks of a server process', () => {
  const credentials = testCredentials();
  const secret = credentials.SALLYPORT_SECRET_KEY;
  let server: ServerProcess;
  let endpoint: WebhookReceiver;
  let variables: Record<string, string>;
  beforeAll(async () => {
    const tls = await makeCertificate();
    endpoint = await startReceiver(tls);
    const trusted = join(await mkdtemp(join(tmpdir(), 'sallyport-ca-')), 'ca.pem');
    await writeFile(trusted, tls.cert);
    variables = {
      ...credentials,
      DATABASE_URL: await createPostgresDatabase(),
      SALLYPORT_OUTBOUND_ALLOW: `127.0.0.1:${endpoint.port}`,
      NODE_EXTRA_CA_CERTS: trusted,
    };
    server = await startServer(variables);
    const configured = await ask(server.url, 'POST', '/v1/management/action-configurations', {
      key: credentials.SALLYPORT_MANAGEMENT_KEY,
      body: {
        actionCode: 'pay',
        defaultUserActionResult: 'CHALLENGE',
        verificationWebhookUrl: `${endpoint.url}/verify`,
      },
    });
    expect(configured.status, configured.text).toBe(200);
  });
  afterAll(async () => {
    await server.stop();
    await endpoint.stop();
  });

  async function verify(userId: string) {
    const email = `${userId}@example.com`;
    const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', email, userId, idempotencyKey: 'k' };
    const { challengeId } = (await ask(server.url, 'POST', '/v1/challenge', { key: secret, body })).body;
    const verificationCode = await readInboxCode(server.url, email);
    return ask(server.url, 'POST', '/v1/verify', { key: secret, body: { challengeId, verificationCode } });
  }

  test('are sent over TLS and signed with the old and the new key while both are active, then with the new one only', async () => {
    expect((await verify('first')).body).toMatchObject({ isVerified: true });
    const made = await runHere(['keys', 'create', '--name', 'next'], variables);
    expect(made.code, made.stderr).toBe(0);
    const next = /Key: {4}(\S+)/.exec(made.stdout)?.[1] ?? '';
    const check = (text: string) => {
      const last = endpoint.received.at(-1);
      return new Webhook(text).constructEvent(last?.rawBody ?? '', String(last?.headers['x-signature-v2']));
    };
    await expect.poll(async () => (await ask(server.url, 'GET', '/v1/users/x', { key: next })).status).toBe(200);
    expect((await verify('second')).body).toMatchObject({ isVerified: true });
    expect(check(secret).data).toEqual(check(next).data);
    expect(check(next)).toMatchObject({
      type: 'action.verify',
      tenantId: credentials.SALLYPORT_TENANT_ID,
      data: {
        userId: 'second',
        action: 'pay',
        idempotencyKey: 'k',
        state: 'CHALLENGE_SUCCEEDED',
        verificationMethod: 'EMAIL_OTP',
        verifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    });
    expect(Object.values(check(next).data).every((value) => typeof value === 'string')).toBe(true);
    expect(() => check(credentials.SALLYPORT_MANAGEMENT_KEY)).toThrow('Signature mismatch.');

    const listed = await runHere(['keys', 'list'], variables);
    const nextId =
      listed.stdout
        .split('\n')
        .find((line) => line.includes('next'))
        ?.split(' ')[0] ?? '';
    expect((await runHere(['keys', 'revoke', nextId], variables)).code).toBe(0);
    await expect.poll(async () => (await ask(server.url, 'GET', '/v1/users/x', { key: next })).status).toBe(401);
    expect((await verify('third')).body).toMatchObject({ isVerified: true });
    expect(() => check(next)).toThrow('Signature mismatch.');
    expect(check(secret).data['userId']).toBe('third');
  });
});
