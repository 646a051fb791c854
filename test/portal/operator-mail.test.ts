/** Operators are told by mail of what they chose, as long as they may read it, and of nothing else. */
import { afterEach, describe, expect, test } from 'vitest';
import { tellReviews } from '../../src/jobs/tell-reviews.ts';
import type { JobContext } from '../../src/jobs/job.ts';
import { queueMailOf } from '../../src/storage/queries/operator-mails.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const minute = 60_000;
const apps: TestApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function started(kind: (typeof databaseKinds)[number]): Promise<TestApp> {
  const app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
  apps.push(app);
  const reply = await app.call('POST', '/v1/management/action-configurations', {
    key: app.tenant.managementKey,
    body: { actionCode: 'review', defaultUserActionResult: 'REVIEW' },
  });
  expect(reply.status, reply.text).toBe(200);
  await app.runtime.advance(5_000);
  return app;
}

const choose = async (who: Operator, topics: readonly string[]) => {
  const reply = await who.call('PATCH', '/v1/portal/mail', { topics });
  expect([reply.status, reply.body], reply.text).toEqual([200, { topics }]);
};
const enter = async (app: TestApp, userId: string) => {
  const { body } = await app.call('POST', `/v1/users/${userId}/actions/review`, { body: {} });
  expect(body.state).toBe('REVIEW_REQUIRED');
  return () =>
    app.call('PATCH', `/v1/users/${userId}/actions/review/${body.idempotencyKey}`, {
      body: { state: 'REVIEW_FAILED' },
    });
};
const jobOf = ({ app: { context } }: TestApp) => ({ ...context, owner: context.db }) as unknown as JobContext;
/** Lets the job look, and what it queues arrive. Minutes of every job would take a minute. */
const look = async (app: TestApp) => {
  await tellReviews.run(jobOf(app));
  await app.runtime.advance(2_000);
};
/** As if they had been told longer ago. */
const toldAgo = (app: TestApp, minutes: number) =>
  app.db.script(`update memberships set reviews_told_at = reviews_told_at - interval '${minutes} minutes'`);
