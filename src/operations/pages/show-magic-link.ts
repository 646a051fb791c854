import { showMagicLink as route } from '../../contract/pages/magic-link.ts';
import { labelAction } from '../../core/actions/label-action.ts';
import { haveSameContact } from '../../core/authenticators/contact.ts';
import { loadOpenLink } from '../../storage/queries/action-challenges.ts';
import type { LinkChallengeRow } from '../../storage/queries/action-challenges.ts';
import type { ActionKey } from '../../storage/queries/actions.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import type { TokenAction } from '../../storage/queries/token-actions.ts';
import { loadUiSession } from '../../storage/queries/ui-sessions.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { messageOf } from '../client/ui-session-view.ts';
import { pageNonce, readMagicLinkToken } from '../magic-link-token.ts';
import { publicOperation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { linkLook, overPage } from './link-page.ts';
import type { LinkLook } from './link-page.ts';

/** Shows who asked, from where and for what, and asks. Nothing is used up by looking: mail is opened by machines (A20). */
export const showMagicLink = publicOperation(route, async (anybodys, { query, acceptLanguage }) => {
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

function keyOf(
  tenantId: string,
  { user_id: userId, action_code: actionCode, idempotency_key: idempotencyKey }: LinkChallengeRow,
): ActionKey {
  return { tenantId, userId, actionCode, idempotencyKey };
}

/** What tells a person's own request from somebody else's: what it is for, the device, the place and the time (A22). */
async function factsOf(
  { db, enrichment, runtime }: Context,
  { look, say }: LinkLook,
  tenantId: string,
  challenge: LinkChallengeRow,
  action: TokenAction,
): Promise<[string, string][]> {
  const locale = choosePageLocale([look.locale]);
  const agent = enrichment.parsedUserAgent(action.user_agent);
  const { country } = enrichment.describeAddress(action.ip_address);
  const device = [agent?.browser?.name, agent?.os?.name].filter((part) => part !== undefined && part !== '').join(', ');
  const isPlaced = country !== null && country !== 'unknown';
  // An address that is still to be enrolled, or was given up, may be a stranger's: they are told nothing of what the user is
  // about to do.
  const isUsers = action.authenticators.some(
    (row) =>
      row.authenticator_id === challenge.authenticator_id &&
      row.verified_at !== null &&
      haveSameContact(row, challenge),
  );
  const more = isUsers ? await loadUiSession(db, keyOf(tenantId, challenge), runtime.clock.now()) : undefined;
  const message = more === undefined ? undefined : messageOf(more, locale);
  const facts: [PageTextId, string | undefined][] = [
    ['magic-link.action', message ?? labelAction(challenge.action_code)],
    ['magic-link.device', device],
    ['magic-link.place', isPlaced ? countryName(locale, country.countryCode) : undefined],
    ['magic-link.time', timeIn(locale, challenge.created_at)],
  ];
  return facts.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[say(name), value]],
  );
}

function countryName(locale: string, countryCode: string): string {
  return new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' }).of(countryCode) ?? countryCode;
}

/** In UTC, and says so: where the person is, nobody here knows. */
function timeIn(locale: string, timeMs: number): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(timeMs))} UTC`;
}
