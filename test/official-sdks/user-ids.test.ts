/**
 * Worry: the official SDK puts ids into paths unencoded, so that an id becomes a route, or two ids become one user. The
 * request that the SDK sends for each id is recorded. If it is byte for byte the request of another id, no server can
 * tell them apart: those ids are refused where they can be created, and listed in
 * test/golden/ids-that-change-paths.txt.
 */
import { randomUUID } from 'node:crypto';
import { Authsignal, AuthsignalError } from '@authsignal/node';
import type { EnrollVerifiedAuthenticatorRequest, UserActionState, VerificationMethod } from '@authsignal/node';
import naughtyStrings from 'big-list-of-naughty-strings/blns.json' with { type: 'json' };
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { rawRequest } from './raw-request.ts';
import { startedServer } from './started-server.ts';
import type { StartedServer } from './started-server.ts';
import { wireRecorder } from './wire-recorder.ts';
import type { WireRecorder } from './wire-recorder.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const pathChangers = [
  '..',
  '../x',
  'a/authenticators/b',
  'a?b',
  'a?b=c',
  'a#b',
  '%2e%2e',
  '%2f',
  '\\',
  '\0',
  '',
  '.',
  'a ',
  'a\n',
];
const tries = process.env['TEST_LONG'] === '1' ? 5_000 : 200;

