/** What providers tell is believed only from them, and read as they mean it. */
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeCertificate } from '../../test/rig/certificate.ts';
import { emailProviders } from './email/email-providers.ts';
import type { Callback, CheckedWith, Report, Reports } from './report.ts';
import { isTimely, wishIn } from './report.ts';
import { textProviders } from './text/text-providers.ts';
import type { Credentials } from './api-provider.ts';

const url = 'https://auth.example.com/callbacks/token';
// The certificate of the test is valid now.
const nowMs = Math.floor(Date.now() / 1000) * 1000;
const seconds = (ms = nowMs) => String(Math.floor(ms / 1000));
const certificate = await makeCertificate();
const sendgridKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function reportsOf(name: string): Reports {
  const [channel = '', provider = ''] = name.split(' ');
  const found =
    channel === 'mail' ? emailProviders.get(provider) : textProviders[channel as 'SMS' | 'WHATSAPP'].get(provider);
  if (found?.reports === undefined) throw new Error(`${name} tells nothing.`);
  return found.reports;
}

const parts = (credentials: Credentials): CheckedWith => ({
  credentials,
  nowMs,
  get: async () => certificate.cert,
});

/** The members in order, as Twilio and Mandrill sign a form. */
const joined = (body: string) =>
  [...new URLSearchParams(body)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => name + value)
    .join('');

const mailgunCall = (key: string, at = seconds(), token = 'token') =>
  JSON.stringify({
    signature: {
      timestamp: at,
      token,
      signature: createHmac('sha256', key)
        .update(at + token)
        .digest('hex'),
    },
    'event-data': { event: 'complained', recipient: 'ann@example.com', timestamp: 1.5 },
  });

function snsCall(changes: Readonly<Record<string, string>> = {}): string {
  const call: Record<string, string> = {
    Type: 'Notification',
    MessageId: '1',
    TopicArn: 'arn:aws:sns:eu-west-1:1:bounces',
    Message: JSON.stringify({
      notificationType: 'Bounce',
      bounce: {
        bounceType: 'Permanent',
        bouncedRecipients: [{ emailAddress: 'ann@example.com' }],
        timestamp: new Date(nowMs - 60_000).toISOString(),
      },
    }),
    Timestamp: '2026-01-15T10:00:00.000Z',
    SignatureVersion: '2',
    SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem',
  };
  const data = ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type']
    .map((name) => `${name}\n${call[name]}\n`)
    .join('');
  call['Signature'] = sign('sha256', Buffer.from(data), certificate.key).toString('base64');
  return JSON.stringify({ ...call, ...changes });
}

interface Signed {
  readonly name: string;
  readonly credentials: Credentials;
  make(key?: string, atMs?: number): Callback;
  /** Whether the signature is over a time. */
  readonly hasTime: boolean;
}

const form = 'MessageSid=SM1&MessageStatus=delivered&To=%2B64211234567';
const bird = '{"event":"sms.outbound","payload":{"id":"b1","status":"delivered"}}';
const mandrill = `mandrill_events=${encodeURIComponent('[{"event":"hard_bounce","ts":1,"msg":{"email":"ann@example.com"}}]')}`;

