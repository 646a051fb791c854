/** Worry: whoever deceives support, or is an operator alone, gets into a user's account by the help that is meant for its owner. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operatorCookie } from '../../src/contract/apis.ts';
import { DeliveryFailed } from '../../src/delivery/delivery-failed.ts';
import { statement } from '../../src/storage/sql.ts';
import { softwareKey } from '../../src/testkit/authenticator.ts';
import { testApp, testPublicUrl } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { keyHolder } from '../client/key-holder.ts';
import { operator } from '../rig/portal.ts';
import type { Operator } from '../rig/portal.ts';

const hour = 3_600_000;
const day = 24 * hour;

const helpEvents = statement<{ eventType: string; actor: { kind: string; id: string }; data: Record<string, unknown> }>(
  'test_help_events',
  `select event_type, actor, data from audit_events where user_id = $1 and event_type like 'help.%' order by happened_at, event_id`,
);

let app: TestApp;
let second: TestApp;
let they: ReturnType<typeof keyHolder>;
let ada: Operator;
let ben: Operator;
let people = 0;

/** Users with a passkey and an address, known for eight days. */
const known: string[] = [];
const fresh = () => {
  const userId = known.pop();
  if (userId === undefined) throw new Error('Make more users.');
  return userId;
};
const emailOf = (userId: string) => `${userId}@example.com`;

beforeAll(async () => {
  app = await testApp('postgres', { anonymousRateLimit: 100_000, managementRateLimit: 100_000 });
  second = await testApp('postgres', { db: app.db, seed: 'second', anonymousRateLimit: 100_000 });
  they = keyHolder(app);
  for (let n = 0; n < 40; n += 1) {
    const userId = `alice-${n}`;
    await they.good(they.register(await they.track(userId), softwareKey()));
    await enrolAddress(userId, emailOf(userId));
    known.push(userId);
  }
  await pass(8 * day);
  await second.app.context.published.refresh();
});
beforeEach(async () => {
  [ada, ben] = [await newOperator('SUPPORT'), await newOperator('SUPPORT')];
});
afterAll(() => app.close());

/** On both nodes. */
async function pass(ms: number): Promise<void> {
  await app.runtime.advance(ms);
  second.runtime.moveTo(app.runtime.clock.now());
}

const newOperator = (role: string, tenantId?: string) =>
  operator(app, `${role.toLowerCase()}-${(people += 1)}@bank.example`, [role], tenantId);

async function enrolAddress(userId: string, email: string): Promise<string> {
  const body = { verificationMethod: 'EMAIL_OTP', email };
  const added = await they.good(app.call('POST', `/v1/users/${userId}/authenticators`, { body }));
  return String(added.authenticator.userAuthenticatorId);
}

const helpOf = (userId: string, who = ada) => they.good(who.call('GET', `/v1/portal/users/${userId}/help`));
async function ask(userId: string, who = ada): Promise<TestReply> {
  const { contacts } = await helpOf(userId, who);
  const [contact] = contacts as { userAuthenticatorId: string }[];
  return who.call('POST', `/v1/portal/users/${userId}/help`, {
    userAuthenticatorId: contact?.userAuthenticatorId ?? 'none',
    reason: 'Lost the phone. Ticket 7.',
  });
}
async function asked(userId: string, who = ada): Promise<string> {
  return String((await they.good(ask(userId, who))).helpId);
}
const approve = (helpId: string, who = ben) => who.call('POST', `/v1/portal/helps/${helpId}/approve`, {});
const refuse = (helpId: string, who = ben) => who.call('POST', `/v1/portal/helps/${helpId}/refuse`, {});
/** The secret behind the `#` of the newest link of a kind that was mailed to an address. */
const mailed = (email: string, path: string, on = app) =>
  on
    .mail()
    .filter(({ to }) => to === email)
    .map(({ text }) => new RegExp(`${testPublicUrl}${path}\\?tenant=[\\w-]+&locale=[\\w-]+#(\\S+)`).exec(text)?.[1])
    .find((token) => token !== undefined) ?? '';
