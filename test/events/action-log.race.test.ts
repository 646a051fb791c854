/** Worry: people cannot prove anything while a job tells of their actions, or it tells of somebody who was just deleted. */
import { afterEach, expect, test } from 'vitest';
import { logActions } from '../../src/jobs/log-actions.ts';
import type { JobContext } from '../../src/jobs/job.ts';
import { statement } from '../../src/storage/sql.ts';
import { eventWorld } from '../rig/event-world.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

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
  // Whatever the clock's jobs do, this batch is told by the call below: their next run is further away.
  const context = {
    ...app.app.context,
    db: app.db,
    runtime: { ...app.runtime, clock: { ...app.runtime.clock, now: () => app.runtime.clock.now() + 12 * 60_000 } },
  } as unknown as JobContext;
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