// The ids that ruling 4 accepts; written again here, so that a change there has to be deliberate.
function isAcceptable(id: string): boolean {
  const size = [...id].length;
  return (
    size >= 1 &&
    size <= 256 &&
    id !== '.' &&
    id !== '..' &&
    id.isWellFormed() &&
    // Trailing spaces are cut off by URL parsers, and lone surrogates arrive as U+FFFD.
    !/[\u0000-\u001f\u007f-\u009f/\\?#%\ufffd]| $/.test(id)
  );
}

describe.each(databaseKinds)('ids through the real SDK on the %s database', (kind) => {
  let server: StartedServer;
  let recorder: WireRecorder;
  let authsignal: Authsignal;
  let recorded: Authsignal;

  beforeAll(async () => {
    server = await startedServer(kind);
    recorder = await wireRecorder();
    authsignal = new Authsignal({ apiSecretKey: server.secretKey, apiUrl: server.apiUrl, retries: 0 });
    recorded = new Authsignal({ apiSecretKey: 'none', apiUrl: recorder.apiUrl, retries: 0 });
  });
  afterAll(async () => {
    await recorder.close();
    await server.stop();
  });

  interface Outcome {
    /** Method and target as they were sent. */
    readonly wire: string;
    readonly status: number;
    /** What the SDK returned, if it did. */
    readonly answer: unknown;
  }

  async function attempt(call: (sdk: Authsignal) => Promise<unknown>): Promise<Outcome> {
    const wire = await recorder.record(() => call(recorded));
    try {
      return { wire, status: 200, answer: await call(authsignal) };
    } catch (error) {
      if (!(error instanceof AuthsignalError)) throw error;
      return { wire, status: error.statusCode, answer: undefined };
    }
  }

  /** The path segments that were sent, decoded as a server reads them; undefined if there is more than a path. */
  function segmentsOf(wire: string): readonly string[] | undefined {
    const target = wire.slice(wire.indexOf(' ') + 1);
    if (target.includes('?')) return undefined;
    try {
      return target.split('/').slice(1).map(decodeURIComponent);
    } catch {
      return undefined;
    }
  }

  function isSentAs(wire: string, id: string, ...rest: readonly string[]): boolean {
    return JSON.stringify(segmentsOf(wire)) === JSON.stringify(['v1', 'users', id, ...rest]);
  }

  /**
   * Whether a caller with only acceptable ids sends the identical request. Unknown parameters are ignored by contract
   * (server-api 1.2) and so is a trailing slash (server-api 1.3): both are ordinary.
   */
  function isOrdinaryRequest(wire: string): boolean {
    const segments = segmentsOf(wire.replace(/\?([^=&/]+=[^&/]*&)*[^=&/]+=[^&/]*$/, '').replace(/\/$/, ''));
    return segments !== undefined && segments.every(isAcceptable);
  }

  /**
   * Every method treats an id as itself, or refuses it; if another id makes the same request, the server cannot tell.
   */
  async function checkId(id: string): Promise<void> {
    const mark = randomUUID();
    const updated = await attempt((sdk) => sdk.updateUser({ userId: id, attributes: { username: mark } }));
    const tracked = await attempt((sdk) =>
      sdk.track({ userId: id, action: 'probe', attributes: { idempotencyKey: mark } }),
    );
    for (const outcome of [updated, tracked]) {
      expect(outcome.status, `${JSON.stringify(id)}: ${outcome.wire}`).toBeLessThan(500);
      const isItself = isSentAs(outcome.wire, id, ...(outcome === tracked ? ['actions', 'probe'] : []));
      if (isAcceptable(id)) {
        expect(isItself, `${JSON.stringify(id)} is sent as ${outcome.wire}`).toBe(true);
        expect(outcome.status, `${JSON.stringify(id)}: ${outcome.wire}`).toBe(200);
      } else if (isItself) {
        expect(outcome.status, `${JSON.stringify(id)}: ${outcome.wire}`).toBeGreaterThanOrEqual(400);
      } else if (outcome.status === 200) {
        expect(isOrdinaryRequest(outcome.wire), `${JSON.stringify(id)} got 200 for ${outcome.wire}`).toBe(true);
      }
    }
    if (!isAcceptable(id)) return;
    expect(await authsignal.getUser({ userId: id })).toMatchObject({ userId: id, username: mark });
    expect((await authsignal.queryUsers({ username: mark })).users.map((user) => user.userId)).toEqual([id]);
    const actions = await authsignal.queryUserActions({ userId: id });
    expect(actions.map((action) => action.idempotencyKey)).toContain(mark);
    const { token } = tracked.answer as { token: string };
    expect(await authsignal.validateChallenge({ token, userId: id })).toMatchObject({ userId: id });
    await authsignal.deleteUser({ userId: id });
    expect(await authsignal.queryUserActions({ userId: id })).toEqual([]);
  }

  // Hundreds of requests whose paths never reach a database; storage in both databases is tested with the texts further
  // below.
  const testOnce = test.runIf(kind === 'postgres');

  testOnce(
    'F28: each of the naughty strings round-trips exactly or is refused',
    async () => {
      expect(naughtyStrings.length).toBeGreaterThan(400);
      for (const id of naughtyStrings) await checkId(id);
    },
    300_000,
  );

  testOnce(
    'F28: any text as an id round-trips exactly or is refused',
    async () => {
      const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
      const ids = fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
        // Including halves of surrogate pairs and control characters.
        fc.string({ unit: fc.oneof(anyUnit, fc.constantFrom(' ', '.', '/', '\t', '\u0000', 'a')), maxLength: 12 }),
        fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'f', '?', '#', '=', 'a', ' '), maxLength: 8 }),
      );
      await fc.assert(fc.asyncProperty(ids, checkId), { numRuns: tries });
    },
    600_000,
  );

  test('F28: ids at the limit of 256 code points are stored whole; one more is refused', async () => {
    for (const unit of ['a', 'ü', '漢', '😀', '\u0301', '\u202e']) {
      await checkId(unit.repeat(256));
      expect((await attempt((sdk) => sdk.getUser({ userId: unit.repeat(257) }))).status).toBe(400);
    }
  });

  test('F28: ids that look alike, or are equal after case folding or normalisation, are different users', async () => {
    const alike = ['Ångström', 'A\u030angstro\u0308m', 'ÅNGSTRÖM', 'Ångström\u200b', ' Ångström', 'Ａngström'];
    for (const [index, userId] of alike.entries()) {
      await authsignal.updateUser({ userId, attributes: { username: `user ${index}` } });
    }
    for (const [index, userId] of alike.entries()) {
      expect(await authsignal.getUser({ userId })).toMatchObject({ userId, username: `user ${index}` });
    }
    for (const userId of ['__proto__', 'constructor', 'toString', 'null', 'undefined', '0', '-0', 'true']) {
      await checkId(userId);
    }
  });

  test('9.5-5: ids as each SDK encodes them reach the same record', async () => {
    const spellings: Readonly<Record<string, readonly string[]>> = {
      // Unencoded (Node, Java, .NET, Go), encoded (Python, PHP, Ruby), and mixtures that proxies create.
      'auth0|x': ['auth0|x', 'auth0%7Cx', 'auth0%7cx'],
      '123:test': ['123:test', '123%3Atest', '123%3atest'],
      'a b': ['a%20b'],
      ü: ['%C3%BC', '%c3%bc'],
      'jane+x@example.com': ['jane+x@example.com', 'jane%2Bx%40example.com', 'jane%2Bx@example.com'],
      'us-west-2:0f9c': ['us-west-2:0f9c', 'us%2Dwest%2D2%3A0f9c'],
    };
    for (const [userId, paths] of Object.entries(spellings)) {
      await authsignal.updateUser({ userId, attributes: { displayName: `I am ${userId}` } });
      for (const path of paths) {
        const reply = await rawRequest(server.url, server.secretKey, 'GET', `/v1/users/${path}`);
        expect(reply.body, path).toMatchObject({ userId, displayName: `I am ${userId}` });
      }
    }
    // A plus is a plus, not a space.
    expect((await rawRequest(server.url, server.secretKey, 'GET', '/v1/users/a+b')).body.userId).toBe('a+b');
  });

  test('A68: an id that changes a path cannot be created by callers who encode it, on any route', async () => {
    const ids = [
      '.',
      '..',
      '../x',
      'a/b',
      'a?b',
      'a#b',
      'a%b',
      '%2e%2e',
      '%2f',
      '\\',
      '\u0000',
      'a\nb',
      'a ',
      '\ufffd',
    ];
    for (const id of ids) {
      const encoded = id === '.' || id === '..' ? id.replaceAll('.', '%2E') : encodeURIComponent(id);
      for (const [method, rest, body] of [
        ['GET', '', undefined],
        ['PATCH', '', '{}'],
        ['POST', '', '{}'],
        ['DELETE', '', undefined],
        ['GET', '/authenticators', undefined],
        ['POST', '/authenticators', '{"verificationMethod":"SMS","phoneNumber":"+64270000000"}'],
        ['DELETE', `/authenticators/${randomUUID()}`, undefined],
        ['POST', '/actions/login', '{}'],
        ['GET', '/actions/login/key', undefined],
        ['PATCH', '/actions/login/key', '{"state":"ALLOW"}'],
        ['GET', '/actions', undefined],
      ] as const) {
        const path = `/v1/users/${encoded}${rest}`;
        const reply = await rawRequest(server.url, server.secretKey, method, path, body === undefined ? {} : { body });
        expect([reply.status, reply.body.errorCode], `${method} ${path}`).toEqual([400, 'invalid_request']);
      }
      const key = JSON.stringify({ idempotencyKey: id });
      for (const body of [key, JSON.stringify({ deviceId: id })]) {
        const reply = await rawRequest(server.url, server.secretKey, 'POST', '/v1/users/a/actions/login', { body });
        expect([reply.status, reply.body.errorCode], body).toEqual([400, 'invalid_request']);
      }
    }
  });

  testOnce(
    'A68: the real SDK with an id that changes its path gets a 4xx, or sent the request of another id; the list is complete',
    async () => {
      const victim = 'a';
      const phoneNumber = '+64270000000';
      const state = 'BLOCK' as UserActionState;
      const verificationMethod = 'SMS' as VerificationMethod;
      const enrolment = { verificationMethod, phoneNumber } as EnrollVerifiedAuthenticatorRequest['attributes'];
      const calls: Readonly<Record<string, (sdk: Authsignal, userId: string) => Promise<unknown>>> = {
        getUser: (sdk, userId) => sdk.getUser({ userId }),
        updateUser: (sdk, userId) => sdk.updateUser({ userId, attributes: { displayName: 'intruder' } }),
        deleteUser: (sdk, userId) => sdk.deleteUser({ userId }),
        getAuthenticators: (sdk, userId) => sdk.getAuthenticators({ userId }),
        enrollVerifiedAuthenticator: (sdk, userId) =>
          sdk.enrollVerifiedAuthenticator({ userId, attributes: enrolment }),
        deleteAuthenticator: (sdk, userId) => sdk.deleteAuthenticator({ userId, userAuthenticatorId: 'x' }),
        track: (sdk, userId) => sdk.track({ userId, action: 'login', attributes: { email: 'intruder@example.com' } }),
        getAction: (sdk, userId) => sdk.getAction({ userId, action: 'login', idempotencyKey: 'k' }),
        updateAction: (sdk, userId) =>
          sdk.updateAction({ userId, action: 'login', idempotencyKey: 'k', attributes: { state } }),
        queryUserActions: (sdk, userId) => sdk.queryUserActions({ userId }),
      };
      const everythingOf = async () =>
        JSON.stringify([
          await authsignal.getUser({ userId: victim }),
          await authsignal.getAuthenticators({ userId: victim }),
          await authsignal.queryUserActions({ userId: victim }),
        ]);
      const lines: string[] = [];
      let before: string | undefined;
      for (const id of pathChangers) {
        for (const [name, call] of Object.entries(calls)) {
          if (before === undefined) {
            await authsignal.deleteUser({ userId: victim });
            await authsignal.enrollVerifiedAuthenticator({ userId: victim, attributes: enrolment });
            await authsignal.track({ userId: victim, action: 'login', attributes: { idempotencyKey: 'k' } });
            before = await everythingOf();
          }
          const { wire, status } = await attempt((sdk) => call(sdk, id));
          expect(status, `${name} ${JSON.stringify(id)}`).toBeLessThan(500);
          if (status === 200) {
            expect(isOrdinaryRequest(wire), `${name} ${JSON.stringify(id)}: 200 for ${wire}`).toBe(true);
            before = undefined;
          } else {
            expect(await everythingOf()).toBe(before);
          }
          lines.push(`${JSON.stringify(id).padEnd(22)}${name.padEnd(29)}${String(status)}  ${wire}`);
        }
        lines.push('');
      }
      expectGolden('ids-that-change-paths.txt', lines.join('\n'));
    },
    300_000,
  );

  test('A68: idempotency keys round-trip exactly or are refused', async () => {
    const userId = randomUUID();
    for (const idempotencyKey of ['../', 'a/b', 'a?b', 'k'.repeat(1024), 'a ', '\ud800', '😀', ' k', 'a|b', 'k;v=1']) {
      const tracked = await attempt((sdk) => sdk.track({ userId, action: 'login', attributes: { idempotencyKey } }));
      expect(tracked.status, idempotencyKey).toBe(isAcceptable(idempotencyKey) ? 200 : 400);
      if (tracked.status !== 200) continue;
      expect(await authsignal.getAction({ userId, action: 'login', idempotencyKey })).toMatchObject({ idempotencyKey });
    }
  });
});
