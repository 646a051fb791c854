/**
 * Checks every route of the contract, and fails if anything was forgotten about one. The exceptions may only become
 * fewer.
 */
import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { operatorCookie } from '../../src/contract/apis.ts';
import { errorCatalogue } from '../../src/contract/errors.ts';
import type { ErrorCode } from '../../src/contract/errors.ts';
import { routes as allRoutes } from '../../src/contract/index.ts';
import { refusalsOf } from '../../src/contract/route.ts';
import type { Route } from '../../src/contract/route.ts';
import { signActionToken } from '../../src/runtime/tokens.ts';
import { operations } from '../../src/operations/index.ts';
import { listApiKeys, revokeApiKeyRow } from '../../src/storage/queries/api-keys.ts';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { DeliveryFailed } from '../../src/delivery/delivery-failed.ts';
import { DatabaseUnavailable, sqlTime, statement } from '../../src/storage/sql.ts';
import { helpStopUrl, newHelpLink } from '../../src/telling/help-links.ts';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { SoftwareKey } from '../../src/testkit/authenticator.ts';
import { faultyDatabase } from '../../src/testkit/faulty-database.ts';
import type { FaultyDatabase } from '../../src/testkit/faulty-database.ts';
import { testApp, testPublicUrl } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply, TestTenant } from '../../src/testkit/test-app.ts';
import { testDatabase } from '../../src/testkit/test-database.ts';
import {
  alert,
  appConfigurations,
  examples,
  newAppKey,
  preparations,
  provocations,
  requestRoutes as routes,
  requireExample,
} from './route-examples.ts';
import type { ExampleRequest, Objects } from './route-examples.ts';
import { nobodys } from './nobodys.ts';
import { codeOf, numberOf, textSettings } from '../rig/phone.ts';
import { tries } from '../rig/api.ts';
import { operator } from '../rig/portal.ts';

/**
 * Routes without authentication: public keys, pages whose token is their own credential, and the mail of development.
 */
const publicRoutes = [
  'confirmMagicLink',
  'denyMagicLink',
  'getJwks',
  'getOpenidConfiguration',
  'receiveCallback',
  'showChallenge',
  'showHelp',
  'showHelpStop',
  'showMagicLink',
  'stopHelp',
  'takeHelp',
  'showDevInbox',
  'showDevMessage',
  'showWelcome',
  'tryChallenge',
];

/** Public questions about the server itself. `/metrics` checks the address or its own token. */
const publicServicePaths = [
  '/assets/:file',
  '/docs',
  '/livez',
  '/metrics',
  '/openapi.json',
  '/portal',
  '/portal*',
  '/portal/assets/:file',
  '/portal/preview-frame',
  '/readyz',
];

/**
 * POST routes without an audit event: tracking has its decision record (ruling 13), a challenge leaves one when it is
 * answered, and what a provider tells is in the log of the challenge; the others change nothing.
 */
const withoutAudit = [
  'checkQrCodeChallenge',
  'claimQrCodeChallenge',
  'evaluateRules',
  'finalizeEmailMagicLink',
  'initClient',
  'openChallenge',
  'openChallengeWithCookie',
  'receiveCallback',
  'startPasskeyAuthentication',
  'startPasskeyAuthenticationWithCookie',
  'startPasskeyRegistration',
  'startPasskeyRegistrationWithCookie',
  'startQrCodeChallenge',
  'startPushPoll',
  'startPushUpdate',
  'startSecurityKeyAuthentication',
  'startSecurityKeyRegistration',
  'trackAction',
  'tryChallenge',
  'validateChallenge',
  'validateSession',
  'verifyPush',
];

/**
 * Its event is about the stolen token, not about each refresh, see sessions.test.ts; and about a device that is
 * remembered, not about each cookie, see remembered-devices.test.ts.
 */
const auditedOtherwise = ['refreshSession', 'rememberDevice'];

const ofDevelopment = ['showDevInbox', 'showDevMessage', 'showWelcome'];

/**
 * Listed refusals that no request can provoke: these routes answer from memory, without a database and without
 * parameters.
 */
const unprovokable = [
  ...['getAuthenticatorConfigurations', 'getJwks', 'getOpenidConfiguration', ...ofDevelopment].flatMap((id) => [
    `${id} unavailable`,
    `${id} unexpected_error`,
  ]),
  // A path that nobody was given ends before the database; what is behind one that was is in message-providers.test.ts.
  'receiveCallback unavailable',
  'receiveCallback unexpected_error',
  'getClientConfigurations unavailable',
  'getClientConfigurations unexpected_error',
  'getAuthenticatorConfigurations invalid_request',
  'getJwks invalid_request',
  'getOpenidConfiguration invalid_request',
  // Whatever is sent, people get a page.
  'showChallenge invalid_request',
  'showHelp invalid_request',
  'showHelpStop invalid_request',
  ...ofDevelopment.map((id) => `${id} invalid_request`),
  'getMessageCatalogue unavailable',
  'getMessageCatalogue unexpected_error',
];

let app: TestApp;
const others: TestApp[] = [];
let own: Objects;
let other: TestTenant;
let database: FaultyDatabase;
const replies: { readonly request: string; readonly reply: TestReply; readonly route: Route | undefined }[] = [];

async function ask(request: ExampleRequest, route?: Route): Promise<TestReply> {
  const { method, path, app: otherApp, ...call } = request;
  const key = path.startsWith('/v1/management') && otherApp === undefined ? app.tenant.managementKey : undefined;
  const own = otherApp === undefined ? {} : { key: otherApp.tenant.secretKey };
  const reply = await (otherApp ?? app).call(method, path, { ...(key === undefined ? own : { key }), ...call });
  replies.push({ request: `${method} ${path}`, reply, route });
  return reply;
}

let visitors = 0;
/** Its own address, because anonymous calls are counted by address. */
const visitor = () => `2001:db8:5:${(visitors += 1).toString(16)}::1`;
const mailTo = (email: string) => app.mail().find(({ to }) => to === email);
const codeTo = (email: string) => /^\d{6,10}/.exec(mailTo(email)?.subject ?? '')?.[0] ?? '';

const everyScope = 'add:authenticators update:authenticators remove:authenticators';

/** Removes the mail provider that an example has given to the tenant: the tests read sent mail from the inbox. */
async function useOwnMail({ managementKey: key }: TestTenant): Promise<void> {
  const path = '/v1/management/authenticator-configurations';
  const { body } = await app.call('GET', path, { key });
  for (const { authenticatorId, emailProvider } of body) {
    if (emailProvider !== undefined)
      await app.call('PATCH', `${path}/${authenticatorId}`, { key, body: { emailProvider: null } });
  }
}

/** Lets a tenant's users have codes by text message and WhatsApp, whatever an example has configured. */
async function enableTexts(on: TestApp, { managementKey: key }: TestTenant): Promise<void> {
  for (const method of ['sms', 'whatsapp']) {
    const path = `/v1/management/authenticator-configurations/${method}`;
    await on.call('DELETE', path, { key });
    const reply = await on.call('POST', path, { key, body: textSettings });
    if (reply.status !== 200) throw new Error(reply.text);
  }
}

