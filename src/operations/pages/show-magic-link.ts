import { showMagicLink as route } from '../../contract/pages/magic-link.ts';
import { loadOpenLink } from '../../storage/queries/action-challenges.ts';
import type { LinkChallengeRow } from '../../storage/queries/action-challenges.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import type { TokenAction } from '../../storage/queries/token-actions.ts';
import { en } from '../../texts/en/en.ts';
import { pageNonce, readMagicLinkToken } from '../magic-link-token.ts';
import { publicOperation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { magicLinkPage } from './magic-link-page.ts';

/** Shows who asked, from where and for what, and asks. Nothing is used up by looking: mail is opened by machines (A20). */
export const showMagicLink = publicOperation(route, async (context, { query }) => {
  const { title, ask, over } = en.magicLinkPage;
  const token = query.token ?? '';
  const link = readMagicLinkToken(context, token);
  const nowMs = context.runtime.clock.now();
  const challenge =
    link === undefined ? undefined : await loadOpenLink(context.db, link.tenant.tenantId, link.digest, nowMs);
  const action = link === undefined || challenge === undefined ? undefined : await actionOf(context, link, challenge);
  if (link === undefined || challenge === undefined || action === undefined) return magicLinkPage({ title, ...over });
  return magicLinkPage({
    title,
    heading: ask.heading(link.tenant.name),
    body: ask.body,
    facts: factsOf(context, challenge, action),
    form: { token, pageNonce: pageNonce(link), button: ask.button },
  });
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
  challenge: LinkChallengeRow,
  action: TokenAction,
): readonly (readonly [string, string])[] {
  const { action: name, device, place, time, unknown, dateTime } = en.magicLinkPage.facts;
  const agent = enrichment.parsedUserAgent(action.user_agent);
  const { country } = enrichment.describeAddress(action.ip_address);
  const named = [agent?.browser?.name, agent?.os?.name].filter((part) => part !== undefined && part !== '');
  return [
    [name, challenge.action_code],
    [device, named.length === 0 ? unknown : named.join(', ')],
    [place, country === null || country === 'unknown' ? unknown : countryName(country.countryCode)],
    [time, dateTime(new Date(challenge.created_at))],
  ];
}

function countryName(countryCode: string): string {
  return new Intl.DisplayNames('en', { type: 'region', fallback: 'code' }).of(countryCode) ?? countryCode;
}
