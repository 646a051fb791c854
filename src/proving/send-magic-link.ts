import type { Route } from '../contract/route.ts';
import { codeMinutes } from './challenge-code.ts';
import { aboutAction } from './about-action.ts';
import type { OpenAction } from './open-action.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import { loadActionWords } from '../telling/action-words.ts';
import { newMagicLink } from '../telling/magic-link-token.ts';
import type { Context } from '../calls/context.ts';
import type { TokenRequest } from '../calls/request.ts';
import { sendMagicLinkMail } from '../telling/send-magic-link-mail.ts';
import { sendChallenge } from './send-challenge.ts';
import type { Recipient, Sending, SentChallenge } from './send-challenge.ts';

/** Sends a link, as {@link sendChallenge} does. The id of the challenge is not secret; the link's token is. */
export async function sendMagicLink<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  action: OpenAction,
  recipient: Recipient,
  sending: Sending,
): Promise<SentChallenge> {
  const challengeId = context.runtime.ids.uuid();
  const { url, tokenDigest } = newMagicLink(context, action.tenant);
  const about = aboutAction(action, recipient.verificationMethod);
  const said = await loadActionWords(context, action.tenant, recipient.verificationMethod, action.key);
  const mail = { to: recipient.contact, url, validMinutes: codeMinutes, about, said };
  const message = {
    challengeId,
    code: null,
    tokenDigest,
    send: (locale: PageLocale) => sendMagicLinkMail(context, action.tenant, { ...mail, locale }),
  };
  return sendChallenge(context, request, route, action, recipient, message, sending);
}
