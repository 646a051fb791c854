/** Alerts: one message when a threshold is reached and one when it is over, whatever happens in between, on any node. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Email, Mailer } from '../../src/delivery/email/mailer.ts';
import type { Job, JobContext } from '../../src/jobs/job.ts';
import { storeCounts } from '../../src/jobs/store-counts.ts';
import { watchAlerts } from '../../src/jobs/watch-alerts.ts';
import { DeliveryFailed } from '../../src/delivery/delivery-failed.ts';
import { DatabaseUnavailable, statement } from '../../src/storage/sql.ts';
import { faultyDatabase } from '../../src/testkit/faulty-database.ts';
import { startStandIn } from '../rig/stand-in.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf, testDatabase } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const minute = 60_000;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Watched {
  readonly app: TestApp;
  /** What was mailed about alerts, each as its recipient and subject. */
  readonly told: string[];
  readonly mails: Email[];
  readonly mail: { isDown: boolean };
}

async function watched(kind: (typeof databaseKinds)[number], more: object = {}): Promise<Watched> {
  const told: string[] = [];
  const mails: Email[] = [];
  const mail = { isDown: false };
  const mailer: Mailer = {
    async send(email) {
      if (mail.isDown && !/^Alert|^Over/.test(email.subject))
        throw new DeliveryFailed('Not accepted (TEST).', { isRefused: true, isAnswered: true });
      if (!/^Alert|^Over/.test(email.subject)) return;
      mails.push(email);
      told.push(`${email.to}: ${email.subject}`);
    },
    close: () => undefined,
  };
  const app = await testApp(kind, { mailer, managementRateLimit: 1_000, ...more });
  stops.push(() => app.close());
  return { app, told, mails, mail };
}

async function manage(app: TestApp, method: string, path: string, body?: object) {
  return app.call(method, `/v1/management${path}`, {
    key: app.tenant.managementKey,
    ...(body === undefined ? {} : { body }),
  });
}

const basis = {
  name: 'Blocked',
  measure: 'decisions',
  kinds: ['BLOCK'],
  threshold: 3,
  windowMinutes: 5,
  quietMinutes: 10,
  recipients: ['ann@example.com', 'bob@example.com'],
};

async function made(app: TestApp, body: object = {}) {
  const reply = await manage(app, 'POST', '/alerts', { ...basis, ...body });
  expect(reply.status, reply.text).toBe(200);
  return reply.body as { id: string };
}

