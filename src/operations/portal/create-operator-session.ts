import { operatorCookie } from '../../contract/apis.ts';
import { Refusal } from '../../contract/errors.ts';
import { createOperatorSession as route } from '../../contract/portal/session.ts';
import { operatorIdleMs, operatorSessionMs } from '../../core/operators/session-periods.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { sessionView } from '../../operators/session-view.ts';
import { readProof } from '../../operators/take-proof.ts';
import { digestOf, newSecret } from '../../operators/secrets.ts';
import {
  createOperatorSessionRow,
  endOperatorSessionBySecret,
  loadOperatorSession,
} from '../../storage/queries/operator-sessions.ts';
import { activateOperator } from '../../storage/queries/operators.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const createOperatorSession = operation(route, async (context, { body, sender, cookies, requestId }) => {
  const proof = await readProof(context, body.token, [portalActions.signIn, portalActions.invitation]);
  const { operatorId, actionId, provedAtMs } = proof;
  const { db, runtime } = context.forTenant(portalTenantId);
  const nowMs = runtime.clock.now();
  // A new secret, whatever the browser had before (A41).
  const secret = newSecret(runtime.random);
  const before = cookies?.get(operatorCookie);
  const session = await db.transaction(async (sql) => {
    if (before !== undefined) await endOperatorSessionBySecret(sql, portalTenantId, digestOf(before));
    const isMade = await createOperatorSessionRow(sql, portalTenantId, {
      sessionId: runtime.ids.uuid(),
      operatorId,
      secretDigest: digestOf(secret),
      actionId,
      nowMs,
      provedAtMs,
      expiresAtMs: nowMs + operatorSessionMs,
      ipAddress: sender.ipAddress,
      userAgent: sender.userAgent,
    });
    if (!isMade)
      throw new Refusal('invalid_token', 'The proof has made a session already, or you are no operator any more.');
    await activateOperator(sql, portalTenantId, operatorId, nowMs);
    const made = await loadOperatorSession(sql, portalTenantId, digestOf(secret), { nowMs, idleMs: operatorIdleMs });
    if (made === undefined) throw new Error('The session was made just now.');
    await recordOperatorAudit(sql, context, {
      type: route.audit ?? '',
      operatorId,
      tenantIds: Object.keys(made.memberships),
      requestId,
      data: { ipAddress: sender.ipAddress },
    });
    return made;
  });
  cookies?.set(operatorCookie, secret, operatorSessionMs / 1000);
  const { expiresAt: expiresAtMs, memberships, email, name } = session;
  return sessionView(context, { operatorId, email, name, expiresAtMs, provedAtMs, memberships });
});
