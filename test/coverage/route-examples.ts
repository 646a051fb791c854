/**
 * One example of a valid request per route, with the objects it needs. The coverage tests send each with objects of the
 * caller, of another tenant, and with objects that do not exist.
 *
 * Did a coverage test fail for you? You added a route: add a valid request to it here, and one that provokes each
 * refusal that it lists.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { routes } from '../../src/contract/index.ts';
import { statement } from '../../src/storage/sql.ts';
import { callbackUrl } from '../../src/telling/callback-url.ts';
import { ownProviders } from '../../src/telling/own-providers.ts';
import { softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import { testPublicUrl as ownOrigin } from '../../src/testkit/test-app.ts';
import type { TestApp, TestCall, TestTenant } from '../../src/testkit/test-app.ts';

/** The objects that a request can need. */
export interface Objects {
  readonly tenantId: string;
  readonly userId: string;
  readonly action: string;
  readonly idempotencyKey: string;
  readonly userAuthenticatorId: string;
  /** A device that the user has verified from, and the id by which its user names it. */
  readonly deviceId: string;
  readonly ownDeviceId: string;
  /** Short-lived token of the action, with every scope. */
  readonly token: string;
  /** The present code of the authenticator app that the user is enrolling. */
  readonly totpCode: string;
  /** The code that was mailed for the action. */
  readonly mailedCode: string;
  /** The codes that were sent for the action by text message and by WhatsApp. */
  readonly textedCode: string;
  readonly whatsappCode: string;
  /** The token in the link that was mailed for the action, and the nonce of its page. */
  readonly linkToken: string;
  readonly pageNonce: string;
  /** What stands behind the `#` of the links that help the user in, and that stop it. */
  readonly helpToken: string;
  readonly helpStopToken: string;
  /** One of the user's recovery codes; none unless the test creates a set, because that is slow. */
  readonly recoveryCode: string;
  readonly challengeId: string;
  readonly verificationCode: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
  readonly ruleId: string;
  readonly valueList: string;
  readonly dataPointId: string;
  readonly alertId: string;
  readonly clientId: string;
  readonly authenticatorId: string;
  readonly endpointId: string;
  /** Of a test event to that endpoint. */
  readonly deliveryId: string;
  readonly attemptId: string;
  /** A passkey of the user's. */
  readonly credentialId: string;
  /** Responses of keys to options that were issued to the token's user, as JSON text. */
  readonly newPasskey: string;
  readonly newSecurityKey: string;
  readonly passkeyAnswer: string;
  readonly securityKeyAnswer: string;
  /** Keys of the user’s app, registered for push, QR codes and in-app proofs, and a new one; as `<key>:<removal signature>`. */
  readonly appKey: string;
  readonly newAppKey: string;
  /** What the app sends to claim a QR code that the token’s page has opened, as JSON text, and the page’s own secret. */
  readonly scannedCode: string;
  readonly deviceCode: string;
  /** The same for a challenge inside the app. */
  readonly inAppAnswer: string;
  /** A push that waits for the app, `<challengeId>:<number>:<signature>`, and a signed change, `<challengeId>:<signature>`. */
  readonly openPush: string;
  readonly pushUpdate: string;
}

/**
 * Without those of live connections, which requests without a socket do not reach: see qr-code.test.ts. And without those of
 * the portal, whose callers are neither keys nor users: see test/portal/.
 */
export const requestRoutes = routes.filter(({ reply, api }) => reply.kind !== 'live' && api !== 'portal');

export interface ExampleRequest extends TestCall {
  readonly method: string;
  readonly path: string;
  /** A server other than the usual one. */
  readonly app?: TestApp;
}

type Example = (objects: Objects) => ExampleRequest;

const manage = (method: string, path: string, body?: object): ExampleRequest => ({
  method,
  path: `/v1/management${path}`,
  ...(body === undefined ? {} : { body }),
});
const client = (method: string, path: string, token: string, body?: object): ExampleRequest => ({
  method,
  path: `/v1/client/${path}`,
  token,
  ...(body === undefined ? {} : { body }),
});
export const alert = { measure: 'decisions', threshold: 2, windowMinutes: 5, recipients: ['oncall@example.com'] };
const pushCredentials = { pushProvider: 'WEBHOOK', webhookUrl: 'https://bank.example/push' };

const passkeyPath = 'user-authenticators/passkey';
const securityKeyPath = 'user-authenticators/security-key';

const credential = {
  verificationMethod: 'PASSKEY',
  credentialId: Buffer.from('credential of somebody').toString('base64url'),
  credentialPublicKey: coseKey(),
};

/** An ES256 public key as COSE (RFC 9052 §7): {1: 2, 3: -7, -1: 1, -2: x, -3: y}. */
function coseKey(): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const head = Buffer.from('a5010203262001215820', 'hex');
  const parts = [head, Buffer.from(x, 'base64url'), Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')];
  return Buffer.concat(parts).toString('base64url');
}

/** The endpoint that stands for the tenant's setting of log events. */
async function endpointOfSetting(app: TestApp): Promise<string> {
  const key = app.tenant.managementKey;
  const body = { logEventsWebhookConfig: { endpointUrl: 'https://bank.example/logs' } };
  await app.call('PATCH', '/v1/management/tenant', { key, body });
  const listed = await app.call('GET', '/v1/management/event-endpoints', { key });
  return listed.body.find(({ setting }: { setting?: string }) => setting !== undefined).endpointId;
}

let phones = 0;
/** A call of an app, which names its tenant. */
function ofApp({ tenantId }: Objects, method: string, to: string, body?: object): ExampleRequest {
  return {
    method,
    path: `/v1/client/${to}`,
    key: tenantId,
    // Its own address, because anonymous calls are counted by address.
    remoteAddress: `2001:db8:6:${(phones += 1).toString(16)}::1`,
    ...(body === undefined ? {} : { body }),
  };
}

function inQuery({ appKey }: Objects): string {
  return `publicKey=${Buffer.from(keyOf(appKey)).toString('base64url')}`;
}

/** Finding, registering and removing the key of an app. */
function appExamples(namespace: string, name: string): Readonly<Record<string, Example>> {
  return {
    [`find${name}Credential`]: (objects) =>
      ofApp(objects, 'GET', `user-authenticators/${namespace}?${inQuery(objects)}`),
    [`add${name}Credential`]: ({ token, newAppKey }) =>
      client('POST', `user-authenticators/${namespace}`, token, {
        publicKey: keyOf(newAppKey),
        deviceName: 'Phone',
        devicePlatform: 'ios',
      }),
    [`remove${name}Credential`]: (objects) => {
      const [publicKey, signature] = objects.appKey.split(':');
      return ofApp(objects, 'POST', `user-authenticators/${namespace}/remove`, { publicKey, signature });
    },
  };
}

function keyOf(appKey: string): string {
  return appKey.split(':')[0] ?? '';
}

