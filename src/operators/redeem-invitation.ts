import type { Context } from '../calls/context.ts';
import type { Request } from '../calls/request.ts';
import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { establishAction } from '../deciding/establish-action.ts';
import { issueActionToken } from '../proving/issue-action-token.ts';
import { givenPowers } from '../proving/token-powers.ts';
import { listMembershipsOf } from '../storage/queries/memberships.ts';
import { unbindOperatorIdentity } from '../storage/queries/operator-identities.ts';
import { deleteOperatorPassword } from '../storage/queries/operator-passwords.ts';
import { endOperatorSessions } from '../storage/queries/operator-sessions.ts';
import { loadInvited, takeInvitation } from '../storage/queries/operators.ts';
import type { OperatorRow } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { endEarlierActions, removeAuthenticators } from './dismiss-operator.ts';
import { portalActions } from './portal-actions.ts';
import { portalTenant } from './portal-tenant.ts';
import { recordOperatorAudit } from './record-operator-audit.ts';
import { tellAdmins } from './tell-admins.ts';

/** An open invitation, with the action by which a passkey can be made. */
export interface OpenInvitation {
  readonly operatorId: string;
  readonly email: string;
  readonly actionId: string;
  /** For the client API, to register a passkey. It counts only once the invitation is redeemed. */
  token(): string;
}

type From = Pick<Request<Route>, 'sender' | 'requestId'>;

/** Whom an open invitation is for. @throws {Refusal} `gone` */
export async function requireInvited(context: Context, digest: Buffer): Promise<OperatorRow> {
  const { db, runtime } = context.forTenant(portalTenantId);
  const invited = await loadInvited(db, portalTenantId, digest, runtime.clock.now());
  if (invited === undefined) throw gone();
  return invited;
}

/** Reads an invitation and leaves it as it is: if what follows fails, it can be redeemed again. @throws {Refusal} `gone` */
export async function openInvitation(context: Context, digest: Buffer, { sender }: From): Promise<OpenInvitation> {
  const tenant = portalTenant(context);
  const portal = context.forTenant(portalTenantId);
  const { operatorId, email } = await requireInvited(context, digest);
  const named = {
    tenantId: portalTenantId,
    userId: operatorId,
    actionCode: portalActions.invitation,
    idempotencyKey: digest.toString('base64url'),
  };
  const { ipAddress, userAgent } = sender;
  const attributes = { ipAddress, userAgent, username: email, email };
  const { actionId } = await establishAction(portal, tenant, named, 'track', attributes);
  const scope = 'read:authenticators add:authenticators';
  return {
    operatorId,
    email,
    actionId,
    token: () => issueActionToken(portal, tenant, { ...named, actionId, ...givenPowers(scope) }),
  };
}

/**
 * Uses an invitation up, in a transaction. It is also the way back, so all ways in that the operator had end: passkeys, their
 * password and app, their account at the issuer, sessions, and what was begun. Admins are told.
 * @throws {Refusal} `gone`
 */
export async function redeemInvitation(
  sql: Sql,
  context: Context,
  digest: Buffer,
  { operatorId, email, actionId }: Omit<OpenInvitation, 'token'>,
  { requestId }: From,
): Promise<void> {
  if ((await takeInvitation(sql, portalTenantId, digest, context.runtime.clock.now())) === undefined) throw gone();
  const removedAuthenticators = await removeAuthenticators(sql, context, operatorId);
  const removedPassword = await deleteOperatorPassword(sql, portalTenantId, operatorId);
  const removedIdentity = await unbindOperatorIdentity(sql, portalTenantId, operatorId);
  await endEarlierActions(sql, context, operatorId, actionId);
  await endOperatorSessions(sql, portalTenantId, operatorId);
  const tenantIds = (await listMembershipsOf(sql, portalTenantId, operatorId)).map(({ memberOf }) => memberOf);
  await recordOperatorAudit(sql, context, {
    type: 'operator.invitation_redeemed',
    operatorId,
    tenantIds,
    requestId,
    data: { removedAuthenticators, removedPassword, removedIdentity },
  });
  const isBack = removedAuthenticators > 0 || removedIdentity;
  await tellAdmins(sql, context, tenantIds, operatorId, {
    heading: isBack ? 'An operator came back in' : 'An operator came in',
    description: isBack
      ? 'An invitation to the portal was redeemed by an operator who had come in before. What they signed in with was removed, and their sessions ended.'
      : 'An invitation to the portal was redeemed.',
    facts: [['Operator:', email]],
    advice: 'If you do not expect this, remove them from the team and look at the audit log.',
  });
}

function gone(): Refusal {
  return new Refusal('gone', 'The invitation was used, replaced by a newer one, or is over. Ask for another.');
}
