/** Worry: what is kept of texts and of what providers told is kept for ever, or is gone while it is still asked for. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, describe, test } from 'vitest';
import { purgeChallenges } from '../../src/jobs/purge-challenges.ts';
import { purgeTexts } from '../../src/jobs/purge-texts.ts';
import { recordContactMark } from '../../src/storage/queries/contact-marks.ts';
import type { MarkReason } from '../../src/storage/queries/contact-marks.ts';
import { takeProviderReport } from '../../src/storage/queries/provider-reports.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { textSettings } from '../rig/phone.ts';
import { manage } from '../management/manage.ts';

const databaseKinds = databasesOf(import.meta.url);

const dayMs = 24 * 60 * 60 * 1000;

const keptStatement = statement<{ texts: number; counts: number; marks: readonly string[]; reports: number }>(
  'purge_of_texts_test_kept',
  `select (select count(*)::int from texts where tenant_id = $1) as texts,
     (select count(*)::int from text_counts where tenant_id = $1) as counts,
     (select coalesce(json_agg(subject order by subject), '[]') from contact_marks where tenant_id = $1) as marks,
     (select count(*)::int from provider_reports where tenant_id = $1) as reports`,
);

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let one: TestTenant;
  let other: TestTenant;
  let startMs: number;
  const kept = async (tenant: TestTenant) => (await app.db.query(keptStatement, [tenant.tenantId]))[0];
  const mark = (tenant: TestTenant, subject: string, because: MarkReason, atMs: number) =>
    recordContactMark(app.db, tenant.tenantId, {
      ...{ subject, because, markId: randomUUID() },
      ...{ nowMs: atMs, happenedAtMs: atMs },
    });
  /** As after that time, without what other jobs do meanwhile. */
  const purgeAfter = async (ms: number) => {
    const clock = { ...app.runtime.clock, now: () => startMs + ms };
    const context = { ...app.app.context, runtime: { ...app.runtime, clock } };
    const parts = { ...context, db: app.db } as unknown as Parameters<typeof purgeTexts.run>[0];
    await purgeTexts.run(parts);
    await purgeChallenges.run(parts);
  };

  beforeAll(async () => {
    app = await testApp(kind);
    startMs = app.runtime.clock.now();
    one = await app.createTenant('One');
    other = await app.createTenant('Other');
    for (const tenant of [one, other]) {
      const reply = await manage(app, tenant)('POST', '/authenticator-configurations/sms', textSettings);
      expect(reply.status, reply.text).toBe(200);
      for (const phoneNumber of ['+64211234567', '+33612345678']) {
        const body = { verificationMethod: 'SMS', action: 'pay', phoneNumber };
        expect((await app.call('POST', '/v1/challenge', { key: tenant.secretKey, body })).status).toBe(200);
      }
      await mark(tenant, 'bounced', 'bounced', startMs);
      await mark(tenant, 'stopped', 'stopped', startMs);
      await mark(tenant, 'later', 'not delivered', startMs + dayMs);
      await takeProviderReport(app.db, tenant.tenantId, randomUUID(), startMs);
    }
  });
  afterAll(() => app.close());

  const all = { texts: 2, counts: 2, marks: ['bounced', 'later', 'stopped'], reports: 1 };

  test('nothing goes while it is asked for', async () => {
    await purgeAfter(dayMs);
    for (const tenant of [one, other]) expect(await kept(tenant)).toEqual(all);
  });

  test('sums of hours go after two days, digests of calls after seven, texts after thirty', async () => {
    await purgeAfter(2 * dayMs + 3_600_000);
    for (const tenant of [one, other]) expect(await kept(tenant)).toEqual({ ...all, counts: 0 });
    await purgeAfter(7 * dayMs - 1);
    expect(await kept(one)).toEqual({ ...all, counts: 0 });
    await purgeAfter(7 * dayMs + 60_000);
    for (const tenant of [one, other]) expect(await kept(tenant)).toEqual({ ...all, counts: 0, reports: 0 });
    await purgeAfter(30 * dayMs - 60_000);
    expect((await kept(one))?.texts).toBe(2);
    await purgeAfter(30 * dayMs + 60_000);
    for (const tenant of [one, other]) expect(await kept(tenant)).toEqual({ ...all, counts: 0, reports: 0, texts: 0 });
  });

  test('a mark goes 90 days after it was made, but never that a person wants no messages', async () => {
    await purgeAfter(90 * dayMs);
    for (const tenant of [one, other]) expect((await kept(tenant))?.marks).toEqual(['later', 'stopped']);
    await purgeAfter(400 * dayMs);
    for (const tenant of [one, other]) expect((await kept(tenant))?.marks).toEqual(['stopped']);
  });
});
