import { isVerified } from '../../../core/is-verified.ts';
import { Refusal } from '../../../contract/errors.ts';
import { confirmMagicLink as route } from '../page-contract.ts';
import { assuranceOf } from '../../assurance-of.ts';
import { contactOf, haveSameContact } from '../../../core/authenticators/contact.ts';
import { acceptProof } from '../../../proving/accept-proof.ts';
import { openAction } from '../../../proving/open-action.ts';
import { pendingEnrolment } from '../../../proving/pending-enrolment.ts';
import { permitEnrolment, permitProof } from '../../../proving/permit.ts';
import type { Tenant } from '../../../storage/published.ts';
import { spendLink } from '../../../storage/queries/challenges/of-actions.ts';
import type { LinkChallengeRow } from '../../../storage/queries/challenges/of-actions.ts';
import { isPageNonce, readMagicLinkToken } from '../../../telling/magic-link-token.ts';
import { methodSettings } from '../../../configuring/method-settings.ts';
import { operation } from '../../../operations/operation.ts';
import type { Context } from '../../../calls/context.ts';
import type { Request } from '../../../calls/request.ts';
import { linkCaller } from '../../../showing/link-caller.ts';
import { linkLook, overPage } from '../../../showing/link-page.ts';

const method = 'EMAIL_MAGIC_LINK';

/**
 * The link is used up before anything is checked, so a failure never leaves it valid (A21). The proof goes to the
 * client that requested the link, through the action of its token; the browser that opens the link gets a page and
 * nothing else (A22).
 */
export const confirmMagicLink = operation(route, async (anybodys, request) => {
  const { body, acceptLanguage } = request;
  const link = readMagicLinkToken(anybodys, body.token);
  const context = link === undefined ? anybodys : anybodys.forTenant(link.tenant.tenantId);
  const over = async () => overPage(await linkLook(context, link?.tenant, [acceptLanguage]));
  // Not sent by one of our pages, so no user has pressed the button: the link stays valid.
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

/** Proves the address for the action that the link was requested for, as far as the requesting token permits. */
async function accept(
  context: Context,
  tenant: Tenant,
  challenge: LinkChallengeRow,
  request: Request<typeof route>,
): Promise<{ redirectUrl: string | null; locale: string | null } | undefined> {
  const caller = linkCaller(tenant, challenge);
  const action = await openAction(context, caller);
  const authenticator = action.row.authenticators.find(
    (row) => row.authenticatorId === challenge.authenticatorId && haveSameContact(row, challenge),
  );
  if (authenticator === undefined) return undefined;
  const isPending = !isVerified(authenticator);
  if (isPending) permitEnrolment(action, method);
  else permitProof(action, method);
  const accepted = await acceptProof(context, { ...request, caller }, route, action, {
    method,
    assurance: assuranceOf(method),
    by: isPending ? 'registration' : 'authenticator',
    authenticator,
    contact: contactOf(authenticator),
    subject: undefined,
    consume: { kind: 'link', challengeId: challenge.challengeId, at: authenticator },
    code: challenge.challengeId,
    ...(isPending ? { enrol: pendingEnrolment(authenticator) } : {}),
  });
  return accepted === undefined ? undefined : { redirectUrl: action.row.redirectUrl, locale: action.row.locale };
}

/**
 * Where a tenant lets its users continue: the action's own URL, without any token, if the mode is ORIGINAL_TAB and the
 * method's list of URLs, if there is one, contains it.
 */
function continueAt(tenant: Tenant, redirectUrl: string | null): string | undefined {
  const settings = methodSettings(tenant, method);
  const permitted = settings['redirectUrls'];
  if (settings['magicLinkMode'] !== 'ORIGINAL_TAB' || redirectUrl === null) return undefined;
  return Array.isArray(permitted) && !permitted.includes(redirectUrl) ? undefined : redirectUrl;
}
