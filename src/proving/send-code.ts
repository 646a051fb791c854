import type { Route } from '../contract/route.ts';
import { codeMinutes, newCode, storedCode } from './challenge-code.ts';
import { aboutAction } from './about-action.ts';
import type { OpenAction } from './open-action.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { Context } from '../calls/context.ts';
import type { TokenRequest } from '../calls/request.ts';
import { isExpectedOrigin } from '../configuring/expected-origins.ts';
import type { Tenant } from '../storage/published.ts';
import { loadActionWords } from '../telling/action-words.ts';
import { sendCodeMessage } from '../telling/send-code-message.ts';
import { sendChallenge } from './send-challenge.ts';
import type { Recipient, Sending, SentChallenge } from './send-challenge.ts';

/** Sends a code, as {@link sendChallenge} does. */
export async function sendCode<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  action: OpenAction,
  recipient: Recipient,
  sending: Sending,
): Promise<SentChallenge> {
  const { tenant } = action;
  const challengeId = context.runtime.ids.uuid();
  const code = newCode(context, tenant, recipient.verificationMethod);
  const channel = recipient.channel ?? recipient.verificationMethod;
  const said = await loadActionWords(context, tenant, channel, action.key);
  const message = {
    challengeId,
    code: storedCode(tenant, challengeId, code),
    tokenDigest: null,
    send: (locale: PageLocale) =>
      sendCodeMessage(context, tenant, {
        verificationMethod: channel,
        ...{ to: recipient.contact, code, validMinutes: codeMinutes, locale },
        about: aboutAction(action, recipient.verificationMethod),
        said,
        host: expectedHost(context, tenant, request.sender.origin),
      }),
  };
  return sendChallenge(context, request, route, action, recipient, message, sending);
}

/** The host of the page that requested a code, if it is one of the tenant's. */
function expectedHost(context: Context, tenant: Tenant, origin: string | undefined): string | undefined {
  return origin !== undefined && isExpectedOrigin(context, tenant, origin) ? new URL(origin).hostname : undefined;
}
