import { recordAudit } from '../../calls/record-audit.ts';
import { Refusal } from '../../contract/errors.ts';
import { askHelp as route } from '../../contract/portal/helps.ts';
import { approvalMs, contactAgeMs, helpsADay, helpsWithinMs } from '../../core/helps/help-limits.ts';
import { helpView, isOpen } from '../../operators/help-view.ts';
import { createHelp, listHelpContacts, listHelpsOfUser } from '../../storage/queries/helps.ts';
import type { HelpRow } from '../../storage/queries/helps.ts';
import { lockUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';

export const askHelp = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { tenantId } = caller.tenant;
  const { userId } = params;
  const { reason, userAuthenticatorId } = body;
  return context.db.transaction(async (sql) => {
    // Locked, so that two who ask at once count each other.
    if ((await lockUser(sql, tenantId, userId)) === undefined) throw new Refusal('not_found', 'There is no such user.');
    const nowMs = context.runtime.clock.now();
    const contacts = await listHelpContacts(sql, tenantId, userId, { verifiedByMs: nowMs - contactAgeMs, nowMs });
    const contact = contacts.find(({ authenticatorId }) => authenticatorId === userAuthenticatorId.toLowerCase());
    if (contact === undefined) {
      throw new Refusal(
        'conflict',
        'The user has no such contact that they verified seven days ago. Choose one of those that are listed; without one, remove the lost authenticators and let your backend enrol the user again.',
      );
    }
    requireRoom(await listHelpsOfUser(sql, tenantId, userId), nowMs);
    const help = await createHelp(sql, tenantId, {
      helpId: context.runtime.ids.uuid(),
      userId,
      reason,
      email: contact.email,
      askedBy: caller.operatorId,
      askedAt: nowMs,
      expiresAt: nowMs + approvalMs,
    });
    await recordAudit(sql, context, route, request, userId, { helpId: help.helpId, reason });
    return helpView(sql, caller, help, nowMs);
  });
});

/** @throws {Refusal} `conflict` if one is open, `too_many_requests` if there were enough of them in a day */
function requireRoom(helps: readonly HelpRow[], nowMs: number): void {
  if (helps.some((help) => isOpen(help, nowMs))) {
    throw new Refusal('conflict', 'Help for this user was asked for already. Approve or refuse that first.');
  }
  // Newest first.
  const before = helps[helpsADay - 1];
  const waitMs = before === undefined ? 0 : before.askedAt + helpsWithinMs - nowMs;
  if (waitMs <= 0) return;
  throw new Refusal(
    'too_many_requests',
    `Help can be asked for ${helpsADay} times a day for one user. Wait.`,
    Math.ceil(waitMs / 1000),
  );
}
