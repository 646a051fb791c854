/** Names and values with a special meaning for a database, a log or an object have none here. */
import naughtyStrings from 'big-list-of-naughty-strings' with { type: 'json' };
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { createPostgresDatabase, databaseKinds } from '../../src/testkit/test-database.ts';
import { ask } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const hostile = [
  "'; drop table users;--",
  '"; delete from actions;--',
  "' or '1'='1",
  '$1',
  '$$;select pg_sleep(10);$$',
  "a'::text->>'b",
  "custom->>'x'",
  '\\',
  "\\'; select 1;--",
  '%',
  '_',
  'null',
  '{"$ne":null}',
  '${7*7}',
  '{{7*7}}',
  '../../etc/passwd',
  '\u2028',
  '%00',
  '\u202e',
  'Ａ＇；－－',
];

const tableCount = statement<{ n: number }>(
  'injection_tables',
  "select count(*)::int as n from information_schema.tables where table_schema = 'public'",
);

describe.each(databaseKinds)('A69 on the %s database', (kind) => {
  let app: TestApp;
  let tables: number;
  beforeAll(async () => {
    app = await testApp(kind);
    tables = (await app.db.query(tableCount, []))[0]?.n ?? 0;
  });
  afterAll(async () => {
    expect((await app.db.query(tableCount, []))[0]?.n).toBe(tables);
    await app.close();
  });

  test('hostile text in every value is stored unchanged', async () => {
    for (const [index, text] of hostile.entries()) {
      const user = `value-${index}`;
      const custom = { [text]: text, nested: { [text]: [text] } };
      const updated = await app.call('PATCH', `/v1/users/${user}`, {
        body: { username: text, displayName: text, custom },
      });
      expect(updated.status, updated.text).toBe(200);
      const tracked = await app.call('POST', `/v1/users/${user}/actions/a`, {
        body: { idempotencyKey: 'k', custom, userAgent: text, ipAddress: text },
      });
      expect(tracked.status, tracked.text).toBe(200);
      const { body } = await app.call('GET', `/v1/users/${user}`);
      expect(body).toMatchObject({ username: text, displayName: text });
      expect(JSON.stringify(body.custom)).toBe(JSON.stringify(custom));
      const found = await app.call('GET', `/v1/users?username=${encodeURIComponent(text)}`);
      expect(
        found.body.users.map(({ userId }: { userId: string }) => userId),
        text,
      ).toEqual([user]);
      const listed = await app.call('GET', `/v1/users/${user}/actions`);
      expect(listed.body[0]).toMatchObject({ userAgent: text, ipAddress: text.trim() });
    }
  });

  test('hostile text as a user id is refused or names one user', async () => {
    for (const text of [...hostile, ...naughtyStrings.filter((entry) => entry.length < 300)]) {
      const path = `/v1/users/${encodeURIComponent(text.toWellFormed())}`;
      const reply = await app.call('PATCH', path, { body: { displayName: 'x' } });
      expect([200, 400, 404, 405], `${JSON.stringify(text)} ${reply.text}`).toContain(reply.status);
      if (reply.status === 200) expect(reply.body.userId).toBe(text);
    }
  });

  test('hostile text in queries is a value that matches nothing, or is refused', async () => {
    for (const text of hostile) {
      const value = encodeURIComponent(text);
      for (const query of [
        `email=${value}`,
        `phoneNumber=${value}`,
        `username=${value}x`,
        `username=a&lastEvaluatedUserId=${value}`,
      ]) {
        const reply = await app.call('GET', `/v1/users?${query}`);
        expect([200, 400], `${query} ${reply.text}`).toContain(reply.status);
        if (reply.status === 200) expect(reply.body.users).toEqual([]);
      }
      for (const query of [`codes=${value}`, `state=${value}`, `fromDate=${value}`, `limit=${value}`]) {
        const reply = await app.call('GET', `/v1/users/value-1/actions?${query}`);
        expect([200, 400], `${query} ${reply.text}`).toContain(reply.status);
      }
    }
  });

  test('NUL is refused in every member that takes text, and never causes a server error', async () => {
    const replies: TestReply[] = [];
    for (const name of ['email', 'phoneNumber', 'username', 'token', 'lastEvaluatedUserId']) {
      replies.push(await app.call('GET', `/v1/users?${name}=a%00b`));
    }
    for (const path of [
      '/v1/users/a%00b',
      '/v1/users/a%00b/authenticators',
      '/v1/users/a/actions/b%00',
      '/v1/users/a/actions/b/c%00',
    ]) {
      replies.push(await app.call('GET', path));
    }
    for (const query of ['codes=a%00', 'state=%00']) {
      replies.push(await app.call('GET', `/v1/users/a/actions?${query}`));
    }
    for (const name of ['username', 'displayName', 'custom', 'unknownMember']) {
      replies.push(
        await app.call('PATCH', '/v1/users/a', {
          rawBody: `{"${name}":${name === 'custom' ? '{"a\\u0000":1}' : '"a\\u0000b"'}}`,
        }),
      );
    }
    replies.push(await app.call('POST', '/v1/users/a/actions/b', { rawBody: '{"userAgent":"\\u0000"}' }));
    for (const reply of replies) expect([400, 404, 405], reply.text).toContain(reply.status);
    // The rest of the paths name nothing that exists: the delete must not reach a user "a".
    expect([400, 404]).toContain((await app.call('DELETE', '/v1/users/a/authenticators/%00')).status);
    expect(app.logText()).not.toMatch(/"level":50/);
  });
});