const signed: readonly Signed[] = [
  ...['SMS TWILIO', 'WHATSAPP TWILIO'].map((name) => ({
    name,
    credentials: { authToken: 'key' },
    make: (key = 'key') => ({
      url,
      body: form,
      headers: {
        'x-twilio-signature': createHmac('sha1', key)
          .update(url + joined(form))
          .digest('base64'),
      },
    }),
    hasTime: false,
  })),
  ...['SMS BIRD', 'SMS MESSAGE_BIRD_V2', 'WHATSAPP BIRD', 'mail BIRD'].map((name) => ({
    name,
    credentials: { webhookSigningKey: 'key' },
    make: (key = 'key', atMs = nowMs) => {
      const digest = createHash('sha256').update(bird).digest();
      const data = Buffer.concat([Buffer.from(`${seconds(atMs)}\n${url}\n`), digest]);
      return {
        url,
        body: bird,
        headers: {
          'messagebird-request-timestamp': seconds(atMs),
          'messagebird-signature': createHmac('sha256', key).update(data).digest('base64'),
        },
      };
    },
    hasTime: true,
  })),
  {
    name: 'mail SENDGRID',
    credentials: {
      webhookPublicKey: sendgridKeys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    },
    make(key = 'key', atMs = nowMs) {
      const body = '[{"event":"bounce","email":"ann@example.com","timestamp":1}]';
      const own =
        key === 'key' ? sendgridKeys.privateKey : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      return {
        url,
        body,
        headers: {
          'x-twilio-email-event-webhook-timestamp': seconds(atMs),
          'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(seconds(atMs) + body), own).toString(
            'base64',
          ),
        },
      };
    },
    hasTime: true,
  },
  {
    name: 'mail MAILGUN',
    credentials: { webhookSigningKey: 'key' },
    make: (key = 'key', atMs = nowMs) => ({ url, headers: {}, body: mailgunCall(key, seconds(atMs)) }),
    hasTime: true,
  },
  {
    name: 'mail MANDRILL',
    credentials: { webhookKey: 'key' },
    make: (key = 'key') => ({
      url,
      body: mandrill,
      headers: {
        'x-mandrill-signature': createHmac('sha1', key)
          .update(url + joined(mandrill))
          .digest('base64'),
      },
    }),
    hasTime: false,
  },
];

describe.each(signed)('calls of $name', ({ name, credentials, make, hasTime }) => {
  const isGenuine = async (callback: Callback, given: Credentials = credentials) =>
    (await reportsOf(name).isGenuine?.(callback, parts(given))) ?? true;

  test('are believed with its own signature, and with no other', async () => {
    const genuine = make();
    expect(await isGenuine(genuine)).toBe(true);
    expect(await isGenuine(make('another key'))).toBe(false);
    expect(await isGenuine({ ...genuine, headers: {}, body: '{}' })).toBe(false);
    expect(await isGenuine({ ...genuine, body: '' })).toBe(false);
    // Without its key nobody can tell, so nobody is believed; not even who signs with no key.
    expect(await isGenuine(genuine, {})).toBe(false);
    expect(await isGenuine(make(''), {})).toBe(false);
    expect(await isGenuine(make(''), { authToken: '', webhookSigningKey: '', webhookKey: '' })).toBe(false);
  });

  test.runIf(hasTime)('are not believed with a time of days ago or of tomorrow', async () => {
    expect(await isGenuine(make('key', nowMs - 3_600_000))).toBe(true);
    expect(await isGenuine(make('key', nowMs - 2 * 86_400_000))).toBe(false);
    expect(await isGenuine(make('key', nowMs + 86_400_000))).toBe(false);
  });
});

