import { validateSession as route } from '../../contract/server/sessions.ts';
import { assurance } from '../../contract/values.ts';
import { checkSessionToken, sessionIssuer } from '../../runtime/tokens.ts';
import { loadSession } from '../../storage/queries/sessions.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';
import { verifyingKeys } from '../../sessions/session-keys.ts';
import { distinctMethods } from '../../views/wire-values.ts';
import { badSession } from '../../sessions/bad-session.ts';
import { userAttributes } from '../../views/user-views.ts';

/** Checks the token's own claims first, then reads the session and its user as they are now. */
export const validateSession = operation(route, async ({ db, runtime, publicUrl }, { caller: { tenant }, body }) => {
  const nowMs = runtime.clock.now();
  const issuer = sessionIssuer(publicUrl, tenant.tenantId);
  const token = checkSessionToken(body.accessToken, verifyingKeys(tenant, nowMs), issuer, nowMs);
  if (token === undefined || body.clientIds?.includes(token.clientId) === false) throw badSession();

  const session = await loadSession(db, tenant.tenantId, token.sessionId);
  // A refresh ends the access token too, so only the latest generation is valid.
  if (session?.generation !== token.generation || session.revokedAt !== null) throw badSession();
  const { locale: _locale, ...user } = userAttributes(session);
  return {
    user,
    expiresAt: token.expiresAt,
    assurance: assurance.parse(session.assurance),
    ...omitAbsent({
      verificationMethod: session.verificationMethod === null ? null : distinctMethods([session.verificationMethod])[0],
    }),
  };
});
