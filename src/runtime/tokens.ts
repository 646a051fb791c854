/**
 * The only place where tokens are signed and checked. One token kind has one algorithm, one `typ` and one key; nothing
 * in a token chooses how it is checked (RFC 8725 §3.1, §3.11).
 */
import { digestsEqual, hmacSha256, isRs256Signature, signRs256 } from './crypto.ts';
import type { RsaKeyPair, SecretKey } from './crypto.ts';

/** What a short-lived token permits, and on whose authority. What is absent is not granted. */
export interface TokenPowers {
  /** Space-separated scopes. */
  readonly scope: string;
  /** Those of them that change factors and that the backend gave: they count whatever was proven. Space-separated. */
  readonly given?: string | undefined;
  /** The assurance of the strongest proof of the user that it was issued after. */
  readonly proven?: string | undefined;
  /** Whether it was issued after a recovery code. */
  readonly isRecovered?: boolean | undefined;
}

/** What a short-lived token says. It names one occurrence of one action and carries no personal data but the user's id. */
export interface ActionToken extends TokenPowers {
  readonly tenantId: string;
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  /** The action's row: a token of a deleted user never fits an action made later under the same names. */
  readonly actionId: string;
  /** Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly expiresAt: number;
}

export interface ActionTokenIssue extends Omit<ActionToken, 'issuedAt' | 'expiresAt'> {
  readonly nowMs: number;
  readonly lifetimeSeconds: number;
  /** Makes every token unique. */
  readonly tokenId: string;
  /** The origin of this server's pages. */
  readonly publicUrl: string;
}

// The whole header is a constant, compared as text: there is no `alg`, `kid`, `jwk` or `crit` to negotiate.
const actionTokenHeader = Buffer.from('{"alg":"HS256","typ":"sallyport-action+jwt"}').toString('base64url');

/** Signs a short-lived token: HS256 (RFC 7518 §3.2) under the tenant's own derived key. */
export function signActionToken(key: SecretKey, token: ActionTokenIssue): string {
  const issuedAt = Math.floor(token.nowMs / 1000);
  const party = `${token.publicUrl}/${token.tenantId}`;
  const claims = {
    iat: issuedAt,
    exp: issuedAt + token.lifetimeSeconds,
    jti: token.tokenId,
    sub: token.userId,
    iss: party,
    aud: party,
    scope: token.scope,
    // Left out where there is nothing to say.
    giv: token.given === '' ? undefined : token.given,
    prv: token.proven,
    rec: token.isRecovered === true ? true : undefined,
    act: token.actionId,
    // The place and names of these members are what SDKs of the wire contract read.
    other: {
      tenantId: token.tenantId,
      publishableKey: token.tenantId,
      userId: token.userId,
      actionCode: token.actionCode,
      idempotencyKey: token.idempotencyKey,
    },
  };
  const signed = `${actionTokenHeader}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${hmacSha256(key, signed).toString('base64url')}`;
}

export type TokenCheck =
  | { readonly ok: true; readonly token: ActionToken }
  | { readonly ok: false; readonly reason: 'invalid' }
  /** Genuine, but expired: it may only be used to tell its bearer so. */
  | { readonly ok: false; readonly reason: 'expired'; readonly token: ActionToken };

const invalid: TokenCheck = { ok: false, reason: 'invalid' };

// A token has some 600 characters; no client needs the server to hash a megabyte.
const tokenCharactersMax = 4096;

/**
 * Checks a short-lived token: constant header, signature, issuer, audience, tenant, expiry without leeway (RFC 7519 §4.1).
 * `keyOf` gives the key of a tenant, or undefined if there is none.
 */
