/** What happens to challenges is told to whoever collects it, and costs nobody else anything. */
import { afterEach, describe, expect, test } from 'vitest';
import { DeliveryFailed } from '../../src/delivery/delivery-failed.ts';
import type { Email, Mailer } from '../../src/delivery/email/mailer.ts';
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

function switchedMailer() {
  const state = { isDown: false };
  const sent: Email[] = [];
  const mailer: Mailer = {
    async send(email) {
      if (state.isDown) throw new DeliveryFailed('Not taken (TEST).', { isRefused: true });
      sent.push(email);
    },
    close: () => undefined,
  };
  return { mailer, state, code: () => /^\d{6}/.exec(sent.at(-1)?.subject ?? '')?.[0] ?? '' };
}

const eventsStatement = statement<{ count: number }>(
  'challenge_log_test_events',
  'select count(*) as count from events',
);

/** A user sends themselves a code, mistypes it, and types it; then the mail server fails, and then they ask too often. */
async function live(app: EventWorld, { state, code }: ReturnType<typeof switchedMailer>): Promise<void> {
  await app.enrol('ann');
  const { body: tracked } = await app.call('POST', '/v1/users/ann/actions/pay', { body: { idempotencyKey: 'one' } });
  const ask = (path: string, body: object) => app.call('POST', `/v1/client/${path}`, { token: tracked.token, body });
  await ask('challenge/email-otp', {});
  const right = code();
  const wrong = right === '000000' ? '111111' : '000000';
  expect((await ask('verify/email-otp', { verificationCode: wrong })).body.isVerified).toBe(false);
  expect((await ask('verify/email-otp', { verificationCode: right })).body.isVerified).toBe(true);
  const challenge = { verificationMethod: 'EMAIL_OTP', action: 'sign-in', email: 'new@example.com' };
  const { body: started } = await app.call('POST', '/v1/challenge', { body: challenge });
  const given = { challengeId: started.challengeId, verificationCode: code() };
  expect((await app.call('POST', '/v1/verify', { body: given })).body.isVerified).toBe(true);
  state.isDown = true;
  expect((await app.call('POST', '/v1/challenge', { body: challenge })).status).toBe(400);
  state.isDown = false;
  for (let count = 0; count < 12; count += 1) await app.call('POST', '/v1/challenge', { body: challenge });
}

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('sent, wrong, right, refused by the mail server, and too many: each is a record with its action, in batches', async () => {
    const mail = switchedMailer();
    const app = await world(kind, { mailer: mail.mailer });
    const receiver = await app.receiver();
    await app.manage('PATCH', '/tenant', { logEventsWebhookConfig: { endpointUrl: receiver.url } });
    await live(app, mail);
    await app.pass(1_000);
    const records = receiver.received.flatMap(({ body }) => body.records).map(({ record }) => record);
    expect(records.slice(0, 6)).toMatchObject([
      { type: 'EMAIL_OTP_SENT', userId: 'ann', actionCode: 'pay', idempotencyKey: 'one', email: 'ann@example.com' },
      { type: 'EMAIL_OTP_INVALID_OR_EXPIRED', userId: 'ann', actionCode: 'pay', idempotencyKey: 'one' },
      { type: 'EMAIL_OTP_CODE_VALID', userId: 'ann', actionCode: 'pay', email: 'ann@example.com' },
      { type: 'EMAIL_OTP_SENT', actionCode: 'sign-in', email: 'new@example.com' },
      { type: 'EMAIL_OTP_CODE_VALID', actionCode: 'sign-in' },
      { type: 'EMAIL_OTP_SEND_DOWNSTREAM_FAILED', actionCode: 'sign-in', errorDescription: expect.any(String) },
    ]);
    expect(records[3].userId).toBeUndefined();
    expect(records.at(-1)).toMatchObject({ type: 'EMAIL_OTP_RATE_LIMIT_EXCEEDED', email: 'new@example.com' });
    expect(records).toHaveLength(18);
  });

  test('nothing is stored where nobody collects it', async () => {
    const mail = switchedMailer();
    const app = await world(kind, { mailer: mail.mailer });
    const receiver = await app.receiver();
    await app.endpoint(receiver.url, ['endpoint.paused']);
    await live(app, mail);
    expect(await app.db.query(eventsStatement, [])).toEqual([{ count: 0 }]);
  });
});