/** Removes the latest event endpoint of a tenant that has many: there is a quota. */
async function makeRoomForEndpoint({ managementKey: key }: TestTenant): Promise<void> {
  const path = '/v1/management/event-endpoints';
  const { body } = await app.call('GET', path, { key });
  if (body.length > 10) await app.call('DELETE', `${path}/${body.at(-1).endpointId}`, { key });
}

/**
 * A user with an authenticator, a pending enrolment, an action, a challenge and a session, and configurations, all
 * created through the API.
 */
async function makeObjects(tenant: TestTenant, userId: string): Promise<Objects> {
  async function made(method: string, path: string, body?: object): Promise<TestReply['body']> {
    const key = path.startsWith('/v1/management') ? tenant.managementKey : tenant.secretKey;
    const reply = await app.call(method, path, { key, ...(body === undefined ? {} : { body }) });
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.text}`);
    return reply.body;
  }
  await useOwnMail(tenant);
  await enableTexts(app, tenant);
  for (const [slug, body] of appConfigurations) {
    const path = `/v1/management/authenticator-configurations/${slug}`;
    await app.call('POST', path, { key: tenant.managementKey, body });
  }
  const action = `act-${userId}`;
  const rules = `/v1/management/action-configurations/${action}/rules`;
  await made('POST', '/v1/management/action-configurations', {
    actionCode: action,
    defaultUserActionResult: 'CHALLENGE',
  });
  const enrolled = await made('POST', `/v1/users/${userId}/authenticators`, {
    verificationMethod: 'EMAIL_OTP',
    email: `${userId}@example.com`,
  });
  await made('PATCH', `/v1/users/${userId}`, { username: userId });
  const idempotencyKey = `key-of-${userId}`;
  const deviceId = `device-of-${userId}`;
  const tracked = await made('POST', `/v1/users/${userId}/actions/${action}`, {
    idempotencyKey,
    scope: everyScope,
  });
  const totp = await app.call('POST', '/v1/client/user-authenticators/totp', { token: tracked.token, body: {} });
  const mailed = await app.call('POST', '/v1/client/challenge/email-otp', { token: tracked.token, body: {} });
  if (mailed.status !== 200) throw new Error(mailed.text);
  const mailedCode = codeTo(`${userId}@example.com`);
  const texted = async (method: string) => {
    // Masked, it is the same for all users: only ids may differ between two replies.
    const phoneNumber = numberOf(`${method} ${userId}`).replace(/\d{3}$/, '000');
    const path = `/v1/client/user-authenticators/${method}`;
    const reply = await app.call('POST', path, { token: tracked.token, body: { phoneNumber } });
    if (reply.status !== 200) throw new Error(reply.text);
    return codeOf(app.texts().find(({ to }) => to === phoneNumber)?.body ?? '');
  };
  const [textedCode, whatsappCode] = [await texted('sms'), await texted('whatsapp')];
  const linked = await app.call('POST', '/v1/client/user-authenticators/email-magic-link', {
    token: tracked.token,
    body: { email: `link-${userId}@example.com` },
  });
  if (linked.status !== 200) throw new Error(linked.text);
  const linkToken = /token=(\S+)/.exec(mailTo(`link-${userId}@example.com`)?.text ?? '')?.[1] ?? '';
  const linkPage = await app.call('GET', `/magic-link?token=${linkToken}`, { key: null, remoteAddress: visitor() });
  const signIn = await made('POST', `/v1/users/${userId}/actions/sign-in`, {
    idempotencyKey: 'session',
    deviceId,
  });
  await made('PATCH', `/v1/users/${userId}/actions/sign-in/session`, { state: 'CHALLENGE_SUCCEEDED' });
  const devices = await app.call('GET', '/v1/client/devices', { token: tracked.token });
  const client = await made('POST', '/v1/management/app-clients', { clientId: `client-${userId}`, name: userId });
  const session = await made('POST', '/v1/sessions', { token: signIn.token, clientId: client.clientId });
  const email = `challenge-${userId}@example.com`;
  const challenge = await made('POST', '/v1/challenge', { verificationMethod: 'EMAIL_OTP', action, email, userId });
  const rule = await made('POST', rules, { name: 'Rule', isActive: false, priority: 0, type: 'REVIEW' });
  const list = await made('POST', '/v1/management/value-lists', {
    name: `list ${userId}`,
    itemType: 'string',
    isActive: true,
  });
  const point = await made('POST', '/v1/management/custom-data-points', {
    name: `point ${userId}`,
    dataType: 'text',
    modelType: 'user',
  });
  // One is enough for all: a tenant may have few.
  const [known] = await made('GET', '/v1/management/alerts');
  const alerted = known ?? (await made('POST', '/v1/management/alerts', { ...alert, name: 'watched' }));
  // Nothing listens there, so the test is over at once.
  await makeRoomForEndpoint(tenant);
  const endpoint = await made('POST', '/v1/management/event-endpoints', {
    url: 'http://127.0.0.1:9/',
    eventTypes: ['alert.raised'],
  });
  const tested = await made('POST', `/v1/management/event-endpoints/${endpoint.endpointId}/test`);
  const [configuration] = await made('GET', '/v1/management/authenticator-configurations');
  return {
    tenantId: tenant.tenantId,
    userId,
    action,
    idempotencyKey,
    userAuthenticatorId: enrolled.authenticator.userAuthenticatorId,
    deviceId,
    ownDeviceId: String(devices.body[0].ownDeviceId),
    token: tracked.token,
    totpCode: new TOTP({ secret: Secret.fromBase32(totp.body.secret) }).generate({
      timestamp: app.runtime.clock.now(),
    }),
    challengeId: challenge.challengeId,
    mailedCode,
    textedCode,
    whatsappCode,
    recoveryCode: nobodys.recoveryCode,
    linkToken,
    pageNonce: /name="pageNonce" value="([^"]*)"/.exec(linkPage.text)?.[1] ?? '',
    verificationCode: codeTo(email),
    accessToken: session.accessToken,
    refreshToken: session.refreshToken,
    sessionId: JSON.parse(Buffer.from(session.accessToken.split('.')[1], 'base64url').toString()).sid,
    ...(await makeHelp(tenant, userId)),
    ruleId: rule.ruleId,
    valueList: list.alias,
    dataPointId: point.id,
    alertId: alerted.id,
    clientId: client.clientId,
    authenticatorId: configuration.authenticatorId,
    endpointId: endpoint.endpointId,
    deliveryId: tested.deliveryIds[0],
    attemptId: tested.attemptId,
    ...(await makeKeys(tracked.token)),
    ...(await makeApps(tracked.token, { tenant, action })),
  };
}

const helpRow = statement<never>(
  'coverage_help',
  `insert into helps (tenant_id, help_id, user_id, state, reason, email, asked_by, asked_at, expires_at, link_digest)
   values ($1, $2, $3, 'sent', 'x', $4, $2, $5, $6, $7)`,
);

/** A link that was sent to the user. It was asked for in a week, when what is added now is old enough. */
async function makeHelp({ tenantId }: TestTenant, userId: string) {
  const { context } = app.app;
  const tenant = context.published.tenant(tenantId);
  if (tenant === undefined) throw new Error('The tenant of the test is gone.');
  const { url, digest } = newHelpLink(context, tenant, 'en');
  const helpId = randomUUID();
  const inDays = (days: number) => sqlTime(app.runtime.clock.now() + days * 24 * 3_600_000);
  await app.db.query(helpRow, [tenantId, helpId, userId, `${userId}@example.com`, inDays(8), inDays(9), digest]);
  const helpStopToken = new URL(helpStopUrl(context, tenant, 'en', helpId)).hash.slice(1);
  return { helpToken: new URL(url).hash.slice(1), helpStopToken };
}

/** The key of an app that is registered in every way and was asked in every way, and a new one. */
async function makeApps(token: string, { tenant: { tenantId }, action }: { tenant: TestTenant; action: string }) {
  const nowMs = app.runtime.clock.now();
  const key = newAppKey(nowMs);
  const { text: appKey, signed } = key;
  const good = async (id: string) => {
    const reply = await ask(requireExample(id)({ token, tenantId, action, appKey, newAppKey: appKey } as Objects));
    if (reply.status !== 200) throw new Error(reply.text);
    return reply.body;
  };
  for (const name of ['Push', 'QrCode', 'InApp']) await good(`add${name}Credential`);
  const opened = await good('startQrCodeChallenge');
  const inApp = await app.call('POST', '/v1/client/challenge', { token, body: {} });
  if (inApp.status !== 200) throw new Error(inApp.text);
  const { challengeId, verificationCode } = await good('startPushChallenge');
  const update = await good('startPushUpdate');
  return {
    appKey,
    newAppKey: newAppKey(nowMs).text,
    scannedCode: key.answer(String(opened.challengeId)),
    deviceCode: String(opened.deviceCode),
    inAppAnswer: key.answer(String(inApp.body.challengeId)),
    openPush: `${challengeId}:${verificationCode}:${signed(challengeId)}`,
    pushUpdate: `${update.challengeId}:${signed(update.message)}`,
  };
}

/** A passkey and a security key for the token's user, responses of both, and a new one of each. */
async function makeKeys(token: string) {
  const post = async (path: string, body: object) =>
    (await app.call('POST', `/v1/client/${path}`, { token, body })).body;
  const [passkey, securityKey] = ['user-authenticators/passkey', 'user-authenticators/security-key'];
  async function newPasskey(key: SoftwareKey) {
    const { options } = await post(`${passkey}/registration-options`, {});
    return createCredential(key, options, testPublicUrl);
  }
  async function newSecurityKey(key: SoftwareKey) {
    return createCredential(key, await post(`${securityKey}/registration-options`, {}), testPublicUrl);
  }
  const [ofPasskey, ofSecurityKey] = [softwareKey(), softwareKey()];
  await post(passkey, { registrationCredential: await newPasskey(ofPasskey) });
  await post(securityKey, await newSecurityKey(ofSecurityKey));
  const { options } = await post(`${passkey}/authentication-options`, {});
  const asked = await post(`${securityKey}/authentication-options`, {});
  return {
    credentialId: ofPasskey.credentialId.toString('base64url'),
    newPasskey: JSON.stringify(await newPasskey(softwareKey())),
    newSecurityKey: JSON.stringify(await newSecurityKey(softwareKey())),
    passkeyAnswer: JSON.stringify(useCredential(ofPasskey, options, testPublicUrl)),
    securityKeyAnswer: JSON.stringify(useCredential(ofSecurityKey, asked, testPublicUrl)),
  };
}

beforeAll(async () => {
  database = faultyDatabase(await testDatabase('embedded'));
  app = await testApp('embedded', {
    db: database,
    managementRateLimit: 1_000_000,
    outboundAllow: ['127.0.0.1:9'],
  });
  other = await app.createTenant('Other tenant');
  // Recovery codes are slow to hash, and no test here needs them.
  await app.db.query(
    statement(
      'coverage_settings',
      `update tenants set settings = '{"skipRecoveryCodesOnProgrammaticEnrollment":true}'`,
    ),
    [],
  );
  await publishConfig(app.db, app.tenant.tenantId);
  await publishConfig(app.db, other.tenantId);
  await app.app.context.published.refresh();
  own = await makeObjects(app.tenant, 'own-user');
});
afterAll(() => Promise.all([app, ...others].map((opened) => opened.close())));

const protectedRoutes = routes.filter(({ credentials }) => credentials.length > 0);
/** Whether browsers and phones call it by what they were given. */
const isOfClients = ({ api, credentials }: Route) => api === 'client' && credentials.length > 0;
const keyRoutes = protectedRoutes.filter((route) => !isOfClients(route));
const named = (list: readonly Route[]) => list.map((route) => [route.id, route] as const);
const unauthorized = {
  error: 'unauthorized',
  errorCode: 'unauthorized',
  errorDescription:
    'The request is unauthorized. Check that your API key and region base URL are correctly configured.',
};

/**
 * The example, and the same through each alias, with arbitrary ids: an unauthorised caller is refused before they are
 * read.
 */
function everyWayIn(route: Route): readonly ExampleRequest[] {
  const example = requireExample(route.id)(own);
  const aliases = (route.aliases ?? []).map(({ method, path }) => ({
    ...example,
    method,
    path: path.replace(/:\w+/g, 'x'),
  }));
  return [example, ...aliases];
}

/** Whether the request is about a named object, and not about the tenant as a whole. */
function isAboutObjects(route: Route): boolean {
  const example = requireExample(route.id);
  return JSON.stringify(example(own)) !== JSON.stringify(example(nobodys));
}

/** The same request without anything that identifies the caller. */
function withoutCredentials(request: ExampleRequest): ExampleRequest {
  const { token: _token, key: _key, ...rest } = request;
  return { ...rest, key: null };
}

/** The members that the body of a route declares. */
function bodyMembers(route: Route): readonly string[] {
  const schema = z.toJSONSchema(route.body, { io: 'input', unrepresentable: 'any' });
  return Object.keys(schema.properties ?? {});
}

describe('the contract', () => {
  test('has one operation per route and one route per operation', () => {
    expect(operations.map(({ route }) => route.id).sort()).toEqual(allRoutes.map(({ id }) => id).sort());
    for (const { route } of operations) expect(allRoutes).toContain(route);
    expect(new Set(allRoutes.map(({ id }) => id)).size).toBe(allRoutes.length);
  });

  test('has an example per route, and none for a route that was removed', () => {
    expect(Object.keys(examples).sort()).toEqual(routes.map(({ id }) => id).sort());
  });

  test('A32: is public only where the list says so', () => {
    const isPublic = routes.filter(({ credentials }) => credentials.length === 0).map(({ id }) => id);
    expect(isPublic.sort()).toEqual([...publicRoutes].sort());
    const paths = new Set<string>();
    // A tree, whose nodes are written after their parents.
    const grown: string[] = [];
    for (const line of app.app.server.printRoutes({ commonPrefix: false }).split('\n')) {
      const [, before = '', word, methods] = /^((?:[│ ] {3})*)[├└]── (\S*)( \()?/.exec(line) ?? [];
      if (word === undefined) continue;
      grown.splice(before.length / 4, grown.length, word);
      const path = grown.join('');
      if (methods !== undefined && path.startsWith('/')) paths.add(path.replace(/^(\/docs).*/, '$1'));
    }
    const ofContract = new Set(
      allRoutes.flatMap((route) => [route.path, ...(route.aliases ?? []).map(({ path }) => path)]),
    );
    expect([...paths].filter((path) => !ofContract.has(path) && !path.startsWith('/v1')).sort()).toEqual(
      publicServicePaths,
    );
  });

  /** Every path with its method, aliases too. */
  const waysIn = routes.flatMap((route) =>
    [route, ...(route.aliases ?? [])].map(({ method, path }) => ({ route, method, path, words: path.split('/') })),
  );

  test('ruling 59: only one route has a fixed word in the place of an id, and no alias hides a route', () => {
    // Ids that a server creates are UUIDs, which no fixed word is.
    const isFree = (word: string) => word.startsWith(':') && !/^:(userAuthenticatorId|authenticatorId)$/.test(word);
    const hidden = waysIn.flatMap(({ route, method, words }) =>
      waysIn
        .filter((other) => other.method === method && other.words.length === words.length && other.words !== words)
        .filter((other) => other.words.every((word, at) => word === words[at] || isFree(word)))
        .map((other) => `${route.id} before ${method} ${other.path}`),
    );
    expect(hidden).toEqual(['enrollVerifiedAuthenticators before POST /v1/users/:userId']);
    const ownPaths = waysIn.filter(({ route, path }) => path === route.path);
    expect(new Set(ownPaths.map(({ method, path }) => `${method} ${path}`)).size).toBe(ownPaths.length);
  });

  test('ruling 59: an object may be named like a word of a path, but no user can be called authenticators', async () => {
    // A word that hides an id for one method hides it for no other.
    const path = '/v1/users/authenticators';
    expect((await app.call('GET', path)).body).toMatchObject({ userId: 'authenticators', isEnrolled: false });
    expect((await app.call('DELETE', path)).body).toEqual({ success: true });
    expect((await app.call('PUT', path)).headers['allow']).toBe('GET, HEAD, PATCH, POST, DELETE');
    // No route creates a user of that name.
    const enrolment = { verificationMethod: 'EMAIL_OTP', email: 'a@b.c' };
    for (const [method, at, body] of [
      ['PATCH', path, { displayName: 'x' }],
      ['POST', `${path}/authenticators`, enrolment],
      ['POST', `${path}/actions/login`, {}],
      ['POST', '/v1/challenge', { ...enrolment, action: 'login', userId: 'authenticators' }],
      ['POST', path, { displayName: 'x' }],
    ] as const) {
      const { status, body: answer, text } = await app.call(method, at, { body });
      expect([status, answer.errorCode], text).toEqual([400, 'invalid_request']);
    }
    // Other words of paths are ordinary ids.
    for (const id of ['actions', 'challenge', 'devices', 'validate', 'user', 'v1', 'client', 'management', 'search']) {
      const tracked = await app.call('POST', `/v1/users/${id}/actions/actions`, {
        body: { idempotencyKey: 'explain' },
      });
      expect(tracked.status, id).toBe(200);
      const { body } = await app.call('GET', `/v1/users/${id}/actions/actions/explain`);
      expect(body, id).toMatchObject({ userId: id, actionCode: 'actions', idempotencyKey: 'explain' });
      expect((await app.call('GET', `/v1/users/${id}`)).body.userId).toBe(id);
    }
  });

  test('has one status per code, the one of ruling 2', () => {
    expect(Object.fromEntries(Object.entries(errorCatalogue).map(([code, { status }]) => [code, status]))).toEqual(
      Object.fromEntries(Object.entries(statusOfCode).filter(([code]) => code in errorCatalogue)),
    );
  });
});

/** Ruling 2, the whole list; codes of later parts included. */
const statusOfCode: Readonly<Record<string, number>> = {
  invalid_request: 400,
  invalid_credential: 400,
  unknown_credential: 400,
  invalid_configuration: 400,
  AUTHENTICATOR_NOT_FOUND: 400,
  delivery_failed: 400,
  unauthorized: 401,
  invalid_token: 401,
  expired_token: 401,
  forbidden: 403,
  insufficient_scope: 403,
  // Beyond the ruling: operators (decision 0044).
  step_up_required: 403,
  not_found: 404,
  authenticator_configuration_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  resource_already_exists: 409,
  // Beyond the ruling: an event whose content was kept for a period (decision 0036).
  gone: 410,
  body_too_large: 413,
  too_many_requests: 429,
  unexpected_error: 500,
  unavailable: 503,
};

describe('an unauthorised caller learns nothing else', () => {
  let lastOctet = 0;
  // A separate address per call, so that the limit on failures refuses none.
  const fresh = () => ({ remoteAddress: `198.51.100.${(lastOctet += 1) % 250}` });

  async function expectUnauthorized(route: Route, call: Partial<ExampleRequest>): Promise<void> {
    for (const way of everyWayIn(route)) {
      const reply = await ask({ ...withoutCredentials(way), ...fresh(), ...call }, route);
      expect(reply.status, `${way.method} ${way.path}`).toBe(401);
      const { error, errorCode } = unauthorized;
      expect(reply.body).toEqual(
        isOfClients(route)
          ? { error, errorCode, errorDescription: expect.stringMatching(/^(?:Send|This server has no tenant with) /) }
          : unauthorized,
      );
    }
  }

  test.each(named(protectedRoutes))('%s without credentials', (_id, route) => expectUnauthorized(route, { key: null }));

  test.each(named(protectedRoutes))('%s with a key of the wrong kind', (_id, route) =>
    expectUnauthorized(route, { key: route.api === 'server' ? app.tenant.managementKey : app.tenant.secretKey }),
  );

  test.each(named(keyRoutes))('A33: %s with a client token as the bearer', (_id, route) =>
    expectUnauthorized(route, { key: null, headers: { authorization: `Bearer ${own.token}` } }),
  );

  let revoked: TestTenant;
  beforeAll(async () => {
    revoked = await app.createTenant('With revoked keys');
    await app.db.transaction(async (sql) => {
      for (const { keyId } of await listApiKeys(sql, revoked.tenantId)) {
        await revokeApiKeyRow(sql, revoked.tenantId, keyId, app.runtime.clock.now());
      }
      await publishConfig(sql, revoked.tenantId);
    });
    await app.app.context.published.refresh();
  });

  test.each(named(keyRoutes))('%s with a key that was revoked', (_id, route) =>
    expectUnauthorized(route, { key: route.api === 'server' ? revoked.secretKey : revoked.managementKey }),
  );

  test('a path under /v1 that does not exist, so that strangers cannot map the API', async () => {
    for (const path of ['/v1', '/v1/', '/v1/nothing', '/v1/users/x/y/z', '/v1/management/nothing', '/v1/%75sers/x']) {
      const reply = await ask({ method: 'GET', path, key: null, ...fresh() });
      expect(reply.status, path).toBe(401);
    }
    expect((await ask({ method: 'GET', path: '/v1/nothing' })).status).toBe(404);
  });
});

/** A response without the parts that always differ: ids, times, tokens, and the names in the request. */
function scrub(reply: TestReply, objects: Objects): string {
  const names = (Object.values(objects) as string[]).sort((left, right) => right.length - left.length);
  const withoutNames = names.reduce((text, name) => text.replaceAll(name, '<name>'), reply.text);
  return `${reply.status} ${withoutNames
    .replace(/ey[\w-]+\.[\w-]+\.[\w-]+/g, '<token>')
    .replace(/[0-9a-f]{60,}/g, '<token>')
    .replace(/"[\w-]{43}"/g, '"<random>"')
    .replace(/[A-Z2-7]{32}/g, '<secret>')
    .replace(/\w•••@/g, '<masked>@')
    .replace(/name="(token|pageNonce)"(?: value="| hidden readonly>)[^"<]*/g, '<$1>')
    .replace(/nonce="[^"]*"/g, '<nonce>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/"verificationCode":"\d\d"/g, '"verificationCode":"<number>"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/([0-9A-Z]{4}-){3}[0-9A-Z]{4}/g, '<code>')}`;
}

async function rowsOfTenant(tenantId: string): Promise<string> {
  const tables = await app.db.query(
    statement<{ name: string }>(
      'coverage_tenant_tables',
      `select table_name::text as name from information_schema.columns
       where table_schema = 'public' and column_name = 'tenant_id' order by 1`,
    ),
    [],
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await app.db.query(
      statement<{ row: string }>(
        `routes_test_${name}`,
        `select t::text as row from ${name} t where tenant_id = $1 order by 1`,
      ),
      [tenantId],
    );
    texts.push(`${name}\n${rows.map(({ row }) => row).join('\n')}`);
  }
  return texts.join('\n');
}

describe("A31: another tenant's object gets the same response as a missing one, and is not changed", () => {
  let theirs: Objects;
  let before: string;
  beforeAll(async () => {
    theirs = await makeObjects(other, 'their-user');
    before = await rowsOfTenant(other.tenantId);
    expect(before).toContain(theirs.challengeId);
  });

  test.each(named(protectedRoutes))('%s', async (_id, route) => {
    const example = requireExample(route.id);
    // A token names its own user, and a tenant id is public, so these stay the caller's.
    const as = (objects: Objects) =>
      example(isOfClients(route) ? { ...objects, token: own.token, tenantId: own.tenantId } : objects);
    if (JSON.stringify(as(own)) === JSON.stringify(as(nobodys))) return;
    const foreign = await ask(as(theirs), route);
    expect(scrub(foreign, theirs)).toBe(scrub(await ask(as(nobodys), route), nobodys));
    expect(await rowsOfTenant(other.tenantId)).toBe(before);
  });
});

describe('a change leaves its audit event', () => {
  const changing = routes.filter((route) => route.audit !== null && !auditedOtherwise.includes(route.id));

  test('and the only exceptions are routes that change nothing or are recorded otherwise', () => {
    const withoutEvent = routes.filter((route) => route.method !== 'GET' && route.audit === null);
    expect(withoutEvent.map(({ id }) => id).sort()).toEqual([...withoutAudit].sort());
    expect(routes.filter((route) => route.method === 'GET' && route.audit !== null)).toEqual([]);
    expect(auditedOtherwise.filter((id) => !routes.some((route) => route.id === id && route.audit !== null))).toEqual(
      [],
    );
  });

  const events = statement<{
    eventType: string;
    userId: string | null;
    requestId: string;
    actor: { id: string; kind: string };
    data: object;
  }>(
    'coverage_events',
    `select event_type, user_id, request_id, actor, data from audit_events where tenant_id = $1 and event_id > $2
     order by event_id`,
  );
  const lastEvent = statement<{ eventId: string }>(
    'coverage_last_event',
    'select event_id from audit_events where tenant_id = $1 order by event_id desc limit 1',
  );
  /** Call the result for the events since. */
  async function watchEvents({ tenantId }: TestTenant) {
    const [last] = await app.db.query(lastEvent, [tenantId]);
    return () => app.db.query(events, [tenantId, last?.eventId ?? '00000000-0000-0000-0000-000000000000']);
  }

  let plain: TestTenant;
  let audited: Objects;
  beforeAll(async () => {
    plain = await app.createTenant('Without objects');
    audited = await makeObjects(app.tenant, 'audited');
  });

  test.each(named(changing))('%s', async (_id, route) => {
    const methods = [route, ...(route.aliases ?? []).filter(({ path }) => path === route.path)].map(
      ({ method }) => method,
    );
    const tenant = isAboutObjects(route) ? app.tenant : plain;
    const key = route.api === 'server' ? tenant.secretKey : tenant.managementKey;
    async function attempt(method: (typeof methods)[number], given: Objects) {
      let objects = given;
      for (const id of preparations[route.id] ?? []) await ask({ ...requireExample(id)(objects), key });
      if (route.id === 'createSession') {
        await app.call('PATCH', `/v1/users/${objects.userId}/actions/${objects.action}/${objects.idempotencyKey}`, {
          body: { state: 'CHALLENGE_SUCCEEDED' },
        });
      }
      if (route.id === 'deleteOwnAuthenticator') {
        const { path, body } = requireExample('enrollVerifiedAuthenticator')(objects);
        await app.call('POST', path, { body });
      }
      if (route.id === 'verifyRecoveryCode') {
        const made = await ask(requireExample('replaceRecoveryCodes')(objects));
        objects = { ...objects, recoveryCode: made.body.recoveryCodes[0] };
      }
      if (route.id === 'unlockMethod') {
        const { challengeId } = objects;
        await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: '000000' } });
      }
      const since = await watchEvents(tenant);
      // Apps name their tenant.
      const reply = await ask({ key, ...requireExample(route.id)(objects), method }, route);
      return { objects, reply, left: await since() };
    }
    for (const method of methods) {
      // What others have used serves until something of it is used up.
      let tried = await attempt(method, isAboutObjects(route) ? audited : own);
      const [first, ...others] = tried.left;
      const isUsedUp = tried.reply.status >= 300 || others.length > 0 || first?.eventType !== route.audit;
      if (isUsedUp && isAboutObjects(route)) {
        audited = await makeObjects(tenant, `audited-${route.id}-${method}`);
        tried = await attempt(method, audited);
      }
      const { objects, reply, left } = tried;
      expect(reply.status, reply.text).toBe(route.reply.kind === 'noContent' ? 204 : 200);
      const [event, ...more] = left;
      expect(more).toEqual([]);
      expect(event).toMatchObject({
        eventType: route.audit,
        requestId: reply.headers['x-request-id'],
        // Confirming a link is recorded for the user who requested it.
        actor: { kind: isOfClients(route) || route.api === 'pages' ? 'client' : route.api },
      });
      if (route.path.includes(':userId') || (isOfClients(route) && !route.credentials.includes('tenantId')))
        expect(event?.userId).toBe(objects.userId);
      expect(JSON.stringify(event?.data)).not.toMatch(/@|\+64/);
    }
  });

  test('and a request that changed nothing leaves none', async () => {
    const since = await watchEvents(app.tenant);
    for (const id of ['deleteUser', 'deleteAuthenticator', 'updateAction', 'deleteRule', 'deleteAppClient']) {
      await ask(requireExample(id)({ ...nobodys, userId: 'never-heard-of', action: 'never-heard-of' }));
    }
    expect(await since()).toEqual([]);
  });
});