const page = 'p'.repeat(64);
const take = (token: string, pageSecret = page, on = app) =>
  on.call('POST', '/help', { key: null, body: { token, pageSecret } });
const stop = (token: string, on = app) => on.call('POST', '/help/stop', { key: null, body: { token } });
const tokenIn = ({ text }: TestReply) => /challenge\?token=([\w.-]+)/.exec(text)?.[1];
const isOver = (reply: TestReply) => reply.status === 200 && reply.text.includes('This link no longer works');
const isStopped = (reply: TestReply) => reply.status === 200 && reply.text.includes('It’s stopped');
const eventsOf = async (userId: string) => app.db.query(helpEvents, [userId]);
const typesOf = async (userId: string) => (await eventsOf(userId)).map(({ eventType }) => eventType);
/** Delivers what is queued. */
const deliver = () => pass(2_000);

/** A user to whom a link was sent. */
async function sent(userId = fresh()) {
  const helpId = await asked(userId);
  const reply = await approve(helpId);
  expect(reply.status, reply.text).toBe(200);
  return { userId, helpId, link: mailed(emailOf(userId), '/help') };
}

describe('a link', () => {
  test('is sent once a second person approves, adds an authenticator and nothing else, which is held; all are told', async () => {
    const userId = fresh();
    await app.call('PATCH', `/v1/users/${userId}`, { body: { locale: 'de' } });
    const before = app.mail().length;
    const helpId = await asked(userId);
    await deliver();
    expect(app.mail().length).toBe(before);
    expect(
      (await they.good(ben.call('GET', '/v1/portal/helps'))).map((one: { helpId: string }) => one.helpId),
    ).toContain(helpId);
    const approved = await they.good(approve(helpId));
    expect(approved).toMatchObject({ state: 'SENT', askedBy: ada.email, approvedBy: ben.email, isOwn: false });
    const link = mailed(emailOf(userId), '/help');
    expect(link).toMatch(/^[\w-]{36}\.[\w-]{43}$/);
    // Nobody but the mailbox has it: no answer, no log, no row.
    const listed = await ada.call('GET', `/v1/portal/users/${userId}/help`);
    for (const text of [JSON.stringify(approved), listed.text, app.logText()]) expect(text).not.toContain(link);
    const rows = await app.db.query(
      statement<{ row: string }>(
        'test_help_rows',
        'select h::text as row from helps h union all select o::text from outbox o',
      ),
      [],
    );
    expect(JSON.stringify(rows)).not.toContain(link.split('.')[1]);
    await deliver();
    expect(mailed(emailOf(userId), '/help/stop')).not.toBe('');
    expect(app.mail().find(({ to }) => to === emailOf(userId))?.subject).toMatch(/Zugang/);

    const token = tokenIn(await take(link)) ?? '';
    const scopes = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).scope;
    expect(scopes).toBe('read:authenticators add:authenticators');
    const own = await they.good(app.call('GET', `/v1/users/${userId}/authenticators`));
    const removed = await app.call('DELETE', `/v1/client/user-authenticators/${own[0].userAuthenticatorId}`, { token });
    expect(removed.body.errorCode).toBe('insufficient_scope');
    const replaced = await they.post('user-authenticators/email-otp', token, { email: 'mallory@example.com' });
    expect(replaced.body.errorCode).toBe('insufficient_scope');
    expect((await they.post('user-authenticators/recovery-codes', token)).body.errorCode).toBe('insufficient_scope');
    const key = softwareKey();
    const added = await they.good(they.register(token, key));
    expect(added.userAuthenticator.heldUntil).toBe(new Date(app.runtime.clock.now() + day).toISOString());
    // It proves no more than a recovery code would: nothing that the owner's passkey protects.
    const proven = await they.good(they.signIn(await they.track(userId), key));
    expect(JSON.parse(Buffer.from(proven.accessToken.split('.')[1], 'base64url').toString()).scope).toBe(
      'read:authenticators',
    );
    expect(await typesOf(userId)).toEqual(['help.asked', 'help.approved', 'help.used']);
    expect((await eventsOf(userId)).map(({ actor }) => actor.id)).toEqual([ada.operatorId, ben.operatorId, userId]);
    expect((await helpOf(userId)).helps[0]).toMatchObject({ state: 'USED', usedAt: expect.any(String) });
  });

  test('is good for one use, by whoever presses first on whichever node', async () => {
    const { link } = await sent();
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, n) => take(link, String(n).repeat(64), n % 2 === 0 ? app : second)),
    );
    expect(replies.filter((reply) => tokenIn(reply) !== undefined)).toHaveLength(1);
    expect(replies.filter(isOver)).toHaveLength(5);
  });

  test('may be pressed again by the page that lost the answer, until an authenticator was added or the token is over', async () => {
    const one = await sent();
    const [first, again] = [tokenIn(await take(one.link)), tokenIn(await take(one.link))];
    expect(again).toEqual(expect.any(String));
    expect(isOver(await take(one.link, 'q'.repeat(64)))).toBe(true);
    await they.good(they.register(first ?? '', softwareKey()));
    expect(isOver(await take(one.link))).toBe(true);
    expect(await typesOf(one.userId)).toEqual(['help.asked', 'help.approved', 'help.used']);
    const two = await sent();
    expect(tokenIn(await take(two.link))).toEqual(expect.any(String));
    await pass(10 * 60_000 + 1);
    expect(isOver(await take(two.link))).toBe(true);
  });

  test('is over after 24 hours, which is recorded, as is that nobody approved', async () => {
    const { userId, link } = await sent();
    const unapproved = fresh();
    const helpId = await asked(unapproved);
    // Whether or not a job has recorded it.
    second.runtime.moveTo(app.runtime.clock.now() + day);
    expect(isOver(await take(link, page, second))).toBe(true);
    await pass(day + 61_000);
    expect(isOver(await take(link))).toBe(true);
    expect(await typesOf(userId)).toEqual(['help.asked', 'help.approved', 'help.expired']);
    expect(await typesOf(unapproved)).toEqual(['help.asked', 'help.expired']);
    [ada, ben] = [await newOperator('SUPPORT'), await newOperator('SUPPORT')];
    expect((await approve(helpId)).status).toBe(409);
    expect((await helpOf(unapproved)).helps[0].state).toBe('EXPIRED');
  });

  test('of anything else than a secret that was mailed is none, and opening its page uses nothing up', async () => {
    const { link } = await sent();
    const [tenantId = ''] = link.split('.');
    const opened = await app.call('GET', `/help?tenant=${tenantId}&locale=fr`, { key: null });
    expect(opened.text).toContain('Retrouver l’accès');
    for (const wrong of ['', 'x', tenantId, `${tenantId}.`, `${tenantId}.${'x'.repeat(43)}`, `x.${link}`, `${link}x`]) {
      expect(isOver(await take(wrong)), wrong).toBe(true);
    }
    expect((await take(link, 'short')).status).toBe(400);
    expect(tokenIn(await take(link))).toEqual(expect.any(String));
  });

  test('stays good if it certainly was not sent: then it can be approved again, with another one', async () => {
    const userId = fresh();
    const helpId = await asked(userId);
    const refuses = () => Promise.reject(new DeliveryFailed('Refused by the test.', { isRefused: true }));
    const broken = await testApp('postgres', {
      db: app.db,
      seed: 'broken',
      isDevelopment: false,
      mailer: { send: refuses, close: () => undefined },
    });
    await broken.app.context.published.refresh();
    broken.runtime.moveTo(app.runtime.clock.now());
    const cookie = `${operatorCookie}=${ben.secret}`;
    const headers = { origin: testPublicUrl, cookie, 'x-sallyport-tenant': app.tenant.tenantId };
    const refused = await broken.call('POST', `/v1/portal/helps/${helpId}/approve`, { key: null, body: {}, headers });
    expect(refused.body.errorCode).toBe('delivery_failed');
    expect((await typesOf(userId)).toSorted()).toEqual(['help.approved', 'help.asked', 'help.not_sent']);
    expect((await helpOf(userId)).helps[0]).toMatchObject({ state: 'WAITING' });
    expect((await approve(helpId)).status).toBe(200);
  });
});

