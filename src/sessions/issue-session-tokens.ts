import { customClaims } from '../core/sessions/custom-claims.ts';
import { deriveRefreshToken, sessionIssuer, signSessionToken } from '../runtime/tokens.ts';
import type { Tenant } from '../storage/published.ts';
import type { SessionRow } from '../storage/queries/sessions.ts';
import type { Context } from '../calls/context.ts';
import { signingKey } from './session-keys.ts';

/**
 * The pair of tokens of a session's current generation. Times and ids come from the row alone, so that a repeated
 * request gets the same pair (ruling 23).
 */
export async function issueSessionTokens({ publicUrl, runtime }: Context, tenant: Tenant, session: SessionRow) {
  const key = signingKey(tenant, runtime.clock.now());
  const { sessionId, generation, rotatedAt: issuedAtMs } = session;
  const accessToken = await signSessionToken(key, {
    tokenId: `${sessionId}.${generation}`,
    sessionId,
    generation,
    userId: session.userId,
    clientId: session.clientId,
    issuer: sessionIssuer(publicUrl, tenant.tenantId),
    issuedAtMs,
    expiresAtMs: Math.min(issuedAtMs + session.accessTokenLifetimeInMinutes * 60_000, session.expiresAt),
    authenticatedAtMs: session.signedInAt,
    assurance: session.assurance,
    verificationMethod: session.verificationMethod,
    email: session.email,
    customClaims: customClaims(session.customClaims, session),
  });
  return { accessToken, refreshToken: deriveRefreshToken(tenant.refreshTokenKey, { sessionId, generation }) };
}
