import { Refusal } from '../../contract/errors.ts';
import { confirmMagicLink as route } from '../../contract/pages/magic-link.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { contactOf, haveSameContact } from '../../core/authenticators/contact.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import { openAction } from '../../proving/open-action.ts';
import { pendingEnrolment } from '../../proving/pending-enrolment.ts';
import { permitEnrolment, permitProof } from '../../proving/permit.ts';
import type { Tenant } from '../../storage/published.ts';
import { spendLink } from '../../storage/queries/action-challenges.ts';
import type { LinkChallengeRow } from '../../storage/queries/action-challenges.ts';
import { isPageNonce, readMagicLinkToken } from '../magic-link-token.ts';
import { methodSettings } from '../method-settings.ts';
import { publicOperation } from '../operation.ts';
import type { Context, Request } from '../operation.ts';
import { linkCaller } from './link-caller.ts';
import { linkLook, overPage } from './link-page.ts';

const method = 'EMAIL_MAGIC_LINK';

/**
 * The link is used up before anything is looked at, so that no failure leaves it good (A21). What it proves is told to
 * whoever asked for it, by the action of their token; whoever has opened it gets a page and nothing else (A22).
 */
export const confirmMagicLink = publicOperation(route, async (anybodys, request) => {
  const { body, acceptLanguage } = request;
  const link = readMagicLinkToken(anybodys, body.token);
  const context = link === undefined ? anybodys : anybodys.forTenant(link.tenant.tenantId);
  const over = async () => overPage(await linkLook(context, link?.tenant, [acceptLanguage]));
  // Not of a page of ours, so nobody has pressed anything: the link stays as it is.
  if (link === undefined || !isPageNonce(link, body.pageNonce)) return over();
  const nowMs = context.runtime.clock.now();
  const challenge = await spendLink(context.db, link.tenant.tenantId, link.digest, nowMs);
  if (challenge === undefined) return over();
  const accepted = await accept(context, link.tenant, challenge, request).catch((error: unknown) => {
    if (error instanceof Refusal && error.code !== 'unavailable') return undefined;
    throw error;
  });
  if (accepted === undefined) return over();
  const { look } = await linkLook(context, link.tenant, [accepted.locale, acceptLanguage]);
  const onward = continueAt(link.tenant, accepted.redirectUrl);
  return { ...look, screen: { name: 'done' as const, ...(onward === undefined ? {} : { onward }) } };
});

/** Proves the address for the action that the link was asked for, as far as the token that asked permitted. */
async function accept(
  context: Context,
  tenant: Tenant,
  challenge: LinkChallengeRow,
  request: Request<typeof route>,
): Promise<{ redirectUrl: string | null; locale: string | null } | undefined> {
  const caller = linkCaller(tenant, challenge);
  const action = await openAction(context, caller);
  const authenticator = action.row.authenticators.find(
    (row) => row.authenticator_id === challenge.authenticator_id && haveSameContact(row, challenge),
  );
  if (authenticator === undefined) return undefined;
  const isPending = authenticator.verified_at === null;
  if (isPending) permitEnrolment(action, method);
  else permitProof(action, method);
  const accepted = await acceptProof(context, { ...request, caller }, route, action, {
    method,
    assurance: assuranceOf(method, false),
    isRegistration: isPending,
    authenticator,
    contact: contactOf(authenticator),
    subject: undefined,
    consume: { kind: 'link', challengeId: challenge.challenge_id, at: authenticator },
    code: challenge.challenge_id,
    ...(isPending ? { enrol: pendingEnrolment(authenticator) } : {}),
  });
  return accepted === undefined ? undefined : { redirectUrl: action.row.redirect_url, locale: action.row.locale };
}

/**
 * Where a tenant lets its users go on from: the action's own address, without any token, where the mode is ORIGINAL_TAB and
 * the list of the method, if it has one, names it.
 */
function continueAt(tenant: Tenant, redirectUrl: string | null): string | undefined {
  const settings = methodSettings(tenant, method);
  const permitted = settings['redirectUrls'];
  if (settings['magicLinkMode'] !== 'ORIGINAL_TAB' || redirectUrl === null) return undefined;
  return Array.isArray(permitted) && !permitted.includes(redirectUrl) ? undefined : redirectUrl;
}
