import { isVerified } from '../../../core/is-verified.ts';
import { showMagicLink as route } from '../page-contract.ts';
import { labelAction } from '../../../core/actions/label-action.ts';
import { haveSameContact } from '../../../core/authenticators/contact.ts';
import { loadOpenLink } from '../../../storage/queries/challenges/of-actions.ts';
import type { LinkChallengeRow } from '../../../storage/queries/challenges/of-actions.ts';
import type { ActionKey } from '../../../storage/queries/actions/named.ts';
import { loadTokenAction } from '../../../storage/queries/actions/of-token.ts';
import type { TokenAction } from '../../../storage/queries/actions/of-token.ts';
import { loadUiSession } from '../../../storage/queries/ui-sessions.ts';
import { choosePageLocale } from '../../../texts/page-locale.ts';
import type { PageTextId } from '../../../texts/page-texts.ts';
import { messageOf } from '../../../showing/ui-session-view.ts';
import { pageNonce, readMagicLinkToken } from '../../../telling/magic-link-token.ts';
import { operation } from '../../../operations/operation.ts';
import type { Context } from '../../../calls/context.ts';
import { linkLook, overPage } from '../../../showing/link-page.ts';
import type { LinkLook } from '../../../showing/link-page.ts';

/**
 * Shows who requested the link, from where and for what, and asks for confirmation. Opening it uses nothing up, because
 * mail scanners open links (A20).
 */
export const showMagicLink = operation(route, async (anybodys, { query, acceptLanguage }) => {
  const token = query.token ?? '';
  const link = readMagicLinkToken(anybodys, token);
  const context = link === undefined ? anybodys : anybodys.forTenant(link.tenant.tenantId);
  const nowMs = context.runtime.clock.now();
  const challenge =
    link === undefined ? undefined : await loadOpenLink(context.db, link.tenant.tenantId, link.digest, nowMs);
  const action =
    link === undefined || challenge === undefined
      ? undefined
      : await loadTokenAction(context.db, keyOf(link.tenant.tenantId, challenge));
  const own = await linkLook(context, link?.tenant, [action?.locale, acceptLanguage]);
  if (link === undefined || challenge === undefined || action === undefined) return overPage(own);
  const facts = await factsOf(context, own, link.tenant.tenantId, challenge, action);
  return { ...own.look, screen: { name: 'ask' as const, facts, token, pageNonce: pageNonce(link) } };
});

function keyOf(tenantId: string, { userId, actionCode, idempotencyKey }: LinkChallengeRow): ActionKey {
  return { tenantId, userId, actionCode, idempotencyKey };
}

/**
 * What helps a user tell their own request from someone else's: its purpose, the device, the place and the time (A22).
 */
async function factsOf(
  { db, enrichment, runtime }: Context,
  { look, say }: LinkLook,
  tenantId: string,
  challenge: LinkChallengeRow,
  action: TokenAction,
): Promise<[string, string][]> {
  const locale = choosePageLocale([look.locale]);
  const agent = enrichment.parsedUserAgent(action.userAgent);
  const { country } = enrichment.describeAddress(action.ipAddress);
  const device = [agent?.browser?.name, agent?.os?.name].filter((part) => part !== undefined && part !== '').join(', ');
  const isPlaced = country !== null && country !== 'unknown';
  // An address that is not enrolled yet, or was given up, may belong to a stranger, who must not learn what the user is
  // about to do.
  const isUsers = action.authenticators.some(
    (row) => row.authenticatorId === challenge.authenticatorId && isVerified(row) && haveSameContact(row, challenge),
  );
  const more = isUsers ? await loadUiSession(db, keyOf(tenantId, challenge), runtime.clock.now()) : undefined;
  const message = more === undefined ? undefined : messageOf(more, locale);
  const facts: [PageTextId, string | undefined][] = [
    ['magic-link.action', message ?? labelAction(challenge.actionCode)],
    ['magic-link.device', device],
    ['magic-link.place', isPlaced ? countryName(locale, country.countryCode) : undefined],
    ['magic-link.time', timeIn(locale, challenge.createdAt)],
  ];
  return facts.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[say(name), value]],
  );
}

function countryName(locale: string, countryCode: string): string {
  return new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' }).of(countryCode) ?? countryCode;
}

/** In UTC, with the zone shown: the server does not know the user's time zone. */
function timeIn(locale: string, timeMs: number): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(timeMs))} UTC`;
}
