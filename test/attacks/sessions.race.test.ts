/** Worry: two nodes and one database disagree about which token of a session is current, or whether it has ended. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { databaseProxy } from '../rig/database-proxy.ts';
import type { DatabaseProxy } from '../rig/database-proxy.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const tries = process.env['TEST_LONG'] === '1' ? 1_000 : 200;
const slowTries = process.env['TEST_LONG'] === '1' ? 10_000 : 200;

interface Pair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Reply {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into responses of every shape
  readonly body: any;
}

describe('sessions on two server processes and one PostgreSQL', () => {
  const credentials = testCredentials();
  let proxy: DatabaseProxy;
  let databaseUrl: string;
  let nodes: [ServerProcess, ServerProcess];

  beforeAll(async () => {
    databaseUrl = await createPostgresDatabase();
    proxy = await databaseProxy(databaseUrl);
    nodes = await startNodes();
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    proxy.close();
  });

  async function startNodes(): Promise<[ServerProcess, ServerProcess]> {
    // One public URL, or each node would refuse the tokens of the other.
    const common = { ...credentials, SALLYPORT_PUBLIC_URL: 'https://auth.example.com' };
    const first = await startServer({ ...common, DATABASE_URL: databaseUrl });
    return [first, await startServer({ ...common, DATABASE_URL: proxy.url })];
  }

  async function ask(node: number, method: string, path: string, body?: object): Promise<Reply> {
    const url = nodes[node % 2 === 0 ? 0 : 1].url;
    const response = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${credentials.SALLYPORT_SECRET_KEY}:`).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function signIn(): Promise<Pair & { readonly userId: string; readonly token: string }> {
    const userId = randomUUID();
    const { body } = await ask(0, 'POST', `/users/${userId}/actions/login`, {});
    const path = `/users/${userId}/actions/login/${body.idempotencyKey}`;
    await ask(0, 'PATCH', path, { state: 'CHALLENGE_SUCCEEDED' });
    const session = await ask(1, 'POST', '/sessions', { token: body.token, clientId: credentials.SALLYPORT_TENANT_ID });
    expect(session.status, JSON.stringify(session.body)).toBe(200);
    return { userId, token: body.token, ...session.body };
  }

  const refresh = (node: number, refreshToken: string) => ask(node, 'POST', '/sessions/refresh', { refreshToken });
  const validate = (node: number, accessToken: string) => ask(node, 'POST', '/sessions/validate', { accessToken });

  async function expectDead(pair: Pair): Promise<void> {
    for (const node of [0, 1]) {
      expect((await validate(node, pair.accessToken)).status).toBe(401);
      expect((await refresh(node, pair.refreshToken)).status).toBe(401);
    }
  }

  /** One token, refreshed many times at once on both nodes: every response has the same new pair. */
  async function expectOnePair(refreshToken: string, count: number): Promise<Pair> {
    const replies = await Promise.all(Array.from({ length: count }, (_, index) => refresh(index, refreshToken)));
    // A node that is overloaded may say so, and has decided nothing; no other refusal is correct.
    for (const { status, body } of replies) expect([200, 503], JSON.stringify(body)).toContain(status);
    const given = replies.filter(({ status }) => status === 200).map(({ body }) => JSON.stringify(body));
    const pairs = new Set(given);
    expect(pairs.size).toBe(1);
    expect(given.length).toBeGreaterThan(count / 2);
    return JSON.parse([...pairs][0] ?? '') as Pair;
  }

  test(`A37: ${tries} parallel refreshes of one token on both nodes give one new pair, and the token family stays valid`, async () => {
    const session = await signIn();
    const pair = await expectOnePair(session.refreshToken, tries);
    expect((await validate(0, session.accessToken)).status).toBe(401);
    for (const node of [0, 1]) expect((await validate(node, pair.accessToken)).status).toBe(200);
    const next = await refresh(1, pair.refreshToken);
    expect(next.status).toBe(200);
    // Two generations old, but exchanged a moment ago.
    expect(await refresh(0, session.refreshToken)).toEqual(next);
  });

  test('ruling 46: tabs that refresh at the same time on both nodes, each with another generation, stay signed in', async () => {
    for (let round = 0; round < 5; round += 1) {
      const session = await signIn();
      const second = (await refresh(0, session.refreshToken)).body as Pair;
      const third = (await refresh(1, second.refreshToken)).body as Pair;
      const chain = [session, second, third].map(({ refreshToken }) => refreshToken);
      // The latest token is exchanged meanwhile, by whichever request comes first.
      const replies = await Promise.all(
        Array.from({ length: 60 }, (_, index) => refresh(index, chain[Math.floor(index / 2) % 3] ?? '')),
      );
      // A node that is overloaded may say so, and has decided nothing.
      for (const { status, body } of replies) expect([200, 503], JSON.stringify(body)).toContain(status);
      const answered = replies.filter(({ status }) => status === 200);
      const given = new Set(answered.map(({ body }) => body.refreshToken as string));
      given.delete(third.refreshToken);
      expect([...given]).toHaveLength(1);
      // All continue with the one pair.
      const pair = (await refresh(round, third.refreshToken)).body as Pair;
      expect([...given]).toEqual([pair.refreshToken]);
      expect((await validate(round + 1, pair.accessToken)).status).toBe(200);
    }
  });

  test('ruling 46: a session that is ended while tabs refresh with older generations is over for all of them', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { userId, refreshToken, accessToken } = await signIn();
      const second = (await refresh(0, refreshToken)).body as Pair;
      const third = (await refresh(1, second.refreshToken)).body as Pair;
      const chain = [refreshToken, second.refreshToken, third.refreshToken];
      const end = [
        () => ask(round, 'POST', '/sessions/revoke', { accessToken }),
        () => ask(round, 'POST', '/sessions/user/revoke', { userId }),
        () => ask(round, 'DELETE', `/users/${userId}`),
      ][round % 3];
      const [replies] = await Promise.all([
        Promise.all(Array.from({ length: 18 }, (_, index) => refresh(index, chain[index % 3] ?? ''))),
        sleep(round).then(end),
      ]);
      for (const { status, body } of replies) {
        // A node that is overloaded may say so, and has decided nothing.
        expect([200, 401, 503]).toContain(status);
        if (status === 200) await expectDead(body as Pair);
      }
      for (const old of chain) expect((await refresh(round, old)).status).toBe(401);
    }
  });

  test(`F08: ${slowTries} refreshes, one node 200 ms from its database, give one new pair per round`, async () => {
    proxy.delayMs = 200;
    try {
      let { refreshToken } = await signIn();
      for (let left = slowTries; left > 0; left -= 100) {
        ({ refreshToken } = await expectOnePair(refreshToken, Math.min(left, 100)));
      }
    } finally {
      proxy.delayMs = 0;
    }
  }, 1_800_000);

  test('A38: an old token stays old when both nodes restart: it is refused, and the family revoked', async () => {
    const session = await signIn();
    const { body: pair } = await refresh(0, session.refreshToken);
    const goesOn = await signIn();
    const { body: second } = await refresh(0, goesOn.refreshToken);
    const rotatedMs = Date.now();
    for (const node of nodes) await node.kill9();
    nodes = await startNodes();
    expect((await validate(0, pair.accessToken)).status).toBe(200);
    await sleep(Math.max(0, rotatedMs + 10_500 - Date.now()));
    expect((await refresh(1, session.refreshToken)).status).toBe(401);
    await expectDead(pair as Pair);

    // Ruling 46: a newer exchange does not make an older token younger.
    const { body: third } = await refresh(1, second.refreshToken);
    expect((await refresh(0, second.refreshToken)).body).toEqual(third);
    expect((await refresh(0, goesOn.refreshToken)).status).toBe(401);
    await expectDead(third as Pair);
  });

  test('A39: a refresh whose response was lost after the commit can be repeated, and the session continues', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { refreshToken } = await signIn();
      proxy.losesAnswers = true;
      const lost = await refresh(1, refreshToken);
      proxy.losesAnswers = false;
      expect([lost.status, lost.body.errorCode]).toEqual([503, 'unavailable']);
      let again = await refresh(1, refreshToken);
      // The node's pool may still hold broken connections.
      for (let tries = 0; again.status === 503 && tries < 20; tries += 1) again = await refresh(1, refreshToken);
      expect(again.status).toBe(200);
      expect((await refresh(0, refreshToken)).body).toEqual(again.body);
      expect((await validate(0, again.body.accessToken)).status).toBe(200);
      expect((await refresh(0, again.body.refreshToken)).status).toBe(200);
    }
  });

  test('A40: what one node ends is over on both at once: a revoked session, all sessions of a user, a deleted user', async () => {
    const revoked = await signIn();
    expect((await ask(0, 'POST', '/sessions/revoke', { accessToken: revoked.accessToken })).status).toBe(204);
    await expectDead(revoked);
    const ofUser = await signIn();
    expect((await ask(1, 'POST', '/sessions/user/revoke', { userId: ofUser.userId })).status).toBe(204);
    await expectDead(ofUser);
    const deleted = await signIn();
    expect((await ask(0, 'DELETE', `/users/${deleted.userId}`)).status).toBe(200);
    await expectDead(deleted);
    const again = { token: deleted.token, clientId: credentials.SALLYPORT_TENANT_ID };
    expect((await ask(1, 'POST', '/sessions', again)).status).toBe(401);
  });

  test('A40: no session that was refreshed or begun while it, or its user, was being ended survives', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { userId, token, accessToken, refreshToken } = await signIn();
      const end = [
        () => ask(round, 'POST', '/sessions/revoke', { accessToken }),
        () => ask(round, 'POST', '/sessions/user/revoke', { userId }),
        () => ask(round, 'DELETE', `/users/${userId}`),
      ][round % 3];
      const begin = () => ask(round + 1, 'POST', '/sessions', { token, clientId: credentials.SALLYPORT_TENANT_ID });
      const [refreshes, begun] = await Promise.all([
        Promise.all(Array.from({ length: 10 }, (_, index) => refresh(index, refreshToken))),
        Promise.all(round % 3 === 0 ? [] : [begin(), begin(), begin()]),
        sleep(round).then(end),
      ]);
      for (const { status, body } of refreshes) {
        // A node that is overloaded may say so, and has decided nothing.
        expect([200, 401, 503]).toContain(status);
        if (status === 200) await expectDead(body as Pair);
      }
      for (const { status, body } of begun) {
        expect([200, 401, 503]).toContain(status);
        // If all sessions of a user are ended, one that began afterwards stays valid; if the user is deleted, none
        // does.
        if (status === 200 && round % 3 === 2) await expectDead(body as Pair);
      }
    }
  });
});
