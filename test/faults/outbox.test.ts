/** What a change leaves to be delivered: neither lost, nor sent by two nodes, nor tried for ever, nor kept for nothing. */
import { afterEach, describe, expect, test } from 'vitest';
import { DeliveryFailed } from '../../src/delivery/email/mailer.ts';
import type { Email, Mailer } from '../../src/delivery/email/mailer.ts';
import { deliverOutbox } from '../../src/jobs/deliver-outbox.ts';
import { takeOutboxRows } from '../../src/storage/queries/outbox.ts';
import type { OutboxRow } from '../../src/storage/queries/outbox.ts';
import { sqlTime, statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Keeps what it is given, and fails while it is told to. */
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

async function started(kind: (typeof databaseKinds)[number], mailer: Mailer, more: object = {}): Promise<TestApp> {
  const app = await testApp(kind, { mailer, ...more });
  stops.push(() => app.close());
  return app;
}

const outboxStatement = statement<{
  event_id: string;
  kind: string;
  payload: unknown;
  tries: number;
  next_try_at: number | null;
  delivered_at: number | null;
  failed_at: number | null;
  last_error: string | null;
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

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('N11: an authenticator that is added or removed is told of at the verified address, in text and HTML', async () => {
    const { mailer, sent } = switchedMailer();
    const app = await started(kind, mailer);
    const email = await person(app, 'told');
    const id = await enrol(app, 'told', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    await app.runtime.advance(1_000);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ to: email, subject: 'A way to confirm it’s you was added at Test tenant' });
    expect(sent[0]?.text).toContain('Which: Authenticator app\nWhen: ');
    expect(sent[0]?.html).toContain('<p');
    await app.call('DELETE', `/v1/users/told/authenticators/${id}`);
    await app.runtime.advance(1_000);
    expect(sent.map(({ subject }) => subject)[1]).toContain('removed');
    await app.runtime.advance(60_000);
    expect(sent).toHaveLength(2);
  });

  test('N11: an address that is being enrolled is not the one that hears of it', async () => {
    const { mailer, sent } = switchedMailer();
    const app = await started(kind, mailer);
    await enrol(app, 'nobody', { verificationMethod: 'EMAIL_OTP', email: 'new@example.com' });
    await app.runtime.advance(1_000);
    expect(sent).toEqual([]);
    const email = await person(app, 'somebody');
    await enrol(app, 'somebody', { verificationMethod: 'EMAIL_OTP', email: 'thief@example.com' });
    await app.runtime.advance(1_000);
    expect(sent.map(({ to }) => to)).toEqual([email]);
    // From now on both are known, and both hear of the next.
    await enrol(app, 'somebody', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    await app.runtime.advance(1_000);
    expect(
      sent
        .slice(1)
        .map(({ to }) => to)
        .sort(),
    ).toEqual([email, 'thief@example.com'].sort());
  });

  test('a change that is refused leaves nothing', async () => {
    const { mailer } = switchedMailer();
    const app = await started(kind, mailer);
    await person(app, 'refused');
    const absent = '11111111-1111-4111-8111-111111111111';
    expect((await app.call('DELETE', `/v1/users/refused/authenticators/${absent}`)).status).toBe(404);
    expect(await outbox(app)).toEqual([]);
  });

  test('ruling 26: what fails is tried again after half a minute and then ever later, keeps its id, and forgets what it said once delivered', async () => {
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
    expect(waiting).toMatchObject({ kind: 'notice', tries: 2, last_error: 'Refusal' });
    await app.runtime.advance(200_000);
    expect(state.tries).toBe(2);
    state.isDown = false;
    await app.runtime.advance(200_000);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.messageId).toBe(`<${waiting?.event_id}@localhost>`);
    const [delivered] = await outbox(app);
    expect(delivered).toMatchObject({
      event_id: waiting?.event_id,
      payload: null,
      next_try_at: null,
      last_error: null,
    });
    expect(JSON.stringify(delivered)).not.toContain('patient');
  });

  test('what fails for the last time is given up, kept to be seen for a month, and tried no more', async () => {
    const { mailer, state } = switchedMailer();
    const app = await started(kind, mailer);
    await person(app, 'hopeless');
    state.isDown = true;
    await enrol(app, 'hopeless', { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
    for (let hours = 0; hours < 60; hours += 1) await app.runtime.advance(3_600_000);
    expect(state.tries).toBe(8);
    const [row] = await outbox(app);
    expect(row).toMatchObject({ tries: 8, next_try_at: null, delivered_at: null });
    expect(row?.failed_at).not.toBeNull();
    await app.runtime.advance(31 * 24 * 3_600_000);
    expect(await outbox(app)).toEqual([]);
  });

  test('what a dead node held is delivered by the next, and a late end of the dead one changes nothing', async () => {
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

  test('what belongs to a user goes with the user', async () => {
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

  test('a kind that this node does not know is left to one that does', async () => {
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
    expect(await outbox(app)).toMatchObject([{ tries: 0, delivered_at: null }]);
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

    test('is told of once, however much is tried after it, in the user’s language', async () => {
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

    test('is not told of if the guess that would have locked it was right', async () => {
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
      const notice = async ({ event_id: eventId }: OutboxRow) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        own.push(eventId);
      };
      const underWay = new Map<Promise<void>, string>();
      const { db, runtime } = app;
      await deliverOutbox.run({
        db,
        runtime,
        deliver: { notice },
        underWay,
        warn: () => undefined,
        tell: () => undefined,
        settleFactors: async () => undefined,
      });
      await Promise.all(underWay.keys());
      return own;
    }),
  );
  expect(delivered.flat()).toHaveLength(60);
  expect(new Set(delivered.flat()).size).toBe(60);
  expect(delivered.filter((own) => own.length > 0).length).toBeGreaterThan(1);
  expect((await outbox(app)).filter(({ delivered_at: at }) => at === null)).toEqual([]);
});

test('ruling 52: a tenant whose deliveries take long holds up nobody else’s, and is not given more of them', async () => {
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
  const notice = async ({ tenant_id: tenantId }: OutboxRow) => {
    begun.push(tenantId);
    if (tenantId === slow.tenantId) await over;
  };
  const underWay = new Map<Promise<void>, string>();
  const context = {
    db: app.db,
    runtime: app.runtime,
    deliver: { notice },
    underWay,
    warn: () => undefined,
    tell: () => undefined,
    settleFactors: async () => undefined,
  };
  let isOver = false;
  const runs = (async () => {
    while (!isOver) await deliverOutbox.run(context);
  })();
  const ofOther = () => begun.filter((tenantId) => tenantId === app.tenant.tenantId).length;
  await expect.poll(ofOther, { timeout: 20_000 }).toBe(3);
  // It is given no more while it has ten, though all of it came due first.
  expect(begun.length - 3).toBeLessThanOrEqual(20);
  await due(app.tenant.tenantId, 1, nowMs);
  await expect.poll(ofOther, { timeout: 20_000 }).toBe(4);
  expect(begun.length - 4).toBeLessThanOrEqual(20);
  end();
  await expect.poll(() => begun.length, { timeout: 20_000 }).toBe(64);
  isOver = true;
  await runs;
});
