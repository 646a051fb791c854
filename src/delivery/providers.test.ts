/** Each provider is asked as its API wants it, and its answers mean what they say; a stand-in checks the real requests. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStandIn } from '../../test/rig/stand-in.ts';
import type { StandIn, StandInAnswer, StandInRequest } from '../../test/rig/stand-in.ts';
import { secretKey } from '../runtime/crypto.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { apiCarrier } from './api-provider.ts';
import type { Account, ApiProvider, Credentials } from './api-provider.ts';
import { emailProviders } from './email/email-providers.ts';
import type { Email } from './email/mailer.ts';
import { textProviders } from './text/text-providers.ts';
import type { Text } from './text/texter.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn.stop());

const runtime = virtualRuntime('providers');
const serverKey = Buffer.alloc(32, 1);
// A provider that does not answer is not awaited for four seconds.
const timers = { ...runtime.timers, timeout: (ms: number) => AbortSignal.timeout(Math.min(ms, 400)) };

function account(credentials: Credentials): Account {
  return {
    credentials,
    tenantId: '00000000-0000-4000-8000-000000000001',
    callbackUrl: 'https://auth.example.com/callbacks/token',
    webhookUrl: 'https://hooks.example.com/messages',
    webhookKeys: () => [secretKey(serverKey)],
    newId: () => '00000000-0000-4000-8000-000000000002',
    now: () => Date.UTC(2026, 0, 15, 10),
  };
}

const text: Text = {
  channel: 'SMS',
  to: '+64211234567',
  body: '123456 is your code for Example Bank. [[X]]',
  code: '123456',
  locale: 'pt-br',
  about: { verificationMethod: 'SMS', userId: 'ann', actionCode: 'pay', idempotencyKey: 'one' },
};
const email: Email = {
  to: 'ann@example.com',
  subject: '123456 is your code',
  text: 'The text',
  html: '<p>The text</p>',
  code: '123456',
  locale: 'fr',
  about: { verificationMethod: 'EMAIL_OTP', userId: 'ann', actionCode: 'pay', idempotencyKey: 'one' },
};
const { code: _code, ...notice } = { ...email, subject: 'A notice', messageId: '<1@example.com>' };

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const json = (body: unknown): StandInAnswer => ({ status: 200, body: JSON.stringify(body) });
const formOf = (request: StandInRequest) => Object.fromEntries(new URLSearchParams(request.body));
const jsonOf = (request: StandInRequest): unknown => JSON.parse(request.body);

interface Case {
  readonly name: string;
  readonly credentials: Credentials;
  readonly taken: StandInAnswer;
  /** The id that the provider gives. */
  readonly id: string | undefined;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** An answer with which it says that this very message is not taken. */
  readonly refusal: StandInAnswer;
  /** Whether a 200 whose body nobody understands leaves a doubt. */
  readonly saysInBody?: boolean;
}

const badRequest: StandInAnswer = { status: 400, body: '{"error":"bad number"}' };
const twilio = { accountSid: 'AC1', authToken: 'token', messagingServiceSid: 'MG1' };
const bird = { accessKey: 'key', workspaceId: 'w 1', channelId: 'c/1', projectId: 'p1' };

