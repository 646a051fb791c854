/** Actions that wait for a person: each is in the queue exactly as long as it waits, and is decided once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

interface Review {
  readonly actionId: string;
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly assignedTo?: string;
  readonly isOwn: boolean;
}

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let ana: Operator;
  let ben: Operator;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    ana = await operator(app, 'ana@bank.example', ['ANALYST']);
    ben = await operator(app, 'ben@bank.example', ['ANALYST']);
    for (const actionCode of ['review', 'other-review']) {
      const reply = await app.call('POST', '/v1/management/action-configurations', {
        key: app.tenant.managementKey,
        body: { actionCode, defaultUserActionResult: 'REVIEW' },
      });
      expect(reply.status, reply.text).toBe(200);
    }
    await app.runtime.advance(5_000);
  });
  afterAll(() => app.close());

  const enter = async (userId: string, code = 'review') => {
    await app.runtime.advance(10);
    const { body } = await app.call('POST', `/v1/users/${userId}/actions/${code}`, { body: { custom: { amount: 7 } } });
    expect(body.state).toBe('REVIEW_REQUIRED');
    const [found] = (await queue({ code })).reviews.filter((one) => one.idempotencyKey === body.idempotencyKey);
    if (found === undefined) throw new Error('It is not in the queue.');
    return found;
  };
  const queue = async (query: Record<string, string> = {}, who = ana) => {
    const reply = await who.call('GET', `/v1/portal/reviews?${new URLSearchParams({ limit: '200', ...query })}`);
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { reviews: Review[]; waiting: number; nextCursor?: string };
  };
  const setState = (review: Review, state: string, code = 'review') =>
    app.call('PATCH', `/v1/users/${review.userId}/actions/${code}/${review.idempotencyKey}`, { body: { state } });
  const decide = (who: Operator, review: Review, body: object = { decision: 'APPROVE' }) =>
    who.call('POST', `/v1/portal/reviews/${review.actionId}/decide`, body);
  const take = (who: Operator, review: Review, body: object = { isTaken: true }) =>
    who.call('POST', `/v1/portal/reviews/${review.actionId}/take`, body);
  const isWaiting = async (review: Review) =>
    (await queue()).reviews.some(({ actionId }) => actionId === review.actionId);
  const reviewOf = async (review: Review) =>
    (await ana.call('GET', `/v1/portal/actions/${review.actionId}`)).body.review;

  test('the queue is oldest first, in pages, with what was tracked', async () => {
    const made = [await enter('queued'), await enter('queued'), await enter('queued', 'other-review')];
    const { reviews, waiting } = await queue();
    expect(reviews.map(({ actionId }) => actionId)).toEqual(made.map(({ actionId }) => actionId));
    expect(reviews[0]).toMatchObject({ userId: 'queued', custom: { amount: 7 }, isOwn: false });
    expect(waiting).toBe(3);
    const first = await queue({ limit: '2' });
    expect(first.reviews).toHaveLength(2);
    const second = await queue({ limit: '2', cursor: first.nextCursor ?? '' });
    expect(second.reviews).toMatchObject([{ actionId: made[2]?.actionId }]);
    expect(second.nextCursor).toBeUndefined();
    expect((await queue({ code: 'other-review' })).reviews).toHaveLength(1);
  });

  test('an operator decides, with a note; servers are told as if the backend had, and the person is audited', async () => {
    const review = await enter('decided');
    const reply = await decide(ana, review, { decision: 'REJECT', note: 'Called <b>the customer</b>.' });
    expect(reply.status, reply.text).toBe(200);
    expect(reply.body).toMatchObject({ actionId: review.actionId, state: 'REVIEW_FAILED' });
    expect(await isWaiting(review)).toBe(false);
    expect(await reviewOf(review)).toMatchObject({
      isWaiting: false,
      decidedBy: 'ana@bank.example',
      note: 'Called <b>the customer</b>.',
    });
    const got = await app.call('GET', `/v1/users/decided/actions/review/${review.idempotencyKey}`);
    expect(got.body.state).toBe('REVIEW_FAILED');
    const [event] = await auditOf(app, 'review.decided');
    expect(event).toMatchObject({
      actor: { kind: 'operator', id: ana.operatorId },
      data: { before: 'REVIEW_REQUIRED', after: 'REVIEW_FAILED' },
    });
    expect(JSON.stringify(event)).not.toContain('customer');
  });

  test('whoever is second to decide changes nothing, and is told who was first', async () => {
    const review = await enter('twice');
    expect((await decide(ana, review)).status).toBe(200);
    const second = await decide(ben, review, { decision: 'REJECT' });
    expect(second.status).toBe(409);
    expect(second.body.errorDescription).toContain('ana@bank.example');
    const got = await app.call('GET', `/v1/users/twice/actions/review/${review.idempotencyKey}`);
    expect(got.body.state).toBe('REVIEW_SUCCEEDED');
    const byBackend = await enter('twice');
    await setState(byBackend, 'REVIEW_SUCCEEDED');
    expect(await isWaiting(byBackend)).toBe(false);
    expect((await decide(ben, byBackend)).body.errorDescription).toContain('API');
    expect(await reviewOf(byBackend)).toMatchObject({ decidedBy: 'API' });
  });

  test('an action waits again if the backend says so, without what was decided before', async () => {
    const review = await enter('again');
    await take(ana, review);
    await decide(ana, review, { decision: 'APPROVE', note: 'Fine.' });
    await setState(review, 'REVIEW_REQUIRED');
    expect(await isWaiting(review)).toBe(true);
    expect(await reviewOf(review)).toEqual({ isWaiting: true });
    await setState(review, 'REVIEW_FAILED');
    expect(await isWaiting(review)).toBe(false);
  });

  test('an action that was decided otherwise waits once its state says so', async () => {
    const { body } = await app.call('POST', '/v1/users/late/actions/allowed', { body: {} });
    expect((await queue()).reviews.some(({ userId }) => userId === 'late')).toBe(false);
    await app.call('PATCH', `/v1/users/late/actions/allowed/${body.idempotencyKey}`, {
      body: { state: 'REVIEW_REQUIRED' },
    });
    expect((await queue({ code: 'allowed' })).reviews).toHaveLength(1);
  });

  test.each([
    ['enters', 'CHALLENGE', 'REVIEW'],
    ['leaves', 'REVIEW', 'ALLOW'],
  ])('an action that a track decides anew %s the queue with it', async (what, before, after) => {
    const code = `anew-${what}`;
    const configure = (method: string, path: string, body: object) =>
      app.call(method, `/v1/management/action-configurations${path}`, { key: app.tenant.managementKey, body });
    await configure('POST', '', { actionCode: code, defaultUserActionResult: before });
    await app.runtime.advance(5_000);
    const begun = await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: 'EMAIL_OTP', email: `${what}@example.com`, action: code, idempotencyKey: 'k' },
    });
    const { challengeId } = begun.body;
    const claimed = await app.call('POST', '/v1/claim', {
      body: { challengeId, userId: code, skipVerificationCheck: true },
    });
    expect(claimed.status, claimed.text).toBe(200);
    const waits = async () => (await queue({ code })).reviews.length;
    expect(await waits()).toBe(before === 'REVIEW' ? 1 : 0);
    await configure('PATCH', `/${code}`, { defaultUserActionResult: after });
    await app.runtime.advance(5_000);
    const tracked = await app.call('POST', `/v1/users/${code}/actions/${code}`, { body: { idempotencyKey: 'k' } });
    expect(tracked.body.state).toBe(after === 'REVIEW' ? 'REVIEW_REQUIRED' : 'ALLOW');
    expect(await waits()).toBe(after === 'REVIEW' ? 1 : 0);
  });

  test('taking one tells the others, locks nothing, and is undone by its taker or by force', async () => {
    const review = await enter('taken');
    expect((await take(ana, review)).status).toBe(204);
    expect((await take(ana, review)).status).toBe(204);
    const find = async (who: Operator) =>
      (await queue({}, who)).reviews.find(({ actionId }) => actionId === review.actionId);
    expect(await find(ana)).toMatchObject({ assignedTo: 'ana@bank.example', isOwn: true });
    expect(await find(ben)).toMatchObject({ assignedTo: 'ana@bank.example', isOwn: false });
    const refused = await take(ben, review);
    expect(refused.status).toBe(409);
    expect(refused.body.errorDescription).toContain('ana@bank.example');
    expect((await take(ben, review, { isTaken: false })).status).toBe(409);
    expect((await take(ben, review, { isTaken: true, force: true })).status).toBe(204);
    expect(await find(ben)).toMatchObject({ assignedTo: 'ben@bank.example', isOwn: true });
    expect((await take(ben, review, { isTaken: false })).status).toBe(204);
    expect(await find(ben)).not.toHaveProperty('assignedTo');
    expect((await decide(ana, review)).status).toBe(200);
    expect((await take(ben, review)).status).toBe(409);
    const events = await auditOf(app, 'review.taken');
    expect(events.slice(0, 3).map(({ data }) => data['isTaken'])).toEqual([false, true, true]);
  });

  test('only whom a role permits decides or takes; a review of another tenant does not exist', async () => {
    const review = await enter('forbidden');
    for (const role of ['EDITOR', 'SUPPORT', 'AUDITOR', 'VIEWER']) {
      const other = await operator(app, `${role.toLowerCase()}@bank.example`, [role]);
      expect((await decide(other, review)).status, role).toBe(403);
      expect((await take(other, review)).status, role).toBe(403);
    }
    const elsewhere = await app.createTenant('Elsewhere');
    const theirs = await operator(app, 'theirs@bank.example', ['ADMIN'], elsewhere.tenantId);
    for (const path of ['decide', 'take']) {
      const body = path === 'take' ? { isTaken: true } : { decision: 'APPROVE' };
      const url = `/v1/portal/reviews/${review.actionId}/${path}`;
      expect((await theirs.call('POST', url, body, { tenantId: elsewhere.tenantId })).status).toBe(404);
      expect((await ana.call('POST', `/v1/portal/reviews/x/${path}`, body)).status).toBe(404);
    }
    expect(await isWaiting(review)).toBe(true);
  });

  test.each(['true', 'false'])('a deleted user leaves the queue, whether actions are deleted: %s', async (actions) => {
    const review = await enter(`gone-${actions}`);
    await decide(ana, await enter(`gone-${actions}`), { decision: 'APPROVE', note: 'About a person.' });
    await app.call('DELETE', `/v1/users/gone-${actions}?actions=${actions}`);
    expect(await isWaiting(review)).toBe(false);
    expect((await decide(ana, review)).status).toBe(404);
    const left = await app.db.query(
      statement<{ note: string | null }>(
        'portal_reviews_left',
        'select note from reviews where tenant_id = $1 and (note = $2 or action_id = $3)',
      ),
      [app.tenant.tenantId, 'About a person.', review.actionId],
    );
    expect(left).toEqual([]);
  });
});

describe('on PostgreSQL', () => {
  test('of two operators and the backend who decide at once one decides, and the others are told so', async () => {
    const app = await testApp('postgres', { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
    const people = [
      await operator(app, 'one@bank.example', ['ANALYST']),
      await operator(app, 'two@bank.example', ['ADMIN']),
    ];
    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'race', defaultUserActionResult: 'REVIEW' },
    });
    await app.runtime.advance(5_000);
    for (let round = 0; round < 10; round += 1) {
      await app.call('POST', `/v1/users/racing-${round}/actions/race`, { body: {} });
      const [review] = (await people[0]?.call('GET', '/v1/portal/reviews?limit=1'))?.body.reviews ?? [];
      const replies = await Promise.all(
        people.map((who, index) =>
          who.call('POST', `/v1/portal/reviews/${review.actionId}/decide`, {
            decision: index === 0 ? 'APPROVE' : 'REJECT',
          }),
        ),
      );
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      const [winner, loser] = replies[0]?.status === 200 ? [0, 1] : [1, 0];
      expect(replies[loser ?? 0]?.body.errorDescription).toContain(people[winner ?? 0]?.email);
      const shown = await people[0]?.call('GET', `/v1/portal/actions/${review.actionId}`);
      expect(shown?.body.state).toBe(replies[winner ?? 0]?.body.state);
      expect(shown?.body.review.decidedBy).toBe(people[winner ?? 0]?.email);
    }
    expect((await auditOf(app, 'review.decided')).length).toBe(10);
    await app.close();
  });
});

function auditOf(app: TestApp, type: string) {
  return app.db.query(
    statement<{ actor: unknown; data: Record<string, unknown> }>(
      'portal_reviews_audit',
      'select actor, data from audit_events where tenant_id = $1 and event_type = $2 order by event_id desc',
    ),
    [app.tenant.tenantId, type],
  );
}