export function checkActionToken(
  text: string,
  keyOf: (tenantId: string) => SecretKey | undefined,
  publicUrl: string,
  nowMs: number,
): TokenCheck {
  if (text.length > tokenCharactersMax) return invalid;
  const [header, payload, signature, ...rest] = text.split('.');
  if (header !== actionTokenHeader || payload === undefined || signature === undefined || rest.length > 0)
    return invalid;
  const claims = readClaims(payload);
  if (claims === undefined) return invalid;
  const key = keyOf(claims.token.tenantId);
  if (key === undefined) return invalid;
  const expected = hmacSha256(key, `${header}.${payload}`);
  const given = Buffer.from(signature, 'base64url');
  // Compared as text too: base64url has several spellings for the same bytes, and one token has one spelling.
  if (!digestsEqual(expected, given) || given.toString('base64url') !== signature) return invalid;
  const party = `${publicUrl}/${claims.token.tenantId}`;
  if (claims.issuer !== party || claims.audience !== party) return invalid;
  if (nowMs >= claims.token.expiresAt * 1000) return { ok: false, reason: 'expired', token: claims.token };
  return { ok: true, token: claims.token };
}

function readClaims(payload: string): { token: ActionToken; issuer: string; audience: string } | undefined {
  const claims = parseObject(payload);
  if (claims === undefined || !isObject(claims['other'])) return undefined;
  const { iat, exp, sub, iss, aud, scope, giv, prv, rec, act, other } = claims as Record<string, unknown> & {
    other: Record<string, unknown>;
  };
  const { tenantId, userId, actionCode, idempotencyKey } = other;
  if (!isText(sub) || !isText(iss) || !isText(aud) || !isText(scope) || !isText(act)) return undefined;
  if (!isText(tenantId) || !isText(userId) || !isText(actionCode) || !isText(idempotencyKey)) return undefined;
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp) || sub !== userId) return undefined;
  return {
    token: {
      tenantId,
      userId,
      actionCode,
      idempotencyKey,
      actionId: act,
      scope,
      given: isText(giv) ? giv : '',
      proven: isText(prv) ? prv : undefined,
      isRecovered: rec === true,
      issuedAt: iat as number,
      expiresAt: exp as number,
    },
    issuer: iss,
    audience: aud,
  };
}

/** A key that signs session access tokens; its id says in a token's header which one it was. */
export interface SessionSigningKey extends RsaKeyPair {
  readonly keyId: string;
}

/** What a session access token says that decides whether it is good. */
export interface SessionToken {
  readonly sessionId: string;
  /** Which of the session's pairs of tokens it belongs to. */
  readonly generation: number;
  readonly userId: string;
  readonly clientId: string;
  readonly issuer: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

export interface SessionTokenIssue extends Omit<SessionToken, 'expiresAt'> {
  /** Makes every token unique. */
  readonly tokenId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** When the user proved who they are (N17: copied from that event, as are the next two). */
  readonly authenticatedAtMs: number;
  readonly assurance: string;
  readonly verificationMethod: string | null;
  readonly email: string | null;
  /** Never take the place of a claim of ours. */
  readonly customClaims: Readonly<Record<string, unknown>>;
}

/** Whom a tenant's session access tokens name as their issuer; authorizers of gateways look for the keys below it. */
export function sessionIssuer(publicUrl: string, tenantId: string): string {
  return `${publicUrl}/v1/client/public/${tenantId}`;
}

// Constant for each key, and compared as text like that of the short-lived token.
function sessionTokenHeader(keyId: string): string {
  return Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: keyId })).toString('base64url');
}

/** Signs a session access token: RS256 (RFC 7518 §3.3), of the type and with the members of RFC 9068 §2. */
export async function signSessionToken(key: SessionSigningKey, token: SessionTokenIssue): Promise<string> {
  const claims = {
    ...token.customClaims,
    iss: token.issuer,
    aud: token.clientId,
    client_id: token.clientId,
    sub: token.userId,
    iat: Math.floor(token.issuedAtMs / 1000),
    exp: Math.floor(token.expiresAtMs / 1000),
    jti: token.tokenId,
    sid: token.sessionId,
    generation: token.generation,
    auth_time: Math.floor(token.authenticatedAtMs / 1000),
    assurance: token.assurance,
    verificationMethod: token.verificationMethod ?? undefined,
    email: token.email ?? undefined,
  };
  const signed = `${sessionTokenHeader(key.keyId)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${(await signRs256(key, signed)).toString('base64url')}`;
}

// Sixteen custom claims and a long user id make less than this.
const sessionTokenCharactersMax = 32_768;

