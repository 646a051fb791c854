/** Actions that wait for a person: each is in the queue exactly as long as it waits, and is decided once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { operatorCookie } from '../../src/contract/apis.ts';
import { testApp, testPublicUrl } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

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

  test('similar cases are what was decided of the same user, address, device or rule, newest first', async () => {
    const track = async (userId: string, body: object, code = 'similar') => {
      await app.runtime.advance(10);
      await app.call('POST', `/v1/users/${userId}/actions/${code}`, { body: { idempotencyKey: 'k', ...body } });
      const [found] = (await queue({ code })).reviews.filter((one) => one.userId === userId);
      if (found === undefined) throw new Error('It is not in the queue.');
      return found;
    };
    const similar = (review: Review, who = ana) => who.call('GET', `/v1/portal/reviews/${review.actionId}/similar`);
    for (const actionCode of ['similar', 'ruled']) {
      await app.call('POST', '/v1/management/action-configurations', {
        key: app.tenant.managementKey,
        body: { actionCode, defaultUserActionResult: actionCode === 'similar' ? 'REVIEW' : 'ALLOW' },
      });
    }
    const made = await app.call('POST', '/v1/management/action-configurations/ruled/rules', {
      key: app.tenant.managementKey,
      body: { name: 'All', priority: 1, conditions: { '==': [1, 1] }, type: 'REVIEW', isActive: true },
    });
    expect(made.status, made.text).toBe(200);
    await app.runtime.advance(5_000);
    const shared = { ipAddress: '203.0.113.9', deviceId: 'shared-device' };
    const address = await track('sim-address', { ipAddress: shared.ipAddress });
    const device = await track('sim-device', { deviceId: shared.deviceId });
    const nothing = await track('sim-nothing', { ipAddress: '203.0.113.10', deviceId: 'other-device' });
    const waiting = await track('sim-waiting', shared);
    const own = await track('sim-user', {}, 'review');
    for (const review of [address, device, nothing]) {
      await decide(ana, review, { decision: 'REJECT', note: 'Not bob@example.com.' });
    }
    await setState(own, 'REVIEW_SUCCEEDED');
    const asked = await track('sim-user', shared);
    const { status, body } = await similar(asked);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { userId: 'sim-user', actionCode: 'review', alike: ['USER'], decidedBy: 'API', state: 'REVIEW_SUCCEEDED' },
      { userId: 'sim-device', alike: ['DEVICE'], decidedBy: 'ana@bank.example', note: 'Not bob@example.com.' },
      { userId: 'sim-address', alike: ['ADDRESS'], state: 'REVIEW_FAILED' },
    ]);
    expect(body).toHaveLength(3);
    const viewer = await operator(app, 'viewer-similar@bank.example', ['VIEWER']);
    expect((await similar(asked, viewer)).text).not.toContain('bob@example.com');

    const [first, second] = [await track('sim-one', {}, 'ruled'), await track('sim-two', {}, 'ruled')];
    await decide(ana, first);
    expect((await similar(second)).body).toMatchObject([{ userId: 'sim-one', alike: ['RULE'] }]);
    await decide(ana, waiting);
    await app.call('DELETE', '/v1/users/sim-device?actions=true');
    expect((await similar(asked)).body.map(({ userId }: Review) => userId)).toEqual([
      'sim-user',
      'sim-waiting',
      'sim-address',
    ]);
    const elsewhere = await app.createTenant('Similar elsewhere');
    const theirs = await operator(app, 'theirs-similar@bank.example', ['ADMIN'], elsewhere.tenantId);
    const url = `/v1/portal/reviews/${asked.actionId}/similar`;
    expect((await theirs.call('GET', url, undefined, { tenantId: elsewhere.tenantId })).status).toBe(404);
    for (const review of [asked, second]) await decide(ana, review);
  });

  describe('where approving takes two people', () => {
    const needTwo = async (reviewsNeedTwoPeople: boolean | null) => {
      const reply = await app.call('PATCH', '/v1/management/tenant', {
        key: app.tenant.managementKey,
        body: { reviewsNeedTwoPeople },
      });
      expect(reply.status, reply.text).toBe(200);
    };
    beforeAll(() => needTwo(true));
    afterAll(() => needTwo(null));
    const stateOf = async (review: Review) =>
      (await app.call('GET', `/v1/users/${review.userId}/actions/review/${review.idempotencyKey}`)).body.state;

    test('the first is told to the second, whose approval decides; nobody is both', async () => {
      const review = await enter('twofold');
      const first = await decide(ana, review, { decision: 'APPROVE', note: 'Called eve@example.com.' });
      expect([first.status, first.body.state]).toEqual([200, 'REVIEW_REQUIRED']);
      expect(await stateOf(review)).toBe('REVIEW_REQUIRED');
      const again = await decide(ana, review);
      expect([again.status, again.body.errorCode]).toEqual([409, 'conflict']);
      const shown = (await queue({}, ben)).reviews.find(({ actionId }) => actionId === review.actionId);
      expect(shown).toMatchObject({
        firstApproval: { by: 'ana@bank.example', isOwn: false, note: 'Called eve@example.com.' },
      });
      // Whoever may not see contacts does not see them in notes either.
      const viewer = await operator(app, 'viewer-of-two@bank.example', ['VIEWER']);
      expect(JSON.stringify((await queue({}, viewer)).reviews)).not.toContain('eve@example.com');
      const second = await decide(ben, review, { decision: 'APPROVE', note: 'Agreed.' });
      expect([second.status, second.body.state]).toEqual([200, 'REVIEW_SUCCEEDED']);
      expect(await reviewOf(review)).toMatchObject({
        isWaiting: false,
        decidedBy: 'ben@bank.example',
        note: 'Agreed.',
        firstApproval: { by: 'ana@bank.example', isOwn: true },
      });
      const [event] = await auditOf(app, 'review.approved_first');
      expect(event).toMatchObject({ actor: { kind: 'operator', id: ana.operatorId } });
      expect(JSON.stringify(event)).not.toContain('eve');
    });

    test('one is enough to reject, also who approved first; the backend decides alone', async () => {
      const rejected = await enter('rejected');
      expect((await decide(ana, rejected)).status).toBe(200);
      expect((await decide(ana, rejected, { decision: 'REJECT' })).body.state).toBe('REVIEW_FAILED');
      const byBackend = await enter('rejected');
      await decide(ana, byBackend);
      await setState(byBackend, 'REVIEW_SUCCEEDED');
      const late = await decide(ben, byBackend);
      expect([late.status, late.body.errorDescription]).toEqual([409, expect.stringContaining('API')]);
    });

    test('what was approved the last time counts no more when the action waits anew', async () => {
      const review = await enter('anew');
      await decide(ana, review);
      await setState(review, 'REVIEW_FAILED');
      await setState(review, 'REVIEW_REQUIRED');
      expect(await reviewOf(review)).toEqual({ isWaiting: true });
      expect((await decide(ben, review)).body.state).toBe('REVIEW_REQUIRED');
      // So a node of the release before leaves it: it knows nothing of the columns.
      await app.db.query(
        statement<never>(
          'portal_reviews_earlier_node',
          `update reviews set entered_at = first_at + interval '1 second' where tenant_id = $1 and action_id = $2`,
        ),
        [app.tenant.tenantId, review.actionId],
      );
      expect((await decide(ana, review)).body.state).toBe('REVIEW_REQUIRED');
      await setState(review, 'REVIEW_FAILED');
    });

    test('the first counts no more once who gave it has lost the role or has left', async () => {
      const lost = await operator(app, 'lost@bank.example', ['ANALYST']);
      const admin = await operator(app, 'admin@bank.example', ['ADMIN']);
      await admin.stepUp();
      const [demoted, removed] = [await enter('lost'), await enter('lost')];
      for (const review of [demoted, removed]) expect((await decide(lost, review)).status).toBe(200);
      const member = `/v1/portal/members/${lost.operatorId}`;
      expect((await admin.call('PATCH', member, { roles: ['VIEWER'] })).status).toBe(200);
      expect((await decide(ana, demoted)).body.state).toBe('REVIEW_REQUIRED');
      expect((await decide(ben, demoted)).body.state).toBe('REVIEW_SUCCEEDED');
      expect((await admin.call('DELETE', member)).status).toBe(204);
      expect((await decide(ana, removed)).body.state).toBe('REVIEW_REQUIRED');
      expect((await decide(ben, removed)).body.state).toBe('REVIEW_SUCCEEDED');
    });

    test('once the setting is off one decides alone, also who approved first', async () => {
      const review = await enter('switched');
      await decide(ana, review);
      await needTwo(false);
      expect((await queue()).reviews.length).toBeGreaterThan(0);
      expect((await decide(ana, review)).body.state).toBe('REVIEW_SUCCEEDED');
      await needTwo(true);
    });
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
    await app.call('PATCH', '/v1/management/tenant', {
      key: app.tenant.managementKey,
      body: { reviewsNeedTwoPeople: true },
    });
    const [one, two] = people;
    const elsewhere = await testApp('postgres', { managementRateLimit: 100_000, db: app.db, seed: 'elsewhere' });
    for (let round = 0; round < 10; round += 1) {
      await app.call('POST', `/v1/users/twofold-${round}/actions/race`, { body: {} });
      const [review] = (await one?.call('GET', '/v1/portal/reviews?limit=1'))?.body.reviews ?? [];
      // One of them three times, which is never more than one approval.
      const replies = await Promise.all(
        [
          [app, one],
          [elsewhere, one],
          [app, one],
          [elsewhere, two],
        ].map(([node, who]) => asOn(node as TestApp, who as Operator, review.actionId, app.tenant.tenantId)),
      );
      const states = replies.map((reply) => reply?.body.state ?? reply?.status);
      expect(states.filter((state) => state === 'REVIEW_REQUIRED')).toHaveLength(1);
      expect(states.filter((state) => state === 'REVIEW_SUCCEEDED')).toHaveLength(1);
      expect(states.filter((state) => state === 409)).toHaveLength(2);
      const shown = (await one?.call('GET', `/v1/portal/actions/${review.actionId}`))?.body;
      expect(shown.state).toBe('REVIEW_SUCCEEDED');
      expect(new Set([shown.review.decidedBy, shown.review.firstApproval.by]).size).toBe(2);
    }
    await elsewhere.close();
    await app.close().catch(() => undefined);
  });
});

/** Approves as an operator does whose page another node answers. */
function asOn(node: TestApp, { secret }: Operator, actionId: string, tenantId: string) {
  return node.call('POST', `/v1/portal/reviews/${actionId}/decide`, {
    key: null,
    body: { decision: 'APPROVE' },
    headers: {
      origin: testPublicUrl,
      'sec-fetch-site': 'same-origin',
      cookie: `${operatorCookie}=${secret}`,
      'x-sallyport-tenant': tenantId,
    },
  });
}

function auditOf(app: TestApp, type: string) {
  return app.db.query(
    statement<{ actor: unknown; data: Record<string, unknown> }>(
      'portal_reviews_audit',
      'select actor, data from audit_events where tenant_id = $1 and event_type = $2 order by event_id desc',
    ),
    [app.tenant.tenantId, type],
  );
}