const smsCases: readonly Case[] = [
  {
    name: 'TWILIO',
    credentials: twilio,
    taken: { status: 201, body: '{"sid":"SM1","status":"queued"}' },
    id: 'SM1',
    host: 'api.twilio.com',
    path: '/2010-04-01/Accounts/AC1/Messages.json',
    headers: { authorization: basic('AC1', 'token'), 'content-type': 'application/x-www-form-urlencoded' },
    body: {
      To: text.to,
      MessagingServiceSid: 'MG1',
      Body: text.body,
      ValidityPeriod: '600',
      StatusCallback: 'https://auth.example.com/callbacks/token',
    },
    refusal: { status: 400, body: '{"code":21211,"message":"invalid number"}' },
  },
  {
    name: 'BIRD',
    credentials: bird,
    taken: { status: 202, body: '{"id":"b1","status":"accepted"}' },
    id: 'b1',
    host: 'api.bird.com',
    path: '/workspaces/w%201/channels/c%2F1/messages',
    headers: { authorization: 'AccessKey key' },
    body: {
      receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: text.to }] },
      body: { type: 'text', text: { text: text.body } },
    },
    refusal: { status: 422, body: '{}' },
  },
  {
    name: 'MESSAGE_BIRD_V2',
    credentials: bird,
    taken: { status: 202, body: '{"id":"b1"}' },
    id: 'b1',
    host: 'api.bird.com',
    path: '/workspaces/w%201/channels/c%2F1/messages',
    headers: { authorization: 'AccessKey key' },
    body: {
      receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: text.to }] },
      body: { type: 'text', text: { text: text.body } },
    },
    refusal: { status: 422, body: '{}' },
  },
  {
    name: 'MESSAGE_MEDIA',
    credentials: { apiKey: 'key', apiSecret: 'secret', sourceNumber: '+61400000000' },
    taken: { status: 202, body: '{"messages":[{"message_id":"m1","status":"queued"}]}' },
    id: 'm1',
    host: 'api.messagemedia.com',
    path: '/v1/messages',
    headers: { authorization: basic('key', 'secret') },
    body: {
      messages: [
        {
          content: text.body,
          destination_number: text.to,
          format: 'SMS',
          source_number: '+61400000000',
          message_expiry_timestamp: '2026-01-15T10:10:00.000Z',
          delivery_report: true,
          callback_url: 'https://auth.example.com/callbacks/token',
        },
      ],
    },
    refusal: badRequest,
  },
  {
    name: 'MODICA_GROUP',
    credentials: { username: 'app', password: 'password' },
    taken: { status: 201, body: '[9007199254740993]' },
    id: '9007199254740993',
    host: 'api.modicagroup.com',
    path: '/rest/gateway/messages',
    headers: { authorization: basic('app', 'password') },
    body: { destination: text.to, content: text.body },
    refusal: badRequest,
  },
  {
    name: 'TNZ',
    credentials: { apiKey: 'key' },
    taken: json({ Result: 'Success', MessageID: 't1' }),
    id: 't1',
    host: 'api.tnz.co.nz',
    path: '/api/v3.00/sms',
    headers: { authorization: 'Bearer key' },
    body: {
      Message: text.body.replace('[[', '[ ['),
      Destinations: [{ ToNumber: text.to }],
      WebhookCallbackURL: 'https://auth.example.com/callbacks/token',
      WebhookCallbackFormat: 'JSON',
    },
    refusal: json({ Result: 'Failed', ErrorMessage: ['no'] }),
    saysInBody: true,
  },
  {
    name: 'WEBHOOK',
    credentials: {},
    taken: { status: 204 },
    id: undefined,
    host: 'hooks.example.com',
    path: '/messages',
    headers: { 'x-signature-v2': expect.stringMatching(/^t=\d+,v2=/) },
    body: {
      version: 1,
      id: '00000000-0000-4000-8000-000000000002',
      source: 'https://authsignal.com',
      time: '2026-01-15T10:00:00.000Z',
      tenantId: '00000000-0000-4000-8000-000000000001',
      type: 'sms.created',
      data: {
        to: text.to,
        code: '123456',
        message: text.body,
        userId: 'ann',
        idempotencyKey: 'one',
        actionCode: 'pay',
        verificationMethod: 'SMS',
        locale: 'pt-br',
      },
    },
    refusal: badRequest,
  },
];

const whatsAppCases: readonly Case[] = [
  {
    ...(smsCases[0] as Case),
    credentials: { ...twilio, contentSid: 'HX1' },
    body: {
      To: `whatsapp:${text.to}`,
      MessagingServiceSid: 'MG1',
      ContentSid: 'HX1',
      ContentVariables: '{"1":"123456"}',
      StatusCallback: 'https://auth.example.com/callbacks/token',
    },
  },
  {
    ...(smsCases[1] as Case),
    body: {
      receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: text.to }] },
      template: {
        projectId: 'p1',
        version: 'latest',
        locale: 'pt-br',
        parameters: [{ type: 'string', key: 'code', value: '123456' }],
      },
    },
  },
];

const variables = { code: '123456', subject: email.subject, locale: 'fr', userId: 'ann', actionCode: 'pay' };

