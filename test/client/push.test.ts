/** Worry: a push is approved by someone who should not, twice, or by a tap that nobody thought about. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { phone } from '../../src/testkit/phone.ts';
import type { Phone, Platform } from '../../src/testkit/phone.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { openChannel } from '../rig/live-channel.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const minuteMs = 60_000;

describe.each(databaseKinds)('client-api 6.3: push, on the %s database', (kind) => {
  let app: TestApp;
  let port: number;
  let people = 0;
  const manage = (method: string, path: string, body: object) =>
    app.call(method, `/v1/management${path}`, { key: app.tenant.managementKey, body });
  beforeAll(async () => {
    // Nothing listens there: whatever is sent fails, and no request may fail for that.
    app = await testApp(kind, { anonymousRateLimit: 100_000, outboundAllow: ['127.0.0.1:9'] });
    const configuration = { pushProvider: 'WEBHOOK', webhookUrl: 'http://127.0.0.1:9/push' };
    expect((await manage('POST', '/authenticator-configurations/push', configuration)).status).toBe(200);
    await app.app.server.listen({ port: 0, host: '127.0.0.1' });
    port = (app.app.server.server.address() as AddressInfo).port;
  });
  afterAll(() => app.close());

  async function track(userId: string, body: object = {}): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/pay`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }
  function newPhone(platform: Platform = 'ios'): Phone {
    return phone({
      platform,
      tenantId: app.tenant.tenantId,
      now: () => app.runtime.clock.now(),
      send: ({ method, path, headers, body }) =>
        app.call(method, path, { key: null, headers, ...(body === undefined ? {} : { rawBody: body }) }),
    });
  }
  /** A user with a phone, which the backend knows to be theirs. */
  async function owner(platform: Platform = 'ios'): Promise<{ userId: string; device: Phone }> {
    const userId = `push-user-${(people += 1)}`;
    const device = newPhone(platform);
    expect((await device.push.addCredential(await track(userId))).status).toBe(200);
    return { userId, device };
  }
  const client = (path: string, token: string, body: object) => app.call('POST', `/v1/client/${path}`, { token, body });
  const ask = (token: string, body: object = {}) => client('challenge/push', token, { numberMatching: true, ...body });
  async function asked(userId: string, body: object = {}) {
    const token = await track(userId);
    const reply = await ask(token, body);
    expect(reply.status, reply.text).toBe(200);
    return { token, challengeId: String(reply.body.challengeId), number: String(reply.body.verificationCode) };
  }
  const poll = async (token: string, challengeId: string) => (await client('verify/push', token, { challengeId })).body;
  const validate = async (token: string) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
  const codeOf = (reply: { body: { errorCode?: string } }) => reply.body.errorCode;
  const wrong = (number: string) => (number === '99' ? '10' : String(Number(number) + 1));
  const waiting = { isVerified: false, isConsumed: false };

  test.each(['ios', 'android'] as const)('%s: asked, read, approved with the number, polled', async (platform) => {
    await manage('POST', '/custom-data-points', {
      name: 'amount',
      dataType: 'text',
      modelType: 'action',
      isPublic: true,
    });
    await manage('POST', '/custom-data-points', { name: 'hidden', dataType: 'text', modelType: 'action' });
    const { userId, device } = await owner(platform);
    const nothing = { userAuthenticatorId: expect.any(String) };
    expect((await device.push.getChallenge()).body).toEqual(nothing);
    const token = await track(userId, {
      ipAddress: '203.0.113.7',
      userAgent: 'Laptop',
      deviceId: 'laptop-1',
      custom: { amount: '250', hidden: 'x' },
    });
    const started = await ask(token);
    expect(started.body).toEqual({
      challengeId: expect.any(String),
      verificationCode: expect.stringMatching(/^[1-9]\d$/),
      expiresAt: expect.any(String),
      // A failed message does not fail the request: the app asks by itself.
      deliveryResults: [{ userAuthenticatorId: expect.any(String), errorCode: 'DELIVERY_FAILED' }],
    });
    const { challengeId, verificationCode } = started.body;
    expect(await poll(token, challengeId)).toEqual(waiting);
    const seen = await device.push.getChallenge();
    expect(seen.body).toMatchObject({
      ...nothing,
      challengeId,
      userId,
      actionCode: 'pay',
      ipAddress: '203.0.113.7',
      userAgent: 'Laptop',
      deviceId: 'laptop-1',
      numberMatching: true,
      expiresAt: Math.floor((app.runtime.clock.now() + 10 * minuteMs) / 1000),
      custom: { amount: '250' },
      user: {},
    });
    expect(JSON.stringify(seen.body)).not.toContain('hidden');
    const unsigned = (await device.push.getChallengeUnsigned()).body;
    expect([unsigned.challengeId, unsigned.custom, unsigned.user]).toEqual([challengeId, undefined, undefined]);
    expect((await device.push.updateChallenge(challengeId, true, verificationCode)).body).toEqual({ isVerified: true });
    // Repeatable, with a token of the same action.
    for (let times = 0; times < 2; times += 1) {
      const { accessToken, ...told } = await poll(token, challengeId);
      expect(told).toEqual({ isVerified: true, isConsumed: true });
      expect(await validate(accessToken)).toMatchObject({
        isValid: true,
        state: 'CHALLENGE_SUCCEEDED',
        verificationMethod: 'PUSH',
        assurance: 'medium',
      });
    }
    expect((await device.push.getChallenge()).body).toEqual(nothing);
  });

  test('I1: the first answer counts, and no other, whatever it says', async () => {
    const { userId, device } = await owner();
    const { token, challengeId, number } = await asked(userId);
    expect((await device.push.updateChallenge(challengeId, true, number)).status).toBe(200);
    expect(codeOf(await device.push.updateChallenge(challengeId, true, number))).toBe('invalid_credential');
    expect(codeOf(await device.push.updateChallenge(challengeId, false))).toBe('invalid_credential');
    expect((await poll(token, challengeId)).isVerified).toBe(true);
  });

  test('N04, ruling 20: a tap alone approves nothing, unless the tenant permits it; then it says little', async () => {
    const { userId, device } = await owner();
    const token = await track(userId);
    const refused = await client('challenge/push', token, { action: 'pay' });
    expect([refused.status, codeOf(refused)]).toEqual([400, 'invalid_configuration']);
    await manage('PATCH', '/tenant', { allowPlainPushApproval: true });
    const { body } = await client('challenge/push', token, { action: 'pay' });
    expect(body.verificationCode).toBeUndefined();
    expect((await device.push.getChallenge()).body.numberMatching).toBe(false);
    expect((await device.push.updateChallenge(body.challengeId, true)).status).toBe(200);
    expect((await validate((await poll(token, body.challengeId)).accessToken)).assurance).toBe('low');
    // Taken back while a request is open.
    const open = await client('challenge/push', await track(userId), {});
    await manage('PATCH', '/tenant', { allowPlainPushApproval: false });
    expect(codeOf(await device.push.updateChallenge(open.body.challengeId, true))).toBe('invalid_credential');
  });

  test('A25: a wrong number ends the request; no number at all is no guess', async () => {
    const { userId, device } = await owner();
    const { token, challengeId, number } = await asked(userId);
    for (const none of [null, '', '7', '123', 'ab']) {
      expect(codeOf(await device.push.updateChallenge(challengeId, true, none))).toBe('invalid_credential');
    }
    expect(await poll(token, challengeId)).toEqual(waiting);
    expect(codeOf(await device.push.updateChallenge(challengeId, true, wrong(number)))).toBe('invalid_credential');
    expect(codeOf(await device.push.updateChallenge(challengeId, true, number))).toBe('invalid_credential');
    const told = { isVerified: false, isConsumed: true, rejection: 'WRONG_NUMBER' };
    expect(await poll(token, challengeId)).toEqual(told);
    expect((await validate(token)).state).toBe('CHALLENGE_REQUIRED');
  });

  test('A25, N25: three requests in five minutes, one open at a time', async () => {
    const { userId, device } = await owner();
    const first = await asked(userId);
    const second = await asked(userId);
    expect((await device.push.getChallenge()).body.challengeId).toBe(second.challengeId);
    expect(codeOf(await device.push.updateChallenge(first.challengeId, true, first.number))).toBe('invalid_credential');
    expect(await poll(first.token, first.challengeId)).toEqual(waiting);
    await app.runtime.advance(minuteMs);
    const third = await asked(userId);
    const token = await track(userId);
    const refused = await ask(token);
    expect([refused.status, codeOf(refused), refused.headers['retry-after']]).toEqual([
      429,
      'too_many_requests',
      '240',
    ]);
    // The open request goes on, and the same page may come back to it.
    const again = await ask(third.token, { unlessOpen: true });
    expect(again.body).toEqual({
      challengeId: third.challengeId,
      verificationCode: third.number,
      expiresAt: expect.any(String),
    });
    await app.runtime.advance(4 * minuteMs);
    expect((await ask(await track(userId))).status).toBe(200);
  });

  test('A25: neither a phone that is removed and added again nor another action gives new requests', async () => {
    const { userId, device } = await owner();
    for (let times = 0; times < 3; times += 1) await asked(userId);
    await device.push.removeCredential();
    const again = newPhone();
    const scope = 'add:authenticators';
    expect((await again.push.addCredential(await track(userId, { scope }))).status).toBe(200);
    expect(codeOf(await ask(await track(userId)))).toBe('too_many_requests');
    const other = await app.call('POST', `/v1/users/${userId}/actions/sign-in`, { body: {} });
    expect(codeOf(await ask(String(other.body.token)))).toBe('too_many_requests');
    // Another user of the tenant is asked as before.
    await asked((await owner()).userId);
  });

  test('A25: after a refusal the user is left alone for a while; "it was not me" says more', async () => {
    const denials = statement<{ eventType: string; deniedAt: number | null }>(
      'push_test_denials',
      `select e.event_type, (select max(denied_at) from actions_by_month where tenant_id = e.tenant_id) as denied_at
       from audit_events e where e.user_id = $1 and e.event_type in ('challenge.rejected', 'challenge.denied')`,
    );
    const refuser = await owner();
    const one = await asked(refuser.userId);
    expect((await refuser.device.push.updateChallenge(one.challengeId, false)).body).toEqual({ isVerified: false });
    expect(await poll(one.token, one.challengeId)).toEqual({
      isVerified: false,
      isConsumed: true,
      rejection: 'REFUSED',
    });
    expect((await validate(one.token)).state).toBe('CHALLENGE_FAILED');
    expect(await app.db.query(denials, [refuser.userId])).toEqual([
      { eventType: 'challenge.rejected', deniedAt: null },
    ]);
    expect(codeOf(await ask(await track(refuser.userId)))).toBe('too_many_requests');
    await app.runtime.advance(5 * minuteMs);
    expect((await ask(await track(refuser.userId))).status).toBe(200);

    const denier = await owner('android');
    const two = await asked(denier.userId);
    await denier.device.push.updateChallenge(two.challengeId, false, null, { reason: 'NOT_ME' });
    expect((await poll(two.token, two.challengeId)).rejection).toBe('NOT_ME');
    expect(await app.db.query(denials, [denier.userId])).toEqual([
      { eventType: 'challenge.denied', deniedAt: expect.any(Number) },
    ]);
    await app.runtime.advance(30 * minuteMs);
    expect(codeOf(await ask(await track(denier.userId)))).toBe('too_many_requests');
  });

  test('A49: another user’s key, another phone, another namespace or an unsigned call answers nothing', async () => {
    const [ann, bob] = [await owner(), await owner('android')];
    const scope = 'add:authenticators';
    const second = newPhone('android');
    const { token, challengeId, number } = await asked(ann.userId);
    // Registered after the request was made: it was not asked.
    expect((await second.push.addCredential(await track(ann.userId, { scope }))).status).toBe(200);
    for (const device of [bob.device, second]) {
      expect((await device.push.getChallenge()).body.challengeId).toBeUndefined();
      expect(codeOf(await device.push.updateChallenge(challengeId, true, number))).toBe('invalid_credential');
    }
    const publicKey = ann.device.push.publicKey();
    const send = (signature: string, key = app.tenant.tenantId) =>
      app.call('POST', '/v1/client/user-authenticators/push/challenge', {
        key,
        body: { challengeId, publicKey, signature, approved: true, verificationCode: number },
      });
    const other = await app.createTenant('Other');
    for (const signature of ['', bob.device.push.sign(challengeId), ann.device.push.sign(challengeId.toUpperCase())]) {
      expect(codeOf(await send(signature))).toBe('invalid_credential');
    }
    expect(codeOf(await send(ann.device.push.sign(challengeId), other.tenantId))).toBe('invalid_credential');
    expect(await poll(token, challengeId)).toEqual(waiting);
    expect((await client('verify/push', await track(bob.userId), { challengeId })).status).toBe(404);
    expect((await send(ann.device.push.sign(challengeId))).status).toBe(200);
    // One phone only, if one is named.
    const ids = (await app.call('GET', `/v1/users/${ann.userId}/authenticators`)).body.map(
      ({ userAuthenticatorId }: { userAuthenticatorId: string }) => userAuthenticatorId,
    );
    const named = await asked(ann.userId, { userAuthenticatorId: ids[1] });
    expect((await ann.device.push.getChallenge()).body.challengeId).toBeUndefined();
    expect((await second.push.updateChallenge(named.challengeId, true, named.number)).status).toBe(200);
  });

  test('A40: a request ends when its action, its user or its phone does', async () => {
    const key = 'k';
    const blocked = await owner();
    const token = await track(blocked.userId, { idempotencyKey: key });
    const { body } = await ask(token);
    await app.call('PATCH', `/v1/users/${blocked.userId}/actions/pay/${key}`, { body: { state: 'BLOCK' } });
    expect((await blocked.device.push.getChallenge()).body.challengeId).toBeUndefined();
    const late = await blocked.device.push.updateChallenge(body.challengeId, true, body.verificationCode);
    expect([late.status, codeOf(late)]).toEqual([403, 'forbidden']);

    const removed = await owner();
    const one = await asked(removed.userId);
    await removed.device.push.removeCredential();
    const gone = await removed.device.push.updateChallenge(one.challengeId, true, one.number);
    expect(codeOf(gone)).toBe('invalid_credential');
    // Nobody can answer any more: the page need not wait.
    expect(await poll(one.token, one.challengeId)).toEqual({ isVerified: false, isConsumed: true });

    const deleted = await owner();
    const two = await asked(deleted.userId);
    await app.call('DELETE', `/v1/users/${deleted.userId}`);
    expect(codeOf(await deleted.device.push.updateChallenge(two.challengeId, true, two.number))).toBe(
      'invalid_credential',
    );
    expect((await deleted.device.push.addCredential(await track(deleted.userId))).status).toBe(200);
    expect(codeOf(await deleted.device.push.updateChallenge(two.challengeId, true, two.number))).toBe(
      'invalid_credential',
    );
    expect((await client('verify/push', two.token, { challengeId: two.challengeId })).status).toBe(401);
  });

  test('a request ends after ten minutes', async () => {
    const { userId, device } = await owner();
    const { challengeId, number } = await asked(userId);
    await app.runtime.advance(10 * minuteMs);
    expect((await device.push.getChallenge()).body.challengeId).toBeUndefined();
    expect(codeOf(await device.push.updateChallenge(challengeId, true, number))).toBe('invalid_credential');
  });

  test('a message to sign works once, for its key and its purpose, for two minutes', async () => {
    const { device } = await owner();
    const other = await owner('android');
    const query = `publicKey=${Buffer.from(device.push.publicKey()).toString('base64url')}`;
    const path = '/v1/client/user-authenticators/push';
    const key = app.tenant.tenantId;
    const message = async (at: string) => (await app.call('POST', `${path}/${at}?${query}`, { key })).body;
    const read = (signature: string) =>
      app.call('GET', `${path}/challenge?${query}`, { key, headers: { 'x-authsignal-signature': signature } });
    const { message: first } = await message('challenge/sign');
    expect(codeOf(await read(other.device.push.sign(first)))).toBe('invalid_credential');
    expect((await read(device.push.sign(first))).status).toBe(200);
    expect(codeOf(await read(device.push.sign(first)))).toBe('invalid_credential');
    const update = await message('sign');
    expect(codeOf(await read(device.push.sign(update.message)))).toBe('invalid_credential');
    const { message: late } = await message('challenge/sign');
    await app.runtime.advance(2 * minuteMs);
    expect(codeOf(await read(device.push.sign(late)))).toBe('invalid_credential');
    // Signed for reading, it approves nothing: the text is never the id of a request.
    expect(first).toMatch(/^sallyport-poll:/);
  });

  test('client-api 6.2: an app changes its push token and prolongs its life, by its signature', async () => {
    await manage('PATCH', '/authenticator-configurations/push', { credentialLifetimeInMinutes: 100 });
    const { userId, device } = await owner('android');
    await app.runtime.advance(10 * minuteMs);
    const updated = await device.push.updateCredential({ pushToken: 'new-token' });
    expect(updated.body).toMatchObject({ userId, pushToken: 'new-token', lastVerifiedAt: expect.any(String) });
    expect(Date.parse(updated.body.expiresAt)).toBe(app.runtime.clock.now() + 90 * minuteMs);
    const prolonged = await device.push.updateCredential({ resetExpiry: true });
    expect(Date.parse(prolonged.body.expiresAt)).toBe(app.runtime.clock.now() + 100 * minuteMs);
    expect(prolonged.body.pushToken).toBeUndefined();
    expect(app.logText()).not.toContain('new-token');
    await manage('PATCH', '/authenticator-configurations/push', { credentialLifetimeInMinutes: null });
  });

  describe('over the live channel', () => {
    const channel = (credential: string) => openChannel(`ws://127.0.0.1:${port}/ws-v1-challenge`, credential);
    async function watched(userId: string) {
      const request = await asked(userId);
      const open = await channel(`token.${request.token}`);
      open.watch(request.challengeId);
      await expect
        .poll(() => open.heard)
        .toEqual([{ type: 'CHALLENGE_WATCHED', data: { challengeType: 'PUSH', challengeId: request.challengeId } }]);
      return { ...request, ...open };
    }

    test('the page learns of an approval at once, and gets the token; so does another tab', async () => {
      const { userId, device } = await owner();
      const { challengeId, number, token, heard, socket } = await watched(userId);
      const tab = await channel(`token.${token}`);
      tab.watch(challengeId);
      await expect.poll(() => tab.heard.length).toBe(1);
      await device.push.updateChallenge(challengeId, true, number);
      for (const { data } of [await last(heard), await last(tab.heard)]) {
        expect(data).toEqual({ challengeId, state: 'approved', accessToken: expect.any(String) });
        expect(await validate(String(data['accessToken']))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', userId });
        expect(app.logText()).not.toContain(String(data['accessToken']));
      }
      // One that is over is told as often as it is asked for.
      tab.watch(challengeId);
      await expect.poll(() => tab.heard.length).toBe(3);
      for (const one of [socket, tab.socket]) one.close();
    });

    test.each([
      ['REFUSED', false, {}],
      ['NOT_ME', false, { reason: 'NOT_ME' }],
      ['WRONG_NUMBER', true, {}],
    ] as const)('it learns how the user said no: %s', async (rejection, approved, others) => {
      const { userId, device } = await owner();
      const { challengeId, number, heard, socket } = await watched(userId);
      await device.push.updateChallenge(challengeId, approved, wrong(number), others);
      expect((await last(heard)).data).toEqual({ challengeId, state: 'rejected', rejection });
      socket.close();
    });

    /** The second message. */
    async function last(heard: Awaited<ReturnType<typeof channel>>['heard']) {
      await expect.poll(() => heard.length).toBe(2);
      return heard[1] as (typeof heard)[number];
    }

    test('A49: nobody watches what is not for the action of their token', async () => {
      const [ann, bob] = [await owner(), await owner()];
      const { challengeId, token } = await asked(ann.userId);
      const strangers = [
        `token.${await track(bob.userId)}`,
        `token.${await track(ann.userId)}`,
        `tenant.${app.tenant.tenantId}`,
      ];
      for (const credential of strangers) {
        const { watch, heard, over } = await channel(credential);
        watch(challengeId);
        expect(await over).toBe(1008);
        expect(heard).toMatchObject([{ type: 'ERROR' }]);
      }
      for (const id of ['nonsense', challengeId.toUpperCase(), app.tenant.tenantId, 'x'.repeat(65)]) {
        const { watch, over } = await channel(`token.${token}`);
        watch(id);
        expect(await over).toBe(1008);
      }
    });

    test('F39: a page watches one request at a time, and says no more than is declared', async () => {
      const { userId, device } = await owner();
      const first = await watched(userId);
      const second = await ask(first.token);
      first.watch(second.body.challengeId);
      await expect.poll(() => first.heard.length).toBe(2);
      await device.push.updateChallenge(second.body.challengeId, true, second.body.verificationCode);
      await expect.poll(() => first.heard.length).toBe(3);
      expect(first.heard.map(({ data }) => data['challengeId'])).toEqual([
        first.challengeId,
        second.body.challengeId,
        second.body.challengeId,
      ]);
      first.say({ type: 'WATCH_CHALLENGE', data: { challengeType: 'QR_CODE', challengeId: first.challengeId } });
      expect(await first.over).toBe(1008);
    });

    test('A40: it ends with its token, and within a second with the user, the phone, the method or the action', async () => {
      const deny = { isVerified: false, isConsumed: true };
      const ends: readonly [string, (user: { userId: string; device: Phone }) => Promise<unknown>][] = [
        ['the phone', ({ device }) => device.push.removeCredential()],
        ['the method', () => manage('PATCH', '/authenticator-configurations/push', { isActive: false })],
      ];
      for (const [what, end] of ends) {
        const user = await owner();
        const { challengeId, number, token, heard, socket } = await watched(user.userId);
        const signature = user.device.push.sign(challengeId);
        const publicKey = user.device.push.publicKey();
        await end(user);
        await app.runtime.advance(1_000);
        expect((await last(heard)).data, what).toEqual({ challengeId, state: 'rejected' });
        expect(await poll(token, challengeId), what).toEqual(deny);
        const late = await app.call('POST', '/v1/client/user-authenticators/push/challenge', {
          key: app.tenant.tenantId,
          body: { challengeId, publicKey, signature, approved: true, verificationCode: number },
        });
        expect(late.status, what).toBe(400);
        socket.close();
      }
      await manage('PATCH', '/authenticator-configurations/push', { isActive: true });

      const blocked = await owner();
      const token = await track(blocked.userId, { idempotencyKey: 'k' });
      const { body } = await ask(token);
      const waits = await channel(`token.${token}`);
      waits.watch(body.challengeId);
      await expect.poll(() => waits.heard.length).toBe(1);
      await app.call('PATCH', `/v1/users/${blocked.userId}/actions/pay/k`, { body: { state: 'BLOCK' } });
      await app.runtime.advance(1_000);
      expect((await last(waits.heard)).data).toEqual({ challengeId: body.challengeId, state: 'rejected' });
      expect((await blocked.device.push.getChallenge()).body.challengeId).toBeUndefined();

      const deleted = await owner();
      const { over } = await watched(deleted.userId);
      await app.call('DELETE', `/v1/users/${deleted.userId}`);
      await app.runtime.advance(1_000);
      expect(await over).toBe(1008);

      const expiring = await watched((await owner()).userId);
      await app.runtime.advance(10 * minuteMs);
      expect(await expiring.over).toBe(4401);
    });
  });

  test('a demand for more than a push can show is refused before anyone is asked', async () => {
    const { userId } = await owner();
    await manage('POST', '/action-configurations', {
      actionCode: 'transfer',
      defaultUserActionResult: 'CHALLENGE',
      minimumAssurance: 'high',
    });
    const tracked = await app.call('POST', `/v1/users/${userId}/actions/transfer`, { body: {} });
    expect(codeOf(await ask(tracked.body.token))).toBe('forbidden');
  });
});
