import { randomBytes, randomUUID } from 'node:crypto';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import { testPublicUrl } from '../../src/testkit/test-app.ts';
import { newAppKey } from './route-examples.ts';
import type { Objects } from './route-examples.ts';

/** Objects of a request that do not exist: well-formed names that belong to no tenant or user. */
export const nobodys: Objects = {
  tenantId: randomUUID(),
  userId: 'nobody',
  action: 'unheardOf',
  idempotencyKey: 'never-used',
  userAuthenticatorId: randomUUID(),
  deviceId: 'no-such-device',
  ownDeviceId: 'no-such-device',
  token: 'no.such.token',
  totpCode: '000000',
  mailedCode: '000000',
  textedCode: '000000',
  whatsappCode: '000000',
  recoveryCode: 'AAAA-BBBB-CCCC-DDDD',
  linkToken: `${randomUUID()}.${'x'.repeat(43)}`,
  pageNonce: 'no-such-nonce',
  helpToken: `${randomUUID()}.${'x'.repeat(43)}`,
  helpStopToken: `${randomUUID()}.${randomUUID()}.${'x'.repeat(43)}`,
  challengeId: randomUUID(),
  verificationCode: '987654321',
  accessToken: 'no.such.token',
  refreshToken: 'no.such.token',
  sessionId: randomUUID(),
  ruleId: randomUUID(),
  valueList: 'no-such-list',
  dataPointId: randomUUID(),
  alertId: randomUUID(),
  clientId: 'no-such-client',
  authenticatorId: randomUUID(),
  endpointId: randomUUID(),
  deliveryId: randomUUID(),
  attemptId: randomUUID(),
  scannedCode: newAppKey(0).answer(randomUUID()),
  deviceCode: 'no-such-secret',
  inAppAnswer: newAppKey(0).answer(randomUUID()),
  appKey: newAppKey(0).text,
  newAppKey: newAppKey(0).text,
  openPush: `${randomUUID()}:10:none`,
  pushUpdate: `${randomUUID()}:none`,
  ...answersOfNobody(),
};

/** Responses of keys that no user has, to challenges that were never issued. */
function answersOfNobody() {
  const key = softwareKey();
  const challenge = randomBytes(32).toString('base64url');
  const user = { id: 'bm9ib2R5' };
  const created = JSON.stringify(createCredential(key, { challenge, rp: { id: 'localhost' }, user }, testPublicUrl));
  const used = JSON.stringify(useCredential(key, { challenge, rpId: 'localhost' }, testPublicUrl));
  return {
    credentialId: key.credentialId.toString('base64url'),
    newPasskey: created,
    newSecurityKey: created,
    passkeyAnswer: used,
    securityKeyAnswer: used,
  };
}