const emailCases: readonly Case[] = [
  {
    name: 'SENDGRID',
    credentials: { apiKey: 'key', templateId: 'd-1', fromEmail: 'login@example.org', fromName: 'Bank' },
    taken: { status: 202 },
    id: undefined,
    host: 'api.sendgrid.com',
    path: '/v3/mail/send',
    headers: { authorization: 'Bearer key' },
    body: {
      from: { email: 'login@example.org', name: 'Bank' },
      personalizations: [{ to: [{ email: email.to }], dynamic_template_data: variables }],
      template_id: 'd-1',
      tracking_settings: {
        click_tracking: { enable: false, enable_text: false },
        open_tracking: { enable: false },
        subscription_tracking: { enable: false },
      },
    },
    refusal: badRequest,
  },
  {
    name: 'MAILGUN',
    credentials: {
      apiKey: 'key',
      url: 'https://api.eu.mailgun.net/v3/',
      templateName: 'otp',
      domain: 'mg.example.org',
    },
    taken: json({ id: '<1@mg>', message: 'Queued. Thank you.' }),
    id: '<1@mg>',
    host: 'api.eu.mailgun.net',
    path: '/v3/mg.example.org/messages',
    headers: { authorization: basic('api', 'key') },
    body: {
      to: email.to,
      subject: email.subject,
      template: 'otp',
      't:variables': JSON.stringify(variables),
      'o:tracking': 'no',
    },
    refusal: badRequest,
  },
  {
    name: 'MAILJET',
    credentials: { publicKey: 'public', privateKey: 'private', templateId: '7' },
    taken: json({ Messages: [{ Status: 'success', To: [{ MessageID: 5 }] }] }),
    id: '5',
    host: 'api.mailjet.com',
    path: '/v3.1/send',
    headers: { authorization: basic('public', 'private') },
    body: {
      Messages: [
        {
          To: [{ Email: email.to }],
          TemplateID: 7,
          TemplateLanguage: true,
          Variables: variables,
          TrackClicks: 'disabled',
          TrackOpens: 'disabled',
        },
      ],
    },
    refusal: json({ Messages: [{ Status: 'error', Errors: [] }] }),
    saysInBody: true,
  },
  {
    name: 'MANDRILL',
    credentials: { apiKey: 'key', templateName: 'otp' },
    taken: json([{ email: email.to, status: 'queued', _id: 'md1' }]),
    id: 'md1',
    host: 'mandrillapp.com',
    path: '/api/1.0/messages/send-template.json',
    headers: {},
    body: {
      key: 'key',
      template_name: 'otp',
      template_content: [],
      message: {
        to: [{ email: email.to, type: 'to' }],
        global_merge_vars: Object.entries(variables).map(([name, content]) => ({ name, content })),
        track_clicks: false,
        track_opens: false,
        preserve_recipients: false,
        important: true,
      },
      async: false,
    },
    refusal: json([{ email: email.to, status: 'rejected', reject_reason: 'hard-bounce' }]),
    saysInBody: true,
  },
  {
    name: 'BIRD',
    credentials: { ...bird, senderEmail: 'login@example.org' },
    taken: { status: 202, body: '{"id":"b2"}' },
    id: 'b2',
    host: 'api.bird.com',
    path: '/workspaces/w%201/channels/c%2F1/messages',
    headers: { authorization: 'AccessKey key' },
    body: {
      receiver: { contacts: [{ identifierKey: 'emailaddress', identifierValue: email.to }] },
      sender: { connector: { identifierValue: 'login@example.org' } },
      template: {
        projectId: 'p1',
        version: 'latest',
        locale: 'fr',
        parameters: Object.entries(variables).map(([key, value]) => ({ type: 'string', key, value })),
      },
    },
    refusal: { status: 422, body: '{}' },
  },
  {
    name: 'SES',
    credentials: {
      region: 'eu-west-1',
      accessKeyId: 'AKID',
      secretAccessKey: 'SECRET',
      from: 'a@example.org',
      fromName: 'Bank, "A"',
    },
    taken: json({ MessageId: 's1' }),
    id: 's1',
    host: 'email.eu-west-1.amazonaws.com',
    path: '/v2/email/outbound-emails',
    headers: { 'x-amz-date': '20260115T100000Z' },
    body: {
      FromEmailAddress: '"Bank, \\"A\\"" <a@example.org>',
      Destination: { ToAddresses: [email.to] },
      Content: {
        Simple: {
          Subject: { Data: email.subject, Charset: 'UTF-8' },
          Body: { Text: { Data: email.text, Charset: 'UTF-8' }, Html: { Data: email.html, Charset: 'UTF-8' } },
        },
      },
    },
    refusal: { status: 400, body: '{"message":"Email address is not verified"}' },
  },
  {
    name: 'WEBHOOK',
    credentials: {},
    taken: { status: 200 },
    id: undefined,
    host: 'hooks.example.com',
    path: '/messages',
    headers: { 'x-signature-v2': expect.stringMatching(/^t=\d+,v2=/) },
    body: expect.objectContaining({
      type: 'email.created',
      data: {
        to: email.to,
        code: '123456',
        userId: 'ann',
        idempotencyKey: 'one',
        actionCode: 'pay',
        verificationMethod: 'EMAIL_OTP',
        subject: email.subject,
        text: email.text,
        html: email.html,
        locale: 'fr',
      },
    }),
    refusal: badRequest,
  },
];

