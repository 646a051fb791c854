import { showMagicLink as route } from '../../contract/pages/magic-link.ts';
import { loadOpenLink } from '../../storage/queries/action-challenges.ts';
import type { LinkChallengeRow } from '../../storage/queries/action-challenges.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import type { TokenAction } from '../../storage/queries/token-actions.ts';
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
  const action = link === undefined || challenge === undefined ? undefined : await actionOf(context, link, challenge);
  const own = await linkLook(context, link?.tenant, [action?.locale, acceptLanguage]);
  if (link === undefined || challenge === undefined || action === undefined) return overPage(own);
  const facts = factsOf(context, own, challenge, action);
  return { ...own.look, screen: { name: 'ask' as const, facts, token, pageNonce: pageNonce(link) } };
});

function actionOf(
  { db }: Context,
  { tenant: { tenantId } }: { readonly tenant: { readonly tenantId: string } },
  { user_id: userId, action_code: actionCode, idempotency_key: idempotencyKey }: LinkChallengeRow,
): Promise<TokenAction | undefined> {
  return loadTokenAction(db, { tenantId, userId, actionCode, idempotencyKey });
}

/** What tells a person's own request from somebody else's: what it is for, the device, the place and the time (A22). */
function factsOf(
  { enrichment }: Context,
  { look: { locale }, say }: LinkLook,
  challenge: LinkChallengeRow,
  action: TokenAction,
): [string, string][] {
  const unknown = say('magic-link.unknown');
  const agent = enrichment.parsedUserAgent(action.user_agent);
  const { country } = enrichment.describeAddress(action.ip_address);
  const named = [agent?.browser?.name, agent?.os?.name].filter((part) => part !== undefined && part !== '');
  const isPlaced = country !== null && country !== 'unknown';
  return [
    [say('magic-link.action'), challenge.action_code],
    [say('magic-link.device'), named.length === 0 ? unknown : named.join(', ')],
    [say('magic-link.place'), isPlaced ? countryName(locale, country.countryCode) : unknown],
    [say('magic-link.time'), timeIn(locale, challenge.created_at)],
  ];
}

function countryName(locale: string, countryCode: string): string {
  return new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' }).of(countryCode) ?? countryCode;
}

/** In UTC, and says so: where the person is, nobody here knows. */
function timeIn(locale: string, timeMs: number): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(timeMs))} UTC`;
}