describe('calls of SES', () => {
  const ses = reportsOf('mail SES');
  const isGenuine = (body: string, given: CheckedWith = parts({})) =>
    ses.isGenuine?.({ url, headers: {}, body }, given);

  test('are believed if the certificate of SNS has signed them', async () => {
    expect(await isGenuine(snsCall())).toBe(true);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['a message that was changed', { Message: '{}' }],
    ['another type', { Type: 'SubscriptionConfirmation' }],
    ['a version that nobody knows', { SignatureVersion: '3' }],
    ['a certificate of another host', { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem' }],
    ['a host inside a user name', { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com@evil.example/a.pem' }],
    ['a certificate without TLS', { SigningCertURL: 'http://sns.eu-west-1.amazonaws.com/a.pem' }],
    ['no certificate', { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/a.txt' }],
    ['no signature', { Signature: '' }],
  ])('are not believed with %s', async (_what, changes) => {
    expect(await isGenuine(snsCall(changes))).toBe(false);
  });

  test('are not believed while the certificate cannot be had, or is no longer valid', async () => {
    const away = { ...parts({}), get: () => Promise.reject(new Error('away')) };
    expect(await isGenuine(snsCall(), away)).toBe(false);
    expect(await isGenuine(snsCall(), { ...parts({}), nowMs: Date.UTC(2040, 0, 1) })).toBe(false);
  });

  test('confirm a subscription at Amazon’s own host alone', async () => {
    const asked: string[] = [];
    const given = { ...parts({}), get: async (at: string) => (asked.push(at), '') };
    const confirm = (subscribeUrl: string) => {
      const body = JSON.stringify({ Type: 'SubscriptionConfirmation', SubscribeURL: subscribeUrl });
      return ses.answer?.({ url, headers: {}, body }, given);
    };
    await confirm('https://evil.example/?Action=ConfirmSubscription');
    await confirm('https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1');
    expect(asked).toEqual(['https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1']);
  });
});

const phone = '+64211234567';
const ann = 'ann@example.com';
const json = (value: unknown) => JSON.stringify(value);

describe('what calls say', () => {
  test.each<[string, string, string, readonly Partial<Report>[]]>([
    ['SMS TWILIO', 'delivered', form, [{ fate: 'delivered', messageId: 'SM1' }]],
    [
      'SMS TWILIO',
      'undelivered',
      'MessageSid=SM1&MessageStatus=undelivered',
      [{ fate: 'not delivered', messageId: 'SM1' }],
    ],
    ['SMS TWILIO', 'on its way', 'MessageSid=SM1&MessageStatus=sent', []],
    ['SMS TWILIO', 'stop', 'MessageSid=SM2&From=%2B64211234567&Body=Stop', [{ fate: 'stopped', contact: phone }]],
    [
      'SMS TWILIO',
      'stop, as the account reads it',
      'From=%2B64211234567&Body=basta&OptOutType=STOP',
      [{ fate: 'stopped', contact: phone }],
    ],
    ['WHATSAPP TWILIO', 'start', 'From=whatsapp%3A%2B64211234567&Body=START', [{ fate: 'started', contact: phone }]],
    ['SMS TWILIO', 'something else', 'From=%2B64211234567&Body=stop+it+now+please', []],
    ['SMS BIRD', 'delivered', bird, [{ fate: 'delivered', messageId: 'b1' }]],
    [
      'SMS BIRD',
      'failed',
      json({ event: 'sms.outbound', payload: { id: 'b1', status: 'delivery_failed' } }),
      [{ fate: 'not delivered', messageId: 'b1' }],
    ],
    [
      'SMS BIRD',
      'stop',
      json({
        event: 'sms.inbound',
        payload: { sender: { contact: { identifierValue: phone } }, body: { text: { text: 'STOP' } } },
      }),
      [{ fate: 'stopped', contact: phone }],
    ],
    [
      'mail BIRD',
      'bounced',
      json({
        event: 'email.outbound',
        payload: { id: 'b2', status: 'delivery_failed', receiver: { contacts: [{ identifierValue: ann }] } },
      }),
      [{ fate: 'bounced', contact: ann }],
    ],
    [
      'SMS MESSAGE_MEDIA',
      'delivered',
      json({ message_id: 'm1', status: 'delivered', date_received: new Date(nowMs).toISOString() }),
      [{ fate: 'delivered', messageId: 'm1', happenedAtMs: nowMs }],
    ],
    [
      'SMS MESSAGE_MEDIA',
      'expired',
      json({ message_id: 'm1', status: 'expired' }),
      [{ fate: 'not delivered', messageId: 'm1' }],
    ],
    [
      'SMS MESSAGE_MEDIA',
      'stop',
      json({ reply_id: 'r', message_id: 'm1', content: ' stop ', source_number: phone }),
      [{ fate: 'stopped', contact: phone }],
    ],
    [
      'SMS MODICA_GROUP',
      'delivered, with an id of 64 bits',
      '{"message_id": 9007199254740993, "status": "received"}',
      [{ fate: 'delivered', messageId: '9007199254740993' }],
    ],
    [
      'SMS MODICA_GROUP',
      'rejected',
      '{"message_id":"5","status":"rejected"}',
      [{ fate: 'not delivered', messageId: '5' }],
    ],
    [
      'SMS MODICA_GROUP',
      'stop',
      json({ id: '1', source: phone, destination: '1234', content: 'STOP' }),
      [{ fate: 'stopped', contact: phone }],
    ],
    [
      'SMS TNZ',
      'delivered',
      json({ MessageID: 't1', Type: 'SMS', Status: 'SUCCESS' }),
      [{ fate: 'delivered', messageId: 't1' }],
    ],
    [
      'SMS TNZ',
      'failed',
      json({ MessageID: 't1', Type: 'SMS', Status: 'FAILED' }),
      [{ fate: 'not delivered', messageId: 't1' }],
    ],
    [
      'SMS TNZ',
      'stop',
      json({ Type: 'SMSReply', Status: 'RECEIVED', Destination: phone, Message: 'STOP' }),
      [{ fate: 'stopped', contact: phone }],
    ],
    [
      'mail SENDGRID',
      'bounced and called spam',
      json([
        { event: 'bounce', email: ann, timestamp: 5 },
        { event: 'spamreport', email: ann },
      ]),
      [
        { fate: 'bounced', contact: ann, happenedAtMs: 5_000 },
        { fate: 'complained', contact: ann },
      ],
    ],
    [
      'mail SENDGRID',
      'blocked for now, opened',
      json([
        { event: 'bounce', type: 'blocked', email: ann },
        { event: 'open', email: ann },
      ]),
      [],
    ],
    ['mail MAILGUN', 'called spam', mailgunCall('key'), [{ fate: 'complained', contact: ann, happenedAtMs: 1_500 }]],
    ['mail MAILGUN', 'not now', json({ 'event-data': { event: 'failed', severity: 'temporary', recipient: ann } }), []],
    [
      'mail MAILJET',
      'bounced',
      json({ event: 'bounce', hard_bounce: true, email: ann, time: 5 }),
      [{ fate: 'bounced', contact: ann, happenedAtMs: 5_000 }],
    ],
    [
      'mail MAILJET',
      'in a group',
      json([
        { event: 'spam', email: ann },
        { event: 'bounce', hard_bounce: false, email: ann },
      ]),
      [{ fate: 'complained', contact: ann }],
    ],
    ['mail MANDRILL', 'bounced', mandrill, [{ fate: 'bounced', contact: ann, happenedAtMs: 1_000 }]],
    ['mail SES', 'bounced', snsCall(), [{ fate: 'bounced', contact: ann, happenedAtMs: nowMs - 60_000 }]],
  ])('%s: %s', (name, _what, body, expected) => {
    const read = reportsOf(name).read({ url, headers: {}, body });
    expect(read).toHaveLength(expected.length);
    expect(read).toMatchObject(expected);
  });

  test.each([
    '',
    'garbage',
    '{',
    '[]',
    '{}',
    'null',
    '[null]',
    '7',
    '"text"',
    '[[[]]]',
    '{"payload":7,"event":7,"Message":"{"}',
  ])('nobody’s words are read out of %s', (body) => {
    for (const [provider, { reports }] of emailProviders) {
      expect(reports?.read({ url, headers: {}, body }) ?? [], provider).toEqual([]);
    }
    for (const providers of Object.values(textProviders)) {
      for (const [provider, { reports }] of providers) {
        expect(reports?.read({ url, headers: {}, body }) ?? [], provider).toEqual([]);
      }
    }
  });
});

test('only a wish alone is one, in any case and with spaces around it', () => {
  expect(['stop', ' STOP ', 'Unsubscribe', 'arret'].flatMap((text) => wishIn(text, phone))).toHaveLength(4);
  expect(['please stop', 'stopped', '', undefined].flatMap((text) => wishIn(text, phone))).toEqual([]);
  expect(wishIn('STOP', undefined)).toEqual([]);
});

test('a time is read only as one', () => {
  expect(['', 'now', '1e9', '-1', undefined].some((text) => isTimely(text, nowMs))).toBe(false);
  expect(isTimely(seconds(), nowMs)).toBe(true);
});
