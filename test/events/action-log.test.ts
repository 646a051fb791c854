/** Each action is told of once it is settled, once, in order, and no track writes anything for it. */
import { afterEach, describe, expect, test } from 'vitest';
import { Webhook } from '@authsignal/node';
import { statement } from '../../src/storage/sql.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { eventWorld } from '../rig/event-world.ts';
import type { EventWorld } from '../rig/event-world.ts';

const databaseKinds = databasesOf(import.meta.url);

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function world(...given: Parameters<typeof eventWorld>): Promise<EventWorld> {
  const made = await eventWorld(...given);
  stops.push(() => made.stop());
  return made;
}

const second = 1_000;
const minute = 60 * second;
const eventsStatement = statement<{ count: number }>('action_log_test_events', 'select count(*) as count from events');
const rewindStatement = statement<never>(
  'action_log_test_rewind',
  "update action_log_progress set logged_to = '00000000-0000-0000-0000-000000000000'",
);
const breakStatement = statement<never>(
  'action_log_test_break',
  `update actions_by_month set decision = '{"v":1,"demand":{},"inputs":{}}' where idempotency_key = 'broken'`,
);

interface Listed {
  readonly state: string;
  readonly attempts: number;
}

interface Told {
  readonly record: { readonly idempotencyKey: string; readonly outcome?: string };
}

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('an action is told of after its token has expired, in order, in one signed batch, and once even if the job goes back', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    app.runtime.moveTo(Date.now());
    await app.manage('PATCH', '/tenant', { logEventsWebhookConfig: { endpointUrl: receiver.url } });
    await app.pass(5 * second);
    for (let at = 0; at < 7; at += 1) {
      const body = { idempotencyKey: `key-${at}`, ipAddress: '203.0.113.9', deviceId: 'phone', custom: { amount: at } };
      expect((await app.call('POST', '/v1/users/ann/actions/pay', { body })).status).toBe(200);
    }
    await app.call('PATCH', '/v1/users/ann/actions/pay/key-2', { body: { state: 'CHALLENGE_SUCCEEDED' } });
    expect(await app.db.query(eventsStatement, [])).toEqual([{ count: 0 }]);
    await app.pass(10 * minute);
    await app.pass(5 * second);
    expect(receiver.received).toEqual([]);
    await app.pass(minute);
    await app.pass(5 * second);
    const [{ body, rawBody, headers }, ...more] = receiver.received as [(typeof receiver.received)[0]];
    expect(more).toEqual([]);
    const { constructEvent } = new Webhook(app.tenant.secretKey);
    expect(() =>
      constructEvent.call(new Webhook(app.tenant.secretKey), rawBody, String(headers['x-signature-v2'])),
    ).not.toThrow();
    expect(body.records.map(({ record }: { record: { idempotencyKey: string } }) => record.idempotencyKey)).toEqual(
      Array.from({ length: 7 }, (_, at) => `key-${at}`),
    );
    expect(body.records[2]).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8/),
      source: 'https://authsignal.com',
      time: expect.any(String),
      tenantId: app.tenant.tenantId,
      type: 'action.log_created',
      record: expect.objectContaining({
        userId: 'ann',
        actionCode: 'pay',
        state: 'CHALLENGE_SUCCEEDED',
        outcome: 'CHALLENGE',
        rules: [],
        ipAddress: '203.0.113.9',
        deviceId: 'phone',
        custom: { amount: 2 },
      }),
    });
    await app.db.query(rewindStatement, []);
    for (let at = 0; at < 3; at += 1) await app.pass(5 * second);
    expect(receiver.received).toHaveLength(1);
  });

  test('an action whose decision cannot be read is told of without it, and holds up no other', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    app.runtime.moveTo(Date.now());
    await app.endpoint(receiver.url, ['action.log_created']);
    await app.pass(5 * second);
    for (const idempotencyKey of ['first', 'broken', 'last']) {
      await app.call('POST', '/v1/users/ann/actions/pay', { body: { idempotencyKey } });
    }
    await app.db.query(breakStatement, []);
    await app.pass(12 * minute);
    for (let at = 0; at < 3; at += 1) await app.pass(5 * second);
    const told = receiver.received.flatMap(({ body }) => body.records.map(({ record }: Told) => record));
    expect(told.map(({ idempotencyKey, outcome }: Told['record']) => [idempotencyKey, outcome])).toEqual([
      ['first', 'CHALLENGE'],
      ['broken', undefined],
      ['last', 'CHALLENGE'],
    ]);
  });

  test('log events never die of an answer, and batches have at most 500', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    receiver.answer((response) => response.writeHead(422).end());
    await app.endpoint(receiver.url, ['action.log_created']);
    await app.pass(5 * second);
    for (let at = 0; at < 520; at += 1) await app.call('POST', `/v1/users/u${at % 20}/actions/pay`, { body: {} });
    await app.pass(12 * minute);
    for (let hours = 0; hours < 36; hours += 1) await app.pass(60 * minute);
    const sizes = receiver.received.map(({ body }) => body.records.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
    const dead = await app.manage('GET', '/event-deliveries?state=dead');
    expect(dead.body).toEqual([]);
    receiver.answer((response) => response.end());
    const tried = receiver.received.length;
    for (let at = 0; at < 15 && arrived().size < 520; at += 1) await app.pass(60 * minute);
    expect(arrived().size).toBe(520);

    function arrived(): ReadonlySet<string> {
      return new Set(
        receiver.received.slice(tried).flatMap(({ body }) => body.records.map(({ id }: { id: string }) => id)),
      );
    }
  });

  test('what was not told of a user before they were deleted is not told', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    await app.endpoint(receiver.url, ['action.log_created']);
    await app.pass(5 * second);
    await app.call('POST', '/v1/users/gone/actions/pay', { body: {} });
    await app.call('POST', '/v1/users/kept/actions/pay', { body: {} });
    await app.call('POST', '/v1/users/renamed/actions/pay', { body: {} });
    await app.call('DELETE', '/v1/users/gone');
    await app.call('DELETE', '/v1/users/renamed?actions=false');
    await app.pass(12 * minute);
    await app.pass(5 * second);
    await app.pass(5 * second);
    expect(receiver.received.flatMap(({ body }) => body.records).map(({ record }) => record.userId)).toEqual(['kept']);
  });

  test('what a working endpoint answers is recorded with the event: one delivery after one request, which can be sent again', async () => {
    const app = await world(kind);
    const receiver = await app.receiver();
    const endpointId = await app.endpoint(receiver.url, ['action.log_created']);
    await app.pass(5 * second);
    for (const idempotencyKey of ['one', 'two']) {
      await app.call('POST', '/v1/users/ann/actions/pay', { body: { idempotencyKey } });
    }
    await app.pass(12 * minute);
    expect(receiver.received).toHaveLength(1);
    const { body: deliveries } = await app.manage('GET', `/event-deliveries?endpointId=${endpointId}`);
    expect(deliveries).toEqual(
      [1, 0].map((at) =>
        expect.objectContaining({
          eventId: receiver.received[0]?.body.records[at].id,
          type: 'action.log_created',
          userId: 'ann',
          state: 'delivered',
          attempts: 1,
          lastStatus: 200,
        }),
      ),
    );
    const { deliveryId } = deliveries[0];
    const { body: one } = await app.manage('GET', `/event-deliveries/${deliveryId}`);
    expect(one.latestAttempts).toEqual([expect.objectContaining({ response: { status: 200, body: '' } })]);
    expect((await app.manage('POST', `/event-deliveries/${deliveryId}/replay`)).status).toBe(200);
    await app.pass(2 * second);
    expect(receiver.received.map(({ body }) => body.records.length)).toEqual([2, 1]);
    expect(receiver.received[1]?.body.records[0]).toEqual(receiver.received[0]?.body.records[1]);
  });

  test('a slow endpoint is waited for by nobody: what it was sent waits for its answer, and is sent once', async () => {
    const app = await world(kind);
    const [slow, quick] = [await app.receiver(), await app.receiver()];
    const slowId = await app.endpoint(slow.url, ['action.log_created']);
    await app.endpoint(quick.url, ['action.log_created']);
    await app.pass(5 * second);
    let release = (): void => undefined;
    slow.answer((response) => (release = () => void response.end()));
    await app.call('POST', '/v1/users/ann/actions/pay', { body: {} });
    await app.pass(12 * minute);
    expect([slow.received.length, quick.received.length]).toEqual([1, 1]);
    const states = async () =>
      (await app.manage('GET', `/event-deliveries?endpointId=${slowId}`)).body.map(({ state, attempts }: Listed) => [
        state,
        attempts,
      ]);
    expect(await states()).toEqual([['waiting', 1]]);
    await app.call('POST', '/v1/users/ben/actions/pay', { body: {} });
    await app.pass(20 * second);
    expect(slow.received).toHaveLength(1);
    release();
    await expect.poll(states).toEqual([['delivered', 1]]);
    // What follows is recorded first, and sent by the job that sends everything else.
    slow.answer((response) => response.end());
    await app.pass(12 * minute);
    for (let at = 0; at < 3; at += 1) await app.pass(5 * second);
    await expect.poll(states).toEqual([
      ['delivered', 1],
      ['delivered', 1],
    ]);
    const usersOf = ({ received }: typeof slow) =>
      received.flatMap(({ body }) => body.records.map(({ record }: { record: { userId: string } }) => record.userId));
    expect([usersOf(slow), usersOf(quick)]).toEqual([
      ['ann', 'ben'],
      ['ann', 'ben'],
    ]);
  });

  test('what an endpoint refuses waits for its time, what follows waits too, and another endpoint has all of it', async () => {
    const app = await world(kind);
    const [broken, working] = [await app.receiver(), await app.receiver()];
    const brokenId = await app.endpoint(broken.url, ['action.log_created']);
    await app.endpoint(working.url, ['action.log_created']);
    await app.pass(5 * second);
    broken.answer((response) => response.writeHead(503).end());
    await app.call('POST', '/v1/users/ann/actions/pay', { body: {} });
    await app.pass(12 * minute);
    expect([broken.received.length, working.received.length]).toEqual([1, 1]);
    const { body: waiting } = await app.manage('GET', `/event-deliveries?endpointId=${brokenId}`);
    expect(waiting).toEqual([expect.objectContaining({ state: 'waiting', attempts: 1, lastStatus: 503 })]);
    const { body: endpoints } = await app.manage('GET', '/event-endpoints');
    expect(endpoints.find((one: { endpointId: string }) => one.endpointId === brokenId)).toMatchObject({
      lastFailure: 'The endpoint answered 503.',
    });
    broken.answer((response) => response.end());
    await app.call('POST', '/v1/users/ben/actions/pay', { body: {} });
    for (let at = 0; at < 30; at += 1) await app.pass(minute);
    const idsOf = ({ received }: typeof broken) =>
      received.flatMap(({ body }) => body.records.map(({ id }: { id: string }) => id));
    expect(new Set(idsOf(broken))).toEqual(new Set(idsOf(working)));
    expect(idsOf(working)).toHaveLength(2);
    expect(idsOf(broken)).toHaveLength(3);
  });
});