describe('every refusal that a route lists can be provoked', () => {
  const listed = routes.flatMap((route) =>
    refusalsOf(route).map((code) => [`${route.id} ${code}` as string, route, code] as const),
  );

  test('or is in the list of those that cannot be, which contains only listed refusals', () => {
    const all = new Set(listed.map(([name]) => name));
    expect([...unprovokable, ...Object.keys(provocations)].filter((name) => !all.has(name))).toEqual([]);
  });

  const due = listed.filter(([name]) => !unprovokable.includes(name));

  test.each(due)('%s', async (name, route, code) => {
    const good = requireExample(route.id)(own);
    const request = await provoke(name, route, code, good);
    const reply = await ask(request, route).finally(() => {
      database.fault = undefined;
    });
    // Whoever comes later changes rules alone again.
    if (name === 'updateTenant step_up_required') {
      await app.db.script(`update tenants set settings = settings - 'rulesNeedTwoPeople'`);
    }
    expect(reply.status, reply.text).toBe(errorCatalogue[code].status);
    expect(reply.body).toEqual({ error: code, errorCode: code, errorDescription: expect.stringMatching(/^\w.{10,}/) });
    expect(reply.headers['retry-after'] !== undefined).toBe(code === 'unavailable' || code === 'too_many_requests');
  });

  let addresses = 0;

  // Names that earlier tests did not use, because some of those exist by now.
  const absent: Objects = { ...nobodys, userId: 'unheard-of-user', action: 'unheard-of' };
  const large = (route: Route) => (route.api === 'management' || route.isLarge === true ? 1024 * 1024 : 64 * 1024);

  async function provoke(name: string, route: Route, code: string, good: ExampleRequest): Promise<ExampleRequest> {
    const special = provocations[name];
    if (special !== undefined)
      return special({ app, own, nobodys: absent, tenantWithoutMethods, appWithoutMail, appWithoutTexts });
    switch (code) {
      case 'invalid_request':
        if (route.api === 'management') return { ...good, path: `${good.path}?nonsense=1` };
        if (route.method !== 'GET') return { ...good, rawBody: '{' };
        if (isOfClients(route)) return { ...good, path: `${good.path}?nonsense` };
        break;
      case 'invalid_token':
        return { ...good, token: 'x', remoteAddress: `2001:db8:2:${(addresses += 1).toString(16)}::1` };
      case 'expired_token':
        return { ...good, token: expiredToken() };
      case 'insufficient_scope':
        return { ...good, token: await tokenWithoutScope() };
      case 'invalid_configuration':
        if (isOfClients(route)) return { ...good, token: await tokenWithoutMethods() };
        break;
      case 'unauthorized':
        return { ...withoutCredentials(good), remoteAddress: `2001:db8:1:${(addresses += 1).toString(16)}::1` };
      case 'forbidden':
        if (isOfClients(route)) return { ...good, token: await tokenOfBlocked() };
        if (route.api === 'management') return { ...good, key: null, headers: await operatorHeaders('stranger') };
        return { ...good, key: (await tenantOfOtherAddresses()).secretKey };
      case 'too_many_requests': {
        const call = { ...withoutCredentials(good), remoteAddress: `2001:db8:0:${(addresses += 1).toString(16)}::1` };
        for (let count = 0; count < 30; count += 1)
          expect((await app.call(call.method, call.path, call)).status).toBe(401);
        return call;
      }
      case 'step_up_required':
        // Not every change of the tenant asks for a proof.
        if (route.id === 'updateTenant') {
          await ask({ ...good, body: { rulesNeedTwoPeople: true } });
          return { ...good, body: { rulesNeedTwoPeople: false }, key: null, headers: await operatorHeaders('admin') };
        }
        return { ...good, key: null, headers: await operatorHeaders('admin') };
      case 'body_too_large':
        return { ...good, rawBody: JSON.stringify({ pad: 'x'.repeat(large(route)) }) };
      case 'not_found':
        return requireExample(route.id)(absent);
      case 'authenticator_configuration_not_found':
        return isAboutObjects(route)
          ? requireExample(route.id)(absent)
          : { ...good, key: (await tenantWithoutMethods()).managementKey };
      case 'resource_already_exists':
        await ask(good);
        return good;
      case 'unexpected_error':
        database.fault = new Error('A fault made by the test.');
        return good;
      case 'unavailable':
        database.fault = new DatabaseUnavailable('A pause made by the test.');
        return good;
    }
    throw new Error(`Add a request that provokes "${name}" to route-examples.ts.`);
  }

  const makeOnce = <T>(make: () => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => (made ??= make());
  };

  const track = async (userId: string, tenant: TestTenant, body: object) =>
    (await app.call('POST', `/v1/users/${userId}/actions/held`, { key: tenant.secretKey, body })).body.token as string;

  /** A token of the own user that is valid except that it is too old. */
  function expiredToken(): string {
    const { context } = app.app;
    const key = context.published.tenant(app.tenant.tenantId)?.tokenKey;
    if (key === undefined) throw new Error('The tenant of the test is gone.');
    return signActionToken(key, {
      tenantId: app.tenant.tenantId,
      userId: own.userId,
      actionCode: own.action,
      idempotencyKey: own.idempotencyKey,
      actionId: randomUUID(),
      scope: '',
      nowMs: app.runtime.clock.now() - 3_600_000,
      lifetimeSeconds: 600,
      tokenId: randomUUID(),
      publicUrl: context.publicUrl,
    });
  }

  const tokenWithoutScope = makeOnce(async () => {
    await makeObjects(app.tenant, 'without-scope');
    return track('without-scope', app.tenant, {});
  });

  const tokenOfBlocked = makeOnce(async () => {
    const token = await track('blocked-user', app.tenant, { idempotencyKey: 'k' });
    await app.call('PATCH', '/v1/users/blocked-user/actions/held/k', { body: { state: 'BLOCK' } });
    return token;
  });

  /** For a tenant whose only active method is not built yet. */
  const tokenWithoutMethods = makeOnce(async () => {
    const tenant = await app.createTenant('With another method');
    await app.db.query(
      statement(
        'coverage_other_method',
        `update authenticator_configurations set is_active = verification_method = 'PASSKEY',
           verification_method = case verification_method when 'PASSKEY' then 'DEVICE' else verification_method end
         where tenant_id = $1`,
      ),
      [tenant.tenantId],
    );
    await publishConfig(app.db, tenant.tenantId);
    await app.app.context.published.refresh();
    return track('somebody', tenant, { scope: everyScope });
  });

  const tenantWithoutMethods = makeOnce(async () => {
    const tenant = await app.createTenant('Without methods');
    await app.db.query(
      statement('coverage_without_methods', 'delete from authenticator_configurations where tenant_id = $1'),
      [tenant.tenantId],
    );
    await publishConfig(app.db, tenant.tenantId);
    await app.app.context.published.refresh();
    return tenant;
  });

  /** Of an admin who proved long ago who they are, or of an operator of another tenant only. */
  async function operatorHeaders(who: 'admin' | 'stranger'): Promise<Readonly<Record<string, string>>> {
    const { secret } = await (who === 'admin' ? lateAdmin() : adminOfOther());
    return { cookie: `${operatorCookie}=${secret}`, 'x-sallyport-tenant': app.tenant.tenantId };
  }
  const adminOfOther = makeOnce(() => operator(app, 'elsewhere@example.com', ['ADMIN'], other.tenantId));
  const lateAdmin = makeOnce(async () => {
    const made = await operator(app, 'late@example.com', ['ADMIN']);
    const longAgo = statement('coverage_proved_long_ago', `update operator_sessions set proved_at = '2000-01-01Z'`);
    await app.db.query(longAgo, []);
    return made;
  });

  const tenantOfOtherAddresses = makeOnce(async () => {
    const tenant = await app.createTenant('Of other addresses');
    await app.call('PATCH', '/v1/management/tenant', {
      key: tenant.managementKey,
      body: { ipWhitelist: ['192.0.2.0/24'] },
    });
    return tenant;
  });

  const appWithoutMail = makeOnce(async () => {
    const refuse = () => Promise.reject(new DeliveryFailed('Refused by the test.', { isRefused: true }));
    const made = await testApp('embedded', { isDevelopment: false, mailer: { send: refuse, close: () => undefined } });
    others.push(made);
    return made;
  });

  const appWithoutTexts = makeOnce(async () => {
    const refuse = () => Promise.reject(new DeliveryFailed('Refused by the test.', { isRefused: true }));
    const made = await testApp('embedded', { texter: { send: refuse, close: () => undefined } });
    others.push(made);
    await enableTexts(made, made.tenant);
    return made;
  });
});

