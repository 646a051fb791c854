/** Worry: whoever sees a QR code, or shows one to somebody else, gets more than a code that can be scanned once. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { statement } from '../../src/storage/sql.ts';
import { phone } from '../../src/testkit/phone.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { openChannel } from '../rig/live-channel.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

describe.each(databaseKinds)('client-api 6.4: QR codes, on the %s database', (kind) => {
  let app: TestApp;
  let port: number;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000 });
    for (const slug of ['qr-code', 'in-app']) {
      const path = `/v1/management/authenticator-configurations/${slug}`;
      const reply = await app.call('POST', path, { key: app.tenant.managementKey, body: {} });
      expect(reply.status, reply.text).toBe(200);
    }
    await manage('custom-data-points', { name: 'shop', dataType: 'text', modelType: 'action', isPublic: true });
    await app.app.server.listen({ port: 0, host: '127.0.0.1' });
    port = (app.app.server.server.address() as AddressInfo).port;
  });
  afterAll(() => app.close());

  async function manage(path: string, body: object) {
    const reply = await app.call('POST', `/v1/management/${path}`, { key: app.tenant.managementKey, body });
    expect(reply.status, reply.text).toBe(200);
    return reply.body;
  }
  async function track(userId: string, body: object = {}, action = 'pay'): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }
  const validate = async (token: unknown) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
  const basic = (tenantId = app.tenant.tenantId) => ({
    authorization: `Basic ${Buffer.from(tenantId).toString('base64')}`,
  });
  /** Calls as a page of the tenant does. */
  const page = (path: string, body: object, token?: string) =>
    app.call('POST', `/v1/client/${path}`, {
      body,
      ...(token === undefined ? { key: null, headers: basic() } : { token }),
      headers: { ...(token === undefined ? basic() : {}), 'user-agent': 'Kiosk/1.0' },
      remoteAddress: '203.0.113.9',
    });
  async function start(token?: string, body: object = { action: 'pay' }) {
    const reply = await page('challenge/qr-code', body, token);
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { challengeId: string; expiresAt: string; deviceCode: string };
  }
  const check = async ({ challengeId, deviceCode }: { challengeId: string; deviceCode: string }) =>
    (await page('verify/qr-code', { challengeId, deviceCode })).body;

  /** A user with a phone whose keys are registered. */
  async function withPhone(
    platform: 'ios' | 'android' = 'ios',
  ): Promise<{ userId: string; device: ReturnType<typeof phone> }> {
    const userId = `scanner-${(people += 1)}`;
    const device = phone({
      platform,
      tenantId: app.tenant.tenantId,
      now: () => app.runtime.clock.now(),
      send: ({ method, path, headers, body }) =>
        app.call(method, path, { key: null, headers, ...(body === undefined ? {} : { rawBody: body }) }),
    });
    const token = await track(userId, { scope: 'add:authenticators' }, 'enrol');
    expect((await device.qrCode.addCredential(token)).status).toBe(200);
    expect((await device.inApp.addCredential(token)).status).toBe(200);
    return { userId, device };
  }

  const channel = (token?: string, headers: Record<string, string> = {}, path = '/ws-v1-challenge') =>
    openChannel(
      `ws://127.0.0.1:${port}${path}`,
      token === undefined ? `tenant.${app.tenant.tenantId}` : `token.${token}`,
      headers,
    );

  test.each(['ios', 'android'] as const)(
    '%s: with a token, the phone shows who asks and for what, and its approval moves the action',
    async (platform) => {
      const { userId, device } = await withPhone(platform);
      const token = await track(userId, { idempotencyKey: 'order-1', custom: { shop: 'Harbour', secret: 'no' } });
      const opened = await start(token);
      expect(Date.parse(opened.expiresAt) - app.runtime.clock.now()).toBe(600_000);
      expect(await check(opened)).toEqual({ isClaimed: false, isConsumed: false, isVerified: false });
      const claimed = await device.qrCode.claimChallenge(opened.challengeId);
      expect([claimed.status, claimed.body]).toEqual([
        200,
        {
          success: true,
          userAgent: 'Kiosk/1.0',
          ipAddress: '203.0.113.9',
          actionCode: 'pay',
          idempotencyKey: 'order-1',
          custom: { shop: 'Harbour' },
        },
      ]);
      expect(await check(opened)).toEqual({ isClaimed: true, isConsumed: false, isVerified: false });
      expect((await device.qrCode.claimChallenge(opened.challengeId)).status).toBe(200);
      const answered = await device.qrCode.updateChallenge(opened.challengeId, true);
      expect([answered.status, answered.body]).toEqual([200, { isVerified: true }]);
      const checked = await check(opened);
      expect(checked).toEqual({ isClaimed: true, isConsumed: true, isVerified: true, accessToken: expect.any(String) });
      expect(await validate(checked.accessToken)).toMatchObject({
        isValid: true,
        state: 'CHALLENGE_SUCCEEDED',
        userId,
        idempotencyKey: 'order-1',
        verificationMethod: 'QR_CODE',
        assurance: 'medium',
      });
      // I1: the first answer counts.
      for (const approved of [true, false]) {
        const again = await device.qrCode.updateChallenge(opened.challengeId, approved);
        expect([again.status, again.body.errorCode]).toEqual([400, 'invalid_credential']);
      }
      expect((await check(opened)).isVerified).toBe(true);
      // However often it asks, what was earned ends when the first token does.
      await app.runtime.advance(10 * 60_000);
      expect(await check(opened)).toEqual({ isClaimed: true, isConsumed: true, isVerified: false });
    },
  );

  test('ruling 36: without a token it signs in whoever approves, into an untracked action that the rules decide first', async () => {
    const { userId, device } = await withPhone();
    const opened = await start(undefined, { action: 'kiosk', custom: { shop: 'Pier', other: 'x' } });
    const claimed = await device.qrCode.claimChallenge(opened.challengeId);
    expect(claimed.body).toMatchObject({ actionCode: 'kiosk', custom: { shop: 'Pier' } });
    expect((await device.qrCode.updateChallenge(opened.challengeId, true)).body).toEqual({ isVerified: true });
    const { accessToken } = await check(opened);
    expect(await validate(accessToken)).toMatchObject({
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      userId,
      action: 'kiosk',
      isTracked: false,
    });
    const configurations = await app.call('GET', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
    });
    expect(configurations.text).not.toContain('kiosk');
  });

  test('ruling 9: an action that the rules block is not moved, and the page stops waiting', async () => {
    await manage('action-configurations', { actionCode: 'blocked', defaultUserActionResult: 'BLOCK' });
    const { device } = await withPhone();
    const opened = await start(undefined, { action: 'blocked' });
    const answered = await device.qrCode.updateChallenge(opened.challengeId, true);
    expect([answered.status, answered.body.errorCode]).toEqual([403, 'forbidden']);
    expect(await check(opened)).toEqual({ isClaimed: true, isConsumed: true, isVerified: false });
  });

  test('a rejection ends the action that the code was opened for', async () => {
    const { userId, device } = await withPhone();
    const token = await track(userId);
    const opened = await start(token);
    await device.qrCode.claimChallenge(opened.challengeId);
    expect((await device.qrCode.updateChallenge(opened.challengeId, false)).body).toEqual({ isVerified: false });
    expect(await check(opened)).toEqual({ isClaimed: true, isConsumed: true, isVerified: false });
    expect(await validate(token)).toMatchObject({ state: 'CHALLENGE_FAILED' });
    expect((await page('challenge/qr-code', { action: 'pay' }, token)).status).toBe(403);
  });

  describe('ruling 20: “it was not me”', () => {
    const traces = statement<{ audits: string[]; notices: string[]; events: Record<string, unknown>[] }>(
      'qr_code_test_traces',
      `select array(select event_type from audit_events where user_id = $1 and event_type like 'challenge.%ed'
           and event_type in ('challenge.denied', 'challenge.rejected')) as audits,
         array(select payload #>> '{notice,verificationMethod}' from outbox
           where user_id = $1 and payload #>> '{notice,type}' = 'action-denied') as notices,
         array(select payload::json -> 'data' from events where user_id = $1 and type = 'action.denied') as events`,
    );
    const left = async (userId: string) => (await app.db.query(traces, [userId]))[0];
    /** Whether a rule about this user would see a denial. */
    async function deniesSeen(userId: string): Promise<boolean> {
      return (await validate(await track(userId, {}, 'after-denial'))).state === 'BLOCK';
    }
    beforeAll(async () => {
      await manage('event-endpoints', { url: 'https://bank.example/events', eventTypes: ['action.denied'] });
      await manage('action-configurations', { actionCode: 'after-denial', defaultUserActionResult: 'CHALLENGE' });
      await manage('action-configurations/after-denial/rules', {
        name: 'denied',
        isActive: true,
        priority: 1,
        type: 'BLOCK',
        conditions: { '<': [{ var: 'user.minutesSinceDenied' }, 60] },
      });
    });
    async function withMail(): Promise<Awaited<ReturnType<typeof withPhone>>> {
      const person = await withPhone();
      const body = { verificationMethod: 'EMAIL_OTP', email: `${person.userId}@example.com` };
      await app.call('POST', `/v1/users/${person.userId}/authenticators`, { body });
      return person;
    }

    test.each([
      ['a code of a tracked action', true],
      ['a code of nobody', false],
    ])('of %s: an event, a notice and a fact; a plain refusal is none of them', async (_what, isTracked) => {
      const refuser = await withMail();
      const refused = await start(isTracked ? await track(refuser.userId) : undefined);
      expect((await refuser.device.qrCode.updateChallenge(refused.challengeId, false)).status).toBe(200);
      expect(await left(refuser.userId)).toEqual({ audits: ['challenge.rejected'], notices: [], events: [] });
      expect(await deniesSeen(refuser.userId)).toBe(false);

      const { userId, device } = await withMail();
      const token = isTracked ? await track(userId, { idempotencyKey: 'order-7' }) : undefined;
      const opened = await start(token);
      const answered = await device.qrCode.updateChallenge(opened.challengeId, false, null, { reason: 'NOT_ME' });
      expect([answered.status, answered.body]).toEqual([200, { isVerified: false }]);
      expect(await check(opened)).toEqual({ isClaimed: true, isConsumed: true, isVerified: false });
      expect(await left(userId)).toEqual({
        audits: ['challenge.denied'],
        notices: ['QR_CODE'],
        events: [
          {
            userId,
            actionCode: 'pay',
            idempotencyKey: isTracked ? 'order-7' : expect.any(String),
            verificationMethod: 'QR_CODE',
            state: 'CHALLENGE_FAILED',
          },
        ],
      });
      expect(await deniesSeen(userId)).toBe(true);
      const again = await device.qrCode.updateChallenge(opened.challengeId, false, null, { reason: 'NOT_ME' });
      expect(again.body.errorCode).toBe('invalid_credential');
      expect((await left(userId))?.notices).toHaveLength(1);
    });

    test('in the app itself, of the action of its token', async () => {
      const { userId, device } = await withMail();
      const answer = async (body: object, token?: string) => {
        const { challengeId } = (await page('challenge', {})).body;
        const signed = { challengeId, publicKey: device.inApp.publicKey(), signature: device.inApp.sign(challengeId) };
        return page('verify/in-app', { ...signed, ...body }, token);
      };
      expect((await answer({ approved: false })).body.errorCode).toBe('invalid_request');
      const one = await track(userId);
      const refused = await answer({ approved: false }, one);
      expect([refused.status, refused.body]).toEqual([200, { userId, userAuthenticatorId: expect.any(String) }]);
      expect(await validate(one)).toMatchObject({ state: 'CHALLENGE_FAILED' });
      expect(await left(userId)).toEqual({ audits: ['challenge.rejected'], notices: [], events: [] });
      const two = await track(userId, { idempotencyKey: 'order-8' });
      expect((await answer({ approved: false, reason: 'NOT_ME' }, two)).status).toBe(200);
      expect(await left(userId)).toMatchObject({
        notices: ['IN_APP'],
        events: [{ idempotencyKey: 'order-8', verificationMethod: 'IN_APP', state: 'CHALLENGE_FAILED' }],
      });
      // Another user's phone says nothing about it.
      const other = await withPhone();
      const three = await track(userId, { idempotencyKey: 'order-9' });
      const { challengeId } = (await page('challenge', {})).body;
      const stranger = { publicKey: other.device.inApp.publicKey(), signature: other.device.inApp.sign(challengeId) };
      const foreign = await page('verify/in-app', { challengeId, ...stranger, approved: false }, three);
      expect(foreign.body.errorCode).toBe('invalid_credential');
      expect(await validate(three)).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
    });
  });

  test('A40: a code ends for its page, within a second, with the phones, the method or the action', async () => {
    const over = { isClaimed: true, isConsumed: true, isVerified: false };
    const ends: readonly (readonly [string, (user: Awaited<ReturnType<typeof withPhone>>) => Promise<unknown>])[] = [
      ['the phone', ({ device }) => device.qrCode.removeCredential()],
      [
        'the action',
        ({ userId }) => app.call('PATCH', `/v1/users/${userId}/actions/pay/k`, { body: { state: 'BLOCK' } }),
      ],
      [
        'the method',
        () =>
          app.call('PATCH', '/v1/management/authenticator-configurations/qr-code', {
            key: app.tenant.managementKey,
            body: { isActive: false },
          }),
      ],
    ];
    for (const [what, end] of ends) {
      const person = await withPhone();
      const token = await track(person.userId, { idempotencyKey: 'k' });
      const opened = await start(token);
      const anonymous = await start();
      await person.device.qrCode.claimChallenge(anonymous.challengeId);
      const { heard, create, socket } = await channel(token);
      const challengeId = await create();
      const publicKey = person.device.qrCode.publicKey();
      const signature = person.device.qrCode.sign(challengeId);
      await end(person);
      await app.runtime.advance(1_000);
      await expect
        .poll(() => heard.at(-1), { message: what })
        .toEqual({ type: 'STATE_CHANGE', data: { challengeId, state: 'rejected' } });
      expect(await check(opened), what).toEqual(over);
      if (what !== 'the action') expect(await check(anonymous), what).toEqual(over);
      const late = await page('user-authenticators/qr-code/challenge', {
        challengeId,
        publicKey,
        signature,
        approved: true,
      });
      expect(late.status, what).toBeGreaterThanOrEqual(400);
      if (what === 'the method') {
        const body = {
          challengeId: anonymous.challengeId,
          publicKey,
          signature: person.device.qrCode.sign(anonymous.challengeId),
        };
        const anonymously = await page('user-authenticators/qr-code/challenge', { ...body, approved: true });
        expect(anonymously.body.errorCode).toBe('invalid_configuration');
      }
      socket.close();
    }
    const back = await app.call('PATCH', '/v1/management/authenticator-configurations/qr-code', {
      key: app.tenant.managementKey,
      body: { isActive: true },
    });
    expect(back.status).toBe(200);
  });

  test('A24: a code is claimed once, and answered by the key that has claimed it alone', async () => {
    const [ann, ben] = [await withPhone(), await withPhone('android')];
    const opened = await start();
    expect((await ann.device.qrCode.claimChallenge(opened.challengeId)).status).toBe(200);
    for (const reply of [
      await ben.device.qrCode.claimChallenge(opened.challengeId),
      await ben.device.qrCode.updateChallenge(opened.challengeId, true),
      await ben.device.qrCode.updateChallenge(opened.challengeId, false),
    ]) {
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    }
    expect(await check(opened)).toEqual({ isClaimed: true, isConsumed: false, isVerified: false });
    expect((await ann.device.qrCode.updateChallenge(opened.challengeId, true)).status).toBe(200);
    expect(await validate((await check(opened)).accessToken)).toMatchObject({ userId: ann.userId });
  });

  test('A24: a code that was opened for a user is for no other user’s phone', async () => {
    const [ann, ben] = [await withPhone(), await withPhone()];
    const opened = await start(await track(ann.userId));
    for (const reply of [
      await ben.device.qrCode.claimChallenge(opened.challengeId),
      await ben.device.qrCode.updateChallenge(opened.challengeId, true),
    ]) {
      expect(reply.body.errorCode).toBe('invalid_credential');
    }
    expect(await check(opened)).toEqual({ isClaimed: false, isConsumed: false, isVerified: false });
  });

  test('A24: what the QR code shows is not enough to poll, nor the secret of another page, nor another tenant', async () => {
    const { device } = await withPhone();
    const [mine, theirs] = [await start(), await start()];
    await device.qrCode.updateChallenge(mine.challengeId, true);
    const other = await app.createTenant('Another');
    for (const body of [
      { challengeId: mine.challengeId, deviceCode: theirs.deviceCode },
      { challengeId: theirs.challengeId, deviceCode: mine.deviceCode },
      { challengeId: mine.challengeId, deviceCode: mine.challengeId },
      { challengeId: 'nonsense', deviceCode: mine.deviceCode },
    ]) {
      const reply = await page('verify/qr-code', body);
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    }
    const elsewhere = await app.call('POST', '/v1/client/verify/qr-code', {
      key: null,
      headers: basic(other.tenantId),
      body: { challengeId: mine.challengeId, deviceCode: mine.deviceCode },
    });
    expect(elsewhere.status).toBe(400);
    // One that a live connection has opened has no secret at all.
    const { create, socket } = await channel();
    const challengeId = await create();
    for (const deviceCode of ['', 'x', challengeId]) {
      expect((await page('verify/qr-code', { challengeId, deviceCode })).status).toBe(400);
    }
    socket.close();
  });

  test('a signature over another challenge, by another key or for another purpose is none', async () => {
    const { device } = await withPhone();
    const [one, other] = [await start(), await start()];
    const publicKey = device.qrCode.publicKey();
    const send = (body: object, path = 'claim') =>
      page(`user-authenticators/qr-code/challenge${path === '' ? '' : `/${path}`}`, body);
    const signature = device.qrCode.sign(one.challengeId);
    expect((await send({ challengeId: other.challengeId, publicKey, signature })).body.errorCode).toBe(
      'invalid_credential',
    );
    const inApp = {
      challengeId: one.challengeId,
      publicKey: device.inApp.publicKey(),
      signature: device.inApp.sign(one.challengeId),
    };
    expect((await send(inApp)).body.errorCode).toBe('invalid_credential');
    expect((await page('verify/in-app', inApp)).body.errorCode).toBe('invalid_credential');
    expect(
      (await send({ challengeId: one.challengeId, publicKey, signature: 'AAAA', approved: true }, '')).status,
    ).toBe(400);
    expect(await check(one)).toMatchObject({ isClaimed: false });
  });

  test('A40: a key that is removed after its claim approves nothing, and a code ends with its user', async () => {
    const { userId, device } = await withPhone();
    const opened = await start();
    await device.qrCode.claimChallenge(opened.challengeId);
    const signature = device.qrCode.sign(opened.challengeId);
    const publicKey = device.qrCode.publicKey();
    await device.qrCode.removeCredential();
    const late = await page('user-authenticators/qr-code/challenge', {
      challengeId: opened.challengeId,
      publicKey,
      signature,
      approved: true,
    });
    expect(late.body.errorCode).toBe('invalid_credential');
    // The page that shows the code need not wait any longer.
    expect(await check(opened)).toEqual({ isClaimed: true, isConsumed: true, isVerified: false });
    await app.call('DELETE', `/v1/users/${userId}`);
    expect((await page('verify/qr-code', opened)).status).toBe(400);
  });

  test('a code is over after ten minutes, also for a phone that had claimed it', async () => {
    const { device } = await withPhone();
    const [waiting, claimed] = [await start(), await start()];
    await device.qrCode.claimChallenge(claimed.challengeId);
    await app.runtime.advance(600_000);
    expect((await device.qrCode.claimChallenge(waiting.challengeId)).body.errorCode).toBe('invalid_credential');
    expect((await device.qrCode.updateChallenge(claimed.challengeId, true)).body.errorCode).toBe('invalid_credential');
    for (const opened of [waiting, claimed]) {
      expect(await check(opened)).toEqual({ isClaimed: false, isConsumed: false, isVerified: false });
    }
  });

  test('with a token, the action and its data are those that were tracked', async () => {
    const { userId } = await withPhone();
    const token = await track(userId);
    for (const body of [{ action: 'other' }, { action: 'pay', custom: { shop: 'x' } }]) {
      const reply = await page('challenge/qr-code', body, token);
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    }
    const nobody = await track('has-no-phone');
    expect((await page('challenge/qr-code', { action: 'pay' }, nobody)).body.errorCode).toBe('invalid_request');
  });

  describe('over the live channel', () => {
    test('the page learns of each step at once, and gets the token', async () => {
      const { userId, device } = await withPhone();
      const { heard, create, socket } = await channel(await track(userId));
      expect(socket.protocol).toBe('authsignal-ws');
      const challengeId = await create();
      expect(heard).toEqual([
        {
          type: 'CHALLENGE_CREATED',
          data: { challengeId, challengeType: 'QR_CODE', expiresAt: expect.any(String), state: 'unclaimed' },
        },
      ]);
      await device.qrCode.claimChallenge(challengeId);
      await expect.poll(() => heard.at(-1)?.data['state']).toBe('claimed');
      await device.qrCode.updateChallenge(challengeId, true);
      await expect.poll(() => heard.at(-1)?.data['state']).toBe('approved');
      expect(heard).toHaveLength(3);
      const { accessToken } = heard[2]?.data ?? {};
      expect(await validate(accessToken)).toMatchObject({ isValid: true, state: 'CHALLENGE_SUCCEEDED', userId });
      expect(app.logText()).not.toContain(String(accessToken));
      socket.close();
    });

    test('client-api 6.4.4: without a token too, on the other path, and a rejection is told', async () => {
      const { device } = await withPhone();
      const { heard, create, socket } = await channel(undefined, {}, '/api-ws/ws-v1-challenge/');
      const challengeId = await create({ actionCode: 'kiosk' });
      await device.qrCode.updateChallenge(challengeId, false);
      await expect.poll(() => heard.at(-1)).toEqual({ type: 'STATE_CHANGE', data: { challengeId, state: 'rejected' } });
      socket.close();
    });

    test('A24: only the connection that opened a code learns of it', async () => {
      const { device } = await withPhone();
      const [one, other] = [await channel(), await channel()];
      const challengeId = await one.create();
      await other.create();
      await device.qrCode.updateChallenge(challengeId, true);
      await expect.poll(() => one.heard.at(-1)?.data['state']).toBe('approved');
      expect(other.heard).toHaveLength(1);
      for (const { socket } of [one, other]) socket.close();
    });

    test('a renewed code replaces the one before it after a minute; a claim under way is finished', async () => {
      const { device } = await withPhone();
      const late = await withPhone();
      const { create, heard, socket } = await channel();
      const [claimed, renewed] = [await create(), await create()];
      await device.qrCode.claimChallenge(claimed);
      expect((await device.qrCode.updateChallenge(claimed, true)).status).toBe(200);
      await expect.poll(() => heard.at(-1)?.data['state']).toBe('approved');
      await create();
      await app.runtime.advance(61_000);
      expect((await late.device.qrCode.claimChallenge(renewed)).body.errorCode).toBe('invalid_credential');
      socket.close();
    });

    test('when the page goes, so does a code that nobody has claimed', async () => {
      const { device } = await withPhone();
      const { create, socket, over } = await channel();
      const challengeId = await create();
      socket.close();
      await over;
      await expect
        .poll(async () => (await device.qrCode.claimChallenge(challengeId)).body.errorCode)
        .toBe('invalid_credential');
    });

    test('what cannot be had is told, and the connection closed', async () => {
      const { userId } = await withPhone();
      const token = await track(userId);
      for (const [data, errorCode] of [
        [{ actionCode: 'other' }, 'invalid_request'],
        [{ actionCode: 'not a code!' }, 'invalid_request'],
        [{ actionCode: 'pay', challengeType: 'PUSH' }, 'invalid_request'],
        [{ actionCode: 'pay', custom: { a: 1 } }, 'invalid_request'],
      ] as const) {
        const { create, heard, over } = await channel(token);
        await create(data);
        expect(await over).toBe(1008);
        expect(heard).toMatchObject([{ type: 'ERROR', data: { errorCode } }]);
      }
    });

    test('A40: it ends with its token, and within a second with its user', async () => {
      const { userId } = await withPhone();
      const expiring = await channel(await track(userId));
      const deleted = await channel(await track(userId, { idempotencyKey: 'second' }));
      await deleted.create();
      await app.call('DELETE', `/v1/users/${userId}`);
      await app.runtime.advance(1_000);
      expect(await deleted.over).toBe(1008);
      await app.runtime.advance(600_000);
      expect(await expiring.over).toBe(4401);
    });

    test('is refused without a credential, with a broken or an expired token, and to pages of other origins', async () => {
      const { userId } = await withPhone();
      const token = await track(userId);
      expect(await (await channel('nonsense')).over).toBe(401);
      expect(await (await channel(token, { origin: 'https://evil.example' })).over).toBe(403);
      expect(await (await channel(undefined, { origin: 'https://evil.example' })).over).toBe(403);
      const own = await channel(token, { origin: 'http://localhost:4000' });
      expect(own.socket.readyState).toBe(WebSocket.OPEN);
      await app.runtime.advance(601_000);
      expect(await (await channel(token)).over).toBe(401);
      const nobody = new WebSocket(`ws://127.0.0.1:${port}/ws-v1-challenge`, ['authsignal-ws']);
      nobody.on('error', () => undefined);
      const [, response] = (await once(nobody, 'unexpected-response')) as [unknown, { statusCode: number }];
      expect(response.statusCode).toBe(401);
      // The credential is in a header that is never logged, nor any part of it.
      expect(app.logText()).not.toContain(token);
      expect(app.logText()).toContain('"route":"openLiveChannel"');
    });
  });

  describe('client-api 6.5: in-app', () => {
    test.each(['ios', 'android'] as const)(
      '%s: without a token, into an untracked action of its own or of the code it names',
      async (platform) => {
        const { userId, device } = await withPhone(platform);
        for (const action of [undefined, 'unlock']) {
          const reply = await device.inApp.verify(action === undefined ? {} : { action });
          expect([reply.status, reply.body]).toEqual([
            200,
            {
              token: expect.any(String),
              accessToken: reply.body.token,
              userId,
              userAuthenticatorId: expect.any(String),
            },
          ]);
          expect(await validate(reply.body.token)).toMatchObject({
            isValid: true,
            state: 'CHALLENGE_SUCCEEDED',
            userId,
            action: action ?? 'signInWithInApp',
            isTracked: false,
          });
        }
      },
    );

    test('with a token, for the tracked action, by a key of its user alone', async () => {
      const [ann, ben] = [await withPhone(), await withPhone()];
      const token = await track(ann.userId);
      const stranger = await ben.device.inApp.verify({ token });
      expect([stranger.status, stranger.body.errorCode]).toEqual([400, 'invalid_credential']);
      const reply = await ann.device.inApp.verify({ token });
      expect(await validate(reply.body.token)).toMatchObject({
        isValid: true,
        state: 'CHALLENGE_SUCCEEDED',
        action: 'pay',
      });
    });

    test('I1: a challenge works once, and only one that was opened for no method', async () => {
      const { device } = await withPhone();
      const { body } = await page('challenge', { action: 'unlock' });
      const signed = {
        challengeId: body.challengeId,
        publicKey: device.inApp.publicKey(),
        signature: device.inApp.sign(body.challengeId),
      };
      const replies = await Promise.all(Array.from({ length: 5 }, () => page('verify/in-app', signed)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
      const opened = await start();
      const other = { ...signed, challengeId: opened.challengeId, signature: device.inApp.sign(opened.challengeId) };
      expect((await page('verify/in-app', other)).body.errorCode).toBe('invalid_credential');
    });
  });
});
