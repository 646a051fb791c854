/** The credentials of each message provider. Secrets among them are accepted, sealed and never returned. */
import { z } from 'zod';
import { isMailbox } from '../../core/authenticators/is-mailbox.ts';
import { clearable, closed } from './closed.ts';

interface CredentialBlock {
  readonly meaning: string;
  /** The providers that use it. */
  readonly providers: readonly string[];
  readonly members: Readonly<Record<string, z.ZodType>>;
  /** Members that it must have once it is stored. */
  readonly required: readonly string[];
  readonly secrets: readonly string[];
}

const word = z.string().min(1).max(512);
const text = (meaning: string) => word.describe(`${meaning} 1 to 512 characters.`);
const personName = (meaning: string) =>
  word
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters.')
    .describe(`${meaning} 1 to 512 characters without control characters.`);
const mailbox = (meaning: string) =>
  z
    .string()
    .max(320)
    .refine(isMailbox, 'must be one e-mail address, without a name.')
    .describe(`${meaning} One address without a name, at most 320 characters.`);
const secret = (meaning: string) =>
  z.string().min(1).max(512).describe(`${meaning} 1 to 512 characters; stored encrypted and never returned.`);
// PEM keys and Google's service account files.
const secretFile = (meaning: string) =>
  z.string().min(1).max(16_384).describe(`${meaning} 1 to 16,384 characters; stored encrypted and never returned.`);
const signingKey = (where: string) =>
  secret(`Key that the provider signs its callbacks with: ${where} Absent: callbacks are refused.`);
const flag = (meaning: string) => z.boolean().describe(meaning);

function block(
  meaning: string,
  providers: readonly string[],
  {
    secrets,
    optionalSecrets = {},
    required = {},
    optional = {},
  }: Readonly<Record<'secrets', Record<string, z.ZodType>>> &
    Readonly<Partial<Record<'optionalSecrets' | 'required' | 'optional', Record<string, z.ZodType>>>>,
): CredentialBlock {
  return {
    meaning,
    providers,
    members: { ...secrets, ...optionalSecrets, ...required, ...optional },
    required: [...Object.keys(secrets), ...Object.keys(required)],
    secrets: Object.keys({ ...secrets, ...optionalSecrets }),
  };
}

const birdSigningKey = signingKey('the signing key of the webhook subscription.');

export const smsCredentials = {
  twilioCredentials: block('Credentials of Twilio, for the `smsProvider` `TWILIO`.', ['TWILIO'], {
    secrets: { authToken: secret('Auth token of the account.') },
    required: {
      messagingServiceSid: text('SID of the messaging service that sends.'),
      accountSid: text('SID of the account.'),
    },
  }),
  birdSmsCredentials: block('Credentials of Bird, for the `smsProvider` `BIRD`.', ['BIRD'], {
    secrets: { accessKey: secret('Access key.') },
    optionalSecrets: { webhookSigningKey: birdSigningKey },
    required: { workspaceId: text('Id of the workspace.') },
    optional: {
      channelId: text('Id of the SMS channel.'),
      navigatorId: text('Id of the navigator that chooses a channel.'),
      projectId: text('Id of the project with the message templates.'),
      locale: text('Language of the message template.'),
      enableMessageTemplates: flag('Whether to send by message templates. Absent: false.'),
    },
  }),
  messageMediaCredentials: block(
    'Credentials of MessageMedia, for the `smsProvider` `MESSAGE_MEDIA`.',
    ['MESSAGE_MEDIA'],
    {
      secrets: { apiKey: secret('API key.'), apiSecret: secret('API secret.') },
      optional: { sourceNumber: text('Number to send from. Absent: the provider chooses.') },
    },
  ),
  modicaGroupCredentials: block('Credentials of Modica, for the `smsProvider` `MODICA_GROUP`.', ['MODICA_GROUP'], {
    secrets: { password: secret('Password of the application.') },
    required: { username: text('Name of the application.') },
  }),
  tnzCredentials: block('Credentials of TNZ, for the `smsProvider` `TNZ`.', ['TNZ'], {
    secrets: { apiKey: secret('API key.') },
  }),
};

/** Known to the older generation of the API only. */
export const messageBirdV2Credentials = block(
  'Credentials of Bird, for the `smsProvider` `MESSAGE_BIRD_V2`.',
  ['MESSAGE_BIRD_V2'],
  {
    secrets: { accessKey: secret('Access key.') },
    optionalSecrets: { webhookSigningKey: birdSigningKey },
    required: { workspaceId: text('Id of the workspace.'), channelId: text('Id of the SMS channel.') },
  },
);

