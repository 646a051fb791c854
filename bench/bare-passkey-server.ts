/**
 * The least that verifying a passkey can cost: a bare `node:http` server that reads the body, reads the action, spends
 * the challenge, has the library check the signature, records the proof, and responds with as many bytes: the same
 * three statements on the same driver and pool size, and the same cryptography. It checks no token and no origin,
 * permits nothing, decides nothing, signs nothing, counts nothing and logs nothing.
 */
import { createHash, randomUUID } from 'node:crypto';
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import type * as KeyCeremonies from '../src/storage/queries/challenges/key-ceremonies.ts';
import type * as Proofs from '../src/storage/queries/proofs.ts';
import type * as TokenActions from '../src/storage/queries/actions/of-token.ts';
import { built, openBareDatabase, serveBare, variable } from './bare-rig.ts';

const { spendKeyChallenge } = await built<typeof KeyCeremonies>('storage/queries/challenges/key-ceremonies.js');
const { loadTokenAction } = await built<typeof TokenActions>('storage/queries/actions/of-token.js');
const { recordProof } = await built<typeof Proofs>('storage/queries/proofs.js');

// Grouped as Sallyport's are: the comparison is about the work around the statements.
const db = await openBareDatabase({ isGrouping: true });
const tenantId = variable('BENCH_TENANT_ID');
const origin = variable('BENCH_ORIGIN');
const reply = Buffer.from(variable('BENCH_REPLY'));
const method = 'PASSKEY';

async function verify(path: string, bytes: Buffer): Promise<void> {
  const [, userId = '', actionCode = '', idempotencyKey = ''] = path.split('/');
  const key = { tenantId, userId, actionCode, idempotencyKey };
  const { authenticationCredential: response } = JSON.parse(bytes.toString('utf8')) as {
    authenticationCredential: Parameters<typeof verifyAuthenticationResponse>[0]['response'];
  };
  const clientData = Buffer.from(response.response.clientDataJSON, 'base64url').toString('utf8');
  const { challenge } = JSON.parse(clientData) as { challenge: string };
  const action = await loadTokenAction(db, key);
  const nowMs = Date.now();
  const spent = await spendKeyChallenge(db, key, {
    tokenDigest: createHash('sha256').update(challenge).digest(),
    verificationMethod: method,
    purpose: 'authentication',
    nowMs,
  });
  const stored = action?.authenticators.find(({ credentialId }) => credentialId === response.id);
  if (spent === undefined || stored === undefined) throw new Error('There is no such challenge or key.');
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: spent.state.rpId,
    requireUserVerification: spent.state.requiresUserVerification,
    credential: {
      id: response.id,
      publicKey: new Uint8Array(Buffer.from(String(stored.state['publicKey']), 'base64url')),
      counter: stored.counter ?? 0,
    },
  });
  const recorded = await recordProof(db, {
    key,
    actionId: action?.actionId,
    enrols: false,
    consume: {
      kind: 'signature',
      counter: authenticationInfo.newCounter,
      isDeviceBound: false,
      challengeId: spent.challengeId,
      state: { isBackedUp: authenticationInfo.credentialBackedUp },
    },
    method,
    authenticatorId: stored.authenticatorId,
    assurance: 'high',
    provesUser: true,
    leaseId: undefined,
    remembered: { proofHmac: null, earned: {} },
    subject: undefined,
    audit: {
      tenantId,
      eventId: randomUUID(),
      happenedAtMs: nowMs,
      actor: { kind: 'client', id: userId },
      eventType: 'challenge.verified',
      userId,
      requestId: randomUUID(),
      data: { verificationMethod: method },
    },
    provenAtMs: nowMs,
    nowMs,
  });
  if (!verified || recorded.kind !== 'accepted') throw new Error('The proof was not accepted.');
}

serveBare(async ({ url = '' }, body) => {
  await verify(url, body);
  return reply;
});
