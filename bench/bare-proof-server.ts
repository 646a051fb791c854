/**
 * What a TOTP verification and a session check cost when nothing is done but what cannot be left out: a bare `node:http`
 * server that runs the same prepared statements on the same driver and the same cryptography, from the built program. It
 * looks at no limit of an address, parses by no contract, decides nothing and logs nothing.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as Crypto from '../src/runtime/crypto.ts';
import type * as Registry from '../src/methods/registry.ts';
import type * as PostgresDatabase from '../src/storage/postgres-database.ts';
import type * as GuessBudgets from '../src/storage/queries/guess-budgets.ts';
import type * as Proofs from '../src/storage/queries/proofs.ts';
import type * as Sessions from '../src/storage/queries/sessions.ts';
import type * as SessionSigningKeys from '../src/storage/queries/session-signing-keys.ts';
import type * as Tenants from '../src/storage/queries/tenants.ts';
import type * as TokenActions from '../src/storage/queries/token-actions.ts';
import type * as Published from '../src/storage/published.ts';
import type * as SealModule from '../src/storage/seal.ts';
import type * as Tokens from '../src/runtime/tokens.ts';

async function built(path: string): Promise<unknown> {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing.`);
  return value;
}

const { openPostgresDatabase } = (await built('storage/postgres-database.js')) as typeof PostgresDatabase;
const { loadTokenAction } = (await built('storage/queries/token-actions.js')) as typeof TokenActions;
const { spendAttempt } = (await built('storage/queries/guess-budgets.js')) as typeof GuessBudgets;
const { recordProof } = (await built('storage/queries/proofs.js')) as typeof Proofs;
const { loadSession } = (await built('storage/queries/sessions.js')) as typeof Sessions;
const { loadTenant } = (await built('storage/queries/tenants.js')) as typeof Tenants;
const { loadSessionSigningKeys } = (await built(
  'storage/queries/session-signing-keys.js',
)) as typeof SessionSigningKeys;
const { rootKeyPlace, sessionSigningKeyPlace } = (await built('storage/published.js')) as typeof Published;
const { createSeal } = (await built('storage/seal.js')) as typeof SealModule;
const { checkActionToken, checkSessionToken, sessionIssuer, signActionToken } = (await built(
  'runtime/tokens.js',
)) as typeof Tokens;
const { deriveKey, hmacSha256, rsaKeyPair, secretKey } = (await built('runtime/crypto.js')) as typeof Crypto;
const { methods } = (await built('methods/registry.js')) as typeof Registry;

const db = openPostgresDatabase({
  url: variable('DATABASE_URL'),
  poolSize: Number(variable('BENCH_POOL_SIZE')),
  random: Math.random,
  onError: (error) => console.error(error.message),
});
const tenantId = variable('BENCH_TENANT_ID');
const publicUrl = variable('BENCH_PUBLIC_URL');
const seal = createSeal([Buffer.from(variable('SALLYPORT_MASTER_KEY'), 'base64')], { bytes: () => Buffer.alloc(12) });
const tenant = await loadTenant(db, tenantId);
if (tenant === undefined) throw new Error('The tenant of the bench is gone.');
const root = secretKey(seal.open(tenant.root_key_sealed, rootKeyPlace(tenantId)));
const tokenKey = deriveKey(root, 'action-token', tenantId);
const codeKey = deriveKey(root, 'one-time-code', tenantId);
const signingKeys = (await loadSessionSigningKeys(db, tenantId)).map((key) => ({
  keyId: key.key_id,
  ...rsaKeyPair(seal.open(key.private_key_sealed, sessionSigningKeyPlace(tenantId, key.key_id))),
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
  const app = row?.authenticators.find(({ verification_method }) => verification_method === method);
  if (app?.secret_sealed === undefined || app.secret_sealed === null) throw new Error('The user has no app.');
  const subject = { tenantId, subject: `user:${userId}`, verificationMethod: method, canLock: true };
  await spendAttempt(db, subject, undefined, randomUUID(), nowMs);
  const place = { tenantId, table: 'authenticators', row: app.authenticator_id, column: 'secret_sealed' };
  const counter = totp?.match({ state: app.state, secret: seal.open(app.secret_sealed, place) }, code, nowMs);
  if (counter === undefined) throw new Error('The code is wrong.');
  const isAccepted = await recordProof(db, {
    key,
    consume: { kind: 'counter', counter },
    method,
    authenticatorId: app.authenticator_id,
    assurance: 'medium',
    moves: true,
    leaseId: undefined,
    proofHmac: hmacSha256(codeKey, code),
    audit: {
      tenantId,
      eventId: randomUUID(),
      happenedAtMs: nowMs,
      actor: { kind: 'client', id: userId },
      eventType: 'challenge.verified',
      userId,
      requestId: randomUUID(),
      data: { verificationMethod: method, assurance: 'medium', authenticatorId: app.authenticator_id },
    },
    nowMs,
  });
  const token = { tenantId, userId, actionCode, idempotencyKey, actionId, scope: 'read:authenticators', nowMs };
  const accessToken = signActionToken(tokenKey, { ...token, lifetimeSeconds: 600, tokenId: randomUUID(), publicUrl });
  return { isVerified: isAccepted, accessToken };
}

async function validateSession(accessToken: string): Promise<object> {
  const token = checkSessionToken(accessToken, signingKeys, sessionIssuer(publicUrl, tenantId), Date.now());
  if (token === undefined) throw new Error('The session token is not good.');
  const session = await loadSession(db, tenantId, token.sessionId);
  if (session?.generation !== token.generation) throw new Error('The session is not good.');
  return { user: { userId: session.user_id, email: session.email }, expiresAt: token.expiresAt };
}

async function answer(request: IncomingMessage, bytes: Buffer, response: ServerResponse): Promise<void> {
  const body = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, string>>;
  const reply = Buffer.from(
    JSON.stringify(
      request.url === '/v1/sessions/validate'
        ? await validateSession(body['accessToken'] ?? '')
        : await verifyTotp(request.headers.authorization ?? '', body['verificationCode'] ?? ''),
    ),
  );
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
  response.end(reply);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    answer(request, Buffer.concat(chunks), response).catch((error: unknown) => {
      response.writeHead(500, { 'content-length': 0 });
      response.end();
      console.error(error);
    });
  });
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  console.log(`The bare server is ready at http://127.0.0.1:${address.port}`);
});
process.on('SIGINT', () => process.exit());