describe('A71: prototypes', () => {
  const pollution = [
    '{"__proto__":{"polluted":1}}',
    '{"custom":{"__proto__":{"polluted":1}}}',
    '{"custom":{"a":{"__proto__":{"polluted":1}},"b":1}}',
    '{"custom":{"constructor":{"prototype":{"polluted":1}}}}',
    '{"custom":{"a":1,"a":{"__proto__":{"polluted":1}}}}',
    '{"custom":{"__proto__.polluted":1,"constructor.prototype.polluted":1}}',
    '{"custom":{"x":[{"__proto__":{"polluted":1}}]}}',
    '{"custom":{"hasOwnProperty":1,"toString":null,"valueOf":[],"toJSON":{}}}',
  ];

  async function pollute(
    call: (path: string, rawBody: string) => Promise<{ status: number; text: string }>,
  ): Promise<void> {
    for (const rawBody of pollution) {
      for (const path of [
        'PATCH /v1/users/proto',
        'POST /v1/users/proto/actions/a',
        'POST /v1/users/__proto__/actions/__proto__',
        'PATCH /v1/users/constructor',
      ]) {
        const reply = await call(path, rawBody);
        expect(reply.status, `${path} ${rawBody} ${reply.text}`).toBe(200);
        expect('polluted' in (JSON.parse(reply.text) as object)).toBe(false);
      }
    }
  }

  test('are not polluted, and members sent in custom come back as members', async () => {
    const app = await testApp('embedded');
    await pollute((path, rawBody) => {
      const [method = '', target = ''] = path.split(' ');
      return app.call(method, target, { rawBody });
    });
    for (const query of ['__proto__[polluted]=1', 'constructor[prototype][polluted]=1', '__proto__=1']) {
      await app.call('GET', `/v1/users?username=x&${encodeURI(query)}`);
    }
    for (const probe of [{}, [], Object.create(null) as object]) expect('polluted' in probe).toBe(false);
    const custom = '{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}';
    await app.call('PATCH', '/v1/users/kept', { rawBody: `{"custom":${custom}}` });
    expect((await app.call('GET', '/v1/users/kept')).text).toContain(`"custom":${custom}`);
    expect((await app.call('GET', '/v1/users/__proto__')).body.userId).toBe('__proto__');
    await app.close();
  });

  test('can be removed altogether: the server runs with --disable-proto=delete', async () => {
    const credentials = testCredentials();
    const server = await startServer({
      ...credentials,
      DATABASE_URL: await createPostgresDatabase(),
      NODE_OPTIONS: '--disable-proto=delete',
      SALLYPORT_LOG_LEVEL: 'silent',
    });
    try {
      await pollute((path, rawBody) => {
        const [method = '', target = ''] = path.split(' ');
        return ask(server.url, method, target, { key: credentials.SALLYPORT_SECRET_KEY, rawBody });
      });
      const enrolled = await ask(server.url, 'POST', '/v1/users/proto/authenticators', {
        key: credentials.SALLYPORT_SECRET_KEY,
        body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DP' },
      });
      expect(enrolled.status, enrolled.text).toBe(200);
      expect((await ask(server.url, 'GET', '/docs')).status).toBe(200);
    } finally {
      await server.stop();
    }
  });
});

describe('A78: the log of a process', () => {
  const credentials = testCredentials();
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({
      ...credentials,
      DATABASE_URL: await createPostgresDatabase(),
      SALLYPORT_LOG_LEVEL: 'trace',
    });
  });

  test('has one JSON line per request, whatever the values contain', async () => {
    const evil = 'x\nFAKE {"level":60}\r\n\u2028\u2029\x1b[2J\x1b[31m\u0085\b"}';
    const key = credentials.SALLYPORT_SECRET_KEY;
    const replies = [
      await ask(server.url, 'PATCH', '/v1/users/log', {
        key,
        body: { username: evil, displayName: evil, custom: { [evil]: evil } },
      }),
      await ask(server.url, 'POST', '/v1/users/log/actions/a', {
        key,
        body: { userAgent: evil, ipAddress: evil, email: evil },
      }),
      await ask(server.url, 'POST', '/v1/users/log/actions/a', { key, body: { userAgent: evil, ipAddress: evil } }),
      await ask(server.url, 'GET', `/v1/users/${encodeURIComponent(evil)}`, { key }),
      await ask(server.url, 'GET', `/v1/users/\u2028log`, { key }),
      await ask(server.url, 'GET', `/v1/users?username=${encodeURIComponent(evil)}`, { key }),
      await ask(server.url, 'GET', `/nothing/${encodeURIComponent(evil)}`),
      await ask(server.url, 'GET', '/v1/users/log', { key: evil }),
      await ask(server.url, 'POST', '/v1/validate', { key, rawBody: evil }),
      await ask(server.url, 'POST', '/v1/validate', { key, body: { token: evil } }),
      await ask(server.url, 'GET', '/v1/users/%E0%A4%A', { key, headers: { 'user-agent': '\u009b31m' } }),
    ];
    await server.stop();
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const others = server
      .output()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('{'));
    expect(others.every((line) => line.startsWith('Sallyport is ready') || line.startsWith('The first tenant'))).toBe(
      true,
    );
    const entries = lines.map((line) => JSON.parse(line) as { level: number; msg: string; reqId?: string });
    expect(entries.filter(({ level }) => level >= 50)).toEqual([]);
    // The one whose path cannot be decoded never becomes a request.
    expect(entries.filter(({ msg }) => msg === 'request').length).toBeGreaterThanOrEqual(replies.length - 1);
    expect(server.output()).not.toMatch(/FAKE|[\x1b\x08\u2028\u2029\u0085\u009b]/);
    for (const reply of replies) expect(reply.text).not.toMatch(/[\n\r\x1b\x08]/);
  });

  afterAll(() => server.stop());
});
