import { actorOf } from '../../calls/caller.ts';
import type { OperatorCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { Refusal } from '../../contract/errors.ts';
import { approveHelp as route } from '../../contract/portal/helps.ts';
import { permits } from '../../contract/portal/roles.ts';
import { maskEmail } from '../../core/authenticators/mask-contact.ts';
import { approvalMs, linkMs } from '../../core/helps/help-limits.ts';
import { whyNotHelp } from '../../operators/help-grounds.ts';
import { helpView } from '../../operators/help-view.ts';
import { recordAuditEvent } from '../../storage/queries/audit-events.ts';
import { approveHelpRow, loadHelp, takeBackApproval } from '../../storage/queries/helps.ts';
import type { HelpRow } from '../../storage/queries/helps.ts';
import { listMembershipsOf } from '../../storage/queries/memberships.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { loadUserLocales, lockUser } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';
import { isNotSent } from '../../telling/hand-over.ts';
import { newHelpLink } from '../../telling/help-links.ts';
import { queueNotice } from '../../telling/queue-notice.ts';
import { sendHelpMail } from '../../telling/send-help-mail.ts';
import { tenantMailer } from '../../telling/tenant-mailer.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import { operation } from '../operation.ts';

const hourMs = 3_600_000;

/** The link lives before it is sent, and all are told of it in the same write: so nobody has one that nobody was told of. */
export const approveHelp = operation(route, async (context, request) => {
  const { caller, params, requestId } = request;
  const { tenant, operatorId } = caller;
  const { tenantId } = tenant;
  const { helpId } = params;
  const named = isUuid(helpId) ? await loadHelp(context.db, tenantId, helpId) : undefined;
  if (named === undefined) throw gone();
  const { userId, email, askedBy, askedAt } = named;
  // Refused before anybody is told.
  tenantMailer(context, tenant, 'other');
  const locale = choosePageLocale(await loadUserLocales(context.db, tenantId, userId));
  const { url, digest } = newHelpLink(context, tenant, locale);
  const approved = await context.db.transaction(async (sql) => {
    if ((await lockUser(sql, tenantId, userId)) === undefined) throw gone();
    const nowMs = context.runtime.clock.now();
    await requireSecondPerson(sql, caller, named);
    const approval = { operatorId, linkDigest: digest, nowMs, linkUntilMs: nowMs + linkMs };
    const row = await approveHelpRow(sql, tenantId, helpId, approval);
    if (row === undefined) {
      throw new Refusal('conflict', 'It no longer waits: it was approved, refused or stopped, or its time has passed.');
    }
    const why = await whyNotHelp(sql, tenantId, row, nowMs);
    if (why !== undefined) throw new Refusal('conflict', why);
    await queueNotice(sql, context, tenant, userId, { type: 'help-sent', helpId, sentTo: maskEmail(email) });
    await recordAudit(sql, context, route, request, userId, { helpId, askedBy });
    return row;
  });
  try {
    await sendHelpMail(context, tenant, { to: email, url, locale, validHours: linkMs / hourMs });
  } catch (error) {
    // In doubt it counts as sent: it may have arrived.
    if (isNotSent(error)) {
      await takeBack(context, caller, { requestId, help: named, digest, expiresAtMs: askedAt + approvalMs });
    }
    throw error;
  }
  return helpView(context.db, caller, approved, context.runtime.clock.now());
});

/**
 * Whoever asked has to be somebody else, who may still help users: nobody approves what a dismissed colleague has asked for, or
 * what they asked for themselves before they were invited anew.
 */
async function requireSecondPerson(
  sql: Sql,
  { tenant, operatorId }: OperatorCaller,
  { askedBy }: HelpRow,
): Promise<void> {
  if (askedBy === operatorId) {
    throw new Refusal('conflict', 'You have asked for it yourself. Another person has to approve it.');
  }
  const memberships = await listMembershipsOf(sql, portalTenantId, askedBy);
  const roles = memberships.find(({ memberOf }) => memberOf === tenant.tenantId)?.roles ?? [];
  if (permits(roles, 'users:help')) return;
  throw new Refusal(
    'conflict',
    'Who asked for it may not help users any more. Refuse it, and ask anew if it is needed.',
  );
}

async function takeBack(
  context: Context,
  caller: OperatorCaller,
  failed: {
    readonly requestId: string;
    readonly help: HelpRow;
    readonly digest: Buffer;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  const { requestId, help, digest: linkDigest, expiresAtMs } = failed;
  const { tenantId } = caller.tenant;
  const { helpId, userId } = help;
  await context.db.transaction(async (sql) => {
    if (!(await takeBackApproval(sql, tenantId, helpId, { linkDigest, expiresAtMs }))) return;
    await recordAuditEvent(sql, {
      tenantId,
      eventId: context.runtime.ids.uuid(),
      happenedAtMs: context.runtime.clock.now(),
      actor: actorOf(caller),
      eventType: 'help.not_sent',
      userId,
      requestId,
      data: { helpId },
    });
  });
}

function gone(): Refusal {
  return new Refusal('not_found', 'There is no such help.');
}
