/** Worry: an update changes more than was requested, or marks an address as verified that was not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('users on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  const patch = (userId: string, body: object): Promise<TestReply> =>
    app.call('PATCH', `/v1/users/${userId}`, { body });
  const enrol = (userId: string, body: object): Promise<TestReply> =>
    app.call('POST', `/v1/users/${userId}/authenticators`, { body });
  const track = (userId: string, body: object): Promise<TestReply> =>
    app.call('POST', `/v1/users/${userId}/actions/login`, { body });
  const read = async (userId: string) => (await app.call('GET', `/v1/users/${userId}`)).body;
  const listed = async (userId: string) => (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
  const found = async (query: string) => {
    const { status, body, text } = await app.call('GET', `/v1/users?${query}`);
    expect(status, text).toBe(200);
    return body.users.map((user: { userId: string }) => user.userId) as string[];
  };

  test('server-api 3.3: an update keeps what it leaves out, null clears, and each member is independent', async () => {
    const attributes = {
      email: 'a@b.c',
      emailVerified: true,
      phoneNumber: '+6421555666',
      phoneNumberVerified: true,
      username: 'jane',
      displayName: 'Jane',
      locale: 'en',
      custom: { a: 1 },
    };
    await patch('nulls', attributes);
    for (const name of ['username', 'displayName', 'locale', 'custom'] as const) {
      const { [name]: _cleared, ...rest } = attributes;
      const cleared = await patch('nulls', { [name]: null });
      expect(cleared.body).toEqual({ userId: 'nulls', ...rest });
      expect((await patch('nulls', { [name]: attributes[name] })).body).toEqual({ userId: 'nulls', ...attributes });
    }
    for (const [name, flag] of [
      ['email', 'emailVerified'],
      ['phoneNumber', 'phoneNumberVerified'],
    ] as const) {
      const { [name]: _cleared, ...rest } = attributes;
      expect((await patch('nulls', { [name]: null })).body).toEqual({ userId: 'nulls', ...rest, [flag]: false });
      await patch('nulls', { [name]: attributes[name], [flag]: true });
    }
    expect((await patch('nulls', {})).body).toEqual({ userId: 'nulls', ...attributes });
    // `custom` is replaced, not merged.
    expect((await patch('nulls', { custom: { b: 2 } })).body.custom).toEqual({ b: 2 });
  });

  test('server-api 3.3, 9.4: a verified flag needs an address, and is reset when the address changes', async () => {
    const flags = async (userId: string, body: object) => {
      const { emailVerified, phoneNumberVerified } = (await patch(userId, body)).body;
      return [emailVerified, phoneNumberVerified];
    };
    expect(await flags('flags', { emailVerified: true, phoneNumberVerified: true })).toEqual([false, false]);
    expect(await flags('flags', { email: 'a@b.c', phoneNumber: '111222333' })).toEqual([false, false]);
    expect(await flags('flags', { emailVerified: true })).toEqual([true, false]);
    expect(await flags('flags', { phoneNumberVerified: true })).toEqual([true, true]);
    expect(await flags('flags', { email: 'a@b.c', phoneNumber: '111222333' })).toEqual([true, true]);
    expect(await flags('flags', { email: 'A@b.c' })).toEqual([false, true]);
    expect(await flags('flags', { phoneNumber: '111222334' })).toEqual([false, false]);
    expect(await flags('flags', { email: 'x@y.z', emailVerified: true })).toEqual([true, false]);
    expect(await flags('flags', { emailVerified: false })).toEqual([false, false]);
    expect(await flags('flags', { emailVerified: null })).toEqual([false, false]);
  });

  test('server-api 3.10: a tracked attribute overwrites, resets the flag if it changes the value and keeps the flag if it repeats it', async () => {
    await patch('tracked', {
      email: 'a@b.c',
      emailVerified: true,
      phoneNumber: '111222333',
      phoneNumberVerified: true,
      username: 'one',
    });
    await enrol('tracked', { verificationMethod: 'EMAIL_OTP', email: 'a@b.c' });
    await track('tracked', { email: 'a@b.c' });
    expect(await read('tracked')).toMatchObject({ email: 'a@b.c', emailVerified: true, username: 'one' });
    await track('tracked', { email: 'new@b.c', username: 'two' });
    expect(await read('tracked')).toMatchObject({
      email: 'new@b.c',
      emailVerified: false,
      phoneNumber: '111222333',
      phoneNumberVerified: true,
      username: 'two',
    });
    // Existing authenticators do not change.
    expect((await listed('tracked'))[0].email).toBe('a@b.c');
    await track('tracked', {});
    expect(await read('tracked')).toMatchObject({ email: 'new@b.c', username: 'two' });
  });

  test('server-api 3.3: a verified change moves the authenticators of that contact to the new address, an unverified one moves none', async () => {
    await enrol('mover', { verificationMethod: 'EMAIL_OTP', email: 'old@b.c' });
    await enrol('mover', { verificationMethod: 'EMAIL_MAGIC_LINK', email: 'old@b.c' });
    await enrol('mover', { verificationMethod: 'SMS', phoneNumber: '+64270000001' });
    await enrol('mover', { verificationMethod: 'WHATSAPP', phoneNumber: '+64270000001' });
    const contacts = async () =>
      (await listed('mover')).map((one: { email?: string; phoneNumber?: string }) => one.email ?? one.phoneNumber);
    await patch('mover', { email: 'unverified@b.c', phoneNumber: '+64270000009' });
    expect(await contacts()).toEqual(['old@b.c', 'old@b.c', '+64270000001', '+64270000001']);
    await patch('mover', { email: 'new@b.c', emailVerified: true });
    expect(await contacts()).toEqual(['new@b.c', 'new@b.c', '+64270000001', '+64270000001']);
    await patch('mover', { phoneNumber: '+64270000002', phoneNumberVerified: true });
    expect(await contacts()).toEqual(['new@b.c', 'new@b.c', '+64270000002', '+64270000002']);
  });

  test('server-api 3.6: an enrolled contact becomes the user’s own if they have none, and never overwrites another', async () => {
    await enrol('owner', { verificationMethod: 'EMAIL_OTP', email: 'first@b.c' });
    expect(await read('owner')).toMatchObject({ email: 'first@b.c', emailVerified: true });
    await enrol('owner', { verificationMethod: 'EMAIL_MAGIC_LINK', email: 'second@b.c' });
    expect(await read('owner')).toMatchObject({ email: 'first@b.c', emailVerified: true });
    await patch('other', { email: 'typed@b.c' });
    await enrol('other', { verificationMethod: 'EMAIL_OTP', email: 'proved@b.c' });
    expect(await read('other')).toMatchObject({ email: 'typed@b.c', emailVerified: false });
    await enrol('other', { verificationMethod: 'EMAIL_OTP', email: 'typed@b.c' });
    expect(await read('other')).toMatchObject({ email: 'typed@b.c', emailVerified: true });
  });

  test('server-api 9.4: at most one default: the first enrolled, then the requested one; cleared with its authenticator or by null', async () => {
    const defaults = async () =>
      (await listed('chooser'))
        .filter((one: { isDefault: boolean }) => one.isDefault)
        .map((one: { verificationMethod: string }) => one.verificationMethod);
    await enrol('chooser', { verificationMethod: 'SMS', phoneNumber: '+64270000003' });
    expect(await defaults()).toEqual(['SMS']);
    await enrol('chooser', { verificationMethod: 'EMAIL_OTP', email: 'c@b.c' });
    expect(await defaults()).toEqual(['SMS']);
    await enrol('chooser', { verificationMethod: 'EMAIL_OTP', email: 'c@b.c', isDefault: true });
    expect(await defaults()).toEqual(['EMAIL_OTP']);
    await patch('chooser', { defaultVerificationMethod: 'SMS' });
    expect(await defaults()).toEqual(['SMS']);
    expect((await track('chooser', {})).body.defaultVerificationMethod).toBe('SMS');
    expect((await patch('chooser', { defaultVerificationMethod: 'PASSKEY', displayName: 'x' })).status).toBe(400);
    // A refused update changes nothing at all.
    expect(await read('chooser')).not.toHaveProperty('displayName');
    expect(await defaults()).toEqual(['SMS']);
    await patch('chooser', { defaultVerificationMethod: null });
    expect(await defaults()).toEqual([]);
    expect(await read('chooser')).not.toHaveProperty('defaultVerificationMethod');
  });

  test('server-api 3.2: e-mail matches in any case, everything else exactly, and all given criteria must match', async () => {
    await patch('find-1', { email: 'Find.Me@Example.com', username: 'Finder', phoneNumber: '9876543210' });
    await patch('find-2', { email: 'find.me@example.com', username: 'finder', phoneNumber: '+9876543210' });
    for (const spelling of ['find.me@example.com', 'FIND.ME@EXAMPLE.COM', 'Find.Me@Example.com']) {
      expect(await found(`email=${encodeURIComponent(spelling)}`)).toEqual(['find-1', 'find-2']);
    }
    expect(await found('username=Finder')).toEqual(['find-1']);
    expect(await found('username=FINDER')).toEqual([]);
    expect(await found('phoneNumber=9876543210')).toEqual(['find-1']);
    expect(await found('phoneNumber=%2B9876543210')).toEqual(['find-2']);
    expect(await found('email=find.me%40example.com&username=finder')).toEqual(['find-2']);
    expect(await found('email=find.me%40example.com&username=nobody')).toEqual([]);
    // No wildcard characters: a look-up is not a search.
    expect(await found('username=%25')).toEqual([]);
    expect(await found('username=Finde_')).toEqual([]);
    expect(await found('email=find_me%40example.com')).toEqual([]);
  });

  test('ruling 56: every spelling of an address finds its user, who keeps the last one sent', async () => {
    const spellings = ['Bob+x@BÜCHER.Example', 'Bob+x@bücher.example', 'Bob+x@XN--bcher-kva.example'];
    for (const email of spellings) {
      expect((await patch('speller', { email })).body).toMatchObject({ email, emailVerified: email !== spellings[0] });
      if (email === spellings[0]) await patch('speller', { emailVerified: true });
      for (const spelling of [...spellings, 'bob+x@bücher.example']) {
        expect(await found(`email=${encodeURIComponent(spelling)}`)).toEqual(['speller']);
      }
      expect(await found('email=Bob+x@xn--bcher-kva.example'), 'a raw +').toEqual(['speller']);
      expect(await found(`email=${encodeURIComponent('Bob@bücher.example')}`)).toEqual([]);
    }
    for (const email of spellings) {
      await track('speller', { email });
      expect(await read('speller')).toMatchObject({ email, emailVerified: true });
    }
    await track('speller', { email: 'Bob+x@bücher.example.org' });
    expect(await read('speller')).toMatchObject({ emailVerified: false });
    await patch('speller', { phoneNumber: '+64 27 123456' });
    expect(await found('phoneNumber=+64+27+123456'), 'a raw +').toEqual(['speller']);
  });

  test('ruling 56: an address to which no mail can be sent is refused by member, and nothing of the call is stored', async () => {
    for (const email of [
      'an\u200bn@b.example',
      'mailto:ann@b.example',
      'ann,bob@b.example',
      'ann@b.example.',
      'ann@b\u3002example',
    ]) {
      for (const reply of [
        await patch('mistyped', { email, displayName: 'x' }),
        await track('mistyped', { email }),
        await enrol('mistyped', { verificationMethod: 'EMAIL_OTP', email }),
        await app.call('POST', '/v1/challenge', { body: { verificationMethod: 'EMAIL_OTP', action: 'a', email } }),
      ]) {
        expect([reply.status, reply.body.errorCode], email).toEqual([400, 'invalid_request']);
        expect(reply.body.errorDescription).toMatch(/^email must be/);
      }
    }
    expect(await read('mistyped')).not.toHaveProperty('displayName');
    expect((await app.call('GET', '/v1/users/mistyped/actions')).body).toEqual([]);
    expect((await patch('networked', { email: 'test@email' })).body).toMatchObject({ email: 'test@email' });
  });

  test('ruling 56: another spelling of an enrolled address is not another authenticator, and causes no notice', async () => {
    const notices = async () =>
      (
        await app.db.query<{ to: string }>(
          {
            name: 'test_spelt_notices',
            text: `select payload ->> 'to' as to from outbox where user_id = 'twice' order by created_at, event_id`,
          },
          [],
        )
      ).map(({ to }) => to);
    const first = await enrol('twice', { verificationMethod: 'EMAIL_OTP', email: 'bob@BÜCHER.example' });
    expect(await read('twice')).toMatchObject({ email: 'bob@BÜCHER.example', emailVerified: true });
    const again = await enrol('twice', { verificationMethod: 'EMAIL_OTP', email: 'bob@bücher.example' });
    const { authenticator } = first.body as { authenticator: { userAuthenticatorId: string } };
    expect(again.body.authenticator).toMatchObject({
      userAuthenticatorId: authenticator.userAuthenticatorId,
      email: 'bob@bücher.example',
    });
    expect(await read('twice'), 'the user’s own spelling stays').toMatchObject({ email: 'bob@BÜCHER.example' });
    await patch('twice', { email: 'bob@xn--bcher-kva.example', emailVerified: true });
    expect(await listed('twice')).toMatchObject([{ email: 'bob@xn--bcher-kva.example' }]);
    await patch('twice', { email: 'bob@Bücher.example' });
    expect(await notices()).toEqual([]);
    await enrol('twice', { verificationMethod: 'SMS', phoneNumber: '+6427000000' });
    expect(await notices(), 'one for the mailbox').toHaveLength(1);
    await enrol('twice', { verificationMethod: 'EMAIL_OTP', email: 'carol@bücher.example' });
    expect(await notices()).toHaveLength(2);
  });

  test('server-api 3.2: paging returns every user once, in a stable order, whatever the ids look like', async () => {
    const userIds = ['b', 'a', 'B', 'A', 'é', 'e', '10', '9', 'a-1', 'a_1', 'ab', '😀', ' x', '漢', 'ß', 'zz'].map(
      (end) => `page:${end}`,
    );
    for (const userId of userIds) await patch(encodeURIComponent(userId), { username: 'paged' });
    for (const limit of [1, 3, 5, 16, 17, 100]) {
      const seen: string[] = [];
      let after = '';
      for (;;) {
        const { body } = await app.call('GET', `/v1/users?username=paged&limit=${limit}${after}`);
        const page = body.users.map((user: { userId: string }) => user.userId) as string[];
        expect(page.length).toBeLessThanOrEqual(limit);
        seen.push(...page);
        if (body.lastEvaluatedUserId === undefined) break;
        expect(body.lastEvaluatedUserId).toBe(page.at(-1));
        after = `&lastEvaluatedUserId=${encodeURIComponent(body.lastEvaluatedUserId)}`;
      }
      expect([...seen].sort(), `limit ${limit}`).toEqual([...userIds].sort());
    }
    for (let index = 0; index < 21; index += 1) await patch(`many-${index}`, { username: 'many' });
    expect(await found('username=many')).toHaveLength(20);
    expect(await found('username=many&limit=100')).toHaveLength(21);
    expect((await app.call('GET', '/v1/users?username=many&limit=101')).status).toBe(400);
  });

  test('A34: a query parameter given twice gives 400 on every route that reads it; neither value is used', async () => {
    for (const path of [
      '/v1/users?email=a%40b.c&email=d%40e.f',
      '/v1/users?username=a&username=a',
      '/v1/users?phoneNumber=111222333&phoneNumber=4',
      '/v1/users?username=a&limit=1&limit=2',
      '/v1/users?username=a&lastEvaluatedUserId=a&lastEvaluatedUserId=b',
      '/v1/users/a/actions?codes=a&codes=b',
      '/v1/users/a/actions?fromDate=2026-01-01&fromDate=2026-01-02',
      '/v1/users/a/actions?state=ALLOW&state=BLOCK',
    ]) {
      const reply = await app.call('GET', path);
      expect([reply.status, reply.body.errorCode], path).toEqual([400, 'invalid_request']);
    }
    await patch('twice', { username: 'still here' });
    expect((await app.call('DELETE', '/v1/users/twice?actions=true&actions=false')).status).toBe(400);
    expect(await read('twice')).toHaveProperty('username');
    // Unknown parameters are ignored, once or twice.
    expect((await app.call('GET', '/v1/users/twice?x=1&x=2')).status).toBe(200);
  });

  test('server-api 3.1: reading, listing and querying create no user', async () => {
    await app.call('GET', '/v1/users/ghost');
    await app.call('GET', '/v1/users/ghost/actions');
    await app.call('GET', '/v1/users/ghost/authenticators');
    await app.call('DELETE', '/v1/users/ghost');
    await app.call('DELETE', `/v1/users/ghost/authenticators/${app.tenant.tenantId}`);
    await patch('somebody', { username: 'ghost-check' });
    expect(await found('username=ghost-check')).toEqual(['somebody']);
    expect(await read('ghost')).toEqual({
      userId: 'ghost',
      isEnrolled: false,
      emailVerified: false,
      phoneNumberVerified: false,
      enrolledVerificationMethods: [],
      allowedVerificationMethods: expect.arrayContaining(['PASSKEY']),
    });
  });
});