/** Tracks actions that are blocked. */
async function block(app: TestApp, times: number): Promise<void> {
  await manage(app, 'POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'BLOCK' });
  for (let number = 0; number < times; number += 1) {
    const reply = await app.call('POST', `/v1/users/u-${number}/actions/pay`, { body: {} });
    expect(reply.body.state).toBe('BLOCK');
  }
}

/** Lets time pass, so that jobs run about as often as they would. */
async function pass(minutes: number, ...apps: readonly TestApp[]): Promise<void> {
  for (let passed = 0; passed < minutes * 4; passed += 1) for (const app of apps) await app.runtime.advance(minute / 4);
}

const counts = statement<{ count: number }>('alerts_test_counts', 'select count from tenant_counts');
const eventsStatement = statement<{ eventType: string; data: Record<string, unknown> }>(
  'alerts_test_events',
  `select event_type, data from audit_events where event_type in ('alert.raised', 'alert.ended') order by happened_at`,
);

const earlierMail = statement<never>(
  'alerts_test_earlier_mail',
  `insert into outbox (tenant_id, event_id, kind, payload, created_at, next_try_at)
   values ($1, '00000000-0000-4000-8000-000000000009', 'alert', $2::json, '2026-01-15Z', '2026-01-15Z')`,
);

const raised = ['ann@example.com', 'bob@example.com'].map((to) => `${to}: Alert: Blocked (Test tenant)`);
const over = ['ann@example.com', 'bob@example.com'].map((to) => `${to}: Over again: Blocked (Test tenant)`);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('one mail each to the named people when it is raised, none while it stays so, and one when it is over', async () => {
    const { app, told, mails } = await watched(kind);
    const { id } = await made(app);
    await block(app, 2);
    await pass(1, app);
    expect(told).toEqual([]);
    await block(app, 1);
    await pass(1, app);
    expect(told).toEqual(raised);
    expect(mails[0]?.text).toContain('Decisions (BLOCK), in 5 minutes: 3\nThreshold: 3\n');
    expect((await manage(app, 'GET', `/alerts/${id}`)).body).toMatchObject({ isRaised: true });
    // More of it, and then less, but not for the quiet time.
    await block(app, 5);
    await pass(14, app);
    expect(told).toEqual(raised);
    await pass(3, app);
    expect(told).toEqual([...raised, ...over]);
    expect((await manage(app, 'GET', `/alerts/${id}`)).body).toMatchObject({ isRaised: false });
    const events = await app.db.query(eventsStatement, []);
    expect(events.map(({ eventType }) => eventType)).toEqual(['alert.raised', 'alert.ended']);
    expect(events[0]?.data).toMatchObject({
      alertId: id,
      name: 'Blocked',
      measure: 'decisions',
      threshold: 3,
      count: 3,
    });
    expect(JSON.stringify(events)).not.toContain('@');
  });

  test('reached again before the quiet time is over, it is still one incident; after its end it is another', async () => {
    const { app, told } = await watched(kind);
    await made(app);
    for (let wave = 0; wave < 3; wave += 1) {
      await block(app, 3);
      await pass(9, app);
    }
    expect(told).toEqual(raised);
    await pass(20, app);
    expect(told).toEqual([...raised, ...over]);
    await block(app, 3);
    await pass(1, app);
    expect(told).toEqual([...raised, ...over, ...raised]);
  });

  test('what happened longer ago than the window does not count', async () => {
    const { app, told } = await watched(kind);
    await made(app);
    for (let number = 0; number < 6; number += 1) {
      await block(app, 1);
      await pass(3.5, app);
    }
    expect(told).toEqual([]);
  });

  test('the decisions of all nodes count together, each once, and one node tells', async () => {
    const one = await watched(kind);
    const two = await watched(kind, { db: one.app.db, seed: 'two' });
    const other = { ...two.app, tenant: one.app.tenant };
    await made(one.app);
    await two.app.app.context.published.refresh();
    await block(one.app, 2);
    await pass(1, one.app, two.app);
    expect([...one.told, ...two.told]).toEqual([]);
    const reply = await other.call('POST', '/v1/users/elsewhere/actions/pay', {
      key: one.app.tenant.secretKey,
      body: {},
    });
    expect(reply.body.state).toBe('BLOCK');
    await pass(1, one.app, two.app);
    expect([...one.told, ...two.told].sort()).toEqual([...raised].sort());
    stops.splice(
      0,
      stops.length,
      () => two.app.app.server.close(),
      () => one.app.close(),
    );
  });

  test('counts are stored once however often they are told, and go when no window can hold them', async () => {
    const { app } = await watched(kind);
    await made(app);
    await block(app, 2);
    expect(await app.db.query(counts, [])).toEqual([]);
    await app.runtime.advance(15_000);
    expect(await app.db.query(counts, [])).toEqual([{ count: 2 }]);
    // Told again, it counts once.
    await block(app, 1);
    await app.runtime.advance(15_000);
    expect(await app.db.query(counts, [])).toEqual([{ count: 3 }]);
    // Kept for the longest window.
    await app.runtime.advance(25 * 60 * minute);
    expect(await app.db.query(counts, [])).toEqual([]);
  });

  test('counts are stored when a node stops', async () => {
    const db = await testDatabase(kind);
    stops.push(() => db.close());
    const app = await testApp(kind, { db: Object.assign(faultyDatabase(db), { close: () => Promise.resolve() }) });
    await made(app);
    await block(app, 2);
    await app.close();
    expect(await db.query(counts, [])).toEqual([{ count: 2 }]);
  });

  test('what could not be stored is stored later, once', async () => {
    const db = faultyDatabase(await testDatabase(kind));
    const { app, told } = await watched(kind, { db });
    await made(app);
    await block(app, 3);
    db.fault = new DatabaseUnavailable('The database is gone (TEST).');
    await pass(1, app);
    db.fault = undefined;
    await pass(1, app);
    expect(told).toEqual(raised);
    expect(await app.db.query(counts, [])).toEqual([{ count: 3 }]);
  });

  test('nothing is stored for tenants without an alert, and what was counted before it is not known later', async () => {
    const { app, told } = await watched(kind);
    await block(app, 5);
    await pass(1, app);
    await made(app);
    await pass(1, app);
    expect(told).toEqual([]);
  });

  test('refusals, failed proofs, sends and lockouts are counted by their kinds', async () => {
    const { app, told, mail } = await watched(kind);
    const alert = { windowMinutes: 5, recipients: ['ann@example.com'] };
    const each = [
      { name: 'Refusals', measure: 'refusals', kinds: ['not_found'], threshold: 2 },
      { name: 'Failed proofs', measure: 'failedProofs', kinds: ['AUTHENTICATOR_APP'], threshold: 20 },
      { name: 'Lockouts', measure: 'lockouts', threshold: 1, windowMinutes: 1_440 },
      { name: 'Sends', measure: 'sends', kinds: ['refused'], threshold: 1 },
    ];
    for (const one of each) await made(app, { ...alert, kinds: null, ...one });
    const subjects = () => told.map((line) => /: ([^:]+) \(Test tenant\)$/.exec(line)?.[1]);

    for (let n = 0; n < 2; n += 1) await app.call('GET', '/v1/users/nobody/actions/pay/nothing');
    await pass(1, app);
    expect(subjects()).toEqual(['Refusals']);

    mail.isDown = true;
    await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: 'x@example.com' },
    });
    await pass(1, app);
    expect(subjects()).toEqual(['Refusals', 'Sends']);

    const body = {
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DP',
    };
    await app.call('POST', '/v1/users/guesser/authenticators', { body });
    told.splice(0);
    for (let guesses = 0; guesses < 20; guesses += 1) {
      await app.runtime.advance(60 * minute);
      const { token } = (await app.call('POST', '/v1/users/guesser/actions/pay', { body: {} })).body;
      const guess = await app.call('POST', '/v1/client/verify/totp', { token, body: { verificationCode: '000000' } });
      expect(guess.body).toMatchObject({ isVerified: false });
    }
    told.splice(0);
    await pass(1, app);
    expect(subjects()).toEqual(['Lockouts']);
  });

  test('A26: texts that are refused raise it, by reason, and so do those that would be while a tenant only monitors', async () => {
    const standIn = await startStandIn();
    stops.push(() => standIn.stop());
    const { app, told, mails } = await watched(kind, { outbound: standIn.outbound });
    const sms = (method: string, body: object) =>
      manage(app, method, '/authenticator-configurations/sms', body).then((reply) => expect(reply.status).toBe(200));
    const ask = async (digits: string) => {
      const phoneNumber = `+35191111${digits}`;
      return (
        await app.call('POST', '/v1/challenge', { body: { verificationMethod: 'SMS', action: 'pay', phoneNumber } })
      ).status;
    };
    const attack = { countryBreaker: { minimumSends: 1, minimumShare: 100 } };
    await sms('POST', {
      ...{ smsProvider: 'WEBHOOK', webhookUrl: 'https://hooks.example.com/texts' },
      ...{ smsCountryCodes: ['PT'], pumpingProtection: attack },
    });
    await made(app, { name: 'Attack', measure: 'refusedTexts', kinds: ['country_breaker'], threshold: 3 });
    await made(app, { name: 'Limits', measure: 'refusedTexts', kinds: ['range_limit'], threshold: 1 });
    expect([await ask('0001'), await ask('0002'), await ask('0003')]).toEqual([200, 429, 429]);
    await pass(1, app);
    expect(told).toEqual([]);
    await sms('PATCH', { pumpingProtection: { ...attack, mode: 'monitor' } });
    expect(await ask('0004')).toBe(200);
    await pass(1, app);
    expect(told).toEqual(['ann', 'bob'].map((name) => `${name}@example.com: Alert: Attack (Test tenant)`));
    expect(mails[0]?.text).toContain('Refused texts (country_breaker), in 5 minutes: 3\n');
  });

  test('a mail that a node of an earlier release left in the outbox is sent in our words', async () => {
    const { app, told, mails } = await watched(kind);
    const mail = { type: 'alert.raised', name: 'Old', measure: 'decisions', kinds: ['BLOCK'], threshold: 3 };
    const times = {
      windowMinutes: 5,
      count: 4,
      raisedAtMs: Date.UTC(2026, 0, 15),
      happenedAtMs: Date.UTC(2026, 0, 15),
    };
    await app.db.query(earlierMail, [
      app.tenant.tenantId,
      JSON.stringify({ to: 'ann@example.com', mail: { ...mail, ...times } }),
    ]);
    await pass(1, app);
    expect(told).toEqual(['ann@example.com: Alert: Old (Test tenant)']);
    expect(mails[0]?.text).toContain('Decisions (BLOCK), in 5 minutes: 4\nThreshold: 3\nSince: 15 January 2026');
  });

  test('deliveries that wait raise it, until they are delivered', async () => {
    const { app, told, mail } = await watched(kind);
    await made(app, { name: 'Waiting', measure: 'waitingDeliveries', kinds: null, threshold: 2, quietMinutes: 1 });
    mail.isDown = true;
    for (const userId of ['one', 'two']) {
      await app.call('PATCH', `/v1/users/${userId}`, { body: { email: `${userId}@example.com`, emailVerified: true } });
      const body = { verificationMethod: 'EMAIL_OTP', email: `new-${userId}@example.com` };
      await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
    }
    await app.runtime.advance(15_000);
    await app.runtime.advance(1_000);
    expect(told).toEqual(['ann', 'bob'].map((name) => `${name}@example.com: Alert: Waiting (Test tenant)`));
    mail.isDown = false;
    told.splice(0);
    await app.runtime.advance(40 * minute);
    await app.runtime.advance(15_000);
    await pass(2, app);
    expect(told).toEqual(['ann', 'bob'].map((name) => `${name}@example.com: Over again: Waiting (Test tenant)`));
  });

  test('an alert of another tenant counts nothing of this one', async () => {
    const { app, told } = await watched(kind);
    const other = await app.createTenant('Other');
    await app.call('POST', '/v1/management/alerts', { key: other.managementKey, body: basis });
    await block(app, 5);
    await pass(1, app);
    expect(told).toEqual([]);
  });

  test('switched off it is not raised any more, and nobody is told', async () => {
    const { app, told } = await watched(kind);
    const { id } = await made(app);
    await block(app, 3);
    await pass(1, app);
    expect(told).toEqual(raised);
    const off = await manage(app, 'PATCH', `/alerts/${id}`, { isActive: false });
    expect(off.body).toMatchObject({ isActive: false, isRaised: false });
    await pass(20, app);
    expect(told).toEqual(raised);
  });

  test('is created, read, changed and deleted', async () => {
    const { app } = await watched(kind);
    const { id } = await made(app);
    const stored = { ...basis, id, isActive: true, isRaised: false };
    expect((await manage(app, 'GET', '/alerts')).body).toEqual([stored]);
    const changed = { ...stored, threshold: 9, quietMinutes: 1, recipients: ['eve@example.com'] };
    const patched = await manage(app, 'PATCH', `/alerts/${id}`, changed);
    expect(patched.body).toEqual(changed);
    const all = await manage(app, 'PATCH', `/alerts/${id}`, { kinds: null });
    expect(all.body).not.toHaveProperty('kinds');
    expect((await manage(app, 'DELETE', `/alerts/${id}`)).body).toEqual({ success: true });
    expect((await manage(app, 'GET', `/alerts/${id}`)).status).toBe(404);
  });

  test.each([
    ['a kind that never happens', { kinds: ['BLOCKED'] }, /kinds must fit measure: decisions has the kinds ALLOW/],
    ['kinds of what has none', { measure: 'waitingDeliveries' }, /waitingDeliveries has no kinds/],
    ['nobody to tell', { recipients: [] }, /recipients/],
    ['what is no address', { recipients: ['ann'] }, /recipients/],
    ['a window of more than a day', { windowMinutes: 1_441 }, /windowMinutes/],
    ['a threshold of nothing', { threshold: 0 }, /threshold/],
    ['a measure that does not exist', { measure: 'mood' }, /measure/],
  ])('refuses %s', async (_what, body, sentence) => {
    const { app } = await watched(kind);
    const reply = await manage(app, 'POST', '/alerts', { ...basis, ...body });
    expect(reply.status, reply.text).toBe(400);
    expect(reply.body.errorDescription).toMatch(sentence);
  });

  test('ruling 52: a tenant has at most 50', async () => {
    const { app } = await watched(kind);
    for (let number = 0; number < 50; number += 1) await made(app, { name: `alert ${number}` });
    const reply = await manage(app, 'POST', '/alerts', { ...basis, name: 'one more' });
    expect([reply.status, reply.body.errorDescription]).toEqual([400, expect.stringContaining('50 alerts')]);
  });
});