/**
 * Reads a session access token that one of the tenant's keys has signed, expired or not; undefined for anything else.
 * Whether it is good now says {@link checkSessionToken}.
 */
export function readSessionToken(text: string, keys: readonly SessionSigningKey[]): SessionToken | undefined {
  if (text.length > sessionTokenCharactersMax) return undefined;
  const [header, payload, signature, ...rest] = text.split('.');
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const key = keys.find(({ keyId }) => sessionTokenHeader(keyId) === header);
  if (key === undefined) return undefined;
  const given = Buffer.from(signature, 'base64url');
  if (!isRs256Signature(key, `${header}.${payload}`, given) || given.toString('base64url') !== signature)
    return undefined;
  return readSessionClaims(payload);
}

/**
 * Checks a session access token: constant header, signature, issuer, expiry without leeway (RFC 9068 §4, RFC 7519 §4.1).
 * Audience and session are the caller's to check: only the database knows whether the session has ended.
 */
export function checkSessionToken(
  text: string,
  keys: readonly SessionSigningKey[],
  issuer: string,
  nowMs: number,
): SessionToken | undefined {
  const token = readSessionToken(text, keys);
  return token === undefined || token.issuer !== issuer || nowMs >= token.expiresAt * 1000 ? undefined : token;
}

function readSessionClaims(payload: string): SessionToken | undefined {
  const claims = parseObject(payload);
  if (claims === undefined) return undefined;
  const { iss, aud, sub, sid, generation, iat, exp } = claims;
  if (!isText(iss) || !isText(aud) || !isText(sub) || !isText(sid)) return undefined;
  if (!isInteger(generation) || !isInteger(iat) || !isInteger(exp)) return undefined;
  return { sessionId: sid, generation, userId: sub, clientId: aud, issuer: iss, expiresAt: exp };
}

/** What a refresh token says: one generation of one session of the tenant whose key made it. */
export interface RefreshToken {
  readonly sessionId: string;
  readonly generation: number;
}

/**
 * The refresh token of a generation: session id, generation, HMAC of both (ruling 23). Derived, not stored: it can be made
 * again for a caller who lost the answer, and a stolen database holds none.
 */
export function deriveRefreshToken(key: SecretKey, { sessionId, generation }: RefreshToken): string {
  const named = `${sessionId.replaceAll('-', '')}${generation.toString(16).padStart(8, '0')}`;
  return `${named}${hmacSha256(key, named).toString('hex')}`;
}

/** Reads a refresh token that was made with the tenant's key; undefined for anything else. It may have been used. */
export function readRefreshToken(key: SecretKey, text: string): RefreshToken | undefined {
  // Lower-case hexadecimal: one token has one spelling.
  if (!/^[0-9a-f]{104}$/.test(text)) return undefined;
  const named = text.slice(0, 40);
  if (!digestsEqual(hmacSha256(key, named), Buffer.from(text.slice(40), 'hex'))) return undefined;
  return {
    sessionId: named.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    generation: Number.parseInt(named.slice(32), 16),
  };
}

/** What the cookie of a remembered device says: the secret of that browser, and which of its cookies it is. */
export interface DeviceCookie {
  /** 32 random bytes. Only their SHA-256 is stored. */
  readonly secret: Buffer;
  readonly generation: number;
}

/** The cookie of a generation: secret, generation, HMAC of both. Whoever has an older one cannot make the next. */
export function signDeviceCookie(key: SecretKey, { secret, generation }: DeviceCookie): string {
  const named = `${secret.toString('hex')}${generation.toString(16).padStart(8, '0')}`;
  return `${named}${hmacSha256(key, named).toString('hex')}`;
}

/** Reads a cookie that was made with the tenant's key; undefined for anything else. It may have been replaced. */
export function readDeviceCookie(key: SecretKey, text: string): DeviceCookie | undefined {
  if (!/^[0-9a-f]{136}$/.test(text)) return undefined;
  const named = text.slice(0, 72);
  if (!digestsEqual(hmacSha256(key, named), Buffer.from(text.slice(72), 'hex'))) return undefined;
  return { secret: Buffer.from(named.slice(0, 64), 'hex'), generation: Number.parseInt(named.slice(64), 16) };
}

function parseObject(payload: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
