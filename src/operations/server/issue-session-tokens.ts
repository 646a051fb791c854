import { customClaims } from '../../core/sessions/custom-claims.ts';
import { deriveRefreshToken, sessionIssuer, signSessionToken } from '../../runtime/tokens.ts';
import type { Tenant } from '../../storage/published.ts';
import type { SessionRow } from '../../storage/queries/sessions.ts';
import type { Context } from '../operation.ts';
import { signingKey } from '../session-keys.ts';

/**
 * The pair of tokens of a session's present generation. Times and ids come from the row alone, so that whoever asks again
 * gets the same pair (ruling 23).
 */
export async function issueSessionTokens({ publicUrl, runtime }: Context, tenant: Tenant, session: SessionRow) {
  const key = signingKey(tenant, runtime.clock.now());
  const { session_id: sessionId, generation, rotated_at: issuedAtMs } = session;
  const accessToken = await signSessionToken(key, {
    tokenId: `${sessionId}.${generation}`,
    sessionId,
    generation,
    userId: session.user_id,
    clientId: session.client_id,
    issuer: sessionIssuer(publicUrl, tenant.tenantId),
    issuedAtMs,
    expiresAtMs: Math.min(issuedAtMs + session.access_token_lifetime_in_minutes * 60_000, session.expires_at),
    authenticatedAtMs: session.signed_in_at,
    assurance: session.assurance,
    verificationMethod: session.verification_method,
    email: session.email,
    customClaims: customClaims(session.custom_claims, session),
  });
  return { accessToken, refreshToken: deriveRefreshToken(tenant.refreshTokenKey, { sessionId, generation }) };
}