/** A valid request per route id. */
export const examples: Readonly<Record<string, Example>> = {
  openChallenge: ({ token, action }) => client('POST', 'challenge', token, { action }),
  openChallengeWithCookie: ({ tenantId, action }) => ({
    method: 'POST',
    path: '/v1/client/challenge/web',
    key: tenantId,
    body: { action },
  }),
  startPasskeyRegistration: ({ token }) => client('POST', `${passkeyPath}/registration-options`, token, {}),
  startPasskeyRegistrationWithCookie: ({ token }) =>
    client('POST', `${passkeyPath}/registration-options/web`, token, {}),
  addPasskey: ({ token, newPasskey }) =>
    client('POST', passkeyPath, token, { registrationCredential: JSON.parse(newPasskey) as object }),
  startPasskeyAuthentication: ({ token }) => client('POST', `${passkeyPath}/authentication-options`, token, {}),
  startPasskeyAuthenticationWithCookie: ({ token }) =>
    client('POST', `${passkeyPath}/authentication-options/web`, token, {}),
  verifyPasskey: ({ token, passkeyAnswer }) =>
    client('POST', 'verify/passkey', token, { authenticationCredential: JSON.parse(passkeyAnswer) as object }),
  findPasskey: ({ tenantId, credentialId }) => ({
    method: 'GET',
    path: `/v1/client/${passkeyPath}?credentialIds=${credentialId}`,
    key: tenantId,
  }),
  startSecurityKeyRegistration: ({ token }) => client('POST', `${securityKeyPath}/registration-options`, token, {}),
  addSecurityKey: ({ token, newSecurityKey }) =>
    client('POST', securityKeyPath, token, JSON.parse(newSecurityKey) as object),
  startSecurityKeyAuthentication: ({ token }) => client('POST', `${securityKeyPath}/authentication-options`, token, {}),
  verifySecurityKey: ({ token, securityKeyAnswer }) =>
    client('POST', 'verify/security-key', token, JSON.parse(securityKeyAnswer) as object),
  startQrCodeChallenge: ({ token, action }) => client('POST', 'challenge/qr-code', token, { action }),
  checkQrCodeChallenge: (objects) =>
    ofApp(objects, 'POST', 'verify/qr-code', {
      challengeId: (JSON.parse(objects.scannedCode) as { challengeId: string }).challengeId,
      deviceCode: objects.deviceCode,
    }),
  claimQrCodeChallenge: (objects) =>
    ofApp(objects, 'POST', 'user-authenticators/qr-code/challenge/claim', JSON.parse(objects.scannedCode) as object),
  answerQrCodeChallenge: (objects) =>
    ofApp(objects, 'POST', 'user-authenticators/qr-code/challenge', {
      ...(JSON.parse(objects.scannedCode) as object),
      approved: true,
    }),
  verifyInApp: ({ token, inAppAnswer }) => client('POST', 'verify/in-app', token, JSON.parse(inAppAnswer) as object),
  ...appExamples('push', 'Push'),
  startPushChallenge: ({ token }) => client('POST', 'challenge/push', token, { numberMatching: true }),
  verifyPush: ({ token, openPush }) => client('POST', 'verify/push', token, { challengeId: openPush.split(':')[0] }),
  startPushPoll: (objects) => ofApp(objects, 'POST', `user-authenticators/push/challenge/sign?${inQuery(objects)}`),
  getPendingPush: (objects) => ofApp(objects, 'GET', `user-authenticators/push/challenge?${inQuery(objects)}`),
  answerPush: (objects) => {
    const [challengeId, verificationCode, signature] = objects.openPush.split(':');
    const publicKey = keyOf(objects.appKey);
    const body = { challengeId, publicKey, signature, approved: true, verificationCode };
    return ofApp(objects, 'POST', 'user-authenticators/push/challenge', body);
  },
  startPushUpdate: (objects) => ofApp(objects, 'POST', `user-authenticators/push/sign?${inQuery(objects)}`),
  updatePushCredential: (objects) => {
    const [challengeId, signature] = objects.pushUpdate.split(':');
    const body = { challengeId, publicKey: keyOf(objects.appKey), signature, pushToken: 'new' };
    return ofApp(objects, 'PATCH', 'user-authenticators/push', body);
  },
  ...appExamples('qr-code', 'QrCode'),
  ...appExamples('in-app', 'InApp'),
  getOwnAuthenticators: ({ token }) => client('GET', 'user-authenticators', token),
  getUiSession: ({ token }) => client('GET', 'ui/session', token),
  startTotpEnrolment: ({ token }) => client('POST', 'user-authenticators/totp', token, {}),
  verifyTotp: ({ token, totpCode }) => client('POST', 'verify/totp', token, { verificationCode: totpCode }),
  startEmailOtpEnrolment: ({ token }) =>
    client('POST', 'user-authenticators/email-otp', token, { email: 'new-address@example.com' }),
  startEmailOtpChallenge: ({ token }) => client('POST', 'challenge/email-otp', token, {}),
  verifyEmailOtp: ({ token, mailedCode }) =>
    client('POST', 'verify/email-otp', token, { verificationCode: mailedCode }),
  startSmsEnrolment: ({ token }) => client('POST', 'user-authenticators/sms', token, { phoneNumber: '+6421555111' }),
  startSmsChallenge: ({ token }) => client('POST', 'challenge/sms', token, {}),
  verifySms: ({ token, textedCode }) => client('POST', 'verify/sms', token, { verificationCode: textedCode }),
  startWhatsappEnrolment: ({ token }) =>
    client('POST', 'user-authenticators/whatsapp', token, { phoneNumber: '+6421555112' }),
  startWhatsappChallenge: ({ token }) => client('POST', 'challenge/whatsapp', token, {}),
  verifyWhatsapp: ({ token, whatsappCode }) =>
    client('POST', 'verify/whatsapp', token, { verificationCode: whatsappCode }),
  replaceRecoveryCodes: ({ token }) => client('POST', 'user-authenticators/recovery-codes', token, {}),
  verifyRecoveryCode: ({ token, recoveryCode }) =>
    client('POST', 'verify/recovery-code', token, { verificationCode: recoveryCode }),
  deleteOwnAuthenticator: ({ token, userAuthenticatorId }) =>
    client('DELETE', `user-authenticators/${userAuthenticatorId}`, token),
  updateOwnAuthenticator: ({ token, userAuthenticatorId }) =>
    client('PATCH', `user-authenticators/${userAuthenticatorId}`, token, { displayName: 'My phone' }),
  rememberDevice: ({ token }) => client('POST', 'devices/remember', token, {}),
  getOwnDevices: ({ token }) => client('GET', 'devices', token),
  updateOwnDevice: ({ token, ownDeviceId }) =>
    client('PATCH', `devices/${ownDeviceId}`, token, { displayName: 'My laptop' }),
  forgetOwnDevice: ({ token, ownDeviceId }) => client('DELETE', `devices/${ownDeviceId}`, token),
  getClientConfigurations: ({ token }) => client('GET', 'authenticators', token),
  initClient: ({ token }) => client('POST', 'init', token, {}),
  startEmailMagicLinkEnrolment: ({ token }) =>
    client('POST', 'user-authenticators/email-magic-link', token, { email: 'new-address@example.com' }),
  startEmailMagicLinkChallenge: ({ token }) => client('POST', 'challenge/email-magic-link', token, {}),
  finalizeEmailMagicLink: ({ token }) => client('POST', 'verify/email-magic-link/finalize', token, {}),
  showMagicLink: ({ linkToken }) => ({ method: 'GET', path: `/magic-link?token=${linkToken}` }),
  confirmMagicLink: ({ linkToken, pageNonce }) => ({
    method: 'POST',
    path: '/magic-link',
    body: { token: linkToken, pageNonce },
  }),
  denyMagicLink: ({ linkToken, pageNonce }) => ({
    method: 'POST',
    path: '/magic-link/deny',
    body: { token: linkToken, pageNonce },
  }),
  showHelp: ({ tenantId }) => ({ method: 'GET', path: `/help?tenant=${tenantId}` }),
  takeHelp: ({ helpToken }) => ({
    method: 'POST',
    path: '/help',
    body: { token: helpToken, pageSecret: 'p'.repeat(64) },
  }),
  showHelpStop: ({ tenantId }) => ({ method: 'GET', path: `/help/stop?tenant=${tenantId}` }),
  stopHelp: ({ helpStopToken }) => ({ method: 'POST', path: '/help/stop', body: { token: helpStopToken } }),
  getUser: ({ userId }) => ({ method: 'GET', path: `/v1/users/${userId}` }),
  queryUsers: ({ userId }) => ({ method: 'GET', path: `/v1/users?username=${userId}` }),
  updateUser: ({ userId }) => ({ method: 'PATCH', path: `/v1/users/${userId}`, body: { displayName: 'New' } }),
  deleteUser: ({ userId }) => ({ method: 'DELETE', path: `/v1/users/${userId}` }),
  getAuthenticators: ({ userId }) => ({ method: 'GET', path: `/v1/users/${userId}/authenticators` }),
  enrollVerifiedAuthenticator: ({ userId }) => ({
    method: 'POST',
    path: `/v1/users/${userId}/authenticators`,
    body: { verificationMethod: 'SMS', phoneNumber: '+6427123456' },
  }),
  enrollVerifiedAuthenticators: ({ userId }) => ({
    method: 'POST',
    path: '/v1/users/authenticators',
    body: {
      authenticators: [
        { ...credential, userId, credentialId: Buffer.from(`In a batch: ${userId}`).toString('base64url') },
      ],
    },
  }),
  deleteAuthenticator: ({ userId, userAuthenticatorId }) => ({
    method: 'DELETE',
    path: `/v1/users/${userId}/authenticators/${userAuthenticatorId}`,
  }),
  getDevices: ({ userId }) => ({ method: 'GET', path: `/v1/users/${userId}/devices` }),
  updateDevice: ({ userId, deviceId }) => ({
    method: 'PATCH',
    path: `/v1/users/${userId}/devices/${deviceId}`,
    body: { rememberedUntil: '2999-12-31T00:00:00.000Z' },
  }),
  invalidateDevice: ({ userId, deviceId }) => ({
    method: 'POST',
    path: `/v1/users/${userId}/devices/${deviceId}/invalidate`,
  }),
  getAuthenticatorConfigurations: () => ({ method: 'GET', path: '/v1/authenticators' }),
  trackAction: ({ userId, action, idempotencyKey }) => ({
    method: 'POST',
    path: `/v1/users/${userId}/actions/${action}`,
    body: { idempotencyKey },
  }),
  getAction: ({ userId, action, idempotencyKey }) => ({
    method: 'GET',
    path: `/v1/users/${userId}/actions/${action}/${idempotencyKey}`,
  }),
  updateAction: ({ userId, action, idempotencyKey }) => ({
    method: 'PATCH',
    path: `/v1/users/${userId}/actions/${action}/${idempotencyKey}`,
    body: { state: 'REVIEW_FAILED' },
  }),
  queryUserActions: ({ userId }) => ({ method: 'GET', path: `/v1/users/${userId}/actions` }),
  validateChallenge: ({ token }) => ({ method: 'POST', path: '/v1/validate', body: { token } }),
  explainAction: ({ userId, action, idempotencyKey }) => ({
    method: 'GET',
    path: `/v1/users/${userId}/actions/${action}/${idempotencyKey}/explain`,
  }),
  initiateChallenge: ({ userId, action }) => ({
    method: 'POST',
    path: '/v1/challenge',
    body: { verificationMethod: 'EMAIL_OTP', action, email: `${userId}@example.com` },
  }),
  verifyChallenge: ({ challengeId, verificationCode }) => ({
    method: 'POST',
    path: '/v1/verify',
    body: { challengeId, verificationCode },
  }),
  claimChallenge: ({ challengeId, userId }) => ({
    method: 'POST',
    path: '/v1/claim',
    body: { challengeId, userId, skipVerificationCheck: true },
  }),
  getChallenge: ({ challengeId }) => ({ method: 'GET', path: `/v1/challenges?challengeId=${challengeId}` }),
  createSession: ({ token, clientId }) => ({ method: 'POST', path: '/v1/sessions', body: { token, clientId } }),
  validateSession: ({ accessToken }) => ({ method: 'POST', path: '/v1/sessions/validate', body: { accessToken } }),
  refreshSession: ({ refreshToken }) => ({ method: 'POST', path: '/v1/sessions/refresh', body: { refreshToken } }),
  revokeSession: ({ accessToken }) => ({ method: 'POST', path: '/v1/sessions/revoke', body: { accessToken } }),
  revokeUserSessions: ({ userId }) => ({ method: 'POST', path: '/v1/sessions/user/revoke', body: { userId } }),
  getTenant: () => manage('GET', '/tenant'),
  updateTenant: () => manage('PATCH', '/tenant', { tokenDurationInMinutes: 9 }),
  listActionConfigurations: () => manage('GET', '/action-configurations'),
  createActionConfiguration: ({ userId }) =>
    manage('POST', '/action-configurations', { actionCode: `new-${userId}`, defaultUserActionResult: 'ALLOW' }),
  getActionConfiguration: ({ action }) => manage('GET', `/action-configurations/${action}`),
  updateActionConfiguration: ({ action }) =>
    manage('PATCH', `/action-configurations/${action}`, { defaultUserActionResult: 'REVIEW' }),
  archiveActionConfiguration: ({ action }) => manage('DELETE', `/action-configurations/${action}`),
  listRules: ({ action }) => manage('GET', `/action-configurations/${action}/rules`),
  createRule: ({ action }) =>
    manage('POST', `/action-configurations/${action}/rules`, {
      name: 'New',
      isActive: false,
      priority: 7,
      type: 'BLOCK',
    }),
  getRule: ({ action, ruleId }) => manage('GET', `/action-configurations/${action}/rules/${ruleId}`),
  updateRule: ({ action, ruleId }) =>
    manage('PATCH', `/action-configurations/${action}/rules/${ruleId}`, { name: 'Changed' }),
  deleteRule: ({ action, ruleId }) => manage('DELETE', `/action-configurations/${action}/rules/${ruleId}`),
  evaluateRules: ({ action }) => manage('POST', `/action-configurations/${action}/rules/evaluate`, { facts: {} }),
  listValueLists: () => manage('GET', '/value-lists'),
  createValueList: ({ userId }) =>
    manage('POST', '/value-lists', { name: `new ${userId}`, itemType: 'string', isActive: true }),
  getValueList: ({ valueList }) => manage('GET', `/value-lists/${valueList}`),
  updateValueList: ({ valueList }) => manage('PATCH', `/value-lists/${valueList}`, { isActive: false }),
  deleteValueList: ({ valueList }) => manage('DELETE', `/value-lists/${valueList}`),
  listCustomDataPoints: () => manage('GET', '/custom-data-points'),
  createCustomDataPoint: ({ userId }) =>
    manage('POST', '/custom-data-points', { name: `new ${userId}`, dataType: 'text', modelType: 'user' }),
  getCustomDataPoint: ({ dataPointId }) => manage('GET', `/custom-data-points/${dataPointId}`),
  updateCustomDataPoint: ({ dataPointId }) =>
    manage('PATCH', `/custom-data-points/${dataPointId}`, { description: 'Changed' }),
  deleteCustomDataPoint: ({ dataPointId }) => manage('DELETE', `/custom-data-points/${dataPointId}`),
  listAlerts: () => manage('GET', '/alerts'),
  createAlert: ({ userId }) => manage('POST', '/alerts', { ...alert, name: `new ${userId}` }),
  getAlert: ({ alertId }) => manage('GET', `/alerts/${alertId}`),
  updateAlert: ({ alertId }) => manage('PATCH', `/alerts/${alertId}`, { threshold: 3 }),
  deleteAlert: ({ alertId }) => manage('DELETE', `/alerts/${alertId}`),
  getTheme: () => manage('GET', '/theme'),
  updateTheme: () => manage('PATCH', '/theme', { name: 'Changed' }),
  getMessageOverrides: () => manage('GET', '/message-overrides'),
  replaceMessageOverrides: () =>
    manage('PATCH', '/message-overrides', { messageOverrides: { en: { 'sms-code-entry.heading': 'Something else' } } }),
  getMessageCatalogue: () => manage('GET', '/message-overrides/catalog'),
  listAuthenticatorConfigurations: () => manage('GET', '/authenticator-configurations'),
  updateAuthenticatorConfiguration: ({ authenticatorId }) =>
    manage('PATCH', `/authenticator-configurations/${authenticatorId}`, { isActive: true }),
  createSmsConfiguration: () =>
    manage('POST', '/authenticator-configurations/sms', {
      smsProvider: 'WEBHOOK',
      webhookUrl: 'https://bank.example/sms',
    }),
  getSmsConfiguration: () => manage('GET', '/authenticator-configurations/sms'),
  updateSmsConfiguration: () => manage('PATCH', '/authenticator-configurations/sms', { isActive: false }),
  deleteSmsConfiguration: () => manage('DELETE', '/authenticator-configurations/sms'),
  createWhatsAppConfiguration: () =>
    manage('POST', '/authenticator-configurations/whatsapp', {
      whatsAppProvider: 'WEBHOOK',
      webhookUrl: 'https://bank.example/whatsapp',
    }),
  getWhatsAppConfiguration: () => manage('GET', '/authenticator-configurations/whatsapp'),
  updateWhatsAppConfiguration: () => manage('PATCH', '/authenticator-configurations/whatsapp', { isActive: true }),
  deleteWhatsAppConfiguration: () => manage('DELETE', '/authenticator-configurations/whatsapp'),
  createEmailOtpConfiguration: () =>
    manage('POST', '/authenticator-configurations/email-otp', {
      emailProvider: 'WEBHOOK',
      webhookUrl: 'https://bank.example/mail',
    }),
  getEmailOtpConfiguration: () => manage('GET', '/authenticator-configurations/email-otp'),
  updateEmailOtpConfiguration: () => manage('PATCH', '/authenticator-configurations/email-otp', { isActive: true }),
  deleteEmailOtpConfiguration: () => manage('DELETE', '/authenticator-configurations/email-otp'),
  createPasskeyConfiguration: () =>
    manage('POST', '/authenticator-configurations/passkey', {
      relyingParty: 'bank.example',
      expectedOrigins: ['https://bank.example'],
    }),
  getPasskeyConfiguration: () => manage('GET', '/authenticator-configurations/passkey'),
  updatePasskeyConfiguration: () => manage('PATCH', '/authenticator-configurations/passkey', { isActive: true }),
  deletePasskeyConfiguration: () => manage('DELETE', '/authenticator-configurations/passkey'),
  createPushConfiguration: () => manage('POST', '/authenticator-configurations/push', pushCredentials),
  getPushConfiguration: () => manage('GET', '/authenticator-configurations/push'),
  updatePushConfiguration: () => manage('PATCH', '/authenticator-configurations/push', { isActive: false }),
  deletePushConfiguration: () => manage('DELETE', '/authenticator-configurations/push'),
  createQrCodeConfiguration: () => manage('POST', '/authenticator-configurations/qr-code', {}),
  getQrCodeConfiguration: () => manage('GET', '/authenticator-configurations/qr-code'),
  updateQrCodeConfiguration: () => manage('PATCH', '/authenticator-configurations/qr-code', { isActive: true }),
  deleteQrCodeConfiguration: () => manage('DELETE', '/authenticator-configurations/qr-code'),
  createInAppConfiguration: () => manage('POST', '/authenticator-configurations/in-app', {}),
  getInAppConfiguration: () => manage('GET', '/authenticator-configurations/in-app'),
  updateInAppConfiguration: () => manage('PATCH', '/authenticator-configurations/in-app', { isActive: true }),
  deleteInAppConfiguration: () => manage('DELETE', '/authenticator-configurations/in-app'),
  listAppClients: () => manage('GET', '/app-clients'),
  createAppClient: ({ userId }) => manage('POST', '/app-clients', { clientId: `new-${userId}`, name: 'New' }),
  getAppClient: ({ clientId }) => manage('GET', `/app-clients/${clientId}`),
  updateAppClient: ({ clientId }) => manage('PATCH', `/app-clients/${clientId}`, { name: 'Changed' }),
  deleteAppClient: ({ clientId }) => manage('DELETE', `/app-clients/${clientId}`),
  listEventEndpoints: () => manage('GET', '/event-endpoints'),
  createEventEndpoint: () =>
    manage('POST', '/event-endpoints', { url: 'https://bank.example/new', eventTypes: ['rules.published'] }),
  getEventEndpoint: ({ endpointId }) => manage('GET', `/event-endpoints/${endpointId}`),
  updateEventEndpoint: ({ endpointId }) =>
    manage('PATCH', `/event-endpoints/${endpointId}`, { description: 'Changed' }),
  deleteEventEndpoint: ({ endpointId }) => manage('DELETE', `/event-endpoints/${endpointId}`),
  testEventEndpoint: ({ endpointId }) => manage('POST', `/event-endpoints/${endpointId}/test`),
  listEventDeliveries: ({ endpointId }) => manage('GET', `/event-deliveries?endpointId=${endpointId}`),
  getEventDelivery: ({ deliveryId }) => manage('GET', `/event-deliveries/${deliveryId}`),
  getEventAttempt: ({ attemptId }) => manage('GET', `/event-attempts/${attemptId}`),
  replayEventDelivery: ({ deliveryId }) => manage('POST', `/event-deliveries/${deliveryId}/replay`),
  replayEventDeliveries: ({ endpointId }) =>
    manage('POST', '/event-deliveries/replay', {
      endpointId,
      from: '2026-01-01T00:00:00Z',
      to: '2026-12-31T00:00:00Z',
    }),
  liftHold: ({ userId, userAuthenticatorId }) => ({
    method: 'POST',
    path: `/v1/users/${userId}/authenticators/${userAuthenticatorId}/lift-hold`,
  }),
  liftUsersHold: ({ userId, userAuthenticatorId }) =>
    manage('POST', `/users/${userId}/authenticators/${userAuthenticatorId}/lift-hold`),
  deleteUsersAuthenticator: ({ userId, userAuthenticatorId }) =>
    manage('DELETE', `/users/${userId}/authenticators/${userAuthenticatorId}`),
  listUsersDevices: ({ userId }) => manage('GET', `/users/${userId}/devices`),
  invalidateUsersDevice: ({ userId, deviceId }) => manage('POST', `/users/${userId}/devices/${deviceId}/invalidate`),
  endUsersSession: ({ userId, sessionId }) => manage('DELETE', `/users/${userId}/sessions/${sessionId}`),
  eraseUser: ({ userId }) => manage('DELETE', `/users/${userId}`),
  exportUser: ({ userId }) => manage('GET', `/users/${userId}/export`),
  unlockMethod: ({ userId }) => manage('POST', `/users/${userId}/verification-methods/EMAIL_OTP/unlock`),
  receiveCallback: ({ tenantId }) => ({
    method: 'POST',
    path: `/callbacks/${tenantId}.EMAIL_OTP.first.AAAA`,
    body: {},
  }),
  showDevInbox: () => ({ method: 'GET', path: '/dev/inbox' }),
  showDevMessage: () => ({ method: 'GET', path: '/dev/inbox/1' }),
  showWelcome: () => ({ method: 'GET', path: '/' }),
  tryChallenge: () => ({ method: 'POST', path: '/dev/challenge', body: {} }),
  getJwks: ({ tenantId }) => ({ method: 'GET', path: `/v1/client/public/${tenantId}/.well-known/jwks` }),
  getOpenidConfiguration: ({ tenantId }) => ({
    method: 'GET',
    path: `/v1/client/public/${tenantId}/.well-known/openid-configuration`,
  }),
  showChallenge: ({ token }) => ({ method: 'GET', path: `/challenge?token=${token}` }),
};

