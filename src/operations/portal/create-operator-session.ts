import { createOperatorSession as route } from '../../contract/portal/session.ts';
import { beginOperatorSession } from '../../operators/begin-session.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { sessionView } from '../../operators/session-view.ts';
import { readProof } from '../../operators/take-proof.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const createOperatorSession = operation(route, async (context, request) => {
  const proof = await readProof(context, request.body.token, [portalActions.signIn, portalActions.invitation]);
  const { db } = context.forTenant(portalTenantId);
  const { session, letIn } = await db.transaction((sql) =>
    beginOperatorSession(sql, context, request, { ...proof, data: { by: 'passkey' } }),
  );
  letIn();
  const { expiresAt: expiresAtMs } = session;
  return sessionView(context, { ...session, ...proof, expiresAtMs, stepUpBy: 'authenticator' });
});
