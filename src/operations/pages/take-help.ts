import type { Context } from '../../calls/context.ts';
import type { Request } from '../../calls/request.ts';
import { takeHelp as route } from '../../contract/pages/help.ts';
import { helpActionCode } from '../../core/helps/help-limits.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { isRepeat, whyNotHelp } from '../../operators/help-grounds.ts';
import { isOpen } from '../../operators/help-view.ts';
import { digestOf } from '../../operators/secrets.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { linkLook, overPage } from '../../showing/link-page.ts';
import { recordAuditEvent } from '../../storage/queries/audit-events.ts';
import { loadHelp, loadHelpByLink, takeHelpLink } from '../../storage/queries/helps.ts';
import type { HelpRow } from '../../storage/queries/helps.ts';
import { loadUserLocales, lockUser } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';
import { readHelpLink } from '../../telling/help-links.ts';
import type { HelpLink } from '../../telling/help-links.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import { operation } from '../operation.ts';

/**
 * Uses the link up. What it gives counts as a recovery code does (ruling 41): the scope to add authenticators, which are held,
 * and none to change or remove any.
 */
export const takeHelp = operation(route, async (anybodys, request) => {
  const { body, acceptLanguage } = request;
  const link = readHelpLink(anybodys, body.token);
  const context = link === undefined ? anybodys : anybodys.forTenant(link.tenant.tenantId);
  const token = link === undefined ? undefined : await take(context, link, request);
  const own = await linkLook(context, link?.tenant, [acceptLanguage]);
  if (token === undefined) return overPage(own);
  const onward = `${context.publicUrl}/challenge?token=${token}`;
  return { ...own.look, screen: { name: 'help-taken' as const, onward } };
});

/** A token; undefined if the link is no longer good. Then nothing changes. */
async function take(
  context: Context,
  { tenant, digest }: HelpLink,
  { body, sender, requestId }: Request<typeof route>,
): Promise<string | undefined> {
  const { tenantId, settings } = tenant;
  const { db, runtime } = context;
  const lifetimeMs = settings.tokenDurationInMinutes * 60_000;
  const pageDigest = digestOf(body.pageSecret);
  const isGood = (help: HelpRow | undefined, nowMs: number) =>
    help !== undefined &&
    ((help.state === 'sent' && isOpen(help, nowMs)) || isRepeat(help, pageDigest, nowMs - lifetimeMs));
  const help = await loadHelpByLink(db, tenantId, digest);
  if (help === undefined || !isGood(help, runtime.clock.now())) return undefined;
  const { helpId, userId } = help;
  const key = { tenantId, userId, actionCode: helpActionCode, idempotencyKey: helpId };
  // Before the link is used up: if this fails, it can be used again. It is the action of the user whose help this is, because
  // the help goes with its user.
  const { ipAddress, userAgent } = sender;
  const locale = choosePageLocale(await loadUserLocales(db, tenantId, userId));
  const shown = { ipAddress, userAgent, locale, redirectToSettings: true };
  const { actionId } = await establishAction(context, tenant, key, 'challenge', shown);
  const isTaken = await db.transaction(async (sql: Sql) => {
    if ((await lockUser(sql, tenantId, userId)) === undefined) return false;
    const nowMs = runtime.clock.now();
    if ((await whyNotHelp(sql, tenantId, help, nowMs)) !== undefined) return false;
    if (!(await takeHelpLink(sql, tenantId, { linkDigest: digest, pageDigest, nowMs }))) {
      const now = await loadHelp(sql, tenantId, helpId);
      return now !== undefined && isRepeat(now, pageDigest, nowMs - lifetimeMs);
    }
    await recordAuditEvent(sql, {
      tenantId,
      eventId: runtime.ids.uuid(),
      happenedAtMs: nowMs,
      actor: { kind: 'client', id: userId },
      eventType: route.audit ?? '',
      userId,
      requestId,
      data: { helpId, actionId },
    });
    return true;
  });
  if (!isTaken) return undefined;
  const powers = { scope: 'read:authenticators add:authenticators', isRecovered: true };
  return issueActionToken(context, tenant, { ...key, actionId, ...powers });
}