describe('A19: a body member of a wrong type is refused or ignored, and never causes a server error', () => {
  const wrong = [
    null,
    '',
    0,
    -1,
    1e308,
    true,
    [],
    ['right', 'wrong'],
    {},
    { $ne: null },
    'x'.repeat(60_000),
    '\u0000',
    '__proto__',
  ];
  const mayBeStructures = ['custom', 'clientIds'];
  const withBody = routes.filter((route) => route.method !== 'GET' && bodyMembers(route).length > 0);

  test.each(named(withBody))('%s', async (_id, route) => {
    const good = requireExample(route.id)(own);
    for (const [at, member] of bodyMembers(route).entries()) {
      // Each member gets a part of them, others than the member before; a full run gives all to each.
      const part = tries(3, 1);
      for (const value of wrong.filter((_value, place) => (place + at + route.path.length) % part === 0)) {
        const reply = await ask(
          { ...good, remoteAddress: visitor(), body: { ...(good.body as object), [member]: value } },
          route,
        );
        const told = `${member}: ${JSON.stringify(value).slice(0, 40)} gave ${reply.text}`;
        expect(reply.status, told).toBeLessThan(500);
        const isStructure = typeof value === 'object' && value !== null;
        if (isStructure && route.api !== 'management' && !mayBeStructures.includes(member))
          expect(told, told).toContain('"invalid_request"');
      }
    }
  });
});

