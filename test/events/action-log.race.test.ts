/** Worry: people cannot prove anything while a job tells of their actions, or it tells of somebody who was just deleted. */
import { afterEach, describe, expect, test } from 'vitest';
import { logActions } from '../../src/jobs/log-actions.ts';
import type { JobContext } from '../../src/jobs/job.ts';
import type { TakenBatch } from '../../src/storage/queries/deliveries.ts';
import type { AttemptRow } from '../../src/storage/queries/delivery-attempts.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Sql, Store } from '../../src/storage/sql.ts';
import { noteAttempt, sendEvents } from '../../src/telling/deliver-events.ts';
import { eventWorld } from '../rig/event-world.ts';
import type { EventWorld } from '../rig/event-world.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** What jobs are given, when everything has come due. Whatever the clock's own jobs do: their next run is further away. */
function laterJobs(
  { app: { context }, runtime: { clock, ...rest }, db: given }: EventWorld,
  db: Store = given,
): JobContext {
  const runtime = { ...rest, clock: { ...clock, now: () => clock.now() + 12 * 60_000 } };
  return {
    db,
    runtime,
    warn: (error: unknown) => Promise.reject(error),
    events: {
      send: (taken: TakenBatch) => sendEvents({ ...context, runtime }, taken),
      settle: () => Promise.reject(new Error('Nothing was late.')),
      note: (sql: Sql, taken: TakenBatch, attempt: AttemptRow) =>
        noteAttempt(sql, { ...context, runtime }, taken, attempt),
      requests: new Map(),
      slow: new Map(),
    },
  } as unknown as JobContext;
}

const waitingStatement = statement<{ count: number }>(
  'action_log_race_test_waiting',
  `select count(*)::int as count from pg_locks where not granted and relation = 'deliveries'::regclass`,
);
const toldStatement = statement<{ userId: string }>(
  'action_log_race_test_told',
  `select user_id from events where type = 'action.log_created' order by user_id`,
);

test('a proof and a deletion do not wait for a batch that is stuck, and of who is deleted meanwhile nothing is told', async () => {
  const app = await eventWorld('postgres');
  stops.push(() => app.stop());
  const receiver = await app.receiver();
  await app.endpoint(receiver.url, ['action.log_created']);
  await app.pass(5_000);
  const people = ['ann', 'ben', 'gone'];
  for (const userId of people) {
    await app.enrol(userId);
    await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} });
  }
  const context = laterJobs(app);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let locked = (): void => undefined;
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  const blocker = app.db.transaction(async (sql) => {
    await sql.query(statement<never>('action_log_race_test_lock', 'lock table deliveries in exclusive mode'), []);
    locked();
    await released;
  });
  await isLocked;
  const job = logActions.run(context);
  try {
    await expect.poll(async () => (await app.db.query(waitingStatement, []))[0]?.count, { timeout: 10_000 }).toBe(1);
    const { token } = (await app.call('POST', '/v1/users/ann/actions/sign-in', { body: {} })).body;
    await app.call('POST', '/v1/client/challenge/email-otp', { token, body: {} });
    const code = /^(\d{6}) is your code/.exec(
      app.mail().find(({ to }) => to === 'ann@example.com')?.subject ?? '',
    )?.[1];
    const verified = await app.call('POST', '/v1/client/verify/email-otp', { token, body: { verificationCode: code } });
    expect(verified.body).toMatchObject({ isVerified: true });
    expect((await app.call('DELETE', '/v1/users/gone')).status).toBe(200);
    expect((await app.db.query(waitingStatement, []))[0]?.count, 'the batch is still stuck').toBe(1);
  } finally {
    release();
    await blocker;
    await job;
  }
  expect((await app.db.query(toldStatement, [])).map(({ userId }) => userId)).toEqual(['ann', 'ben']);
});

describe('while an endpoint is being told', () => {
  const idsStatement = statement<{ eventId: string; userId: string }>(
    'action_log_race_test_events',
    `select event_id, user_id from events where type = 'action.log_created' order by user_id`,
  );
  const moveStatement = statement<never>(
    'action_log_race_test_move',
    `update action_log_progress set logged_to = 'ffffffff-ffff-ffff-ffff-ffffffffffff'`,
  );

  /** An action of each user has come due; the receiver does something before it answers. */
  async function told(meanwhile: (app: EventWorld, endpointId: string) => Promise<unknown>) {
    const app = await eventWorld('postgres');
    stops.push(() => app.stop());
    const receiver = await app.receiver();
    const endpointId = await app.endpoint(receiver.url, ['action.log_created']);
    await app.pass(5_000);
    for (const userId of ['ann', 'gone']) await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} });
    receiver.answer((response) => void meanwhile(app, endpointId).then(() => response.end()));
    const ids = () => receiver.received.map(({ body }) => body.records.map(({ id }: { id: string }) => id));
    return {
      app,
      ids,
      run: (db: Store = app.db) => logActions.run(laterJobs(app, db)),
      kept: () => app.db.query(idsStatement, []),
    };
  }

  test('a user is deleted: nothing of them is kept', async () => {
    const { run, kept, ids } = await told((app) => app.call('DELETE', '/v1/users/gone'));
    await run();
    expect(ids()[0]).toHaveLength(2);
    expect((await kept()).map(({ userId }) => userId)).toEqual(['ann']);
  });

  test('the endpoint is deleted: the event is kept for others, and nothing fails', async () => {
    const { app, run, kept } = await told((world, id) => world.manage('DELETE', `/event-endpoints/${id}`));
    await run();
    expect(await kept()).toHaveLength(2);
    expect((await app.manage('GET', '/event-deliveries')).body).toEqual([]);
  });

  test('another node tells the same: nothing is recorded twice', async () => {
    const { run, kept } = await told((app) => app.db.query(moveStatement, []));
    await run();
    expect(await kept()).toEqual([]);
  });

  test('the node dies before it has recorded the answer: the next tells it again, under the same ids', async () => {
    const { app, run, kept, ids } = await told(() => Promise.resolve());
    const dying = {
      ...app.db,
      query: app.db.query.bind(app.db),
      transaction: () => Promise.reject(new Error('killed')),
    };
    await expect(run(dying as unknown as Store)).rejects.toThrow('killed');
    await run();
    const [first, second] = ids();
    expect(second).toEqual(first);
    expect((await kept()).map(({ eventId }) => eventId).toSorted()).toEqual(first.toSorted());
    await run();
    expect(ids()).toHaveLength(2);
  });
});

test('each tenant has a part told in every run, however long others take', async () => {
  const app = await eventWorld('postgres');
  stops.push(() => app.stop());
  const tenants = [app.tenant, await app.createTenant('Other')];
  const receivers = [await app.receiver(), await app.receiver()];
  for (const [at, { managementKey: key }] of tenants.entries()) {
    const body = { url: receivers[at]?.url, eventTypes: ['action.log_created'] };
    expect((await app.call('POST', '/v1/management/event-endpoints', { key, body })).status).toBe(200);
  }
  await app.pass(5_000);
  for (const { secretKey: key } of tenants) await app.call('POST', '/v1/users/ann/actions/pay', { key, body: {} });
  const context = laterJobs(app);
  // Whoever looks at it has used up all of a run.
  let steadyMs = 0;
  const clock = { ...context.runtime.clock, steady: () => (steadyMs += 60_000) };
  await logActions.run({ ...context, runtime: { ...context.runtime, clock } });
  expect(receivers.map(({ received }) => received.length)).toEqual([1, 1]);
});
