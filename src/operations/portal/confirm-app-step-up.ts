import { Refusal } from '../../contract/errors.ts';
import { confirmAppStepUp as route } from '../../contract/portal/passwords.ts';
import { recordRefusal } from '../../calls/record-refusal.ts';
import { userGuesses } from '../../counting/guess-subject.ts';
import { acceptCode, appMethod, isLikeCode, loadApps, matchCode, requireGuess } from '../../operators/app-codes.ts';
import { requirePasswords } from '../../operators/operator-password.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { sessionView } from '../../operators/session-view.ts';
import { loadStepUpBy } from '../../operators/step-up-by.ts';
import { recordStepUp } from '../../storage/queries/operator-sessions.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

/** Each step-up is an action of its own, whose key names the session, as with a passkey. */
export const confirmAppStepUp = operation(route, async (context, request) => {
  const { caller, body, requestId } = request;
  const { operatorId, sessionId, memberships } = caller;
  requirePasswords(context);
  const stepUpBy = await loadStepUpBy(context.db, context, operatorId);
  if (stepUpBy !== 'app') {
    throw new Refusal('forbidden', 'You have no authenticator app here: confirm it by what you sign in with.');
  }
  if (!isLikeCode(body.verificationCode)) throw wrong();
  const apps = await loadApps(context.db, operatorId);
  const guessed = { tenant: portalTenant(context), key: { userId: operatorId }, verified: apps };
  const subject = userGuesses(guessed, appMethod);
  await requireGuess(context, subject);
  const matched = matchCode(context, apps, body.verificationCode);
  const proof =
    matched === undefined
      ? undefined
      : await acceptCode(context, route, request, matched, {
          actionCode: portalActions.stepUp,
          idempotencyKey: `${sessionId}:${context.runtime.ids.uuid()}`,
          subject,
        });
  if (proof === undefined) {
    const reason = matched === undefined ? 'CODE_INVALID_OR_EXPIRED' : 'CODE_REPLAYED';
    await recordRefusal(context, request, operatorId, { verificationMethod: appMethod, reason });
    throw wrong();
  }
  await context.db.transaction(async (sql) => {
    if (!(await recordStepUp(sql, portalTenantId, sessionId, proof))) {
      throw new Refusal('invalid_token', 'The session has ended meanwhile, or it was confirmed just now.');
    }
    const tenantIds = Object.keys(memberships);
    const data = { by: 'app' };
    await recordOperatorAudit(sql, context, { type: route.audit ?? '', operatorId, tenantIds, requestId, data });
  });
  return sessionView(context, { ...caller, provedAtMs: proof.provedAtMs, stepUpBy });
});

function wrong(): Refusal {
  return new Refusal('forbidden', 'The code is wrong, or it was used already. Type the next one that the app shows.');
}