describe('I7, A33, A34: members that no caller may set, such as the caller’s identity, are ignored (ruling 1)', () => {
  const smuggled = {
    state: 'CHALLENGE_SUCCEEDED',
    decision: { outcome: 'ALLOW' },
    verifiedAt: '2020-01-01T00:00:00.000Z',
    attempts: -5,
    lastStep: 0,
    counter: 0,
    expiresAt: null,
    userId: 'mallory',
    user_id: 'mallory',
    tenantId: randomUUID(),
    tenant_id: randomUUID(),
    role: 'admin',
    createdAt: '2020-01-01T00:00:00.000Z',
    actionId: randomUUID(),
  };

  const withBody = routes.filter((route) => route.method === 'POST' || route.method === 'PATCH');
  // Its settings are as they were made, whatever other tests have tried to save.
  let tenant: TestTenant;
  beforeAll(async () => {
    tenant = await app.createTenant('Where members are smuggled in');
  });
  interface Pair {
    readonly clean: Objects;
    readonly loaded: Objects;
  }
  let pair: Pair | undefined;

  test.each(named(withBody.filter((route) => route.api === 'management')))('or refused: %s', async (_id, route) => {
    const good = requireExample(route.id)(own);
    const reply = await ask({ ...good, body: { ...(good.body as object), verifiedAt: smuggled.verifiedAt } }, route);
    expect([reply.status, reply.body.errorDescription], reply.text).toEqual([400, 'verifiedAt is not a known field.']);
  });

  test.each(named(withBody.filter((route) => route.api === 'server' || isOfClients(route))))(
    '%s',
    async (_id, route) => {
      const example = (objects: Objects) => ({ key: tenant.secretKey, ...requireExample(route.id)(objects) });
      async function compare({ clean, loaded }: Pair): Promise<TestReply> {
        const plain = await ask(example(clean), route);
        const given = example(loaded);
        const unknown = Object.entries(smuggled).filter(([name]) => !bodyMembers(route).includes(name));
        const body = { ...Object.fromEntries(unknown), ...(given.body as object) };
        expect(scrub(await ask({ ...given, body }, route), loaded)).toBe(scrub(plain, clean));
        return plain;
      }
      // Both have had the same requests before, so they are alike until something is used up.
      if (pair !== undefined && (await compare(pair)).status < 300) return;
      pair = {
        clean: await makeObjects(tenant, `clean-${route.id}`),
        loaded: await makeObjects(tenant, `loaded-${route.id}`),
      };
      await compare(pair);
    },
  );

  test('and nothing of them is stored', async () => {
    const rows = await rowsOfTenant(tenant.tenantId);
    expect(rows).toContain('loaded-');
    expect(rows).not.toContain('mallory');
    expect(rows).not.toContain('2020-01-01');
  });
});