function described<Message>(
  cases: readonly Case[],
  apiOf: (name: string) => ApiProvider<Message> | null | undefined,
  message: Message,
): void {
  describe.each(cases)('$name', (one) => {
    const carrier = () => {
      const api = apiOf(one.name);
      if (api === null || api === undefined) throw new Error(`${one.name} has no API.`);
      return apiCarrier(one.name, api, account(one.credentials), { outbound: standIn.outbound, timers });
    };
    const send = (answer: StandInAnswer) => {
      standIn.answer(() => answer);
      return carrier().send(message, 'a tenant');
    };

    test('is asked as its API wants it, and its own id of the message is kept', async () => {
      expect(await send(one.taken)).toBe(one.id);
      const request = standIn.requests.at(-1);
      if (request === undefined) throw new Error('Nobody was asked.');
      expect(request).toMatchObject({ method: 'POST', host: one.host, path: one.path, headers: one.headers });
      const isForm = request.headers['content-type']?.includes('form') === true;
      expect(isForm ? formOf(request) : jsonOf(request)).toEqual(one.body);
    });

    test.each<[string, StandInAnswer | undefined, object]>([
      ['this message is refused', undefined, { isRefused: true, isAnswered: true }],
      ['the key is wrong', { status: 401, body: '{}' }, { isRefused: true, isAnswered: false }],
      ['it is asked too often', { status: 429, body: '{}' }, { isRefused: true, isAnswered: false }],
      ['it is overloaded', { status: 503, body: '<html>' }, { isRefused: true, isAnswered: false }],
      ['it leads elsewhere', { status: 302, body: '' }, { isRefused: true, isAnswered: false }],
      ['it fails: perhaps taken', { status: 500, body: '<html>' }, { isRefused: false }],
      ['a gateway waits for it: perhaps taken', { status: 504, body: '' }, { isRefused: false }],
      ['it says nothing: perhaps taken', 'silence', { isRefused: false }],
      ['it hangs up: perhaps taken', 'hang up', { isRefused: false }],
      ['it does not speak HTTP: perhaps taken', 'no HTTP', { isRefused: false }],
    ])('F18, F19: %s', async (_what, answer, failure) => {
      await expect(send(answer ?? one.refusal)).rejects.toMatchObject({ name: 'DeliveryFailed', ...failure });
    });

    test('F18: a 200 that nobody understands is a message that may have been taken', async () => {
      const sent = send({ status: 200, body: '<garbage' });
      await (one.saysInBody === true
        ? expect(sent).rejects.toMatchObject({ isRefused: false })
        : expect(sent).resolves.toBeUndefined());
    });

    test('F18: no connection is a message that was certainly not sent, and no secret is in the error', async () => {
      standIn.refuseConnections(true);
      const error: unknown = await carrier()
        .send(message, 'a tenant')
        .catch((thrown: unknown) => thrown);
      standIn.refuseConnections(false);
      expect(error).toMatchObject({ isRefused: true, isAnswered: false });
      expect(String(error)).not.toMatch(/token|password|SECRET|123456|\+64|ann@/);
    });
  });
}

