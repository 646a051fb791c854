/** Test messages: sent as those to users are, so that an operator sees whether what they have configured works. */
import { Refusal } from '../contract/errors.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { DeliveryFailed } from '../delivery/delivery-failed.ts';
import type { Taken } from '../delivery/relay.ts';
import { manifestOf } from '../methods/manifests.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import { isNotSent } from './hand-over.ts';
import { newMagicLink } from './magic-link-token.ts';
import { ownProviders } from './own-providers.ts';
import { pushServices } from './push-provider.ts';
import { sendCodeMessage } from './send-code-message.ts';
import { sendMagicLinkMail } from './send-magic-link-mail.ts';
import { tryPush } from './send-push.ts';
import type { PushTrial } from './send-push.ts';

/** What became of a test message. */
export interface TestResult {
  readonly outcome: 'taken' | 'accepted' | 'refused' | 'unknown';
  readonly provider?: string;
  readonly messageId?: string;
  readonly heard: readonly string[];
  readonly description: string;
}

/** Who is asked to send a method's messages, in turn. */
export function testedProviders(tenant: Tenant, verificationMethod: string): readonly string[] {
  const channel = manifestOf(verificationMethod)?.channel;
  if (channel === 'push') return pushServices(tenant);
  // All mail goes by the providers of codes.
  const own = ownProviders(tenant, channel === 'email' ? 'EMAIL_OTP' : verificationMethod);
  return own.length === 0 ? ['SERVER'] : own.map(({ name }) => name);
}

const code = '000000';
const locale = 'en';
// What the message says of itself, where users read what they confirm.
const said = {
  messagingTemplates: { en: { defaultTemplate: 'This is a test. It opens nothing.' } },
  actionCustom: null,
  userCustom: null,
};

/**
 * Sends one, outside any transaction. What the providers answered is the result, not an error.
 * @throws {Refusal} for any other reason
 */
export async function sendTestMessage(
  context: Context,
  tenant: Tenant,
  {
    verificationMethod,
    to,
    validMinutes,
  }: { readonly verificationMethod: string; readonly to: Contact; readonly validMinutes: number },
): Promise<TestResult> {
  const failures: DeliveryFailed[] = [];
  const listening: Context = {
    ...context,
    warn(problem) {
      if (problem instanceof DeliveryFailed) failures.push(problem);
      context.warn(problem);
    },
    // Metrics, alerts and the home page tell of messages to users.
    meter: { ...context.meter, sent: () => undefined },
  };
  const about = { verificationMethod };
  const message = { to, validMinutes, locale, about, said } as const;
  let taken: Taken;
  try {
    taken =
      verificationMethod === 'EMAIL_MAGIC_LINK'
        ? await sendMagicLinkMail(listening, tenant, { ...message, url: newMagicLink(context, tenant).url })
        : await sendCodeMessage(listening, tenant, { ...message, verificationMethod, code });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'delivery_failed') throw error;
    const isUnknown = !isNotSent(error);
    const isByServer = testedProviders(tenant, verificationMethod).at(-1) === 'SERVER';
    const advice = adviceFor(failures.at(-1), isByServer);
    return {
      outcome: isUnknown ? 'unknown' : 'refused',
      heard: failures.map(wordsOf),
      description: advice === undefined || isUnknown ? error.message : `Nothing was sent: ${advice}`,
    };
  }
  const { provider, messageId } = taken;
  return {
    outcome: 'taken',
    provider,
    ...(messageId === undefined ? {} : { messageId }),
    heard: failures.map(wordsOf),
    description: takenWords(provider, failures.length > 0),
  };
}

function takenWords(provider: string, isSecond: boolean): string {
  const where =
    provider === 'SERVER'
      ? 'This server has handed it to its own mail server, or in development to /dev/inbox.'
      : `${provider} has taken it.`;
  const second = isSecond ? ' It did so in place of the first provider, which needs to be looked at.' : '';
  return `${where}${second} Whether it arrives, only the one who gets it can say.`;
}

function wordsOf({ message, answer }: DeliveryFailed): string {
  return answer?.code === undefined ? message : `${message.replace(/\.$/, '')} with the code ${answer.code}.`;
}

/** What to do after the last provider that was asked did not take it; undefined where the refusal says enough. */
function adviceFor(failure: DeliveryFailed | undefined, isByServer: boolean): string | undefined {
  if (failure === undefined || failure.isOptedOut) return undefined;
  const { because } = failure;
  if (because !== 'other' && isByServer) return notByServer;
  if (because === 'unreached') return unreachable;
  const status = failure.answer?.status;
  if (because === 'sign-in' || status === 401 || status === 403)
    return 'the provider does not accept the credentials, or they do not permit sending. Enter them again and save.';
  if (status === undefined) return undefined;
  if (status === 404) return 'the provider does not know the account or service. Check the ids in the credentials.';
  if (status === 429) return 'the provider takes no more messages for now. Try again later, or raise its limit.';
  if (status >= 500) return 'the provider is out of order. Look at its status page, and try again later.';
  return 'the provider refused this message. Check who gets it, the sender and the template, and look up its code.';
}

const notByServer =
  'this server’s own mail server cannot be reached or does not let it sign in. Tell who runs this server: its log has more.';
const unreachable =
  'the provider could not be reached. Check the address in the configuration, and whether this server may connect to it.';

/** Asks the push services about a phone that does not exist: what can be tested without one. */
export async function testPush(context: Context, tenant: Tenant): Promise<TestResult> {
  const trials = await tryPush(context, tenant);
  const wrong = trials.filter((trial) => !isAccepted(trial));
  const heard = trials.flatMap(({ failed }) => (failed === undefined ? [] : [failed.message]));
  if (wrong.length > 0) {
    const names = wrong.map(({ service }) => service).join(' and ');
    return {
      outcome: 'refused',
      heard,
      description: `${names} did not accept the call. Check the credentials, or the webhook URL, and whether this server may connect to it.`,
    };
  }
  const [first] = trials;
  if (first?.service === 'WEBHOOK') {
    const description = 'Your endpoint has taken push.created of a user and a challenge that do not exist.';
    return { outcome: 'taken', provider: 'WEBHOOK', heard, description };
  }
  return {
    outcome: 'accepted',
    heard,
    description:
      'The credentials are accepted: what was refused is the phone, which does not exist. That messages arrive in your app, a test action with an enrolled phone shows.',
  };
}

/** Whether a service has looked at the phone, and so accepted the credentials. */
function isAccepted({ failed }: PushTrial): boolean {
  return failed === undefined || failed.failure === 'TOKEN_INVALID' || failed.code === 'INVALID_ARGUMENT';
}
