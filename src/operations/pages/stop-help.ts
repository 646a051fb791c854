import type { Context } from '../../calls/context.ts';
import { stopHelp as route } from '../../contract/pages/help.ts';
import { isHeld } from '../../core/authenticators/hold.ts';
import { helpActionCode } from '../../core/helps/help-limits.ts';
import { isVerified } from '../../core/is-verified.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import { removeAuthenticator } from '../../proving/remove-authenticator.ts';
import { holdFactors } from '../../proving/settle-factors.ts';
import type { Factors } from '../../proving/settle-factors.ts';
import { linkLook, overPage } from '../../showing/link-page.ts';
import type { Tenant } from '../../storage/published.ts';
import { recordActionState, recordDenial } from '../../storage/queries/actions/actions.ts';
import type { ActionKey } from '../../storage/queries/actions/named.ts';
import { loadTokenAction } from '../../storage/queries/actions/of-token.ts';
import { recordAuditEvent } from '../../storage/queries/audit-events.ts';
import { loadHelp, stopHelps } from '../../storage/queries/helps.ts';
import type { Sql } from '../../storage/sql.ts';
import { readHelpStop } from '../../telling/help-links.ts';
import { operation } from '../operation.ts';

/** "It wasn't me": like every link's, it takes a press on its page. All of its effects happen, or none. */
export const stopHelp = operation(route, async (anybodys, { body, acceptLanguage, requestId }) => {
  const stop = readHelpStop(anybodys, body.token);
  const context = stop === undefined ? anybodys : anybodys.forTenant(stop.tenant.tenantId);
  const isStopped = stop !== undefined && (await stopAll(context, stop, requestId));
  const own = await linkLook(context, stop?.tenant, [acceptLanguage]);
  return isStopped ? { ...own.look, screen: { name: 'help-stopped' as const } } : overPage(own);
});

/** False if there is nothing left to stop: the help is gone or over, and no other is open. Then nothing changes. */
async function stopAll(
  context: Context,
  { tenant, helpId }: { readonly tenant: Tenant; readonly helpId: string },
  requestId: string,
): Promise<boolean> {
  const { tenantId } = tenant;
  const named = await loadHelp(context.db, tenantId, helpId);
  if (named === undefined) return false;
  const { userId } = named;
  return context.db.transaction(async (sql) => {
    // The user first, as everywhere: an approval, a use and an enrolment come before it or after it, and never in between.
    const factors = await holdFactors(sql, context, tenantId, userId);
    const help = await loadHelp(sql, tenantId, helpId);
    if (factors === undefined || help === undefined) return false;
    const nowMs = context.runtime.clock.now();
    const stopped = await stopHelps(sql, tenantId, userId, { helpId, nowMs });
    // Pressed twice, it says the same again.
    if (stopped.length === 0) return help.endedBecause === 'stopped';
    const usedAtMs = stopped.includes(helpId) ? help.usedAt : null;
    const { removed, left } =
      usedAtMs === null ? { removed: 0, left: 0 } : await undo(sql, context, tenantId, factors, usedAtMs, nowMs);
    if (usedAtMs !== null) await closeAction(sql, context, helpKey(tenantId, userId, helpId), nowMs);
    await recordAuditEvent(sql, {
      tenantId,
      eventId: context.runtime.ids.uuid(),
      happenedAtMs: nowMs,
      actor: { kind: 'client', id: userId },
      eventType: route.audit ?? '',
      userId,
      requestId,
      data: { helpId, helps: stopped, removedAuthenticators: removed, remainingAuthenticators: left },
    });
    await tellAdmins(sql, context, [tenantId], '', {
      heading: 'A user did not ask for help',
      description:
        'A user was sent a link to get back in, and says that they did not ask for it. Somebody may have deceived your support.',
      facts: [
        ['User:', userId],
        ['Authenticators removed:', String(removed)],
        ['Added meanwhile and still there:', String(left)],
      ],
      advice: 'Look at the audit log: who asked for it, who approved it, and what was done since.',
    });
    return true;
  });
}

function helpKey(tenantId: string, userId: string, helpId: string): ActionKey {
  return { tenantId, userId, actionCode: helpActionCode, idempotencyKey: helpId };
}

/** Removes what was added since the link was used and is still on hold. */
async function undo(
  sql: Sql,
  context: Context,
  tenantId: string,
  { user, authenticators }: Factors,
  usedAtMs: number,
  nowMs: number,
): Promise<{ readonly removed: number; readonly left: number }> {
  const added = authenticators.filter((row) => isVerified(row) && row.verifiedAt >= usedAtMs);
  const held = added.filter((row) => isHeld(row, nowMs));
  let rest = authenticators;
  for (const row of held) {
    await removeAuthenticator(sql, context, tenantId, user, rest, row);
    rest = rest.filter((other) => other !== row);
  }
  return { removed: held.length, left: added.length - held.length };
}

/** Its tokens prove and add nothing any more, and rules know that the user has denied it. */
async function closeAction(sql: Sql, context: Context, key: ActionKey, nowMs: number): Promise<void> {
  const action = await loadTokenAction(sql, key);
  if (action === undefined) return;
  const { actionId } = action;
  const moveId = context.runtime.ids.uuid();
  const after = await recordDenial(sql, { key, actionId, isUsers: true, nowMs, moveId });
  if (after === 'CHALLENGE_FAILED') return;
  await recordActionState(sql, key, { state: 'CHALLENGE_FAILED', nowMs, moveId: context.runtime.ids.uuid() });
}