describe('asking and approving', () => {
  test('takes two people: not the one who asked, nobody without the permission, nobody of another tenant', async () => {
    const userId = fresh();
    const helpId = await asked(userId);
    expect((await approve(helpId, ada)).body).toMatchObject({ errorCode: 'conflict' });
    const viewer = await newOperator('VIEWER');
    expect((await approve(helpId, viewer)).status).toBe(403);
    expect((await viewer.call('POST', `/v1/portal/users/${userId}/help`, {})).status).toBe(403);
    expect((await viewer.call('GET', '/v1/portal/helps')).status).toBe(403);
    const other = await app.createTenant('Other');
    const theirs = await newOperator('ADMIN', other.tenantId);
    const how = { tenantId: other.tenantId };
    for (const [method, path] of [
      ['POST', `/helps/${helpId}/approve`],
      ['POST', `/helps/${helpId}/refuse`],
      ['GET', `/users/${userId}/help`],
    ] as const) {
      const body = method === 'GET' ? undefined : {};
      expect((await theirs.call(method, `/v1/portal${path}`, body, how)).status, path).toBe(404);
      expect((await theirs.call(method, `/v1/portal${path}`, body, { tenantId: app.tenant.tenantId })).status).toBe(
        403,
      );
    }
    expect((await theirs.call('GET', '/v1/portal/helps', undefined, how)).body).toEqual([]);
    expect(mailed(emailOf(userId), '/help')).toBe('');
    expect((await approve(helpId)).status).toBe(200);
  });

  test('needs a fresh proof of who approves', async () => {
    const helpId = await asked(fresh());
    await pass(6 * 60_000);
    expect((await approve(helpId)).body.errorCode).toBe('step_up_required');
    await ben.stepUp();
    expect((await approve(helpId)).status).toBe(200);
  });

  test('of two who approve at once one has, and one link is sent', async () => {
    const userId = fresh();
    const helpId = await asked(userId);
    const third = await newOperator('ANALYST');
    await ben.stepUp();
    const before = app.mail().length;
    const replies = await Promise.all([
      approve(helpId),
      approve(helpId, third),
      approve(helpId),
      approve(helpId, third),
    ]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    expect(app.mail().length).toBe(before + 1);
    expect(await typesOf(userId)).toEqual(['help.asked', 'help.approved']);
  });

  test('does not outlive the role of the one who asked', async () => {
    const admin = await newOperator('ADMIN');
    const asker = await newOperator('SUPPORT');
    const helpId = await asked(fresh(), asker);
    await they.good(admin.call('PATCH', `/v1/portal/members/${asker.operatorId}`, { roles: ['VIEWER'] }));
    expect((await approve(helpId)).body.errorDescription).toMatch(/may not help users any more/);
    const gone = await newOperator('SUPPORT');
    const other = await asked(fresh(), gone);
    expect((await admin.call('DELETE', `/v1/portal/members/${gone.operatorId}`)).status).toBe(204);
    // Invited anew, they are somebody else, and still not a second person.
    const again = await operator(app, gone.email, ['SUPPORT']);
    expect((await approve(other, again)).body.errorDescription).toMatch(/may not help users any more/);
    expect((await refuse(other)).status).toBe(204);
  });

  test('is bounded: one open at a time, three a day', async () => {
    const userId = fresh();
    const both = await Promise.all([ask(userId), ask(userId, ben)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    let { helpId } = both.find(({ status }) => status === 200)?.body ?? {};
    for (let n = 0; n < 2; n += 1) {
      expect((await refuse(helpId)).status).toBe(204);
      expect((await refuse(helpId)).status).toBe(409);
      helpId = await asked(userId);
    }
    await refuse(helpId);
    const fourth = await ask(userId);
    expect(fourth.status).toBe(429);
    expect(Number(fourth.headers['retry-after'])).toBeGreaterThan(hour / 1000);
  });

  test('wants a reason, a user and a contact of theirs that is old enough, and masks it', async () => {
    const userId = fresh();
    const { contacts } = await helpOf(userId);
    expect(contacts).toMatchObject([{ email: 'a•••@example.com' }]);
    const path = `/v1/portal/users/${userId}/help`;
    const [{ userAuthenticatorId }] = contacts;
    expect((await ada.call('POST', path, { userAuthenticatorId, reason: '' })).status).toBe(400);
    expect((await ada.call('POST', path, { userAuthenticatorId: 'x', reason: 'y' })).status).toBe(409);
    const stranger = await helpOf(fresh());
    const foreign = { userAuthenticatorId: stranger.contacts[0].userAuthenticatorId, reason: 'y' };
    expect((await ada.call('POST', path, foreign)).status).toBe(409);
    const nobody = '/v1/portal/users/nobody/help';
    expect((await ada.call('POST', nobody, { userAuthenticatorId, reason: 'y' })).status).toBe(404);
    expect((await ada.call('GET', nobody)).status).toBe(404);
    const reason = `They wrote from ${emailOf(userId)}`;
    const made = await they.good(ada.call('POST', path, { userAuthenticatorId, reason }));
    expect(made.reason).toBe('They wrote from a•••@example.com');
  });
});

describe('what happens to the user meanwhile', () => {
  test('a contact that is new, or that a backend has changed without a proof, never counts', async () => {
    const late = 'late-user';
    await enrolAddress(late, emailOf(late));
    expect((await helpOf(late)).contacts).toEqual([]);
    const moved = fresh();
    await they.good(
      app.call('PATCH', `/v1/users/${moved}`, { body: { email: 'mallory@example.com', emailVerified: true } }),
    );
    expect((await helpOf(moved)).contacts).toEqual([]);
    // Nor one that is the same in other letters, where nothing has changed.
    const same = fresh();
    await app.call('PATCH', `/v1/users/${same}`, { body: { email: `${same}@EXAMPLE.com`, emailVerified: true } });
    expect((await helpOf(same)).contacts).toHaveLength(1);
  });

  test('a contact that is changed or removed, or an authenticator that is added, ends it before and after the approval', async () => {
    const changes: readonly ((userId: string) => Promise<unknown>)[] = [
      (userId) =>
        app.call('PATCH', `/v1/users/${userId}`, { body: { email: 'mallory@example.com', emailVerified: true } }),
      async (userId) => {
        const listed = await they.good(app.call('GET', `/v1/users/${userId}/authenticators`));
        const address = listed.find((one: { email?: string }) => one.email !== undefined);
        await app.call('DELETE', `/v1/users/${userId}/authenticators/${address.userAuthenticatorId}`);
      },
      (userId) =>
        app.call('POST', `/v1/users/${userId}/authenticators`, {
          body: { verificationMethod: 'SMS', phoneNumber: `+6427555${String(people).padStart(4, '0')}` },
        }),
    ];
    for (const change of changes) {
      const userId = fresh();
      const helpId = await asked(userId);
      await pass(10);
      await change(userId);
      const refused = await approve(helpId);
      expect([refused.status, refused.body.errorDescription]).toEqual([
        409,
        expect.stringMatching(/since help was asked/),
      ]);
      const later = await sent();
      await pass(10);
      await change(later.userId);
      expect(isOver(await take(later.link))).toBe(true);
      expect(await typesOf(later.userId)).toEqual(['help.asked', 'help.approved']);
    }
  });

  test('a user who is deleted and made again has nothing of it', async () => {
    const before = fresh();
    const waiting = await asked(before);
    const { userId, link } = await sent();
    await deliver();
    const denial = mailed(emailOf(userId), '/help/stop');
    for (const gone of [before, userId]) {
      await app.call('DELETE', `/v1/users/${gone}`);
      await enrolAddress(gone, emailOf(gone));
    }
    expect((await approve(waiting)).status).toBe(404);
    expect(isOver(await take(link))).toBe(true);
    expect(isOver(await stop(denial))).toBe(true);
    expect((await helpOf(userId)).helps).toEqual([]);
  });
});

describe('“It wasn’t me”', () => {
  test('ends the link, or removes what was added with it and closes its action, and tells the admins', async () => {
    const admin = await newOperator('ADMIN');
    const unused = await sent();
    await deliver();
    const denial = mailed(emailOf(unused.userId), '/help/stop');
    expect(isOver(await stop(`${denial.slice(0, -2)}xx`))).toBe(true);
    expect(isOver(await stop(denial.replace(unused.helpId, (await sent()).helpId)))).toBe(true);
    expect(isStopped(await stop(denial))).toBe(true);
    expect(isStopped(await stop(denial))).toBe(true);
    expect(isOver(await take(unused.link))).toBe(true);
    expect(await typesOf(unused.userId)).toEqual(['help.asked', 'help.approved', 'help.stopped']);
    await deliver();
    expect(app.mail().find(({ to }) => to === admin.email)?.subject).toMatch(/^A user did not ask for help/);

    const { userId, link } = await sent();
    await deliver();
    const token = tokenIn(await take(link)) ?? '';
    const key = softwareKey();
    await they.good(they.register(token, key));
    const owned = await they.good(app.call('GET', `/v1/users/${userId}/authenticators`));
    expect(isStopped(await stop(mailed(emailOf(userId), '/help/stop')))).toBe(true);
    const left = await they.good(app.call('GET', `/v1/users/${userId}/authenticators`));
    expect(left).toHaveLength(owned.length - 1);
    expect((await they.post('user-authenticators/passkey/registration-options', token, {})).body.errorCode).toBe(
      'forbidden',
    );
    expect((await helpOf(userId)).helps[0].state).toBe('STOPPED');
    const [stopped] = (await eventsOf(userId)).filter(({ eventType }) => eventType === 'help.stopped');
    expect(stopped).toMatchObject({
      actor: { kind: 'client', id: userId },
      data: { removedAuthenticators: 1, remainingAuthenticators: 0 },
    });
  });

  test('and an approval, a use or an enrolment at the same time: never does anything outlive it', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const { userId, link } = await sent();
      await deliver();
      const denial = mailed(emailOf(userId), '/help/stop');
      const [taken, denied] = await Promise.all([take(link), stop(denial, second)]);
      expect(isStopped(denied)).toBe(true);
      const token = tokenIn(taken);
      if (token === undefined) continue;
      const options = await they.post('user-authenticators/passkey/registration-options', token, {});
      expect(options.body.errorCode).toBe('forbidden');
    }
    for (let turn = 0; turn < 3; turn += 1) {
      const { userId, link } = await sent();
      await deliver();
      const denial = mailed(emailOf(userId), '/help/stop');
      const token = tokenIn(await take(link)) ?? '';
      // Refused at its first or second step if the user was quicker.
      const registering = they.register(token, softwareKey()).catch(() => undefined);
      const [, denied] = await Promise.all([registering, stop(denial, second)]);
      expect(isStopped(denied)).toBe(true);
      const left = await they.good(app.call('GET', `/v1/users/${userId}/authenticators`));
      expect(left.filter((one: { heldUntil?: string }) => one.heldUntil !== undefined)).toEqual([]);
    }
  });

  test('about an earlier one ends what was asked for since, while it is being approved', async () => {
    const { userId } = await sent();
    await deliver();
    const denial = mailed(emailOf(userId), '/help/stop');
    await refuse(String((await helpOf(userId)).helps[0].helpId));
    const next = await asked(userId);
    const [approved, denied] = await Promise.all([approve(next), stop(denial, second)]);
    expect([200, 409]).toContain(approved.status);
    expect(isStopped(denied)).toBe(true);
    expect((await helpOf(userId)).helps.map(({ state }: { state: string }) => state)).toEqual(['STOPPED', 'REFUSED']);
    expect(isOver(await take(mailed(emailOf(userId), '/help')))).toBe(true);
  });
});
