/**
 * The least that a TOTP verification and a session check can cost: a bare `node:http` server that runs the same
 * prepared statements on the same driver and the same cryptography, from the built program. It checks no rate limit,
 * parses by no contract, decides nothing and logs nothing.
 */
import { randomUUID } from 'node:crypto';
import type * as Crypto from '../src/runtime/crypto.ts';
import type * as Registry from '../src/methods/registry.ts';
import type * as GuessBudgets from '../src/storage/queries/guess-budgets.ts';
import type * as Proofs from '../src/storage/queries/proofs.ts';
import type * as Sessions from '../src/storage/queries/sessions.ts';
import type * as SessionSigningKeys from '../src/storage/queries/session-signing-keys.ts';
import type * as Tenants from '../src/storage/queries/tenants.ts';
import type * as TokenActions from '../src/storage/queries/actions/of-token.ts';
import type * as Published from '../src/storage/published.ts';
import type * as SealModule from '../src/storage/seal.ts';
import type * as Tokens from '../src/runtime/tokens.ts';
import { built, openBareDatabase, serveBare, variable } from './bare-rig.ts';

const { loadTokenAction } = await built<typeof TokenActions>('storage/queries/actions/of-token.js');
const { spendAttempt } = await built<typeof GuessBudgets>('storage/queries/guess-budgets.js');
const { recordProof } = await built<typeof Proofs>('storage/queries/proofs.js');
const { loadSession } = await built<typeof Sessions>('storage/queries/sessions.js');
const { loadTenant } = await built<typeof Tenants>('storage/queries/tenants.js');
const { loadSessionSigningKeys } = await built<typeof SessionSigningKeys>('storage/queries/session-signing-keys.js');
const { rootKeyPlace, sessionSigningKeyPlace } = await built<typeof Published>('storage/published.js');
const { createSeal } = await built<typeof SealModule>('storage/seal.js');
const { checkActionToken, checkSessionToken, sessionIssuer, signActionToken } =
  await built<typeof Tokens>('runtime/tokens.js');
const { deriveKey, hmacSha256, rsaKeyPair, secretKey } = await built<typeof Crypto>('runtime/crypto.js');
const { methods } = await built<typeof Registry>('methods/registry.js');

// Grouped as Sallyport's are: the comparison is about the work around the statements.
const db = await openBareDatabase({ isGrouping: true });
const tenantId = variable('BENCH_TENANT_ID');
const publicUrl = variable('BENCH_PUBLIC_URL');
const seal = createSeal([Buffer.from(variable('SALLYPORT_MASTER_KEY'), 'base64')], { bytes: () => Buffer.alloc(12) });
const tenant = await loadTenant(db, tenantId);
if (tenant === undefined) throw new Error('The tenant of the bench is gone.');
const root = secretKey(seal.open(tenant.rootKeySealed, rootKeyPlace(tenantId)));
const tokenKey = deriveKey(root, 'action-token', tenantId);
const codeKey = deriveKey(root, 'one-time-code', tenantId);
const signingKeys = (await loadSessionSigningKeys(db, tenantId)).map((key) => ({
  keyId: key.keyId,
  ...rsaKeyPair(seal.open(key.privateKeySealed, sessionSigningKeyPlace(tenantId, key.keyId))),
}));
const totp = methods.get('AUTHENTICATOR_APP')?.counterCodes;
const method = 'AUTHENTICATOR_APP';

async function verifyTotp(authorization: string, code: string): Promise<object> {
  const nowMs = Date.now();
  const check = checkActionToken(authorization.slice('Bearer '.length), () => tokenKey, publicUrl, nowMs);
  if (!check.ok) throw new Error(`The token is ${check.reason}.`);
  const { userId, actionCode, idempotencyKey, actionId } = check.token;
  const key = { tenantId, userId, actionCode, idempotencyKey };
  const row = await loadTokenAction(db, key);
  const app = row?.authenticators.find(({ verificationMethod }) => verificationMethod === method);
  if (app?.secretSealed === undefined || app.secretSealed === null) throw new Error('The user has no app.');
  const guessed = `authenticator:${app.authenticatorId}`;
  const subject = { tenantId, owner: userId, subject: guessed, isBeside: false, verificationMethod: method, userId };
  await spendAttempt(db, subject, { limit: undefined, noticeId: randomUUID(), nowMs });
  const place = { tenantId, table: 'authenticators', row: app.authenticatorId, column: 'secret_sealed' };
  const counter = totp?.match({ state: app.state, secret: seal.open(app.secretSealed, place) }, code, nowMs);
  if (counter === undefined) throw new Error('The code is wrong.');
  const recorded = await recordProof(db, {
    key,
    actionId,
    enrols: false,
    consume: { kind: 'counter', counter },
    method,
    authenticatorId: app.authenticatorId,
    assurance: 'medium',
    provesUser: true,
    leaseId: undefined,
    remembered: { proofHmac: hmacSha256(codeKey, code), earned: {} },
    subject,
    audit: {
      tenantId,
      eventId: randomUUID(),
      happenedAtMs: nowMs,
      actor: { kind: 'client', id: userId },
      eventType: 'challenge.verified',
      userId,
      requestId: randomUUID(),
      data: { verificationMethod: method, assurance: 'medium', authenticatorId: app.authenticatorId },
    },
    provenAtMs: nowMs,
    nowMs,
  });
  const token = { tenantId, userId, actionCode, idempotencyKey, actionId, scope: 'read:authenticators', nowMs };
  const accessToken = signActionToken(tokenKey, { ...token, lifetimeSeconds: 600, tokenId: randomUUID(), publicUrl });
  return { isVerified: recorded.kind === 'accepted', accessToken };
}

async function validateSession(accessToken: string): Promise<object> {
  const token = checkSessionToken(accessToken, signingKeys, sessionIssuer(publicUrl, tenantId), Date.now());
  if (token === undefined) throw new Error('The session token is not good.');
  const session = await loadSession(db, tenantId, token.sessionId);
  if (session?.generation !== token.generation) throw new Error('The session is not good.');
  return { user: { userId: session.userId, email: session.email }, expiresAt: token.expiresAt };
}

serveBare(async ({ url, headers }, bytes) => {
  const body = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, string>>;
  const reply =
    url === '/v1/sessions/validate'
      ? await validateSession(body['accessToken'] ?? '')
      : await verifyTotp(headers.authorization ?? '', body['verificationCode'] ?? '');
  return Buffer.from(JSON.stringify(reply));
});
