/**
 * The only place where tokens are signed and checked. One token kind has one algorithm, one `typ` and one key; nothing
 * in a token chooses how it is checked (RFC 8725 §3.1, §3.11).
 */
import { digestsEqual, hmacSha256 } from './crypto.ts';
import type { SecretKey } from './crypto.ts';

/** What a short-lived token says. It names one occurrence of one action and carries no personal data but the user's id. */
export interface ActionToken {
  readonly tenantId: string;
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  /** The action's row: a token of a deleted user never fits an action made later under the same names. */
  readonly actionId: string;
  /** Space-separated scopes. */
  readonly scope: string;
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
  { readonly ok: true; readonly token: ActionToken } | { readonly ok: false; readonly reason: 'invalid' | 'expired' };

const invalid: TokenCheck = { ok: false, reason: 'invalid' };

// A token has some 600 characters; nobody needs to make the server hash a megabyte.
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
  if (nowMs >= claims.token.expiresAt * 1000) return { ok: false, reason: 'expired' };
  return { ok: true, token: claims.token };
}

function readClaims(payload: string): { token: ActionToken; issuer: string; audience: string } | undefined {
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(claims) || !isObject(claims['other'])) return undefined;
  const { iat, exp, sub, iss, aud, scope, act, other } = claims as Record<string, unknown> & {
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
      issuedAt: iat as number,
      expiresAt: exp as number,
    },
    issuer: iss,
    audience: aud,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