/** Each response of a page has a nonce of its own. */
function withoutNonce({ text }: TestReply): string {
  return text.replace(/ nonce="[^"]+"/g, '');
}

describe('A70: unknown query parameters', () => {
  test.each(named(routes.filter((route) => route.method === 'GET')))(
    'change nothing of %s, or are refused by the management API',
    async (_id, route) => {
      const good = requireExample(route.id)(own);
      const separator = good.path.includes('?') ? '&' : '?';
      // From addresses of their own: pages permit few calls of one.
      const plain = await ask({ ...good, remoteAddress: visitor() }, route);
      for (const extra of [
        'sort=email',
        'filter[email]=x',
        'fields=root_key_sealed',
        'tenantId=x',
        'order=1;drop',
        '__proto__=1',
      ]) {
        const reply = await ask(
          { ...good, remoteAddress: visitor(), path: `${good.path}${separator}${encodeURI(extra)}` },
          route,
        );
        const expected = route.api === 'management' ? 400 : plain.status;
        expect(reply.status, extra).toBe(expected);
        if (route.api !== 'management') expect(withoutNonce(reply), extra).toBe(withoutNonce(plain));
      }
    },
  );
});

describe('ruling 49: HEAD', () => {
  /** Without the parts that differ in each response; a streamed list has no length in advance. */
  const comparable = ({ status, headers }: TestReply) => {
    const { 'x-request-id': _id, date: _date, 'transfer-encoding': _chunks, ...rest } = headers;
    const { 'content-security-policy': policy, ...others } = rest;
    return { status, ...others, policy: String(policy).replace(/nonce-[^']+/g, 'nonce') };
  };

  test('answers as GET without a body, and has no effect; a path without GET has no HEAD', async () => {
    const service = ['/livez', '/readyz', '/openapi.json', '/docs/', '/nowhere', '/v1/nowhere'];
    const reads = routes
      .filter(({ method }) => method === 'GET')
      .flatMap((route) => {
        const good = requireExample(route.id)(own);
        return [good, withoutCredentials({ ...good, remoteAddress: visitor() })].map(
          (request) => (method: string) => ask({ ...request, method }, route),
        );
      });
    const asked = [...reads, ...service.map((path) => (method: string) => app.call(method, path, { key: null }))];
    const before = await rowsOfTenant(app.tenant.tenantId);
    const heads: TestReply[] = [];
    for (const askBy of asked) heads.push(await askBy('HEAD'));
    expect(await rowsOfTenant(app.tenant.tenantId)).toBe(before);
    for (const [index, askBy] of asked.entries()) {
      const get = await askBy('GET');
      const head = heads[index] ?? get;
      expect([head.text, comparable(head)], get.text.slice(0, 200)).toEqual(['', comparable(get)]);
    }
    const head = await app.call('HEAD', '/v1/validate');
    expect([head.status, head.headers['allow'], head.text]).toEqual([405, 'POST', '']);
  });
});

describe('responses', () => {
  test('have exactly the content type application/json and a request id in every case; pages are HTML', async () => {
    for (const request of [
      { method: 'GET', path: '/nothing' },
      { method: 'PUT', path: '/v1/users/x' },
      { method: 'OPTIONS', path: '/v1/users/x' },
      { method: 'GET', path: '/v1/users/%E0%A4%A' },
      { method: 'GET', path: `/v1/users/${'x'.repeat(5_000)}` },
      { method: 'POST', path: '/v1/validate', rawBody: '{' },
      { method: 'POST', path: '/v1/validate', rawBody: 'x', headers: { 'content-type': 'text/plain' } },
      { method: 'POST', path: '/v1/validate', rawBody: '{}', headers: { 'content-type': 'a/b; charset=\u00ff' } },
      { method: 'GET', path: '/livez' },
      { method: 'GET', path: '/readyz' },
      { method: 'GET', path: '/openapi.json' },
    ]) {
      await ask(request);
    }
    expect(replies.length).toBeGreaterThan(routes.length * 5);
    for (const { request, reply, route } of replies) {
      if (reply.status === 204) {
        expect(reply.text, request).toBe('');
        continue;
      }
      const isPage = route?.reply.kind === 'page' && reply.status === 200;
      expect(reply.headers['content-type'], request).toBe(isPage ? 'text/html; charset=utf-8' : 'application/json');
      expect(reply.headers['x-request-id'], request).toMatch(/^[0-9a-f-]{36}$/);
      if (!isPage && !Array.isArray(reply.body) && reply.text !== '')
        expect(Object.getPrototypeOf(reply.body), request).toBe(Object.prototype);
      if (reply.status >= 400 && !request.endsWith('z') && reply.text !== '')
        expect(reply.body, request).toHaveProperty('errorDescription');
    }
  });

  test('refuse only with codes that their route lists', () => {
    const unlisted = replies.flatMap(({ request, reply, route }) => {
      if (route === undefined || reply.status < 400 || reply.status === 405 || reply.text === '') return [];
      const code = reply.body.errorCode as ErrorCode;
      return refusalsOf(route).includes(code) ? [] : [`${route.id} ${code} (${request})`];
    });
    expect([...new Set(unlisted)]).toEqual([]);
  });

  test('ruling 2: describe each mistake in our own words, with its path, never in those of the validation library', async () => {
    const libraryWords =
      /invalid input|invalid option|too (?:big|small)|expected (?:string|number|one of)|received|undefined|\bnan\b|unrecognized|>=|<=/i;
    const told = replies.flatMap(({ request, reply }) =>
      libraryWords.test(String(reply.body?.errorDescription ?? '')) ? [`${request}: ${reply.text}`] : [],
    );
    expect(told).toEqual([]);
    const { body } = await ask({
      method: 'POST',
      path: '/v1/users/x/actions/login',
      body: { email: 7, redirectToSettings: 'yes', userAgent: 'x'.repeat(5_000), scope: 'all', custom: [] },
    });
    expect(body.errorDescription).toBe(
      'redirectToSettings must be true or false. userAgent must have at most 4096 characters. scope must be a space-separated list out of read:authenticators, add:authenticators, update:authenticators, remove:authenticators. email must be a string. custom must be a JSON object.',
    );
  });

  test('list the methods of the path, if it does not have the requested one', async () => {
    const reply = await ask({ method: 'PUT', path: '/v1/users/x' });
    expect([reply.status, reply.body.errorCode]).toEqual([405, 'method_not_allowed']);
    expect(String(reply.headers['allow']).split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH', 'POST']);
  });

  test('ruling 49: are not cached, except the public keys and their location', async () => {
    const kept = replies.filter(({ request, reply }) => {
      const isApi = /^\w+ \/+v1/.test(request);
      return isApi && reply.headers['cache-control'] !== 'no-store';
    });
    const lastOf = (request: string) => /[^/?]+(?=\?|$)/.exec(request)?.[0];
    const seen = kept.map(({ request, reply }) =>
      [lastOf(request), reply.status, reply.headers['cache-control']].join(' '),
    );
    expect([...new Set(seen)].sort()).toEqual([
      'jwks 200 public, max-age=300',
      'openid-configuration 200 public, max-age=300',
    ]);
  });
});