export const whatsAppCredentials = {
  twilioWhatsAppCredentials: block('Credentials of Twilio, for the `whatsAppProvider` `TWILIO`.', ['TWILIO'], {
    secrets: { authToken: secret('Auth token of the account.') },
    required: {
      accountSid: text('SID of the account.'),
      messagingServiceSid: text('SID of the messaging service with the WhatsApp sender.'),
      contentSid: text('SID of the approved authentication template; its variable `1` is the code.'),
    },
  }),
  birdWhatsAppCredentials: block('Credentials of Bird, for the `whatsAppProvider` `BIRD`.', ['BIRD'], {
    secrets: { accessKey: secret('Access key.') },
    optionalSecrets: { webhookSigningKey: birdSigningKey },
    required: {
      workspaceId: text('Id of the workspace.'),
      channelId: text('Id of the WhatsApp channel.'),
      projectId: text('Id of the project with the approved authentication template; its variable `code` is the code.'),
    },
    optional: {
      versionId: text('Version of the message template. Absent: the published one.'),
      locale: text('Language of the message template. Absent: that of the user.'),
    },
  }),
};

/** The sender of what is not sent by a template of codes. */
const ownSender = {
  from: mailbox('Address to send links and notices from. Absent: codes alone are sent, by the template.').optional(),
  fromName: personName('Name to send links and notices from. Absent: the address alone.').optional(),
};

/** A part of a host name. */
const region = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-west-1.')
  .describe('Region of Amazon SES, such as `eu-west-1`.');

export const emailCredentials = {
  birdEmailCredentials: block('Credentials of Bird, for the `emailProvider` `BIRD`.', ['BIRD'], {
    secrets: { accessKey: secret('Access key.') },
    optionalSecrets: { webhookSigningKey: birdSigningKey },
    required: {
      workspaceId: text('Id of the workspace.'),
      channelId: text('Id of the email channel.'),
      projectId: text('Id of the project with the message templates.'),
    },
    optional: {
      versionId: text('Version of the message template. Absent: the published one.'),
      locale: text('Language of the message template.'),
      senderEmail: text('Address to send from.'),
      senderName: text('Name to send from.'),
    },
  }),
  mailjetEmailCredentials: block('Credentials of Mailjet, for the `emailProvider` `MAILJET`.', ['MAILJET'], {
    secrets: { privateKey: secret('Private API key.') },
    required: {
      publicKey: text('Public API key.'),
      templateId: z.int().min(0).describe('Number of the message template for codes, 0 or more.'),
    },
    optional: { ...ownSender },
  }),
  mailgunEmailCredentials: block('Credentials of Mailgun, for the `emailProvider` `MAILGUN`.', ['MAILGUN'], {
    secrets: { apiKey: secret('API key.') },
    optionalSecrets: { webhookSigningKey: signingKey('the HTTP webhook signing key of the account.') },
    required: {
      url: text('Base URL of the API in your region, such as `https://api.mailgun.net`.'),
      templateName: text('Name of the message template.'),
      domain: text('Domain to send from.'),
    },
    optional: { from: text('Sender. Absent: the template’s own.') },
  }),
  mandrillEmailCredentials: block('Credentials of Mandrill, for the `emailProvider` `MANDRILL`.', ['MANDRILL'], {
    secrets: { apiKey: secret('API key.') },
    optionalSecrets: { webhookKey: signingKey('the key of the webhook.') },
    required: { templateName: text('Name of the message template for codes.') },
    optional: { ...ownSender },
  }),
  sendgridEmailCredentials: block('Credentials of SendGrid, for the `emailProvider` `SENDGRID`.', ['SENDGRID'], {
    secrets: { apiKey: secret('API key.') },
    required: { templateId: text('Id of the message template.'), fromEmail: text('Address to send from.') },
    optional: {
      fromName: text('Name to send from.'),
      webhookPublicKey: text(
        'Key that SendGrid’s signed event webhook shows: it checks callbacks. Absent: callbacks are refused.',
      ),
    },
  }),
  sesEmailCredentials: block(
    'Credentials of Amazon SES, for the `emailProvider` `SES`. Absent: the server’s own, if its operator has set any.',
    ['SES'],
    {
      secrets: {
        secretAccessKey: secret('Secret access key, of an identity that may do no more than `ses:SendEmail`.'),
      },
      required: {
        region,
        accessKeyId: text('Access key id.'),
        from: mailbox('Verified address to send from.'),
      },
      optional: {
        fromName: personName('Name to send from. Absent: the address alone.'),
        configurationSet: text('Configuration set, whose events tell of bounces. Absent: that of the identity.'),
      },
    },
  ),
  smtpEmailCredentials: block('Your SMTP server, for the `emailProvider` `SMTP`.', ['SMTP'], {
    secrets: { password: secret('Password to sign in with.') },
    required: {
      host: text('Host of the server.'),
      port: z.int().min(1).max(65_535).describe('Port of the server, 1 to 65,535; usually 465 or 587.'),
      secure: flag('Whether the connection begins with TLS, as on port 465. False: TLS by STARTTLS.'),
      user: text('User name to sign in with.'),
      from: mailbox('Address to send from.'),
    },
    optional: {
      fromName: personName('Name to send from. Absent: the address alone.'),
      replyTo: mailbox('Address for replies. Absent: the sender.'),
      replyToName: personName('Name for replies. Absent: the address alone.'),
    },
  }),
};

