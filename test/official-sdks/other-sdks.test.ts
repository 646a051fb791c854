/**
 * Worry: the SDKs for other languages than Node behave differently on the wire. Each test sends what one of them sends,
 * byte for byte where it matters, and reads the response as that SDK does.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { rawRequest } from './raw-request.ts';
import type { RawReply } from './raw-request.ts';
import { startedServer } from './started-server.ts';
import type { StartedServer } from './started-server.ts';

const databaseKinds = databasesOf(import.meta.url);

const json = 'application/json';

describe.each(databaseKinds)('requests as the other SDKs send them, on the %s database', (kind) => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startedServer(kind);
  });
  afterAll(() => server.stop());

  function send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
    key = server.secretKey,
  ): Promise<RawReply> {
    return rawRequest(server.url, key, method, path, { headers, ...(body === undefined ? {} : { body }) });
  }

  test('9.5-6: every JSON response, errors included, has a content type of exactly application/json (Python)', async () => {
    const userId = randomUUID();
    const headers = { 'content-type': json, accept: '*/*', 'user-agent': 'authsignal-python-sdk/4.2.0' };
    const user = `/v1/users/${userId}`;
    const key = randomUUID();
    const replies: readonly RawReply[] = [
      await send('GET', user, headers),
      await send('PATCH', user, headers, '{"email":"a@b.c"}'),
      await send('POST', `${user}/authenticators`, headers, '{"verificationMethod":"EMAIL_OTP","email":"a@b.c"}'),
      await send('GET', `${user}/authenticators`, headers),
      await send('POST', `${user}/actions/python-sdk-test`, headers, JSON.stringify({ idempotencyKey: key })),
      await send('GET', `${user}/actions/python-sdk-test/${key}`, headers),
      await send('PATCH', `${user}/actions/python-sdk-test/${key}`, headers, '{"state":"BLOCK"}'),
      await send('GET', `${user}/actions`, headers),
      await send('GET', '/v1/users?email=a@b.c', headers),
      await send('POST', '/v1/validate', headers, '{"token":"invalid-token"}'),
      await send('GET', '/v1/authenticators', headers),
      await send('DELETE', user, headers),
      await send('GET', `/v1/client/public/${server.tenantId}/.well-known/jwks`, headers),
      await send('GET', `/v1/client/public/${server.tenantId}/.well-known/openid-configuration`, headers),
      // 400, 401, 404 twice, 405, 413
      await send('POST', `${user}/actions/x`, headers, '{'),
      await send('GET', '/v1/users/%zz', headers),
      await send('GET', `/v1/users/${'x'.repeat(5_000)}`, headers),
      await send('GET', user, headers, undefined, 'wrong'),
      await send('GET', '/v1/nowhere', headers),
      await send('GET', `${user}/actions/x/none`, headers),
      await send('PUT', user, headers),
      await send('POST', `${user}/actions/x`, headers, `"${'x'.repeat(70_000)}"`),
    ];
    for (const [index, reply] of replies.entries()) expect(reply.headers['content-type'], `reply ${index}`).toBe(json);
    expect(replies.map((reply) => reply.status)).toEqual([
      ...Array<number>(14).fill(200),
      400,
      400,
      400,
      401,
      404,
      404,
      405,
      413,
    ]);
    for (const reply of replies.slice(14)) {
      // Python, PHP and Go read the code from one member; Node, Java, .NET and Ruby from the other.
      expect(reply.body.error).toBe(reply.body.errorCode);
      expect(reply.body.errorDescription).toEqual(expect.stringMatching(/^.+\.$/));
    }
  });

  test('9.5-12: the Python live test: track python-sdk-test, read its output, update it to BLOCK', async () => {
    const headers = { 'content-type': json };
    await send(
      'POST',
      '/v1/users/user123/authenticators',
      headers,
      '{"verificationMethod":"EMAIL_OTP","email":"u@e.com"}',
    );
    // The live test sends snake_case names, which are unknown and ignored.
    const tracked = await send(
      'POST',
      '/v1/users/user123/actions/python-sdk-test',
      headers,
      '{"redirect_url":"javascript:alert(1)","user_agent":"x","idempotency_key":"no"}',
    );
    expect(tracked.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: true });
    expect(tracked.body.allowedVerificationMethods.length).toBeGreaterThan(0);
    expect(tracked.body.idempotencyKey).not.toBe('no');
    const path = `/v1/users/user123/actions/python-sdk-test/${String(tracked.body.idempotencyKey)}`;
    expect((await send('GET', path, headers)).body.output).not.toBeNull();
    expect((await send('PATCH', path, headers, '{"state":"BLOCK"}')).body.state).toBe('BLOCK');
  });

  test('9.5-9: PHP tracks without attributes: a POST with the JSON content type and no body at all', async () => {
    const userId = randomUUID();
    for (const headers of [
      { 'content-type': json, 'content-length': '0' },
      { 'content-type': json, 'transfer-encoding': 'chunked' },
      { 'content-type': json },
      { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' },
    ]) {
      const reply = await send('POST', `/v1/users/${userId}/actions/login`, headers);
      expect([reply.status, reply.body.state], JSON.stringify(headers)).toEqual([200, 'CHALLENGE_REQUIRED']);
    }
  });

  test('server-api 7: PHP lists devices, and invalidates one by a POST with the JSON content type and no body', async () => {
    const headers = { 'content-type': json };
    const user = `/v1/users/${randomUUID()}`;
    const deviceId = randomUUID();
    expect((await send('GET', `${user}/devices`, headers)).body).toEqual([]);
    await send('POST', `${user}/actions/login`, headers, JSON.stringify({ deviceId }));
    const listed = await send('GET', `${user}/devices`, headers);
    expect(listed.body).toEqual([
      { userId: user.slice('/v1/users/'.length), deviceId, createdAt: expect.any(String) as string },
    ]);
    for (const length of [{}, { 'content-length': '0' }]) {
      const reply = await send('POST', `${user}/devices/${deviceId}/invalidate`, { ...headers, ...length });
      expect([reply.status, reply.body.deviceId, typeof reply.body.invalidatedAt]).toEqual([200, deviceId, 'string']);
    }
    const unknown = await send('POST', `${user}/devices/${randomUUID()}/invalidate`, headers);
    expect([unknown.status, unknown.body.error]).toEqual([404, 'not_found']);
  });

  test('Python, Go, Ruby and PHP announce JSON on GET and DELETE and send nothing', async () => {
    for (const headers of [{ 'content-type': json }, { 'content-type': json, 'content-length': '0' }]) {
      expect((await send('GET', `/v1/users/${randomUUID()}`, headers)).status).toBe(200);
      expect((await send('DELETE', `/v1/users/${randomUUID()}`, headers)).status).toBe(200);
      expect((await send('PATCH', `/v1/users/${randomUUID()}`, headers)).status).toBe(200);
    }
  });

  test('9.5-8: every deletion returns an object, which Ruby reads as a hash', async () => {
    const userId = randomUUID();
    const headers = { 'content-type': json, 'user-agent': 'Authsignal Ruby v5.2.1' };
    const enrolled = await send(
      'POST',
      `/v1/users/${userId}/authenticators`,
      headers,
      '{"verificationMethod":"SMS","phoneNumber":"+6427000000"}',
    );
    const authenticatorId = String(enrolled.body.authenticator.userAuthenticatorId);
    const removed = await send('DELETE', `/v1/users/${userId}/authenticators/${authenticatorId}`, headers);
    expect([removed.status, removed.text]).toEqual([200, '{"success":true}']);
    const deleted = await send('DELETE', `/v1/users/${userId}`, headers);
    expect([deleted.status, deleted.text]).toEqual([200, '{"success":true}']);
    const unknown = await send('DELETE', `/v1/users/${userId}`, headers);
    expect([unknown.status, unknown.text]).toEqual([200, '{"success":true}']);
  });

  test('Java and Ruby update users with POST and get the same as with PATCH', async () => {
    const userId = `java:${randomUUID()}`;
    const body = '{"email":"java@example.com","emailVerified":true,"custom":{"tier":"gold"}}';
    for (const agent of ['authsignal-java', 'Authsignal Ruby v5.2.1', 'anything']) {
      const headers = { 'content-type': json, 'user-agent': agent };
      const posted = await send('POST', `/v1/users/${userId}`, headers, body);
      expect(posted.status, agent).toBe(200);
      expect(posted.body).toEqual((await send('PATCH', `/v1/users/${userId}`, headers, body)).body);
    }
    // Go, Node and Python use PATCH: if they POST to this path, it is a track whose user id ended the path with "#".
    for (const agent of ['authsignal-node', 'authsignal-python-sdk/4.2.0', 'authsignalgo/v1']) {
      const cut = await send('POST', `/v1/users/${userId}`, { 'content-type': json, 'user-agent': agent }, body);
      expect([cut.status, cut.body.errorCode], `A68: ${agent}`).toEqual([400, 'invalid_request']);
    }
  });

  test('.NET sends defaults explicitly, a charset, and a base URL that ends in a slash', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'x-authsignal-version': '4.1.0' };
    const tracked = await send(
      'POST',
      `/v1/users/${randomUUID()}/actions/Login`,
      headers,
      '{"redirectToSettings":false,"skipVerificationCheck":false,"redirectUrl":"https://example.com/back"}',
    );
    expect([tracked.status, tracked.body.state]).toEqual([200, 'CHALLENGE_REQUIRED']);
    expect((await send('GET', `/v1/users/${randomUUID()}/`, headers)).status).toBe(200);
  });

  test('ruling 59: .NET enrols a batch at the path of a user called authenticators, and reads how many there were', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'x-authsignal-version': '4.1.0' };
    const userId = randomUUID();
    const item = { userId, verificationMethod: 'PASSKEY', credentialId: 'AAAA', credentialPublicKey: 'AAAA' };
    const sent = JSON.stringify({ authenticators: [item] });
    const reply = await send('POST', '/v1/users/authenticators', headers, sent);
    expect([reply.status, reply.body.total, reply.body.succeeded, reply.body.failed]).toEqual([200, 1, 0, 1]);
    expect(reply.body.failures).toEqual([
      { userId, credentialId: 'AAAA', errorCode: 'invalid_credential', errorDescription: expect.any(String) },
    ]);
  });

  test('Go sends null for members that are not set', async () => {
    const userId = randomUUID();
    const headers = { 'content-type': json, 'user-agent': 'authsignalgo/v1' };
    const tracked = await send(
      'POST',
      `/v1/users/${userId}/actions/Login`,
      headers,
      '{"redirectToSettings":null,"crypto":{"assetAmount":null},"custom":null,"email":null}',
    );
    expect([tracked.status, tracked.body.state]).toEqual([200, 'CHALLENGE_REQUIRED']);
    expect((await send('GET', `/v1/users/${userId}`, headers)).body).not.toHaveProperty('email');
  });

  test('a body is parsed as JSON whatever content type it claims, and parameters of the type are ignored', async () => {
    const types = [undefined, 'text/plain', 'application/json;charset=UTF-8', 'application/vnd.api+json', 'a/b; c'];
    for (const type of types) {
      const userId = randomUUID();
      const headers = type === undefined ? undefined : { 'content-type': type };
      const reply = await send('PATCH', `/v1/users/${userId}`, headers, '{"displayName":"Jane"}');
      expect([reply.status, reply.body.displayName], type ?? 'none').toEqual([200, 'Jane']);
    }
    for (const type of ['nonsense', '/', ';', 'a/b/c', 'ä/ö']) {
      const reply = await send('PATCH', '/v1/users/jane', { 'content-type': type }, '{}');
      expect([reply.status, reply.body.errorCode, reply.headers['content-type']], type).toEqual([
        400,
        'invalid_request',
        json,
      ]);
    }
  });

  test('only the key matters, not the spelling of Basic; other schemes and other keys are 401', async () => {
    const ask = (authorization: string) =>
      rawRequest(server.url, '', 'GET', '/v1/users/jane', { headers: { authorization } });
    const basic = (text: string) => Buffer.from(text).toString('base64');
    const { secretKey } = server;
    for (const good of [
      `Basic ${basic(`${secretKey}:`)}`,
      `basic ${basic(`${secretKey}:ignored`)}`,
      `BASIC  ${basic(`${secretKey}:`)}`,
    ]) {
      expect((await ask(good)).status, good).toBe(200);
    }
    for (const bad of [`Bearer ${secretKey}`, secretKey, 'Basic', `Basic ${basic(`:${secretKey}`)}`, 'Basic %%%']) {
      expect((await ask(bad)).status, bad).toBe(401);
    }
  });
});