describe('texts', () => described(smsCases, (name) => textProviders.SMS.get(name)?.api, text));
describe('WhatsApp messages', () =>
  described(whatsAppCases, (name) => textProviders.WHATSAPP.get(name)?.api, { ...text, channel: 'WHATSAPP' as const }));
describe('mail', () => described(emailCases, (name) => emailProviders.get(name)?.api, email));

test('every provider has a case', () => {
  expect(smsCases.map(({ name }) => name).sort()).toEqual([...textProviders.SMS.keys()].sort());
  expect([...whatsAppCases.map(({ name }) => name), 'WEBHOOK'].sort()).toEqual(
    [...textProviders.WHATSAPP.keys()].sort(),
  );
  expect([...emailCases.map(({ name }) => name), 'SMTP'].sort()).toEqual([...emailProviders.keys()].sort());
});

test('a number that has answered STOP is known by Twilio’s answer', async () => {
  standIn.answer(() => ({ status: 400, body: '{"code":21610}' }));
  const api = textProviders.SMS.get('TWILIO')?.api as ApiProvider<Text>;
  const sent = apiCarrier('TWILIO', api, account(twilio), { outbound: standIn.outbound, timers }).send(
    text,
    'a tenant',
  );
  await expect(sent).rejects.toMatchObject({ isRefused: true, isOptedOut: true });
});

test('Mandrill says in the body of a 500 that it did nothing', async () => {
  standIn.answer(() => ({ status: 500, body: '{"status":"error","name":"Invalid_Key"}' }));
  const api = emailProviders.get('MANDRILL')?.api as ApiProvider<Email>;
  const sent = apiCarrier('MANDRILL', api, account({}), { outbound: standIn.outbound, timers }).send(email, 'a tenant');
  await expect(sent).rejects.toMatchObject({ isRefused: true, isAnswered: false });
});

test('a request to SES is signed by AWS Signature Version 4, computed here again from its description', async () => {
  standIn.answer(() => json({ MessageId: 's1' }));
  const one = emailCases.find(({ name }) => name === 'SES') as Case;
  const api = emailProviders.get('SES')?.api as ApiProvider<Email>;
  await apiCarrier('SES', api, account(one.credentials), { outbound: standIn.outbound, timers }).send(
    email,
    'a tenant',
  );
  const request = standIn.requests.at(-1) as StandInRequest;
  const { authorization = '' } = request.headers;
  const [, names = '', signature] = /SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(authorization) ?? [];
  const { createHash } = await import('node:crypto');
  const digest = (data: string) => createHash('sha256').update(data).digest('hex');
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name])}\n`);
  const canonical = ['POST', request.path, '', headers.join(''), names, digest(request.body)].join('\n');
  const scope = '20260115/eu-west-1/ses/aws4_request';
  const toSign = ['AWS4-HMAC-SHA256', '20260115T100000Z', scope, digest(canonical)].join('\n');
  const key = ['20260115', 'eu-west-1', 'ses', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    'AWS4SECRET',
  );
  expect(authorization).toContain(`Credential=AKID/${scope}`);
  expect(signature).toBe(createHmac('sha256', key).update(toSign).digest('hex'));
});

describe('a notice is never put into a template of codes', () => {
  test.each(emailCases.map(({ name, credentials, taken }) => ({ name, credentials, taken })))(
    '$name',
    async ({ name, credentials, taken }) => {
      standIn.answer(() => taken);
      const api = emailProviders.get(name)?.api as ApiProvider<Email>;
      const sender = { from: 'login@example.org', ...credentials };
      await apiCarrier(name, api, account(sender), { outbound: standIn.outbound, timers }).send(notice, 'a tenant');
      const { body } = standIn.requests.at(-1) as StandInRequest;
      expect(decodeURIComponent(body.replaceAll('+', ' '))).toContain('A notice');
      expect(body).not.toMatch(/template|otp|d-1|TemplateID|email\.created/);
    },
  );
});
