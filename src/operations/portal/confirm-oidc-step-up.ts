import { Refusal } from '../../contract/errors.ts';
import { confirmOidcStepUp as route } from '../../contract/portal/oidc.ts';
import { issuerProofMs } from '../../core/operators/session-periods.ts';
import type { Oidc, OidcIdentity } from '../../delivery/oidc.ts';
import { holdsIdentity } from '../../operators/hold-identity.ts';
import { finishOidcFlow, requireOidc } from '../../operators/oidc-flow.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { sessionView } from '../../operators/session-view.ts';
import { loadStepUpBy } from '../../operators/step-up-by.ts';
import { recordStepUp } from '../../storage/queries/operator-sessions.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const confirmOidcStepUp = operation(route, async (context, { caller, body, cookies, requestId }) => {
  const oidc = requireOidc(context);
  const { operatorId, sessionId, memberships } = caller;
  const { flowId, identity } = await finishOidcFlow(
    context,
    cookies,
    body.response,
    (purpose) => purpose.kind === 'step-up' && purpose.sessionId === sessionId,
  );
  const provedAtMs = requireFresh(oidc, identity, context.runtime.clock.now());
  await context.db.transaction(async (sql) => {
    if (!(await holdsIdentity(sql, operatorId, identity))) {
      throw new Refusal(
        'forbidden',
        `That is another account at ${oidc.name} than yours. Sign in there with your own.`,
      );
    }
    if ((await loadStepUpBy(sql, context, operatorId)) !== 'issuer') {
      throw new Refusal('forbidden', 'You have an authenticator here: confirm it by that.');
    }
    if (!(await recordStepUp(sql, portalTenantId, sessionId, { actionId: flowId, provedAtMs }))) {
      throw new Refusal('invalid_token', 'This proves nothing for this session. Begin the step-up again.');
    }
    const tenantIds = Object.keys(memberships);
    const data = { issuer: identity.issuer };
    await recordOperatorAudit(sql, context, { type: route.audit ?? '', operatorId, tenantIds, requestId, data });
  });
  return sessionView(context, { ...caller, provedAtMs, stepUpBy: 'issuer' });
});

/** When they signed in at the issuer, if that was just now and in the way that is asked for. @throws {Refusal} `forbidden` */
function requireFresh({ name, stepUpAcrs }: Oidc, { authenticatedAtMs, acr }: OidcIdentity, nowMs: number): number {
  if (authenticatedAtMs === undefined) {
    throw new Refusal(
      'forbidden',
      `${name} does not say when you signed in there (auth_time), so this cannot be confirmed by it. Ask an admin to invite you again, and make a passkey.`,
    );
  }
  if (Math.abs(nowMs - authenticatedAtMs) > issuerProofMs) {
    throw new Refusal(
      'forbidden',
      `${name} did not ask you to sign in again, or it took more than a minute from there. Start again.`,
    );
  }
  if (stepUpAcrs.length > 0 && (acr === undefined || !stepUpAcrs.includes(acr))) {
    throw new Refusal(
      'forbidden',
      `${name} let you in by less than is asked for here. Sign in there with a second factor.`,
    );
  }
  return Math.min(authenticatedAtMs, nowMs);
}