test('F40: of jobs that run at once, one raises the alert and one ends it', async () => {
  const { app, told } = await watched('postgres');
  await made(app);
  await block(app, 3);
  const { context } = app.app;
  const counting = {
    nodeId: '',
    unstored: () => [],
    settle: () => undefined,
    unstoredHours: () => [],
    settleHours: () => undefined,
  };
  const atOnce = (job: Job) =>
    Promise.all(Array.from({ length: 8 }, () => job.run({ ...context, counts: counting } as unknown as JobContext)));
  const rows = statement<{ raised: number; mails: number }>(
    'alerts_test_at_once',
    `select (select count(*) from audit_events where event_type = $1) as raised,
       (select count(*) from outbox where kind = 'operator-mail') as mails`,
  );
  await storeCounts.run({
    ...context,
    counts: {
      ...counting,
      nodeId: app.tenant.tenantId,
      unstored: () => [
        {
          tenantId: app.tenant.tenantId,
          measure: 'decisions',
          kind: 'BLOCK',
          minuteMs: app.runtime.clock.now(),
          count: 3,
        },
      ],
    },
  } as unknown as JobContext);
  await atOnce(watchAlerts);
  expect(await app.db.query(rows, ['alert.raised'])).toEqual([{ raised: 1, mails: 2 }]);
  app.runtime.moveTo(app.runtime.clock.now() + 30 * minute);
  await atOnce(watchAlerts);
  expect(await app.db.query(rows, ['alert.ended'])).toEqual([{ raised: 1, mails: 4 }]);
  expect(told).toEqual([]);
});
