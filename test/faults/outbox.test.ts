/**
 * Deliveries that follow a change are not lost, not sent by two nodes, not retried without end and not kept needlessly.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { DeliveryFailed } from '../../src/delivery/delivery-failed.ts';
import type { Email, Mailer } from '../../src/delivery/email/mailer.ts';
import { deliverOutbox } from '../../src/jobs/deliver-outbox.ts';
import { takeOutboxRows } from '../../src/storage/queries/outbox.ts';
import type { OutboxRow } from '../../src/storage/queries/outbox.ts';
import { sqlTime, statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import type { DatabaseKind } from '../../src/testkit/test-database.ts';
import { unusedEvents } from '../rig/unused-events.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Stores the messages it gets, and fails while it is told to. */
function switchedMailer() {
  const sent: Email[] = [];
  const state = { isDown: false, tries: 0 };
  const mailer: Mailer = {
    async send(email) {
      state.tries += 1;
      if (state.isDown)
        throw new DeliveryFailed('The message was not accepted for delivery (TEST).', { isRefused: true });
      sent.push(email);
    },
    close: () => undefined,
  };
  return { mailer, sent, state };
}

async function started(kind: DatabaseKind, mailer: Mailer, more: object = {}): Promise<TestApp> {
  const app = await testApp(kind, { mailer, ...more });
  stops.push(() => app.close());
  return app;
}

const outboxStatement = statement<{
  eventId: string;
  kind: string;
  payload: unknown;
  tries: number;
  nextTryAt: number | null;
  deliveredAt: number | null;
  failedAt: number | null;
  lastError: string | null;
}>(
  'outbox_test_rows',
  `select event_id, kind, payload, tries, next_try_at, delivered_at, failed_at, last_error from outbox order by event_id`,
);
const outbox = (app: TestApp) => app.db.query(outboxStatement, []);

/** A user with a verified address, to whom nothing was sent yet. */
async function person(app: TestApp, userId: string, email = `${userId}@example.com`) {
  const created = await app.call('PATCH', `/v1/users/${userId}`, { body: { email, emailVerified: true } });
  expect(created.status, created.text).toBe(200);
  return email;
}

const enrol = async (app: TestApp, userId: string, body: object) => {
  const reply = await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
  expect(reply.status, reply.text).toBe(200);
  return reply.body.authenticator.userAuthenticatorId as string;
};
const otpUri = 'otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x';