const told = (app: TestApp, { email }: Pick<Operator, 'email'>) =>
  app
    .mail()
    .filter(({ to, subject }) => to === email && /wait|Alert|paused/.test(subject))
    .map(({ subject }) => subject);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('of waiting reviews once when some begin to wait, and at most once an hour after that, if more come', async () => {
    const app = await started(kind);
    const ana = await operator(app, 'ana@bank.example', ['ANALYST']);
    const silent = await operator(app, 'silent@bank.example', ['ANALYST']);
    expect((await ana.call('GET', '/v1/portal/mail')).body).toEqual({ topics: [] });
    await choose(ana, ['reviews']);
    await look(app);
    expect(told(app, ana)).toEqual([]);
    const decide = await enter(app, 'secret.person');
    await look(app);
    expect(told(app, ana)).toEqual(['Reviews wait (Test tenant)']);
    const [mail] = app.mail().filter(({ to }) => to === ana.email);
    expect(mail?.text).toContain('Waiting: 1');
    expect(mail?.text).toContain(`/portal/t/${app.tenant.tenantId}/reviews`);
    expect(`${mail?.text}${mail?.html}`).not.toContain('secret.person');
    // The queue is empty and fills again: no second mail within the hour.
    await decide();
    await enter(app, 'second');
    await look(app);
    await toldAgo(app, 50);
    await look(app);
    expect(told(app, ana)).toHaveLength(1);
    await toldAgo(app, 10);
    await look(app);
    expect(told(app, ana)).toHaveLength(2);
    // Nothing new came: they know already.
    await app.runtime.advance(minute);
    await app.db.script(`update reviews set entered_at = entered_at - interval '2 hours'`);
    await toldAgo(app, 61);
    await look(app);
    expect(told(app, ana)).toHaveLength(2);
    await enter(app, 'third');
    await look(app);
    expect(told(app, ana)).toHaveLength(3);
    expect(told(app, silent)).toEqual([]);
  });

  test('not once they have lost the role, left, or changed their mind, even where the mail is on its way', async () => {
    const app = await started(kind);
    const admin = await operator(app, 'admin@bank.example', ['ADMIN']);
    const [demoted, removed, tired, kept] = [
      await operator(app, 'demoted@bank.example', ['ANALYST']),
      await operator(app, 'removed@bank.example', ['ANALYST']),
      await operator(app, 'tired@bank.example', ['ANALYST']),
      await operator(app, 'kept@bank.example', ['ANALYST']),
    ];
    for (const who of [demoted, removed, tired, kept]) await choose(who, ['reviews', 'alerts']);
    const mail = { heading: 'Alert: test', description: 'It is.', facts: [], advice: 'Look.' } as const;
    await app.db.transaction((sql) =>
      // One of them is named as well, in another spelling: one mail.
      queueMailOf(sql, app.runtime, app.tenant.tenantId, 'alerts', mail, ['Kept@BANK.example', 'oncall@bank.example']),
    );
    await admin.stepUp();
    // A role that this release does not know permits nothing.
    await app.db.script(`update memberships set roles = '{RETIRED}' where operator_id = '${demoted.operatorId}'`);
    expect((await admin.call('DELETE', `/v1/portal/members/${removed.operatorId}`)).status).toBe(204);
    await choose(tired, []);
    await enter(app, 'somebody');
    await look(app);
    for (const who of [demoted, removed, tired]) expect(told(app, who), who.email).toEqual([]);
    expect(told(app, kept)).toEqual(['Reviews wait (Test tenant)']);
    expect(told(app, { email: 'Kept@BANK.example' })).toEqual(['Alert: test (Test tenant)']);
    expect(told(app, { email: 'oncall@bank.example' })).toHaveLength(1);
    const { body } = await admin.call('GET', '/v1/portal/audit-events?type=operator.mail_chosen');
    expect(body.events[0].data).toEqual({ before: ['reviews', 'alerts'], after: [] });
  });

  test('an alert and its end are told to whoever chose alerts, beside the named people', async () => {
    const app = await started(kind);
    const editor = await operator(app, 'editor@bank.example', ['EDITOR']);
    await choose(editor, ['alerts']);
    const alert = {
      name: 'Reviews',
      measure: 'decisions',
      threshold: 1,
      windowMinutes: 5,
      recipients: ['a@b.example'],
    };
    await app.call('POST', '/v1/management/alerts', { key: app.tenant.managementKey, body: alert });
    await enter(app, 'alerting');
    for (let step = 0; step < 4; step += 1) await app.runtime.advance(minute / 4);
    expect(told(app, editor)).toEqual(['Alert: Reviews (Test tenant)']);
    expect(told(app, { email: 'a@b.example' })).toHaveLength(1);
  });

  test('what one chose in a tenant says nothing of another', async () => {
    const app = await started(kind);
    const other = await app.createTenant('Other');
    const both = await operator(app, 'both@bank.example', ['ANALYST'], other.tenantId);
    const { tenantId } = other;
    const reply = await both.call('PATCH', '/v1/portal/mail', { topics: ['reviews'] }, { tenantId });
    expect(reply.status).toBe(200);
    expect((await both.call('PATCH', '/v1/portal/mail', { topics: ['reviews'] })).status).toBe(403);
    await enter(app, 'elsewhere');
    await look(app);
    expect(told(app, both)).toEqual([]);
    expect((await both.call('PATCH', '/v1/portal/mail', { topics: ['all'] }, { tenantId })).status).toBe(400);
  });
});

test('two nodes that look at once tell once', async () => {
  const app = await started('postgres');
  const ana = await operator(app, 'ana@bank.example', ['ANALYST']);
  await choose(ana, ['reviews']);
  await enter(app, 'raced');
  await Promise.all([1, 2, 3, 4].map(() => tellReviews.run(jobOf(app))));
  await look(app);
  expect(told(app, ana)).toHaveLength(1);
});
