import type { Context } from '../calls/context.ts';
import type { OperatorCaller } from '../calls/caller.ts';
import { requireFreshProof } from '../calls/require-fresh-proof.ts';
import { Refusal } from '../contract/errors.ts';
import { permits } from '../contract/portal/roles.ts';
import type { Route } from '../contract/route.ts';
import { operatorIdleMs } from '../core/operators/session-periods.ts';
import { digestOf } from '../operators/secrets.ts';
import { loadOperatorSession, touchOperatorSession } from '../storage/queries/operator-sessions.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';

// Written at most this often.
const touchMs = 60_000;
// A secret has 43 characters; nobody needs more hashed.
const secretCharactersMax = 64;

/**
 * Who an operator is, read from the database at each call: a session that was ended and a role that was taken away count at
 * once on all nodes.
 */
export function operatorDirectory(context: Context) {
  const { forTenant, published, runtime } = context;
  return {
    async bySession(secret: string, tenantId: string | undefined, route: Route | undefined): Promise<OperatorCaller> {
      const { db } = forTenant(portalTenantId);
      const nowMs = runtime.clock.now();
      const session =
        secret.length > secretCharactersMax
          ? undefined
          : await loadOperatorSession(db, portalTenantId, digestOf(secret), { nowMs, idleMs: operatorIdleMs });
      if (session === undefined) throw new Refusal('unauthorized', 'The session has ended. Sign in again.');
      const { sessionId } = session;
      if (nowMs - session.seenAt >= touchMs) await touchOperatorSession(db, portalTenantId, sessionId, nowMs);
      const permission = route?.permission ?? null;
      const { memberships } = session;
      const named = tenantId?.toLowerCase() ?? '';
      // A header can name what every object has.
      const roles = Object.hasOwn(memberships, named) ? (memberships[named] ?? []) : [];
      if (permission !== null) {
        if (tenantId === undefined) {
          throw new Refusal(
            'invalid_request',
            'Name the tenant that the call is about in the header X-Sallyport-Tenant.',
          );
        }
        // Whether there is such a tenant is not said.
        if (!permits(roles, permission)) {
          throw new Refusal('forbidden', `None of your roles in this tenant permits it: it needs ${permission}.`);
        }
      }
      if (route?.isDangerous === true) requireFreshProof(context, { provedAtMs: session.provedAt });
      const tenant = published.tenant(permission === null ? portalTenantId : named);
      if (tenant === undefined) throw new Refusal('unavailable', 'This node does not know the tenant yet.', 1);
      return {
        kind: 'operator',
        tenant,
        operatorId: session.operatorId,
        email: session.email,
        name: session.name,
        sessionId,
        roles,
        memberships,
        provedAtMs: session.provedAt,
        expiresAtMs: session.expiresAt,
      };
    },
    // Asked at each use: a free port is known only once the server listens.
    isOwnOrigin: (origin: string) => origin === context.publicUrl,
  };
}
