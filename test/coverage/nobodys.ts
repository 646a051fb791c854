import { randomBytes, randomUUID } from 'node:crypto';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import { testPublicUrl } from '../../src/testkit/test-app.ts';
import { newAppKey, signingAppKey } from './route-examples.ts';
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
  challengeId: randomUUID(),
  verificationCode: '987654321',
  accessToken: 'no.such.token',
  refreshToken: 'no.such.token',
  ruleId: randomUUID(),
  valueList: 'no-such-list',
  dataPointId: randomUUID(),
  alertId: randomUUID(),
  clientId: 'no-such-client',
  authenticatorId: randomUUID(),
  endpointId: randomUUID(),
  deliveryId: randomUUID(),
  attemptId: randomUUID(),
  appKey: newAppKey(0),
  newAppKey: newAppKey(0),
  scannedCode: signingAppKey(0).answer(randomUUID()),
  deviceCode: 'no-such-secret',
  inAppAnswer: signingAppKey(0).answer(randomUUID()),
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