describe.each(databasesOf(import.meta.url))('on the %s database', (kind) => {
  test('N11: the verified address gets a notice, in text and HTML, of each authenticator that is added or removed', async () => {
    const { mailer, sent } = switchedMailer();
    const app = await started(kind, mailer);
    const email = await person(app, 'told');
    const id = await enrol(app, 'told', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    await app.runtime.advance(1_000);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ to: email, subject: 'A way to confirm it’s you was added at Test tenant' });
    expect(sent[0]?.text).toContain('Method: Authenticator app\nWhen: ');
    expect(sent[0]?.html).toContain('<p');
    await app.call('DELETE', `/v1/users/told/authenticators/${id}`);
    await app.runtime.advance(1_000);
    expect(sent.map(({ subject }) => subject)[1]).toContain('removed');
    await app.runtime.advance(60_000);
    expect(sent).toHaveLength(2);
  });

  test('N11: the notice does not go to the address that is being enrolled', async () => {
    const { mailer, sent } = switchedMailer();
    const app = await started(kind, mailer);
    await enrol(app, 'nobody', { verificationMethod: 'EMAIL_OTP', email: 'new@example.com' });
    await app.runtime.advance(1_000);
    expect(sent).toEqual([]);
    const email = await person(app, 'somebody');
    await enrol(app, 'somebody', { verificationMethod: 'EMAIL_OTP', email: 'thief@example.com' });
    await app.runtime.advance(1_000);
    expect(sent.map(({ to }) => to)).toEqual([email]);
    // From now on both are known, and both get the next notice.
    await enrol(app, 'somebody', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    await app.runtime.advance(1_000);
    expect(
      sent
        .slice(1)
        .map(({ to }) => to)
        .sort(),
    ).toEqual([email, 'thief@example.com'].sort());
  });

  test('a refused change leaves no delivery', async () => {
    const { mailer } = switchedMailer();
    const app = await started(kind, mailer);
    await person(app, 'refused');
    const absent = '11111111-1111-4111-8111-111111111111';
    expect((await app.call('DELETE', `/v1/users/refused/authenticators/${absent}`)).status).toBe(404);
    expect(await outbox(app)).toEqual([]);
  });

  test('ruling 26: a failed delivery is retried after half a minute and then at growing intervals, keeps its id, and its content is erased once delivered', async () => {
    const { mailer, sent, state } = switchedMailer();
    const app = await started(kind, mailer);
    await person(app, 'patient');
    state.isDown = true;
    await enrol(app, 'patient', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    await app.runtime.advance(1_000);
    expect(state.tries).toBe(1);
    await app.runtime.advance(23_000);
    expect(state.tries).toBe(1);
    await app.runtime.advance(13_000);
    expect(state.tries).toBe(2);
    const [waiting] = await outbox(app);
    expect(waiting).toMatchObject({ kind: 'notice', tries: 2, lastError: 'Refusal' });
    await app.runtime.advance(200_000);
    expect(state.tries).toBe(2);
    state.isDown = false;
    await app.runtime.advance(200_000);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.messageId).toBe(`<${waiting?.eventId}@localhost>`);
    const [delivered] = await outbox(app);
    expect(delivered).toMatchObject({
      eventId: waiting?.eventId,
      payload: null,
      nextTryAt: null,
      lastError: null,
    });
    expect(JSON.stringify(delivered)).not.toContain('patient');
  });

  test('a delivery that fails for the last time is given up, kept visible for a month, and not retried', async () => {
    const { mailer, state } = switchedMailer();
    const app = await started(kind, mailer);
    await person(app, 'hopeless');
    state.isDown = true;
    await enrol(app, 'hopeless', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    // Longer than any pause between two tries.
    for (let pauses = 0; pauses < 12; pauses += 1) await app.runtime.advance(13 * 3_600_000);
    expect(state.tries).toBe(8);
    const [row] = await outbox(app);
    expect(row).toMatchObject({ tries: 8, nextTryAt: null, deliveredAt: null });
    expect(row?.failedAt).not.toBeNull();
    await app.runtime.advance(31 * 24 * 3_600_000);
    expect(await outbox(app)).toEqual([]);
  });

  test('a delivery that a dead node held is made by the next, and a late report of the dead one changes nothing', async () => {
    const { mailer, sent } = switchedMailer();
    const app = await started(kind, mailer);
    await person(app, 'held');
    await enrol(app, 'held', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    const nowMs = app.runtime.clock.now();
    const taken = { kinds: ['notice'], nowMs, leasedUntilMs: nowMs + 60_000, max: 10, exceptTenants: [] };
    expect(await takeOutboxRows(app.db, taken)).toHaveLength(1);
    await app.runtime.advance(59_000);
    expect(sent).toEqual([]);
    await app.runtime.advance(2_000);
    expect(sent).toHaveLength(1);
  });

  test('deliveries of a user are deleted with the user', async () => {
    const { mailer, sent, state } = switchedMailer();
    const app = await started(kind, mailer);
    await person(app, 'leaving');
    state.isDown = true;
    await enrol(app, 'leaving', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    await app.runtime.advance(1_000);
    expect((await app.call('DELETE', '/v1/users/leaving')).status).toBe(200);
    state.isDown = false;
    await app.runtime.advance(3_600_000);
    expect(sent).toEqual([]);
    expect(await outbox(app)).toEqual([]);
  });

  test('a node leaves a kind of delivery that it does not know to a node that does', async () => {
    const { mailer } = switchedMailer();
    const app = await started(kind, mailer);
    await app.db.query(
      statement(
        'outbox_test_unknown',
        `insert into outbox (tenant_id, event_id, kind, payload, created_at, next_try_at)
         values ($1, '22222222-2222-4222-8222-222222222222', 'later', '{}', '2026-01-01Z', '2026-01-01Z')`,
      ),
      [app.tenant.tenantId],
    );
    await app.runtime.advance(60_000);
    expect(await outbox(app)).toMatchObject([{ tries: 0, deliveredAt: null }]);
  });

  describe('A05: a method that too many wrong codes have locked', () => {
    async function guess(app: TestApp, userId: string, isRight: (tries: number) => boolean, times: number) {
      for (let tries = 1; tries <= times; tries += 1) {
        const email = `g${tries}@example.com`;
        const started = await app.call('POST', '/v1/challenge', {
          body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', userId, email },
        });
        const code = /^\d{6}/.exec(app.mail().find(({ to }) => to === email)?.subject ?? '')?.[0] ?? '';
        const verificationCode = isRight(tries) ? code : code === '000000' ? '000001' : '000000';
        await app.call('POST', '/v1/verify', { body: { challengeId: started.body.challengeId, verificationCode } });
        await app.runtime.advance(3_600_000);
      }
    }
    const notices = (app: TestApp) =>
      app.mail().filter(({ subject }) => subject.startsWith('Zbyt wiele błędnych prób'));

    test('causes one notice, in the user’s language, however many tries follow', async () => {
      const app = await testApp(kind);
      stops.push(() => app.close());
      const email = await person(app, 'locked');
      await app.call('PATCH', '/v1/users/locked', { body: { locale: 'pl' } });
      await guess(app, 'locked', () => false, 19);
      expect(notices(app)).toEqual([]);
      await guess(app, 'locked', () => false, 6);
      expect(notices(app).map(({ to }) => to)).toEqual([email]);
      expect(notices(app)[0]?.text).toContain('Sposób: Kod e-mailem\nKiedy: ');
    });

    test('causes no notice if the guess that would have locked it was correct', async () => {
      const app = await testApp(kind);
      stops.push(() => app.close());
      await person(app, 'lucky');
      await app.call('PATCH', '/v1/users/lucky', { body: { locale: 'pl' } });
      await guess(app, 'lucky', (tries) => tries === 20, 20);
      expect(notices(app)).toEqual([]);
    });
  });
});

test('many workers on one PostgreSQL deliver each notice once, and share the work', async () => {
  const { mailer } = switchedMailer();
  const app = await testApp('postgres', { mailer });
  stops.push(() => app.close());
  for (let n = 0; n < 60; n += 1) {
    await person(app, `many${n}`);
    await enrol(app, `many${n}`, { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
  }
  const delivered = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const own: string[] = [];
      const notice = async ({ eventId }: OutboxRow) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        own.push(eventId);
      };
      const underWay = new Map<Promise<void>, string>();
      const { db, runtime } = app;
      await deliverOutbox.run({
        db,
        owner: db,
        runtime,
        counted: () => [],
        deliver: { notice },
        underWay,
        events: unusedEvents,
        warn: () => undefined,
        tell: () => undefined,
        counts: {
          nodeId: '',
          unstored: () => [],
          settle: () => undefined,
          unstoredHours: () => [],
          settleHours: () => undefined,
        },
        settleFactors: async () => undefined,
      });
      await Promise.all(underWay.keys());
      return own;
    }),
  );
  expect(delivered.flat()).toHaveLength(60);
  expect(new Set(delivered.flat()).size).toBe(60);
  expect(delivered.filter((own) => own.length > 0).length).toBeGreaterThan(1);
  expect((await outbox(app)).filter(({ deliveredAt: at }) => at === null)).toEqual([]);
});

test('ruling 52: a tenant whose deliveries are slow delays no other tenant, and gets no more of them at once', async () => {
  const app = await testApp('embedded');
  stops.push(() => app.close());
  const slow = await app.createTenant('Slow');
  const insert = statement<never>(
    'outbox_test_due',
    `insert into outbox (tenant_id, event_id, kind, payload, created_at, next_try_at)
     select $1, gen.id, 'notice', '{}', $3, $3 from unnest($2::uuid[]) as gen (id)`,
  );
  const due = (tenantId: string, count: number, timeMs: number) =>
    app.db.query(insert, [tenantId, Array.from({ length: count }, () => app.runtime.ids.uuid()), sqlTime(timeMs)]);
  const nowMs = app.runtime.clock.now();
  await due(slow.tenantId, 60, nowMs - 60_000);
  await due(app.tenant.tenantId, 3, nowMs);
  const begun: string[] = [];
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const notice = async ({ tenantId }: OutboxRow) => {
    begun.push(tenantId);
    if (tenantId === slow.tenantId) await over;
  };
  const underWay = new Map<Promise<void>, string>();
  const context = {
    db: app.db,
    owner: app.db,
    runtime: app.runtime,
    counted: () => [],
    deliver: { notice },
    underWay,
    events: unusedEvents,
    warn: () => undefined,
    tell: () => undefined,
    counts: {
      nodeId: '',
      unstored: () => [],
      settle: () => undefined,
      unstoredHours: () => [],
      settleHours: () => undefined,
    },
    settleFactors: async () => undefined,
  };
  let isOver = false;
  const runs = (async () => {
    while (!isOver) await deliverOutbox.run(context);
  })();
  const ofOther = () => begun.filter((tenantId) => tenantId === app.tenant.tenantId).length;
  await expect.poll(ofOther, { timeout: 20_000 }).toBe(3);
  // It gets no more while it has ten, though all of them were due first.
  expect(begun.length - 3).toBeLessThanOrEqual(20);
  await due(app.tenant.tenantId, 1, nowMs);
  await expect.poll(ofOther, { timeout: 20_000 }).toBe(4);
  expect(begun.length - 4).toBeLessThanOrEqual(20);
  end();
  await expect.poll(() => begun.length, { timeout: 20_000 }).toBe(64);
  isOver = true;
  await runs;
});
