import { isSignedByCertificate } from '../../runtime/crypto.ts';
import { jsonOf, memberOf, textOf } from '../api-provider.ts';
import { timeOf } from '../report.ts';
import type { Report, Reports } from '../report.ts';

/** Only Amazon's own hosts serve certificates and confirm subscriptions; the URLs are in the message itself. */
const amazonUrl = /^https:\/\/sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[\w./?=&%:~+-]*$/;

const signedMembers: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/** What Amazon SES tells through a topic of SNS, which signs with a certificate that it serves. */
export const sesReports: Reports = {
  async isGenuine({ body }, { nowMs, get }) {
    const call = jsonOf(body);
    const names = signedMembers[textOf(call, 'Type') ?? ''];
    const url = textOf(call, 'SigningCertURL') ?? '';
    const version = textOf(call, 'SignatureVersion');
    if (names === undefined || !amazonUrl.test(url) || !/\.pem$/.test(url)) return false;
    if (version !== '1' && version !== '2') return false;
    const data = names
      .flatMap((name) => {
        const value = textOf(call, name);
        return value === undefined ? [] : [`${name}\n${value}\n`];
      })
      .join('');
    const signature = Buffer.from(textOf(call, 'Signature') ?? '', 'base64');
    const algorithm = version === '1' ? 'SHA1' : 'SHA256';
    const pem = await get(url).catch(() => '');
    return isSignedByCertificate(pem, { algorithm, data, signature, nowMs });
  },
  read({ body }) {
    const call = jsonOf(body);
    const message = textOf(call, 'Type') === 'Notification' ? jsonOf(textOf(call, 'Message') ?? '') : undefined;
    // Notifications of an identity and events of a configuration set differ in this name alone.
    switch (textOf(message, 'notificationType') ?? textOf(message, 'eventType')) {
      case 'Bounce':
        return textOf(message, 'bounce', 'bounceType') === 'Permanent'
          ? reportsOf('bounced', memberOf(message, 'bounce'), 'bouncedRecipients')
          : [];
      case 'Complaint':
        return reportsOf('complained', memberOf(message, 'complaint'), 'complainedRecipients');
      case 'Delivery': {
        const recipients = memberOf(message, 'delivery', 'recipients');
        const happenedAtMs = timeOf(textOf(message, 'delivery', 'timestamp'));
        return (Array.isArray(recipients) ? recipients : []).flatMap((contact) =>
          typeof contact === 'string' ? [{ fate: 'delivered', contact, happenedAtMs } as const] : [],
        );
      }
      default:
        return [];
    }
  },
  async answer({ body }, { get }) {
    const call = jsonOf(body);
    const url = textOf(call, 'SubscribeURL') ?? '';
    if (textOf(call, 'Type') === 'SubscriptionConfirmation' && amazonUrl.test(url)) await get(url);
  },
};

function reportsOf(fate: Report['fate'], told: unknown, name: string): readonly Report[] {
  const recipients = memberOf(told, name);
  const happenedAtMs = timeOf(textOf(told, 'timestamp'));
  return (Array.isArray(recipients) ? recipients : []).map((one) => ({
    fate,
    contact: textOf(one, 'emailAddress'),
    happenedAtMs,
  }));
}