export const pushCredentials = {
  apnsCredentials: block('Key for Apple’s push service, for the `pushProvider` `DEFAULT`.', ['DEFAULT'], {
    secrets: { privateKey: secretFile('Signing key in PEM (.p8).') },
    required: {
      teamId: text('Id of the Apple developer team.'),
      keyId: text('Id of the key.'),
      bundleId: text('Bundle id of the app.'),
    },
    optional: { sandbox: flag('Whether to use Apple’s sandbox. Absent: false.') },
  }),
  fcmCredentials: block(
    'Key for Firebase Cloud Messaging, for the `pushProvider` `DEFAULT` or `FIREBASE`. Responses show the project and the account of the key.',
    ['DEFAULT', 'FIREBASE'],
    { secrets: { serviceAccountKey: secretFile('Service account key as JSON text.') } },
  ),
};

const anyPushProvider = ['DEFAULT', 'FIREBASE', 'WEBHOOK', 'URBAN_AIRSHIP'];
/** For the attestation of apps, whoever sends the messages; also for methods that send none. */
export const playIntegrityCredentials = {
  playIntegrityCredentials: block(
    'Keys with which statements of Google Play Integrity are opened here, from the Play Console. Without them none can be checked.',
    anyPushProvider,
    {
      secrets: { decryptionKey: secret('Decryption key, base64.') },
      required: { verificationKey: text('Verification key, base64.') },
    },
  ),
};

/** Every block by its name on the wire. */
export const credentialBlocks: Readonly<Record<string, CredentialBlock>> = {
  ...smsCredentials,
  messageBirdV2Credentials,
  ...whatsAppCredentials,
  ...emailCredentials,
  ...pushCredentials,
  ...playIntegrityCredentials,
};

// What the server reads from a secret and returns instead of it.
const derived: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  fcmCredentials: {
    projectId: 'Project of the service account key.',
    clientEmail: 'Account of the service account key.',
  },
};

/** Members for requests: at first the whole block, later any part of it; null removes the block. */
export function credentialRequests<Name extends string>(
  blocks: Readonly<Record<Name, CredentialBlock>>,
): Record<Name, z.ZodOptional<z.ZodNullable<z.ZodType<Readonly<Record<string, unknown>>>>>> {
  const members = Object.entries<CredentialBlock>(blocks).map(([name, block]) => [
    name,
    closed(clearable(block.members), Object.keys(derived[name] ?? {}))
      .nullish()
      .describe(block.meaning),
  ]);
  return Object.fromEntries(members) as never;
}

/** Members for responses: without the secrets. */
export function credentialAnswers<Name extends string>(
  blocks: Readonly<Record<Name, CredentialBlock>>,
): Record<Name, z.ZodOptional<z.ZodType<Readonly<Record<string, unknown>>>>> {
  const members = Object.entries<CredentialBlock>(blocks).map(([name, block]) => {
    const open = Object.entries(block.members).filter(([member]) => !block.secrets.includes(member));
    const read = Object.entries(derived[name] ?? {}).map(
      ([member, meaning]) => [member, z.string().describe(meaning)] as const,
    );
    return [
      name,
      z
        .object(Object.fromEntries([...open, ...read]))
        .partial()
        .optional()
        .describe(block.meaning),
    ];
  });
  return Object.fromEntries(members) as never;
}
