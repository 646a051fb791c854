/**
 * Worry: a machine that opens mail, or a person who merely has the link, completes a login that the user did not
 * intend.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

describe.each(databaseKinds)('links by e-mail through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  const newUser = () => `link-user-${(people += 1)}`;

  async function track(userId: string, body: object = {}, action = 'sign-in'): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }

  const post = (path: string, token: string, body?: object) =>
    app.call('POST', `/v1/client/${path}`, { token, ...(body === undefined ? {} : { body }) });
  const enrol = (token: string, email: string) => post('user-authenticators/email-magic-link', token, { email });
  const challenge = (token: string) => post('challenge/email-magic-link', token);
  const finalize = async (token: string, body?: object) =>
    (await post('verify/email-magic-link/finalize', token, body)).body;
  const validate = async (token: string) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
  const user = async (userId: string) => (await app.call('GET', `/v1/users/${userId}`)).body;
  const linkTo = (email: string) =>
    /http:\/\/localhost:4000(\/magic-link\?token=\S+)/.exec(
      app.mail().find(({ to }) => to === email)?.text ?? '',
    )?.[1] ?? '';
  const open = (link: string) => app.call('GET', link, { key: null });
  const fieldsOf = (page: string): [string, string][] =>
    [...page.matchAll(/name="(token|pageNonce)"(?: value="| hidden readonly>)([^"<]*)/g)].map(
      ([, name = '', value = '']) => [name, value],
    );
  /** Submits the form of a page, as the button does. */
  const press = (fields: [string, string][], path = '/magic-link') =>
    app.call('POST', path, {
      key: null,
      rawBody: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  /** The other button. */
  const pressNo = (fields: [string, string][]) => press(fields, '/magic-link/deny');
  const deny = async (link: string) => (await pressNo(fieldsOf((await open(link)).text))).text;
  const stateOf = async (userId: string, idempotencyKey: string) =>
    (await app.call('GET', `/v1/users/${userId}/actions/sign-in/${idempotencyKey}`)).body.state;
  /** What a denial leaves behind: audit events, and notices that are on their way. */
  const traces = async (userId: string) => {
    const [row] = await app.db.query(
      statement<{ events: number; notices: readonly string[] }>(
        'magic_link_test_traces',
        `select (select count(*)::int from audit_events where event_type = 'challenge.denied' and user_id = $1) as events,
           array(select payload ->> 'to' from outbox where user_id = $1 and payload #>> '{notice,type}' = 'action-denied')
             as notices`,
      ),
      [userId],
    );
    return row;
  };
  const nothing = { events: 0, notices: [] };
  const confirm = async (link: string) => (await press(fieldsOf((await open(link)).text))).text;

  async function enrolled(): Promise<{ userId: string; email: string }> {
    const userId = newUser();
    const email = `${userId}@example.com`;
    const body = { verificationMethod: 'EMAIL_MAGIC_LINK', email };
    await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
    return { userId, email };
  }

  test('an address is enrolled when a person confirms on the page, and the caller who requested the link sees it by polling', async () => {
    const userId = newUser();
    const email = `${userId}@example.com`;
    const token = await track(userId);
    const started = await enrol(token, email);
    expect([started.status, started.body]).toEqual([
      200,
      { challengeId: expect.any(String), userAuthenticatorId: expect.any(String), userId },
    ]);
    expect(await finalize(token)).toEqual({ isVerified: false });
    expect(await finalize(token, { challengeId: started.body.challengeId })).toEqual({ isVerified: false });
    expect(await confirm(linkTo(email))).toContain('Confirmed');
    expect(await user(userId)).toMatchObject({ email, emailVerified: true, isEnrolled: true });

    for (const body of [undefined, {}, { challengeId: started.body.challengeId }]) {
      const done = await finalize(token, body);
      expect(done).toEqual({ isVerified: true, accessToken: expect.any(String) });
      expect(await validate(done.accessToken)).toMatchObject({
        isValid: true,
        state: 'CHALLENGE_SUCCEEDED',
        verificationMethod: 'EMAIL_MAGIC_LINK',
        assurance: 'low',
      });
    }
    expect(await finalize(token, { challengeId: 'x' })).toEqual({ isVerified: false });
  });

  test('an empty request body challenges the user’s address', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId);
    expect((await challenge(token)).body).toEqual({ challengeId: expect.any(String) });
    await confirm(linkTo(email));
    expect(await validate(token)).toMatchObject({ isValid: true, state: 'CHALLENGE_SUCCEEDED' });
  });

  test('ruling 44: a page that asks to send only if no link is open sends once, and again if another token may do more than the open link', async () => {
    const { userId, email } = await enrolled();
    const mails = () => app.mail().filter(({ to }) => to === email).length;
    const ask = async (token: string) => (await post('challenge/email-magic-link', token, { unlessOpen: true })).body;
    const shown = async (token: string) => (await app.call('GET', '/v1/client/ui/session', { token })).body.sent;
    const token = await track(userId, { idempotencyKey: 'k' });
    const first = await ask(token);
    expect(first.sent).toEqual({
      userAuthenticatorId: expect.any(String),
      target: 'l•••@example.com',
      resendInSeconds: 30,
      expiresAt: expect.any(String),
    });
    expect(await ask(token)).toEqual(first);
    expect(mails()).toBe(1);
    const other = await track(userId, { idempotencyKey: 'k', scope: 'update:authenticators' });
    expect(await shown(token)).toHaveLength(1);
    expect(await shown(other)).toEqual([]);
    await ask(other);
    expect(mails()).toBe(2);
    await confirm(linkTo(email));
    expect(await finalize(other)).toMatchObject({ isVerified: true });
    expect(await shown(other)).toEqual([]);
  });

  test('A20: HEAD, GET and an unanswered page use nothing up, set no cookie and prove nothing', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId);
    await challenge(token);
    const link = linkTo(email);
    const head = await app.app.server.inject({ method: 'HEAD', url: link });
    expect(head.headers).not.toHaveProperty('set-cookie');
    for (const method of ['GET', 'GET', 'OPTIONS', 'PUT']) {
      const reply = await app.call(method, link, { key: null });
      expect(reply.headers).not.toHaveProperty('set-cookie');
    }
    expect(await finalize(token)).toEqual({ isVerified: false });
    expect((await validate(token)).isValid).toBe(false);
    expect(await confirm(link)).toContain('Confirmed');
  });

  test('A20: pressing the button without the page’s nonce, or with that of another link, does nothing', async () => {
    const [one, other] = [await enrolled(), await enrolled()];
    const token = await track(one.userId);
    await challenge(token);
    await challenge(await track(other.userId));
    const fields = fieldsOf((await open(linkTo(one.email))).text);
    const others = fieldsOf((await open(linkTo(other.email))).text);
    const linkToken = fields[0] ?? ['', ''];
    for (const nonce of ['', 'x', others[1]?.[1] ?? '']) {
      expect((await press([linkToken, ['pageNonce', nonce]])).text).toContain('This link no longer works');
    }
    expect((await press([linkToken])).body.errorCode).toBe('invalid_request');
    expect((await press([...fields, ...fields])).body.errorCode).toBe('invalid_request');
    expect(await finalize(token)).toEqual({ isVerified: false });
    expect((await press(fields)).text).toContain('Confirmed');
  });

  test('A22: the page shows device, place, action and time of the request, and does not sign in the person who opens it', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId, {
      ipAddress: '1.1.1.1',
      userAgent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    });
    await challenge(token);
    const page = await open(linkTo(email));
    for (const text of ['Sign in', 'Chrome', 'Windows', 'Australia', 'Jan 15, 2026', 'UTC', 'Test tenant']) {
      expect(page.text).toContain(text);
    }
    const done = await press(fieldsOf(page.text));
    expect(done.headers).not.toHaveProperty('set-cookie');
    expect(done.headers).not.toHaveProperty('location');
    expect(done.text).not.toMatch(/ey[\w-]+\.|<a /);
    for (const reply of [page, done]) {
      expect(reply.text).not.toContain('<script');
      expect(reply.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; style-src 'nonce-[^']+'; img-src 'self' data:; .*frame-ancestors 'none'$/,
        ),
      });
    }
  });

  test('A22: the proof counts only for the action that requested it', async () => {
    const { userId, email } = await enrolled();
    const [one, two] = [await track(userId), await track(userId, {}, 'other')];
    await challenge(one);
    await confirm(linkTo(email));
    expect(await finalize(two)).toEqual({ isVerified: false });
    expect((await validate(two)).isValid).toBe(false);
    expect(await finalize(one)).toMatchObject({ isVerified: true });
  });

  test('A21: a link works once, and a failed confirmation uses it up', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId, { idempotencyKey: 'k' });
    await challenge(token);
    const fields = fieldsOf((await open(linkTo(email))).text);
    const state = (to: string) => app.call('PATCH', `/v1/users/${userId}/actions/sign-in/k`, { body: { state: to } });
    await state('BLOCK');
    expect((await press(fields)).text).toContain('This link no longer works');
    await state('CHALLENGE_REQUIRED');
    expect((await press(fields)).text).toContain('This link no longer works');
    expect(await finalize(token)).toEqual({ isVerified: false });

    await challenge(token);
    const again = fieldsOf((await open(linkTo(email))).text);
    const pressed = await Promise.all([press(again), press(again), press(again)]);
    expect(pressed.filter(({ text }) => text.includes('Confirmed'))).toHaveLength(1);
    expect((await open(linkTo(email))).text).toContain('This link no longer works');
  });

  test('A14: a link expires after ten minutes, for opening as for confirming', async () => {
    const { userId, email } = await enrolled();
    await challenge(await track(userId));
    const fields = fieldsOf((await open(linkTo(email))).text);
    await app.runtime.advance(10 * 60_000);
    expect((await open(linkTo(email))).text).toContain('This link no longer works');
    expect((await press(fields)).text).toContain('This link no longer works');
  });

  test('A14, A11: a link that enrols is no longer valid once another factor exists', async () => {
    const userId = newUser();
    const email = `${userId}@example.com`;
    const token = await track(userId);
    await enrol(token, email);
    const fields = fieldsOf((await open(linkTo(email))).text);
    await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'SMS', phoneNumber: '+6421000000' },
    });
    expect((await press(fields)).text).toContain('This link no longer works');
    expect(await user(userId)).not.toHaveProperty('email');
    expect((await enrol(token, email)).body.errorCode).toBe('insufficient_scope');
  });

  test('ruling 17: the scope enrols a further address, which completes no action and earns no scope', async () => {
    const { userId } = await enrolled();
    const token = await track(userId, { scope: 'update:authenticators' });
    await enrol(token, `second-${userId}@example.com`);
    await confirm(linkTo(`second-${userId}@example.com`));
    const done = await finalize(token);
    expect(done).toMatchObject({ isVerified: true });
    expect(await validate(done.accessToken)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
  });

  test('only the later link is valid, also if React requests two at once', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId);
    const replies = await Promise.all([challenge(token), challenge(token)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const links = app
      .mail()
      .filter(({ to }) => to === email)
      .map(({ text }) => /(\/magic-link\?token=\S+)/.exec(text)?.[1] ?? '');
    const pages = await Promise.all(links.map(open));
    expect(pages.filter(({ text }) => text.includes('<form'))).toHaveLength(1);
  });

  test('tokens from polling expire with the first one, however often the page polls', async () => {
    const { userId, email } = await enrolled();
    let token = await track(userId);
    await challenge(token);
    await confirm(linkTo(email));
    for (let minute = 0; minute < 9; minute += 1) {
      token = (await finalize(token)).accessToken;
      await app.runtime.advance(60_000);
    }
    token = (await finalize(token)).accessToken;
    await app.runtime.advance(60_000);
    expect((await finalize(token)).errorCode).toBe('expired_token');
  });

  test('in mode ORIGINAL_TAB the page leads back to the action’s return address, without a token, if the address is permitted', async () => {
    const key = app.tenant.managementKey;
    const path = '/v1/management/authenticator-configurations';
    const { body: all } = await app.call('GET', path, { key });
    const { authenticatorId } = all.find(
      (one: Record<string, unknown>) => one['verificationMethod'] === 'EMAIL_MAGIC_LINK',
    );
    const configure = (body: object) => app.call('PATCH', `${path}/${authenticatorId}`, { key, body });
    await configure({ magicLinkMode: 'ORIGINAL_TAB', redirectUrls: ['https://shop.example/back'] });
    for (const [redirectUrl, isOffered] of [
      ['https://shop.example/back', true],
      ['https://shop.example/other', false],
    ] as const) {
      const { userId, email } = await enrolled();
      await challenge(await track(userId, { redirectUrl }));
      const page = await confirm(linkTo(email));
      expect(page.includes(` href="${redirectUrl}"`), redirectUrl).toBe(isOffered);
    }
    await configure({ magicLinkMode: null, redirectUrls: null });
  });

  describe('“No, it wasn’t me”', () => {
    test('ruling 20: ends the link, declines the action, notifies the owner and is audited', async () => {
      const { userId, email } = await enrolled();
      const token = await track(userId, { idempotencyKey: 'k' });
      await challenge(token);
      const link = linkTo(email);
      const fields = fieldsOf((await open(link)).text);
      expect((await pressNo(fields)).text).toContain('Thanks for telling us');
      expect(await stateOf(userId, 'k')).toBe('CHALLENGE_FAILED');
      expect(await traces(userId)).toEqual({ events: 1, notices: [email] });
      // The link is no longer valid: neither for the other button nor for this one again.
      for (const again of [await press(fields), await pressNo(fields), await open(link)]) {
        expect(again.text).toContain('This link no longer works');
        expect(again.text).toContain('If you didn’t ask for this link, tell Test tenant.');
      }
      expect(await traces(userId)).toEqual({ events: 1, notices: [email] });
      expect((await post('verify/email-magic-link/finalize', token)).body.errorCode).toBe('forbidden');
      expect((await challenge(token)).body.errorCode).toBe('forbidden');
      // The same track call returns the existing action.
      await track(userId, { idempotencyKey: 'k' });
      expect(await stateOf(userId, 'k')).toBe('CHALLENGE_FAILED');
    });

    test('ruling 19: cannot be said by GET, by HEAD or without the page’s nonce', async () => {
      const [one, other] = [await enrolled(), await enrolled()];
      await challenge(await track(one.userId, { idempotencyKey: 'k' }));
      await challenge(await track(other.userId));
      const fields = fieldsOf((await open(linkTo(one.email))).text);
      const query = new URLSearchParams(fields).toString();
      for (const method of ['GET', 'HEAD', 'PUT']) {
        await app.app.server.inject({ method: method as 'GET', url: `/magic-link/deny?${query}` });
      }
      const [token = ['', '']] = fields;
      for (const nonce of ['', 'x', fieldsOf((await open(linkTo(other.email))).text)[1]?.[1] ?? '']) {
        expect((await pressNo([token, ['pageNonce', nonce]])).text).toContain('This link no longer works');
      }
      expect(await stateOf(one.userId, 'k')).toBe('CHALLENGE_REQUIRED');
      expect(await traces(one.userId)).toEqual(nothing);
      expect((await press(fields)).text).toContain('Confirmed');
    });

    test.each([
      ['ALLOW', 'CHALLENGE_FAILED'],
      ['CHALLENGE_REQUIRED', 'CHALLENGE_FAILED'],
      ['BLOCK', 'BLOCK'],
      ['REVIEW_REQUIRED', 'REVIEW_REQUIRED'],
      ['CHALLENGE_SUCCEEDED', 'CHALLENGE_SUCCEEDED'],
    ])('ruling 20: leaves an action in state %s at %s, and ends the link', async (before, after) => {
      const { userId, email } = await enrolled();
      await challenge(await track(userId, { idempotencyKey: 'k' }));
      await app.call('PATCH', `/v1/users/${userId}/actions/sign-in/k`, { body: { state: before } });
      const fields = fieldsOf((await open(linkTo(email))).text);
      expect((await pressNo(fields)).text).toContain('Thanks for telling us');
      expect(await stateOf(userId, 'k')).toBe(after);
      expect((await press(fields)).text).toContain('This link no longer works');
      expect(await traces(userId)).toEqual({ events: 1, notices: [email] });
    });

    test('has no effect if the link was used, superseded or has expired, or if its user or address is gone', async () => {
      const ends: readonly ((link: string, token: string, userId: string) => Promise<unknown>)[] = [
        (link) => confirm(link),
        (_link, token) => challenge(token),
        () => app.runtime.advance(10 * 60_000),
        (_link, _token, userId) => app.call('DELETE', `/v1/users/${userId}`),
        // The address no longer belongs to the user.
        (_link, _token, userId) =>
          app.call('POST', `/v1/users/${userId}/authenticators`, {
            body: { verificationMethod: 'EMAIL_MAGIC_LINK', email: `new-${userId}@example.com` },
          }),
      ];
      for (const end of ends) {
        const { userId, email } = await enrolled();
        const token = await track(userId, { idempotencyKey: 'k' });
        await challenge(token);
        const link = linkTo(email);
        const fields = fieldsOf((await open(link)).text);
        await end(link, token, userId);
        const state = await stateOf(userId, 'k');
        expect((await pressNo(fields)).text).toContain('This link no longer works');
        expect(await stateOf(userId, 'k')).toBe(state);
        expect(await traces(userId)).toEqual(nothing);
      }
    });

    test('decision 0027: does not count as the user’s answer if the address is not the user’s yet', async () => {
      const userId = newUser();
      const email = `${userId}@example.com`;
      await enrol(await track(userId, { idempotencyKey: 'k', custom: { amount: 250 } }), email);
      expect(await deny(linkTo(email))).toContain('Thanks for telling us');
      expect(await stateOf(userId, 'k')).toBe('CHALLENGE_FAILED');
      expect(await traces(userId)).toEqual({ events: 1, notices: [] });
      expect(await minutes(userId)).toBe(null);
      expect((await user(userId)).isEnrolled).toBe(false);
    });

    /** The facts that rules see, by which of the rules decides. */
    const minutes = async (userId: string): Promise<number | null> => {
      for (const [value, actionCode] of [
        [null, 'ask-never'],
        [0, 'ask-now'],
        [30, 'ask-later'],
      ] as const) {
        if ((await state(userId, actionCode, value)) === 'BLOCK') return value;
      }
      throw new Error('No rule has matched.');
    };
    const asked = new Set<string>();
    const state = async (userId: string, actionCode: string, value: number | null): Promise<string> => {
      const key = app.tenant.managementKey;
      if (!asked.has(actionCode)) {
        const conditions = { '==': [{ var: 'user.minutesSinceDenied' }, value] };
        const body = { actionCode, defaultUserActionResult: 'CHALLENGE' };
        await app.call('POST', '/v1/management/action-configurations', { key, body });
        const rule = { name: 'denied', isActive: true, priority: 0, type: 'BLOCK', conditions };
        const path = `/v1/management/action-configurations/${actionCode}/rules`;
        expect((await app.call('POST', path, { key, body: rule })).status).toBe(200);
        asked.add(actionCode);
      }
      return (await app.call('POST', `/v1/users/${userId}/actions/${actionCode}`, { body: {} })).body.state;
    };

    test('is a fact for rules: the time since then, or null for a user who never said it', async () => {
      const { userId, email } = await enrolled();
      expect(await minutes(userId)).toBe(null);
      await challenge(await track(userId));
      await deny(linkTo(email));
      expect(await minutes(userId)).toBe(0);
      await app.runtime.advance(30 * 60_000);
      expect(await minutes(userId)).toBe(30);
      // A deleted user has never said it, and neither has the next user of the same id.
      await app.call('DELETE', `/v1/users/${userId}`);
      expect(await minutes(userId)).toBe(null);
    });
  });

  test('the page describes the action in the tenant’s words, or else by its code, and leaves out rows whose value is unknown', async () => {
    const body = {
      actionCode: 'transferMoney',
      defaultUserActionResult: 'CHALLENGE',
      messagingTemplates: { en: { defaultTemplate: 'Transfer {{action.amount}}' } },
    };
    await app.call('POST', '/v1/management/action-configurations', { key: app.tenant.managementKey, body });
    for (const [custom, text] of [
      [{ amount: '250 €' }, 'Transfer 250 €'],
      [{}, 'Transfer money'],
    ] as const) {
      const { userId, email } = await enrolled();
      await challenge(await track(userId, { custom }, 'transferMoney'));
      const page = (await open(linkTo(email))).text;
      expect(page).toContain(`<bdi>${text}</bdi>`);
      expect([...page.matchAll(/<dt>([^<]*)/g)].map(([, name]) => name)).toEqual(['For', 'Requested']);
    }
    // A stranger may be reading the mail of an address that is not the user's yet.
    const userId = newUser();
    await enrol(await track(userId, { custom: { amount: '250 €' } }, 'transferMoney'), `${userId}@example.com`);
    const page = (await open(linkTo(`${userId}@example.com`))).text;
    expect(page).toContain('<bdi>Transfer money</bdi>');
    expect(page).not.toContain('250');
  });

  test('a link that Sallyport did not issue gets a page that says so, not an error', async () => {
    const { tenantId } = app.tenant;
    for (const token of ['', 'x', `${tenantId}.`, `${tenantId}.x`, `x.${'y'.repeat(43)}`, '%00', `${tenantId}%2F..`]) {
      const reply = await open(`/magic-link?token=${token}`);
      if (token === '%00') expect(reply.status).toBe(400);
      else expect([reply.status, reply.text.includes('This link no longer works')], token).toEqual([200, true]);
    }
    expect((await open('/magic-link')).text).toContain('This link no longer works');
  });

  test('A65: the database contains no link in clear', async () => {
    const { userId, email } = await enrolled();
    await challenge(await track(userId));
    const secret = linkTo(email).split('.')[1] ?? '';
    expect(secret).toHaveLength(43);
    const rows = await app.db.query(
      statement<{ row: string }>('test_dump_links', 'select c::text as row from challenges c where user_id = $1'),
      [userId],
    );
    const dump = rows.map(({ row }) => row).join('\n');
    expect(rows).toHaveLength(1);
    for (const spelling of [
      secret,
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret, 'base64url').toString('hex'),
    ]) {
      expect(dump).not.toContain(spelling);
    }
  });

  test('A64: neither the link nor its token is logged', async () => {
    const { userId, email } = await enrolled();
    await challenge(await track(userId));
    const link = linkTo(email);
    await confirm(link);
    expect(app.logText()).toContain('confirmMagicLink');
    expect(app.logText()).not.toContain(link.split('.')[1]);
  });
});