/** Routes whose valid request needs others to run first; the objects that these begin with may not exist yet. */
export const preparations: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['QrCode', 'InApp'].flatMap((name) =>
      ['get', 'update', 'delete'].map((verb) => [`${verb}${name}Configuration`, [`create${name}Configuration`]]),
    ),
  ),
  createEmailOtpConfiguration: ['deleteEmailOtpConfiguration'],
  createPasskeyConfiguration: ['deletePasskeyConfiguration'],
  getSmsConfiguration: ['createSmsConfiguration'],
  updateSmsConfiguration: ['createSmsConfiguration'],
  deleteSmsConfiguration: ['createSmsConfiguration'],
  getPushConfiguration: ['createPushConfiguration'],
  updatePushConfiguration: ['createPushConfiguration'],
  deletePushConfiguration: ['createPushConfiguration'],
};

/** What a refusal test may use besides the valid example. */
export interface Stage {
  readonly app: TestApp;
  readonly own: Objects;
  readonly nobodys: Objects;
  /** A tenant in which no verification method is configured. */
  tenantWithoutMethods(): Promise<TestTenant>;
  /** In production mode, with a mail server that accepts nothing. */
  appWithoutMail(): Promise<TestApp>;
  /** A server whose texts are never accepted. */
  appWithoutTexts(): Promise<TestApp>;
}

