/** Events reach every endpoint that asks for them, in every failure of an endpoint, and nothing else waits for it. */
import { Webhook } from '@authsignal/node';
import { afterEach, describe, expect, test } from 'vitest';
import { authenticatorEventTypes } from '../../src/core/events/event-types.ts';
import { statement } from '../../src/storage/sql.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { eventWorld, typesOf } from '../rig/event-world.ts';
import type { EventWorld } from '../rig/event-world.ts';
import type { WebhookReceiver } from '../rig/webhook-receiver.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function world(...given: Parameters<typeof eventWorld>): Promise<EventWorld> {
  const made = await eventWorld(...given);
  stops.push(() => made.stop());
  return made;
}

const answering = (receiver: WebhookReceiver, status: number, headers: Record<string, string> = {}) =>
  receiver.answer((response) => response.writeHead(status, headers).end('what it says'));
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const times = (count: number, ms: number) => Array.from({ length: count }, () => ms);

const countStatement = statement<{ events: number; deliveries: number }>(
  'delivery_test_counts',
  'select (select count(*) from events) as events, (select count(*) from deliveries) as deliveries',
);

const laterStatement = statement<never>(
  'delivery_test_later',
  "update deliveries set due_at = due_at + interval '9 hours' where due_at is not null",
);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('9.5-7: an event has the envelope of the contract, and the official SDK accepts its signature by each active key', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    app.runtime.moveTo(Date.now());
    await app.endpoint(`${receiver.url}/hook`, ['authenticator.created']);
    const authenticatorId = await app.enrol('ann');
    await app.pass(second);
    const [{ path, headers, rawBody, body }] = receiver.received as [(typeof receiver.received)[0]];
    expect(path).toBe('/hook');
    expect(body).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: 'https://authsignal.com',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      tenantId: app.tenant.tenantId,
      type: 'authenticator.created',
      data: {
        userId: 'ann',
        userAuthenticatorId: authenticatorId,
        verificationMethod: 'EMAIL_OTP',
        email: 'ann@example.com',
        createdAt: expect.stringMatching(/Z$/),
      },
    });
    const verified = new Webhook(app.tenant.secretKey).constructEvent(rawBody, String(headers['x-signature-v2']));
    expect(verified).toMatchObject({ id: body.id });
    await app.pass(hour);
    expect(receiver.received).toHaveLength(1);
  });

  test('authenticators that are added, changed and removed, and users who are deleted, are told once and in order', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    await app.endpoint(receiver.url, authenticatorEventTypes);
    await app.enrol('bob');
    // The same again changes nothing.
    await app.enrol('bob');
    await app.enrol('bob', 'other@example.com');
    const otpUri = 'otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x';
    const totp = await app.call('POST', '/v1/users/bob/authenticators', {
      body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri },
    });
    await app.call('DELETE', `/v1/users/bob/authenticators/${totp.body.authenticator.userAuthenticatorId}`);
    await app.call('DELETE', '/v1/users/bob');
    await app.pass(second);
    expect(receiver.received.map(({ body }) => [body.type, body.data.verificationMethod, body.data.email])).toEqual([
      ['authenticator.created', 'EMAIL_OTP', 'bob@example.com'],
      ['authenticator.updated', 'EMAIL_OTP', 'other@example.com'],
      ['authenticator.created', 'AUTHENTICATOR_APP', undefined],
      ['authenticator.deleted', 'AUTHENTICATOR_APP', undefined],
      ['authenticator.deleted', 'EMAIL_OTP', 'other@example.com'],
    ]);
  });

  test('nothing is stored for types that nobody asks for', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    await app.endpoint(receiver.url, ['rules.published']);
    await app.enrol('cas');
    await app.call('POST', '/v1/users/cas/actions/pay', { body: {} });
    expect(await app.db.query(countStatement, [])).toEqual([{ events: 0, deliveries: 0 }]);
  });

  test('F16: a delivery that fails is tried again after 30 s, 5 min, 30 min, 2 h, 5 h and then every 10 h, with its id and a signature of the day', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    answering(receiver, 503);
    await app.endpoint(receiver.url, ['authenticator.created']);
    await app.enrol('dot');
    const triedMs: number[] = [];
    const look = async (ms: number) => {
      const before = receiver.received.length;
      await app.pass(ms);
      if (receiver.received.length > before) triedMs.push(app.runtime.clock.now());
    };
    const planned = [30 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];
    await look(second);
    for (const wait of planned) {
      const tried = triedMs.length;
      // Until just before the earliest time, and then in steps that are small beside the wait.
      await look(wait * 0.79);
      for (let steps = 0; steps < 12 && triedMs.length === tried; steps += 1) await look(wait / 20);
    }
    const waits = triedMs.slice(1).map((timeMs, at) => timeMs - (triedMs[at] ?? 0));
    expect(waits.length).toBeGreaterThanOrEqual(planned.length);
    for (const [at, wait] of planned.entries()) {
      expect(waits[at], `wait ${at}`).toBeGreaterThanOrEqual(wait * 0.8);
      expect(waits[at], `wait ${at}`).toBeLessThanOrEqual(wait * 1.2 + Math.min(hour, wait / 10));
    }
    expect(new Set(receiver.received.map(({ body }) => body.id)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-signature-v2'])).size).toBe(triedMs.length);
    answering(receiver, 204);
    await app.pass(12 * hour);
    const [listed] = (await app.manage('GET', '/event-deliveries')).body;
    expect(listed).toMatchObject({ state: 'delivered', attempts: triedMs.length + 1, lastStatus: 204 });
  });

  test('F16: after five days of failure the endpoint is paused and people are told; its events wait, and follow when it is resumed', async () => {
    const app = await world(kind);
    const [receiver, watcher] = [await app.receiver(), await app.receiver()];
    answering(receiver, 500);
    const endpointId = await app.endpoint(receiver.url, ['authenticator.created'], {
      notifyEmails: ['on-call@bank.example'],
    });
    await app.endpoint(watcher.url, ['endpoint.paused']);
    await app.enrol('eve');
    for (let hours = 0; hours < 5 * 24 + 20; hours += 4) await app.pass(4 * hour);
    await app.pass(second);
    const paused = (await app.manage('GET', `/event-endpoints/${endpointId}`)).body;
    expect(paused).toMatchObject({
      state: 'paused',
      pausedBecause: 'failing',
      lastFailure: 'The endpoint answered 500.',
    });
    expect(watcher.received.map(({ body }) => [body.type, body.data.endpointId, body.data.because])).toEqual([
      ['endpoint.paused', endpointId, 'failing'],
    ]);
    expect(app.mail().filter(({ to }) => to === 'on-call@bank.example')).toHaveLength(1);
    const tried = receiver.received.length;
    await app.enrol('eva');
    await app.pass(24 * hour);
    expect(receiver.received).toHaveLength(tried);
    answering(receiver, 200);
    const resumed = await app.manage('PATCH', `/event-endpoints/${endpointId}`, { state: 'active' });
    expect(resumed.body).toMatchObject({ state: 'active' });
    expect(resumed.body.pausedBecause).toBeUndefined();
    await app.pass(second);
    await app.pass(second);
    // Of two people, on their way at the same time.
    expect(typesOf(receiver.received.slice(tried)).toSorted()).toEqual([
      'authenticator.created eva',
      'authenticator.created eve',
    ]);
  });

  test('F16: a test event that an endpoint accepts brings all that waits forward, and resumes one that was paused for failing', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    answering(receiver, 410);
    const endpointId = await app.endpoint(receiver.url, ['authenticator.created']);
    await app.enrol('fay');
    await app.pass(second);
    expect((await app.manage('GET', `/event-endpoints/${endpointId}`)).body).toMatchObject({
      state: 'paused',
      pausedBecause: 'gone',
    });
    await app.pass(hour);
    expect(receiver.received).toHaveLength(1);
    const refused = await app.manage('POST', `/event-endpoints/${endpointId}/test`);
    expect(refused.body).toMatchObject({ response: { status: 410, body: 'what it says' } });
    answering(receiver, 200);
    const test = await app.manage('POST', `/event-endpoints/${endpointId}/test`);
    expect(test.body).toMatchObject({ response: { status: 200 } });
    await app.pass(second);
    expect(typesOf(receiver.received.slice(3))).toEqual(['authenticator.created fay']);
    expect((await app.manage('GET', `/event-endpoints/${endpointId}`)).body.state).toBe('active');
  });

  test('F16: an event that the endpoint refuses dies alone after six tries, and others arrive', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    receiver.answer((response, { body }) => response.writeHead(body.data.userId === 'gil' ? 422 : 200).end());
    await app.endpoint(receiver.url, ['authenticator.created']);
    await app.enrol('gil');
    for (let hours = 0; hours < 24; hours += 1) {
      await app.pass(hour);
      await app.enrol(`other${hours}`);
    }
    await app.pass(second);
    const ofGil = receiver.received.filter(({ body }) => body.data.userId === 'gil');
    expect(ofGil).toHaveLength(6);
    expect(receiver.received.filter(({ body }) => body.data.userId !== 'gil')).toHaveLength(24);
    const [dead, ...rest] = (await app.manage('GET', '/event-deliveries?state=dead')).body;
    expect([dead, rest]).toMatchObject([{ userId: 'gil', deadBecause: 'refused', lastStatus: 422, attempts: 6 }, []]);
  });

  // What an answer means is no matter of the database.
  test.runIf(kind === 'postgres').each([301, 408, 409, 425, 429, 500])(
    'F16: an answer of %i is no refusal of the event: it is tried on',
    async (status) => {
      const app = await world(kind);
      const receiver = await app.receiver();
      answering(receiver, status, { location: `${receiver.url}/elsewhere` });
      await app.endpoint(receiver.url, ['authenticator.created']);
      await app.enrol('hal');
      // Each a little longer than the wait of the schedule.
      const waits = [second, minute, 7 * minute, 40 * minute, 3 * hour, 7 * hour, 13 * hour, 13 * hour];
      for (const wait of waits) await app.pass(wait);
      expect(receiver.received.length).toBeGreaterThan(6);
      expect(receiver.received.every(({ path }) => path === '/')).toBe(true);
      expect((await app.manage('GET', '/event-deliveries')).body).toMatchObject([{ state: 'waiting' }]);
    },
  );

  test('an endpoint that was down from Friday evening to Monday morning gets all within 15 minutes, each user’s in order', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    answering(receiver, 503);
    await app.endpoint(receiver.url, authenticatorEventTypes);
    app.runtime.moveTo(Date.UTC(2026, 0, 16, 18));
    const expected: string[] = [];
    for (let at = 0; at < 42; at += 1) {
      const userId = `user${at % 14}`;
      await app.enrol(userId, `${userId}-${at}@example.com`);
      expected.push(`authenticator.${at < 14 ? 'created' : 'updated'} ${userId} ${userId}-${at}@example.com`);
      await app.pass(1.5 * hour);
    }
    // Monday, 09:00. Some delivery is tried within ten hours.
    const failed = receiver.received.length;
    answering(receiver, 200);
    while (receiver.received.length === failed) await app.pass(20 * minute);
    for (const step of times(30, 30 * second)) await app.pass(step);
    const received = receiver.received.slice(failed).map(({ body }) => body);
    // One that was under way while the clock moved on for hours may come again, under its id.
    const arrived = received
      .filter((body, index) => received.findIndex(({ id }) => id === body.id) === index)
      .map((body) => `${body.type} ${body.data.userId} ${body.data.email}`);
    expect(arrived.toSorted()).toEqual(expected.toSorted());
    for (let user = 0; user < 14; user += 1) {
      const mine = (text: string) => text.includes(` user${user} `);
      expect(arrived.filter(mine)).toEqual(expected.filter(mine));
    }
  }, 180_000);

  // One database is enough: a hundred and thirty people take long.
  test.runIf(kind === 'postgres')(
    'an event that an endpoint cannot take does not hold up those that are brought forward with it',
    async () => {
      const app = await world(kind);
      const receiver = await app.receiver();
      const endpointId = await app.endpoint(receiver.url, ['authenticator.created']);
      await app.manage('PATCH', `/event-endpoints/${endpointId}`, { state: 'paused' });
      for (let at = 0; at < 130; at += 1) await app.enrol(`user${at}`);
      await app.db.query(laterStatement, []);
      // The last of those that are brought forward first.
      receiver.answer((response, { body }) => response.writeHead(body.data.userId === 'user99' ? 500 : 200).end());
      await app.manage('PATCH', `/event-endpoints/${endpointId}`, { state: 'active' });
      for (const step of times(20, second)) await app.pass(step);
      const others = receiver.received.filter(({ body }) => body.data.userId !== 'user99');
      expect(others).toHaveLength(129);
      expect(receiver.received).toHaveLength(130);
    },
    180_000,
  );

  test('a later event of a user waits until the earlier one has arrived, and those of others do not', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    receiver.answer((response, { body }) => response.writeHead(body.data.userId === 'ida' ? 500 : 200).end());
    await app.endpoint(receiver.url, authenticatorEventTypes);
    await app.enrol('ida');
    await app.enrol('ida', 'ida2@example.com');
    await app.enrol('jan');
    await app.pass(second);
    await app.pass(10 * minute);
    const [first] = receiver.received.filter(({ body }) => body.data.userId === 'ida');
    expect(typesOf(receiver.received).filter((text) => text.includes('jan'))).toHaveLength(1);
    expect(
      receiver.received
        .filter(({ body }) => body.data.userId === 'ida')
        .every(({ body }) => body.id === first?.body.id),
    ).toBe(true);
    answering(receiver, 200);
    await app.pass(hour);
    await app.pass(hour);
    expect(typesOf(receiver.received).slice(-2)).toEqual(['authenticator.created ida', 'authenticator.updated ida']);
  });

  test('F17, F31: endpoints that never answer delay nobody else', async () => {
    const app = await world(kind);
    const hole = await app.receiver();
    hole.answer(() => undefined);
    const receiver = await app.receiver();
    for (let at = 0; at < 5; at += 1) await app.endpoint(`${hole.url}/${at}`, ['authenticator.created']);
    await app.endpoint(receiver.url, ['authenticator.created']);
    for (let at = 0; at < 15; at += 1) await app.enrol(`kim${at}`);
    const startedMs = performance.now();
    for (let at = 0; at < 3 && receiver.received.length < 15; at += 1) await app.pass(second);
    expect(receiver.received).toHaveLength(15);
    expect(performance.now() - startedMs).toBeLessThan(9_000);
    expect(hole.received.length).toBeLessThanOrEqual(50);
  });
});
