import { Refusal } from '../../contract/errors.ts';
import { createOidcSession as route } from '../../contract/portal/oidc.ts';
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import type { OidcIdentity } from '../../delivery/oidc.ts';
import { beginOperatorSession } from '../../operators/begin-session.ts';
import { holdsIdentity } from '../../operators/hold-identity.ts';
import { finishOidcFlow, requireOidc } from '../../operators/oidc-flow.ts';
import type { OidcPurpose } from '../../operators/oidc-flow.ts';
import { openInvitation, redeemInvitation } from '../../operators/redeem-invitation.ts';
import { sessionView } from '../../operators/session-view.ts';
import { loadStepUpBy } from '../../operators/step-up-by.ts';
import { bindOperatorIdentity, loadOperatorOfIdentity } from '../../storage/queries/operator-identities.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import type { Sql } from '../../storage/sql.ts';
import { operation } from '../operation.ts';

export const createOidcSession = operation(route, async (context, request) => {
  const { name } = requireOidc(context);
  const { cookies, body } = request;
  const { flowId, purpose, identity } = await finishOidcFlow(
    context,
    cookies,
    body.response,
    ({ kind }) => kind === 'sign-in' || kind === 'invitation',
  );
  const portal = context.forTenant(portalTenantId);
  const digest = digestIn(purpose);
  const invitation = digest === undefined ? undefined : await openInvitation(context, digest, request);
  if (invitation !== undefined) requireInvitedEmail(identity, invitation.email, name);
  const made = await portal.db.transaction(async (sql) => {
    let operatorId: string;
    if (invitation === undefined || digest === undefined) operatorId = await requireOperator(sql, identity, name);
    else {
      ({ operatorId } = invitation);
      await redeemInvitation(sql, portal, digest, invitation, request);
      if (!(await bindOperatorIdentity(sql, portalTenantId, operatorId, identity, portal.runtime.clock.now()))) {
        throw new Refusal(
          'conflict',
          `Another operator here signs in with this account at ${name}. Sign in there with your own, or make a passkey.`,
        );
      }
    }
    const begun = await beginOperatorSession(sql, context, request, {
      operatorId,
      actionId: flowId,
      // The issuer may have let them in by a session of hours ago.
      provedAtMs: 0,
      data: { by: 'issuer', issuer: identity.issuer },
    });
    return { ...begun, stepUpBy: await loadStepUpBy(sql, context, operatorId) };
  });
  made.letIn();
  const { session, stepUpBy } = made;
  const { expiresAt: expiresAtMs, provedAt: provedAtMs } = session;
  return {
    session: sessionView(context, { ...session, expiresAtMs, provedAtMs, stepUpBy }),
    ...(invitation === undefined ? {} : { token: invitation.token() }),
  };
});

function digestIn(purpose: OidcPurpose): Buffer | undefined {
  return purpose.kind === 'invitation' ? Buffer.from(purpose.digest, 'base64url') : undefined;
}

/** @throws {Refusal} `forbidden` */
function requireInvitedEmail({ verifiedEmail }: OidcIdentity, invitedEmail: string, name: string): void {
  if (verifiedEmail === undefined) {
    throw new Refusal(
      'forbidden',
      `${name} does not say that it has verified your email address. Have it verified there, or make a passkey.`,
    );
  }
  if (comparable(verifiedEmail) === comparable(invitedEmail)) return;
  throw new Refusal(
    'forbidden',
    `The invitation is for another email address than that of the account with which you signed in at ${name}. Sign in there with the invited one, or make a passkey.`,
  );
}

/** As operators are told apart. */
function comparable(email: string): string {
  return normalEmail(email).toLowerCase();
}

/** @throws {Refusal} `forbidden` */
async function requireOperator(sql: Sql, identity: OidcIdentity, name: string): Promise<string> {
  const operatorId = await loadOperatorOfIdentity(sql, portalTenantId, identity);
  if (operatorId !== undefined && (await holdsIdentity(sql, operatorId, identity))) return operatorId;
  throw new Refusal(
    'forbidden',
    `No operator here signs in with this account at ${name}. If you are invited, open the link of the invitation and sign in from there.`,
  );
}
