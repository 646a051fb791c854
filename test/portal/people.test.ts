/** Operators find users; contacts are shown only to those whose role permits it, or revealed one by one, on record. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../src/contract/index.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const databaseKinds = databasesOf(import.meta.url);

const email = 'pat.secret@example.com';
const phoneNumber = '+6427555123';
/** What no response may have of these. */
const contact = /pat\.secret|27555123|0275 551/;

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let analyst: Operator;
  const masked: Operator[] = [];
  beforeAll(async () => {
    app = await testApp(kind, {
      anonymousRateLimit: 100_000,
      managementRateLimit: 100_000,
      outboundAllow: ['127.0.0.1:9'],
    });
    analyst = await operator(app, 'analyst@bank.example', ['ANALYST']);
    for (const role of ['VIEWER', 'SUPPORT']) {
      masked.push(await operator(app, `${role.toLowerCase()}@bank.example`, [role]));
    }
    await app.call('PATCH', '/v1/users/pat', {
      body: { email, phoneNumber, username: email, displayName: '0275 551 23', custom: { tier: 'gold' } },
    });
    for (const body of [
      { verificationMethod: 'EMAIL_OTP', email },
      { verificationMethod: 'SMS', phoneNumber },
    ]) {
      const added = await app.call('POST', '/v1/users/pat/authenticators', { body });
      expect(added.status, added.text).toBe(200);
    }
    await app.call('POST', '/v1/users/pat/actions/pay', {
      body: { email, deviceId: 'phone', userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Firefox/130.0' },
    });
    for (const userId of ['alice', 'alicia', 'bob', 'Alina', 'älter']) {
      await app.call('PATCH', `/v1/users/${encodeURIComponent(userId)}`, { body: { username: `name-of-${userId}` } });
    }
  });
  afterAll(() => app.close());

  const find = async (who: Operator, query: Record<string, string>) => {
    const reply = await who.call('GET', `/v1/portal/users?${new URLSearchParams(query)}`);
    expect(reply.status, reply.text).toBe(200);
    return reply.body as { users: { userId: string; email?: string }[]; nextCursor?: string };
  };
  const idsOf = async (words: string) => (await find(analyst, { words })).users.map(({ userId }) => userId);

  test('users are found by the beginning of their id, and by the whole of what else names them', async () => {
    expect(await idsOf('ali')).toEqual(['alice', 'alicia']);
    expect(await idsOf('alice')).toEqual(['alice']);
    expect(await idsOf('ä')).toEqual(['älter']);
    expect(await idsOf('PAT.Secret@example.com')).toEqual(['pat']);
    expect(await idsOf(phoneNumber)).toEqual(['pat']);
    expect(await idsOf('name-of-bob')).toEqual(['bob']);
    expect(await idsOf('name-of')).toEqual([]);
    expect(await idsOf('%')).toEqual([]);
  });

  test('all users are listed by id, and pages lose and repeat none', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await find(analyst, { limit: '2', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.users.map(({ userId }) => userId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(['Alina', 'alice', 'alicia', 'bob', 'pat', 'älter']);
    const pages = [await find(analyst, { words: 'al', limit: '1' })];
    pages.push(await find(analyst, { words: 'al', limit: '1', cursor: pages[0]?.nextCursor ?? '' }));
    expect(pages.flatMap(({ users }) => users.map(({ userId }) => userId))).toEqual(['alice', 'alicia']);
    expect(pages[1]?.nextCursor).toBeUndefined();
  });

  test('the detail has authenticators, devices and what is locked', async () => {
    const { body } = await analyst.call('GET', '/v1/portal/users/pat');
    expect(body).toMatchObject({
      userId: 'pat',
      email,
      phoneNumber,
      username: email,
      custom: { tier: 'gold' },
      areContactsMasked: false,
      isEnrolled: true,
      authenticators: [
        { verificationMethod: 'EMAIL_OTP', name: 'p•••@example.com' },
        { verificationMethod: 'SMS', name: '•••123' },
      ],
      devices: [{ deviceId: 'phone', name: 'Firefox, macOS', isInvalidated: false }],
      lockedMethods: [],
      sessions: [],
    });
    expect((await analyst.call('GET', '/v1/portal/users/nobody')).status).toBe(404);
  });

  test('no response of the portal has a contact for a role that may not see contacts', async () => {
    const asked = [
      ...[
        '/users',
        '/users?words=pat',
        `/users?words=${encodeURIComponent(email)}`,
        '/users/pat',
        '/users/pat/messages',
      ],
      ...['/users/pat/help', '/helps'],
      ...['/actions', '/actions?userId=pat', '/reviews', '/home'],
      ...['/rule-sets', '/rule-sets/pay', '/rule-sets/pay/versions', '/rule-vocabulary', '/rule-uses', '/mail'],
      ...['/first-steps', '/health', '/test-messages/SMS'],
    ];
    const { body } = await analyst.call('GET', '/v1/portal/actions?userId=pat');
    asked.push(`/actions/${body.actions[0].actionId}`, `/reviews/${body.actions[0].actionId}/similar`);
    const reading = routes.filter(({ api, method, permission }) => api === 'portal' && method === 'GET' && permission);
    // One that is not asked here has to be added.
    expect(reading.map(({ id }) => id).toSorted()).toEqual([
      'findUsers',
      'getActionDetail',
      'getFirstSteps',
      'getHealth',
      'getHome',
      'getOperatorMail',
      'getRuleSet',
      'getRuleVersion',
      'getRuleVocabulary',
      'getTestMessage',
      'getUserDetail',
      'getUserHelp',
      'listActions',
      // Of admins and auditors, who may see contacts.
      'listApiKeys',
      'listAuditEvents',
      'listMembers',
      'listReviews',
      'listRuleSets',
      'listRuleUses',
      'listRuleVersions',
      'listSimilarReviews',
      'listUserMessages',
      'listWaitingHelps',
    ]);
    for (const who of masked) {
      for (const path of asked) {
        const reply = await who.call('GET', `/v1/portal${path}`);
        const isHelp = path.endsWith('/help') || path === '/helps';
        expect(reply.status, `${path} ${reply.text}`).toBe(isHelp && who.email.startsWith('viewer') ? 403 : 200);
        expect(reply.text, `${who.email} ${path}`).not.toMatch(contact);
      }
      expect((await who.call('GET', '/v1/portal/users/pat')).body).toMatchObject({
        email: 'p•••@example.com',
        phoneNumber: '•••123',
        username: 'p•••@example.com',
        areContactsMasked: true,
      });
    }
  });

  test('nor has any response of the management API', async () => {
    const manage = (method: string, path: string, body?: object) =>
      app.call(method, `/v1/management${path}`, {
        key: app.tenant.managementKey,
        ...(body === undefined ? {} : { body }),
      });
    const eventTypes = ['authenticator.created', 'authenticator.updated', 'authenticator.deleted'];
    const endpoint = await manage('POST', '/event-endpoints', { url: 'http://127.0.0.1:9/', eventTypes });
    expect(endpoint.status, endpoint.text).toBe(200);
    const added = await app.call('POST', '/v1/users/pat/authenticators', {
      body: { verificationMethod: 'EMAIL_OTP', email: `second.${email}` },
    });
    expect(added.status, added.text).toBe(200);
    await app.runtime.advance(60_000);
    const { endpointId } = endpoint.body;
    const deliveries = (await manage('GET', `/event-deliveries?endpointId=${endpointId}`)).body as {
      deliveryId: string;
    }[];
    const { deliveryId = '' } = deliveries[0] ?? {};
    const delivery = await manage('GET', `/event-deliveries/${deliveryId}`);
    expect(delivery.text).toMatch(contact);
    const attemptId = String(delivery.body.attempts[0]?.attemptId);
    const ids: Readonly<Record<string, string>> = {
      userId: 'pat',
      deliveryId,
      attemptId,
      endpointId,
      actionCode: 'pay',
    };
    const reading = routes.filter(({ api, method }) => api === 'management' && method === 'GET');
    expect(reading.length).toBeGreaterThan(25);
    const seen: string[] = [];
    for (const who of masked) {
      for (const { path, id } of reading) {
        const reply = await who.call(
          'GET',
          path.replaceAll(/:(\w+)/g, (whole, name: string) => ids[name] ?? whole),
        );
        if (reply.status === 200) seen.push(id);
        expect(reply.text, `${who.email} ${id}`).not.toMatch(contact);
      }
      const idempotencyKey = (await analyst.call('GET', '/v1/portal/actions?userId=pat')).body.actions[0]
        .idempotencyKey;
      const evaluated = await who.call('POST', '/v1/management/action-configurations/pay/rules/evaluate', {
        rules: [
          { name: 'x', isActive: true, priority: 1, type: 'BLOCK', conditions: { '==': [{ var: 'user.email' }, 'x'] } },
        ],
        pastAction: { userId: 'pat', idempotencyKey },
      });
      expect(evaluated.text).not.toMatch(contact);
    }
    expect(seen).toContain('listUsersDevices');
    expect(seen).toContain('listEventDeliveries');
  });

  test('contacts are revealed to whom a role permits it, with a reason, and it is on record who saw them', async () => {
    const [viewer, support] = masked;
    const reveal = (who: Operator | undefined, body: object, userId = 'pat') =>
      who?.call('POST', `/v1/portal/users/${userId}/reveal`, body);
    expect((await reveal(viewer, { reason: 'Curious' }))?.status).toBe(403);
    expect((await reveal(support, {}))?.status).toBe(400);
    expect((await reveal(support, { reason: '' }))?.status).toBe(400);
    expect((await reveal(support, { reason: 'Ticket 7' }, 'nobody'))?.status).toBe(404);
    expect((await reveal(support, { reason: 'Ticket 7' }))?.body).toEqual({ email, phoneNumber });
    const events = await app.db.query(
      statement<{ actor: unknown; userId: string; data: unknown }>(
        'portal_people_reveals',
        `select actor, user_id, data from audit_events where tenant_id = $1 and event_type = 'user.contacts_revealed'`,
      ),
      [app.tenant.tenantId],
    );
    const actor = { kind: 'operator', id: support?.operatorId };
    expect(events).toEqual([{ actor, userId: 'pat', data: { reason: 'Ticket 7' } }]);
  });

  test('messages are listed with what became of them, and a session and a user are ended, on record', async () => {
    const support = await operator(app, 'helper@bank.example', ['SUPPORT']);
    const admin = await operator(app, 'eraser@bank.example', ['ADMIN']);
    const good = async (method: string, path: string, body: object) => {
      const reply = await app.call(method, `/v1${path}`, { body });
      expect(reply.status, reply.text).toBe(200);
      return reply.body;
    };
    const { token } = await good('POST', '/users/sam/actions/sign-in', {
      idempotencyKey: 'k',
      email: 'sam@example.com',
    });
    const sent = await app.call('POST', '/v1/client/user-authenticators/email-otp', {
      token,
      body: { email: 'sam@example.com' },
    });
    expect(sent.status, sent.text).toBe(200);
    const messages = await support.call('GET', '/v1/portal/users/sam/messages');
    expect(messages.body).toEqual([
      {
        kind: 'CODE',
        verificationMethod: 'EMAIL_OTP',
        to: 's•••@example.com',
        at: expect.any(String),
        outcome: 'SENT',
        isUsed: false,
      },
    ]);
    expect((await analyst.call('GET', '/v1/portal/users/sam/messages')).body[0].to).toBe('sam@example.com');
    expect((await support.call('GET', '/v1/portal/users/nobody/messages')).status).toBe(404);

    await good('PATCH', '/users/sam/actions/sign-in/k', { state: 'CHALLENGE_SUCCEEDED' });
    const key = app.tenant.managementKey;
    await app.call('POST', '/v1/management/app-clients', { key, body: { clientId: 'shop', name: 'Shop' } });
    const session = await good('POST', '/sessions', { token, clientId: 'shop' });
    const [{ sessionId }] = (await support.call('GET', '/v1/portal/users/sam')).body.sessions;
    const end = (who: Operator, userId: string) =>
      who.call('DELETE', `/v1/management/users/${userId}/sessions/${sessionId}`);
    expect((await end(support, 'pat')).status).toBe(404);
    expect((await end(support, 'sam')).status).toBe(200);
    expect((await end(support, 'sam')).status).toBe(404);
    const refreshed = await app.call('POST', '/v1/sessions/refresh', { body: { refreshToken: session.refreshToken } });
    expect(refreshed.status).toBe(401);

    const erase = (who: Operator) => who.call('DELETE', '/v1/management/users/sam');
    expect((await erase(support)).status).toBe(403);
    expect((await erase(analyst)).status).toBe(403);
    expect((await erase(admin)).status).toBe(200);
    expect((await erase(admin)).status).toBe(404);
    expect((await support.call('GET', '/v1/portal/users/sam')).status).toBe(404);
  });

  test('users of another tenant do not exist', async () => {
    const other = await app.createTenant('Other');
    const theirs = await operator(app, 'theirs@bank.example', ['ADMIN'], other.tenantId);
    const how = { tenantId: other.tenantId };
    expect((await theirs.call('GET', '/v1/portal/users', undefined, how)).body.users).toEqual([]);
    const byEmail = await theirs.call('GET', `/v1/portal/users?words=${encodeURIComponent(email)}`, undefined, how);
    expect(byEmail.body.users).toEqual([]);
    expect((await theirs.call('GET', '/v1/portal/users/pat', undefined, how)).status).toBe(404);
    const reveal = await theirs.call('POST', '/v1/portal/users/pat/reveal', { reason: 'Mine?' }, how);
    expect(reveal.status).toBe(404);
  });
});