type Provoke = (stage: Stage) => ExampleRequest | Promise<ExampleRequest>;

/** Refusals that only this route returns, or returns in its own way: `route code` -> a request that provokes it. */
export const provocations: Readonly<Record<string, Provoke>> = {
  'addPasskey invalid_credential': (stage) => ofNobody(stage, 'addPasskey'),
  'addSecurityKey invalid_credential': (stage) => ofNobody(stage, 'addSecurityKey'),
  'verifyPasskey invalid_credential': (stage) => ofNobody(stage, 'verifyPasskey'),
  'verifySecurityKey invalid_credential': (stage) => ofNobody(stage, 'verifySecurityKey'),
  'startPasskeyAuthentication invalid_credential': (stage) => withUnknownChallenge(stage, 'startPasskeyAuthentication'),
  'startPasskeyAuthenticationWithCookie invalid_credential': (stage) =>
    withUnknownChallenge(stage, 'startPasskeyAuthenticationWithCookie'),
  'verifyPasskey unknown_credential': async ({ app, own: { token } }) => {
    const { method, path } = requireExample('startPasskeyAuthentication')({ token } as Objects);
    const { body } = await app.call(method, path, { token, body: {} });
    const authenticationCredential = useCredential(softwareKey(), body.options, ownOrigin);
    return client('POST', 'verify/passkey', token, { authenticationCredential });
  },
  ...Object.fromEntries(
    ['Push', 'QrCode', 'InApp'].flatMap((name): [string, Provoke][] => [
      [`find${name}Credential invalid_credential`, (stage) => ofNobodysApp(stage, `find${name}Credential`)],
      [
        `find${name}Credential invalid_request`,
        ({ own }) => {
          const { path, ...request } = requireExample(`find${name}Credential`)(own);
          return { ...request, path: path.replace(/\?.*/, '') };
        },
      ],
      [`add${name}Credential invalid_credential`, (stage) => ofNobodysApp(stage, `add${name}Credential`)],
      [`remove${name}Credential invalid_credential`, (stage) => ofNobodysApp(stage, `remove${name}Credential`)],
      [
        `remove${name}Credential invalid_configuration`,
        (stage) => keptApp(stage, name, 'tenant', { allowDeletingUserAuthenticators: false }),
      ],
      [
        `remove${name}Credential forbidden`,
        (stage) => keptApp(stage, name, 'configuration', { isEditableByUser: false }),
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['checkQrCodeChallenge', 'claimQrCodeChallenge', 'answerQrCodeChallenge', 'verifyInApp'].map(
      (id): [string, Provoke] => [
        `${id} invalid_credential`,
        ({ own, nobodys }) => requireExample(id)({ ...nobodys, token: own.token, tenantId: own.tenantId }),
      ],
    ),
  ),
  'answerQrCodeChallenge forbidden': async (stage) => {
    const { objects, tenant } = await scannedElsewhere(stage);
    const { userId, action, idempotencyKey } = objects;
    await stage.app.call('PATCH', `/v1/users/${userId}/actions/${action}/${idempotencyKey}`, {
      key: tenant.secretKey,
      body: { state: 'BLOCK' },
    });
    return requireExample('answerQrCodeChallenge')(objects);
  },
  'answerQrCodeChallenge invalid_configuration': async (stage) => {
    const { objects, tenant } = await scannedElsewhere(stage);
    const path = '/v1/management/authenticator-configurations';
    const listed = await stage.app.call('GET', path, { key: tenant.managementKey });
    for (const { authenticatorId } of listed.body as { authenticatorId: string }[]) {
      const body = { isActive: false };
      await stage.app.call('PATCH', `${path}/${authenticatorId}`, { key: tenant.managementKey, body });
    }
    await stage.app.app.context.published.refresh();
    return requireExample('answerQrCodeChallenge')(objects);
  },
  'startPushChallenge not_found': ({ own, nobodys }) =>
    client('POST', 'challenge/push', own.token, {
      numberMatching: true,
      userAuthenticatorId: nobodys.userAuthenticatorId,
    }),
  'verifyPush not_found': (stage) => ofNobodysApp(stage, 'verifyPush'),
  'startPushPoll invalid_credential': (stage) => ofNobodysApp(stage, 'startPushPoll'),
  'getPendingPush invalid_credential': (stage) => ofNobodysApp(stage, 'getPendingPush'),
  'getPendingPush invalid_request': ({ own }) => ofApp(own, 'GET', 'user-authenticators/push/challenge'),
  'answerPush invalid_credential': (stage) => ofNobodysApp(stage, 'answerPush'),
  'answerPush forbidden': (stage) => askedApp(stage, 'blocked'),
  'answerPush invalid_configuration': (stage) => askedApp(stage, 'disabled'),
  'startPushUpdate invalid_credential': (stage) => ofNobodysApp(stage, 'startPushUpdate'),
  'updatePushCredential invalid_credential': (stage) => ofNobodysApp(stage, 'updatePushCredential'),
  'createEventEndpoint invalid_configuration': () =>
    manage('POST', '/event-endpoints', { url: 'https://10.0.0.1/', eventTypes: ['rules.published'] }),
  'updateEventEndpoint invalid_configuration': ({ own: { endpointId } }) =>
    manage('PATCH', `/event-endpoints/${endpointId}`, { url: 'http://bank.example/' }),
  'deleteEventEndpoint invalid_configuration': async ({ app }) =>
    manage('DELETE', `/event-endpoints/${await endpointOfSetting(app)}`),
  'updateTenant invalid_configuration': () =>
    manage('PATCH', '/tenant', { logEventsWebhookConfig: { endpointUrl: 'https://[::1]/' } }),
  'replayEventDelivery gone': async ({ app, own: { endpointId } }) => {
    const call = { key: app.tenant.managementKey };
    const tested = await app.call('POST', `/v1/management/event-endpoints/${endpointId}/test`, call);
    const [deliveryId] = tested.body.deliveryIds;
    await app.db.query(
      statement('route_examples_empty_event', 'update events set payload = null where tenant_id = $1'),
      [app.tenant.tenantId],
    );
    return manage('POST', `/event-deliveries/${deliveryId}/replay`);
  },
  'findPasskey invalid_request': ({ own: { tenantId } }) => ({
    method: 'GET',
    path: `/v1/client/${passkeyPath}`,
    key: tenantId,
  }),
  'findPasskey invalid_credential': ({ own, nobodys }) =>
    requireExample('findPasskey')({ ...own, credentialId: nobodys.credentialId }),
  'getUser invalid_request': ({ own }) => ({ method: 'GET', path: `/v1/users/${own.userId}%2F` }),
  'queryUsers invalid_request': () => ({ method: 'GET', path: '/v1/users' }),
  'queryUsers invalid_configuration': () => ({ method: 'GET', path: '/v1/users?token=x' }),
  'updateUser invalid_request': ({ own }) => patch({ email: 'nobody' }, own),
  'deleteUser invalid_request': ({ own }) => ({ method: 'DELETE', path: `/v1/users/${own.userId}?actions=maybe` }),
  'getAuthenticators invalid_request': () => ({ method: 'GET', path: '/v1/users/%5C/authenticators' }),
  'enrollVerifiedAuthenticator invalid_request': ({ own }) => enrol(own.userId, { verificationMethod: 'SMS' }),
  'enrollVerifiedAuthenticator invalid_credential': ({ own }) =>
    enrol(own.userId, { ...credential, credentialPublicKey: 'AAAA' }),
  'enrollVerifiedAuthenticator conflict': async ({ app, own, nobodys }) => {
    const { method, path, body } = enrol(nobodys.userId, credential);
    await app.call(method, path, { body });
    return enrol(own.userId, credential);
  },
  'deleteAuthenticator invalid_request': ({ own }) => ({
    method: 'DELETE',
    path: `/v1/users/%5C/authenticators/${own.userAuthenticatorId}`,
  }),
  ...Object.fromEntries(
    ['deleteOwnAuthenticator', 'updateOwnAuthenticator'].flatMap((id): [string, Provoke][] => [
      [`${id} invalid_request`, ({ own }) => cutPath(requireExample(id)(own))],
      [
        `${id} not_found`,
        ({ own, nobodys }) => requireExample(id)({ ...own, userAuthenticatorId: nobodys.userAuthenticatorId }),
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['updateOwnDevice', 'forgetOwnDevice'].flatMap((id): [string, Provoke][] => [
      [`${id} invalid_request`, ({ own }) => cutPath(requireExample(id)(own))],
      [`${id} not_found`, ({ own, nobodys }) => requireExample(id)({ ...own, ownDeviceId: nobodys.ownDeviceId })],
    ]),
  ),
  'rememberDevice invalid_configuration': ({ own: { token } }) =>
    client('POST', 'devices/remember', token, { remember: true }),
  'getDevices invalid_request': () => ({ method: 'GET', path: '/v1/users/%5C/devices' }),
  'deleteAuthenticator not_found': ({ own, nobodys }) => ({
    method: 'DELETE',
    path: `/v1/users/${own.userId}/authenticators/${nobodys.userAuthenticatorId}`,
  }),
  'trackAction invalid_request': ({ own }) => ({
    method: 'POST',
    path: `/v1/users/${own.userId}/actions/a.b`,
    body: {},
  }),
  'trackAction AUTHENTICATOR_NOT_FOUND': async ({ own, tenantWithoutMethods }) => ({
    method: 'POST',
    path: `/v1/users/${own.userId}/actions/${own.action}`,
    body: {},
    key: (await tenantWithoutMethods()).secretKey,
  }),
  'getAction invalid_request': ({ own }) => ({ method: 'GET', path: `/v1/users/${own.userId}/actions/a.b/k` }),
  'getAction not_found': ({ nobodys }) => requireExample('getAction')(nobodys),
  'updateAction invalid_request': ({ own }) => ({ ...requireExample('updateAction')(own), body: { state: 'DONE' } }),
  'updateAction not_found': ({ nobodys }) => requireExample('updateAction')(nobodys),
  'queryUserActions invalid_request': ({ own }) => ({
    method: 'GET',
    path: `/v1/users/${own.userId}/actions?fromDate=yesterday`,
  }),
  'validateChallenge invalid_request': () => ({ method: 'POST', path: '/v1/validate', body: {} }),
  'trackAction conflict': (stage) =>
    linkedChange(stage, ({ userId, action, idempotencyKey }, custom) => ({
      method: 'POST',
      path: `/v1/users/${userId}/actions/${action}`,
      body: { idempotencyKey, custom },
    })),
  'initiateChallenge conflict': (stage) =>
    linkedChange(stage, ({ userId, action, idempotencyKey }, custom) => ({
      method: 'POST',
      path: '/v1/challenge',
      body: { verificationMethod: 'EMAIL_OTP', email: 'a@b.c', userId, action, idempotencyKey, custom },
    })),
  'deleteOwnAuthenticator invalid_configuration': async ({ app }) => {
    const tenant = await app.createTenant('Where nobody removes anything');
    const { secretKey: key, managementKey } = tenant;
    const settings = { allowDeletingUserAuthenticators: false };
    await app.call('PATCH', '/v1/management/tenant', { key: managementKey, body: settings });
    await app.app.context.published.refresh();
    const body = { verificationMethod: 'EMAIL_OTP', email: 'kept@example.com' };
    const { authenticator } = (await app.call('POST', '/v1/users/keeper/authenticators', { key, body })).body;
    const scope = 'remove:authenticators';
    const tracked = await app.call('POST', '/v1/users/keeper/actions/pay', { key, body: { scope } });
    const path = `/v1/client/user-authenticators/${String(authenticator.userAuthenticatorId)}`;
    return { method: 'DELETE', path, token: String(tracked.body.token) };
  },
  'initiateChallenge invalid_configuration': async ({ own, tenantWithoutMethods }) => ({
    method: 'POST',
    path: '/v1/challenge',
    key: (await tenantWithoutMethods()).secretKey,
    body: { verificationMethod: 'SMS', action: own.action, phoneNumber: '+6427123456' },
  }),
  'initiateChallenge not_found': ({ nobodys }) => ({
    method: 'POST',
    path: '/v1/challenge',
    body: { challengeId: nobodys.challengeId },
  }),
  'initiateChallenge delivery_failed': async ({ own, appWithoutMail }) => ({
    ...requireExample('initiateChallenge')(own),
    app: await appWithoutMail(),
  }),
  'startEmailMagicLinkEnrolment delivery_failed': (stage) => withoutMail(stage, 'startEmailMagicLinkEnrolment'),
  'startEmailMagicLinkChallenge delivery_failed': (stage) => withoutMail(stage, 'startEmailMagicLinkChallenge'),
  'startEmailMagicLinkChallenge insufficient_scope': async (stage) => {
    const { token } = await halfEnrolledAddress(stage);
    return client('POST', 'challenge/email-magic-link', token, {});
  },
  'showMagicLink too_many_requests': (stage) => tooOften(stage, 'showMagicLink', '2001:db8:4:1::1'),
  'confirmMagicLink too_many_requests': (stage) => tooOften(stage, 'confirmMagicLink', '2001:db8:4:2::1'),
  'denyMagicLink too_many_requests': (stage) => tooOften(stage, 'denyMagicLink', '2001:db8:4:3::1'),
  // Others have tracked actions of the user whom nobody has heard of.
  'eraseUser not_found': () => manage('DELETE', '/users/erased-before-they-came'),
  'showHelp too_many_requests': (stage) => tooOften(stage, 'showHelp', '2001:db8:4:5::1'),
  'takeHelp too_many_requests': (stage) => tooOften(stage, 'takeHelp', '2001:db8:4:6::1'),
  'showHelpStop too_many_requests': (stage) => tooOften(stage, 'showHelpStop', '2001:db8:4:7::1'),
  'stopHelp too_many_requests': (stage) => tooOften(stage, 'stopHelp', '2001:db8:4:8::1'),
  'showMagicLink invalid_request': () => ({ method: 'GET', path: '/magic-link?token=a&token=b' }),
  'startEmailOtpEnrolment delivery_failed': (stage) => withoutMail(stage, 'startEmailOtpEnrolment'),
  'startEmailOtpChallenge delivery_failed': (stage) => withoutMail(stage, 'startEmailOtpChallenge'),
  'startEmailOtpChallenge insufficient_scope': async (stage) => {
    const { token, userAuthenticatorId } = await halfEnrolledAddress(stage);
    return client('POST', 'challenge/email-otp', token, { userAuthenticatorId });
  },
  'verifyEmailOtp insufficient_scope': async (stage) => ({
    ...requireExample('verifyEmailOtp')(stage.own),
    token: (await halfEnrolledAddress(stage)).token,
  }),
  'startSmsEnrolment delivery_failed': (stage) => withoutTexts(stage, 'startSmsEnrolment'),
  'startSmsChallenge delivery_failed': (stage) => withoutTexts(stage, 'startSmsChallenge'),
  'startWhatsappEnrolment delivery_failed': (stage) => withoutTexts(stage, 'startWhatsappEnrolment'),
  'startWhatsappChallenge delivery_failed': (stage) => withoutTexts(stage, 'startWhatsappChallenge'),
  'verifySms insufficient_scope': (stage) => halfEnrolledNumber(stage, 'startSmsEnrolment', 'verifySms'),
  'verifyWhatsapp insufficient_scope': (stage) => halfEnrolledNumber(stage, 'startWhatsappEnrolment', 'verifyWhatsapp'),
  'explainAction invalid_request': () => ({ method: 'GET', path: '/v1/users/%5C/actions/a/k/explain' }),
  'getChallenge invalid_request': () => ({ method: 'GET', path: '/v1/challenges' }),
  'createSession invalid_configuration': async ({ app, own, nobodys }) => {
    const { userId, action, idempotencyKey, token } = own;
    await app.call('PATCH', `/v1/users/${userId}/actions/${action}/${idempotencyKey}`, {
      body: { state: 'CHALLENGE_SUCCEEDED' },
    });
    return { method: 'POST', path: '/v1/sessions', body: { token, clientId: nobodys.clientId } };
  },
  'createActionConfiguration invalid_configuration': ({ own }) =>
    manage('POST', '/action-configurations', {
      actionCode: `flow-${own.userId}`,
      actionType: 'FLOW',
      defaultUserActionResult: 'ALLOW',
    }),
  'updateActionConfiguration invalid_configuration': ({ own }) =>
    manage('PATCH', `/action-configurations/${own.action}`, { verificationWebhookUrl: 'https://127.0.0.1/hook' }),
  ...Object.fromEntries(
    ['showDevInbox', 'showDevMessage', 'showWelcome', 'tryChallenge'].map((id) => [
      `${id} not_found`,
      async ({ own, appWithoutMail }: Stage) => ({ ...requireExample(id)(own), app: await appWithoutMail() }),
    ]),
  ),
  'receiveCallback invalid_request': ({ own }) => ({
    ...requireExample('receiveCallback')(own),
    path: `/callbacks/${'x'.repeat(600)}`,
  }),
  'receiveCallback forbidden': async ({ app }) => ({
    method: 'POST',
    path: await callbackOfMailgun(app),
    rawBody: '{}',
  }),
  'tryChallenge too_many_requests': (stage) => tooOften(stage, 'tryChallenge', '2001:db8:4:4::1'),
  'getJwks not_found': ({ nobodys }) => requireExample('getJwks')(nobodys),
  'getOpenidConfiguration not_found': ({ nobodys }) => requireExample('getOpenidConfiguration')(nobodys),
};

/** The path that a new tenant gives to Mailgun. */
async function callbackOfMailgun(app: TestApp): Promise<string> {
  const { tenantId, managementKey: key } = await app.createTenant('Mail by Mailgun');
  const mailgunEmailCredentials = {
    apiKey: 'key',
    url: 'https://api.mailgun.net',
    templateName: 'otp',
    domain: 'bank.example',
  };
  const body = { emailProvider: 'MAILGUN', mailgunEmailCredentials };
  await app.call('POST', '/v1/management/authenticator-configurations/email-otp', { key, body });
  const { published } = app.app.context;
  await published.refresh();
  const tenant = published.tenant(tenantId);
  const [provider] = tenant === undefined ? [] : ownProviders(tenant, 'EMAIL_OTP');
  if (tenant === undefined || provider === undefined) throw new Error('The tenant has no provider of mail.');
  return new URL(callbackUrl({ publicUrl: 'https://auth.example' }, tenant, provider) ?? '').pathname;
}

/** One call more than an address may make in a minute. */
async function tooOften({ app, own }: Stage, routeId: string, remoteAddress: string): Promise<ExampleRequest> {
  const { method, path, ...call } = { ...requireExample(routeId)(own), remoteAddress };
  for (let count = 0; count < 60; count += 1) await app.call(method, path, call);
  return { method, path, ...call };
}

/** The response of an unknown key, to a challenge that was never issued. */
function ofNobody({ own, nobodys }: Stage, routeId: string): ExampleRequest {
  return requireExample(routeId)({ ...nobodys, token: own.token });
}

/** The same with the key of an app that nobody has registered, or that is none. */
function ofNobodysApp({ own, nobodys }: Stage, routeId: string): ExampleRequest {
  const objects = { ...nobodys, token: own.token, tenantId: own.tenantId, newAppKey: 'none' };
  return requireExample(routeId)(objects);
}

/** An app removes its key in a tenant whose users may not. */
async function keptApp(
  { app }: Stage,
  name: string,
  where: 'tenant' | 'configuration',
  settings: object,
): Promise<ExampleRequest> {
  const tenant = await app.createTenant('Where apps stay');
  const { secretKey: key, managementKey } = tenant;
  const [namespace, configuration] = appConfigurations.find(([, , noun]) => noun === name) ?? appConfigurations[0];
  const manageTenant = (method: string, path: string, body: object) =>
    app.call(method, `/v1/management${path}`, { key: managementKey, body });
  const made = await manageTenant('POST', `/authenticator-configurations/${namespace}`, configuration);
  const { text: appKey } = newAppKey(app.runtime.clock.now());
  const tracked = await app.call('POST', '/v1/users/kept/actions/pay', { key, body: {} });
  const add = requireExample(`add${name}Credential`)({ token: tracked.body.token, newAppKey: appKey } as Objects);
  await app.call(add.method, add.path, { token: tracked.body.token, body: add.body });
  const id = String(made.body.authenticatorId);
  await manageTenant('PATCH', where === 'tenant' ? '/tenant' : `/authenticator-configurations/${id}`, settings);
  await app.app.context.published.refresh();
  return requireExample(`remove${name}Credential`)({ tenantId: tenant.tenantId, appKey } as Objects);
}

/** A code that the app of a user has yet to answer, in a tenant of its own. */
async function scannedElsewhere({ app, nobodys }: Stage): Promise<{ objects: Objects; tenant: TestTenant }> {
  const tenant = await app.createTenant('Where codes are scanned');
  const { tenantId, secretKey, managementKey } = tenant;
  const path = '/v1/management/authenticator-configurations/qr-code';
  await app.call('POST', path, { key: managementKey, body: {} });
  await app.app.context.published.refresh();
  const [userId, action, idempotencyKey] = ['scanner', 'pay', 'one'];
  const body = { idempotencyKey };
  const tracked = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { key: secretKey, body });
  const token = String(tracked.body.token);
  const key = newAppKey(app.runtime.clock.now());
  const ofUser = { ...nobodys, tenantId, userId, action, idempotencyKey, token, newAppKey: key.text };
  for (const id of ['addQrCodeCredential', 'startQrCodeChallenge']) {
    const next = await app.call('POST', `/v1/users/${userId}/actions/${action}`, {
      key: secretKey,
      body: { idempotencyKey: id === 'addQrCodeCredential' ? 'enrolment' : idempotencyKey },
    });
    const { method, path: to, ...call } = requireExample(id)({ ...ofUser, token: String(next.body.token) });
    const reply = await app.call(method, to, call);
    if (reply.status !== 200) throw new Error(reply.text);
    if (id === 'startQrCodeChallenge') {
      return { objects: { ...ofUser, scannedCode: key.answer(String(reply.body.challengeId)) }, tenant };
    }
  }
  throw new Error('No code was opened.');
}

/** Configurations without which apps cannot register. */
export const appConfigurations = [
  // Nothing listens there, so that a message is over at once.
  ['push', { pushProvider: 'WEBHOOK', webhookUrl: 'http://127.0.0.1:9/push' }, 'Push'],
  ['qr-code', {}, 'QrCode'],
  ['in-app', {}, 'InApp'],
] as const;

/** The key of an app: its text with the signature for being removed about now, and what else it signs. */
export function newAppKey(nowMs: number) {
  const { publicKey: key, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = key.export({ type: 'spki', format: 'der' }).toString('base64');
  const signed = (message: string) => sign('sha256', Buffer.from(message), privateKey).toString('base64');
  return {
    text: `${publicKey}:${signed(`${Math.floor(nowMs / 600_000)}.0`)}`,
    signed,
    /** What an app sends to answer a challenge, as JSON text. */
    answer: (challengeId: string) => JSON.stringify({ challengeId, publicKey, signature: signed(challengeId) }),
  };
}

/** An app that was asked, in a tenant of its own, which then changes. */
async function askedApp({ app }: Stage, change: 'blocked' | 'disabled'): Promise<ExampleRequest> {
  const tenant = await app.createTenant('Where an app is asked');
  const { secretKey: key, managementKey } = tenant;
  const made = await app.call('POST', '/v1/management/authenticator-configurations/push', {
    key: managementKey,
    body: appConfigurations[0][1],
  });
  const { text: appKey, signed } = newAppKey(app.runtime.clock.now());
  const path = '/v1/users/asked/actions/pay';
  const { token } = (await app.call('POST', path, { key, body: { idempotencyKey: 'k' } })).body;
  const add = requireExample('addPushCredential')({ token, newAppKey: appKey } as Objects);
  await app.call(add.method, add.path, { token, body: add.body });
  const again = (await app.call('POST', path, { key, body: { idempotencyKey: 'l' } })).body;
  const begin = requireExample('startPushChallenge')({ token: again.token } as Objects);
  const { challengeId, verificationCode } = (await app.call(begin.method, begin.path, begin)).body;
  if (change === 'blocked') await app.call('PATCH', `${path}/l`, { key, body: { state: 'BLOCK' } });
  const configuration = `/v1/management/authenticator-configurations/${String(made.body.authenticatorId)}`;
  if (change === 'disabled') await app.call('PATCH', configuration, { key: managementKey, body: { isActive: false } });
  await app.app.context.published.refresh();
  const openPush = `${challengeId}:${verificationCode}:${signed(String(challengeId))}`;
  return requireExample('answerPush')({ tenantId: tenant.tenantId, appKey, openPush } as Objects);
}

function withUnknownChallenge({ own, nobodys }: Stage, routeId: string): ExampleRequest {
  return { ...requireExample(routeId)(own), body: { challengeId: nobodys.challengeId } };
}

/** How an unencoded id with a question mark in it arrives (A68). */
function cutPath(request: ExampleRequest): ExampleRequest {
  return { ...request, path: `${request.path}?x` };
}

/** A token of the own user's action without a scope, and the pending enrolment that a token with one has begun. */
async function halfEnrolledAddress({ app, own }: Stage): Promise<{ token: string; userAuthenticatorId: string }> {
  const { method, path, token, body } = requireExample('startEmailOtpEnrolment')(own);
  const started = await app.call(method, path, { token: token ?? '', body });
  const plain = await app.call('POST', `/v1/users/${own.userId}/actions/${own.action}`, {
    body: { idempotencyKey: own.idempotencyKey },
  });
  return { token: plain.body.token, userAuthenticatorId: started.body.userAuthenticatorId };
}

/** A code for a number that a token with the scope has begun to enrol, with a token without it. */
async function halfEnrolledNumber({ app, own }: Stage, start: string, verify: string): Promise<ExampleRequest> {
  const { method, path, token, body } = requireExample(start)(own);
  await app.call(method, path, { token: token ?? '', body });
  const plain = await app.call('POST', `/v1/users/${own.userId}/actions/${own.action}`, {
    body: { idempotencyKey: own.idempotencyKey },
  });
  return { ...requireExample(verify)(own), token: plain.body.token };
}

/** The same request to a server whose texts are never accepted, by a user who is known there. */
async function withoutTexts({ own, appWithoutTexts }: Stage, routeId: string): Promise<ExampleRequest> {
  const app = await appWithoutTexts();
  for (const verificationMethod of ['SMS', 'WHATSAPP']) {
    const body = { verificationMethod, phoneNumber: '+6421555113' };
    await app.call('POST', '/v1/users/known/authenticators', { body });
  }
  const tracked = await app.call('POST', '/v1/users/known/actions/pay', {
    body: { scope: 'add:authenticators update:authenticators' },
  });
  return { ...requireExample(routeId)({ ...own, token: tracked.body.token }), app };
}

/** The same request to a server whose mail is never accepted, by a user who is known there. */
async function withoutMail({ own, appWithoutMail }: Stage, routeId: string): Promise<ExampleRequest> {
  const app = await appWithoutMail();
  for (const verificationMethod of ['EMAIL_OTP', 'EMAIL_MAGIC_LINK']) {
    const body = { verificationMethod, email: 'known@example.com' };
    await app.call('POST', '/v1/users/known/authenticators', { body });
  }
  const tracked = await app.call('POST', '/v1/users/known/actions/pay', {
    body: { scope: 'add:authenticators update:authenticators' },
  });
  return { ...requireExample(routeId)({ ...own, token: tracked.body.token }), app };
}

/** The user's action again, with another value for an attribute that its idempotency key has already fixed. */
async function linkedChange(
  { app, own }: Stage,
  request: (objects: Objects, custom: object) => ExampleRequest,
): Promise<ExampleRequest> {
  await app.call('POST', '/v1/management/custom-data-points', {
    key: app.tenant.managementKey,
    body: { name: 'linkedAmount', dataType: 'number', modelType: 'action', linked: true },
  });
  return request(own, { linkedAmount: 1 });
}

function patch(body: object, { userId }: Objects): ExampleRequest {
  return { method: 'PATCH', path: `/v1/users/${userId}`, body };
}

function enrol(userId: string, body: object): ExampleRequest {
  return { method: 'POST', path: `/v1/users/${userId}/authenticators`, body };
}

/** The example of a route. @throws when there is none. */
export function requireExample(routeId: string): Example {
  const example = examples[routeId];
  if (example === undefined) throw new Error(`Add an example of a valid request to ${routeId} in route-examples.ts.`);
  return example;
}
