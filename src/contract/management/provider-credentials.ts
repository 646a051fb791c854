/** What each message provider is given to work with. Secrets among it are accepted, sealed and never answered. */
import { z } from 'zod';
import { isMailbox } from '../../core/authenticators/is-mailbox.ts';
import { clearable, closed } from './closed.ts';

interface CredentialBlock {
  /** The providers that it is for. */
  readonly providers: readonly string[];
  readonly members: Readonly<Record<string, z.ZodType>>;
  /** Members that it must have once it is stored. */
  readonly required: readonly string[];
  readonly secrets: readonly string[];
}

const word = z.string().min(1).max(512);
const mailbox = z.string().max(320).refine(isMailbox, 'must be one e-mail address, without a name.');
const personName = word.regex(/^[^\p{Cc}]*$/u, 'must have no control characters.');
const secret = z.string().min(1).max(512);
// PEM keys and Google's service account files.
const secretFile = z.string().min(1).max(16_384);
const flag = z.boolean();
const whole = z.int().min(0);

function block(
  providers: readonly string[],
  {
    secrets,
    required = {},
    optional = {},
  }: Readonly<Record<'secrets', Record<string, z.ZodType>>> &
    Readonly<Partial<Record<'required' | 'optional', Record<string, z.ZodType>>>>,
): CredentialBlock {
  return {
    providers,
    members: { ...secrets, ...required, ...optional },
    required: [...Object.keys(secrets), ...Object.keys(required)],
    secrets: Object.keys(secrets),
  };
}

export const smsCredentials = {
  twilioCredentials: block(['TWILIO'], {
    secrets: { authToken: secret },
    required: { messagingServiceSid: word, accountSid: word },
  }),
  birdSmsCredentials: block(['BIRD'], {
    secrets: { accessKey: secret },
    required: { workspaceId: word },
    optional: { channelId: word, navigatorId: word, projectId: word, locale: word, enableMessageTemplates: flag },
  }),
  messageMediaCredentials: block(['MESSAGE_MEDIA'], {
    secrets: { apiKey: secret, apiSecret: secret },
    optional: { sourceNumber: word },
  }),
  modicaGroupCredentials: block(['MODICA_GROUP'], { secrets: { password: secret }, required: { username: word } }),
  tnzCredentials: block(['TNZ'], { secrets: { apiKey: secret } }),
};

/** Known to the older generation of the API only. */
export const messageBirdV2Credentials = block(['MESSAGE_BIRD_V2'], {
  secrets: { accessKey: secret },
  required: { workspaceId: word, channelId: word },
});

export const emailCredentials = {
  birdEmailCredentials: block(['BIRD'], {
    secrets: { accessKey: secret },
    required: { workspaceId: word, channelId: word, projectId: word },
    optional: { versionId: word, locale: word, senderEmail: word, senderName: word },
  }),
  mailjetEmailCredentials: block(['MAILJET'], {
    secrets: { privateKey: secret },
    required: { publicKey: word, templateId: whole },
  }),
  mailgunEmailCredentials: block(['MAILGUN'], {
    secrets: { apiKey: secret },
    required: { url: word, templateName: word, domain: word },
    optional: { from: word },
  }),
  mandrillEmailCredentials: block(['MANDRILL'], { secrets: { apiKey: secret }, required: { templateName: word } }),
  sendgridEmailCredentials: block(['SENDGRID'], {
    secrets: { apiKey: secret },
    required: { templateId: word, fromEmail: word },
    optional: { fromName: word },
  }),
  smtpEmailCredentials: block(['SMTP'], {
    secrets: { password: secret },
    required: { host: word, port: z.int().min(1).max(65_535), secure: flag, user: word, from: mailbox },
    optional: { fromName: personName, replyTo: mailbox, replyToName: personName },
  }),
};

export const pushCredentials = {
  apnsCredentials: block(['DEFAULT'], {
    secrets: { privateKey: secretFile },
    required: { teamId: word, keyId: word, bundleId: word },
    optional: { sandbox: flag },
  }),
  fcmCredentials: block(['DEFAULT', 'FIREBASE'], { secrets: { serviceAccountKey: secretFile } }),
};

/** Every block by its name on the wire. */
export const credentialBlocks: Readonly<Record<string, CredentialBlock>> = {
  ...smsCredentials,
  messageBirdV2Credentials,
  ...emailCredentials,
  ...pushCredentials,
};

// What the server reads out of a secret and answers in its place.
const derived: Readonly<Record<string, readonly string[]>> = { fcmCredentials: ['projectId', 'clientEmail'] };

/** Members for requests: all of a block at first, then any part of it; null removes the block. */
export function credentialRequests<Name extends string>(
  blocks: Readonly<Record<Name, CredentialBlock>>,
): Record<Name, z.ZodOptional<z.ZodNullable<z.ZodType<Readonly<Record<string, unknown>>>>>> {
  const members = Object.entries<CredentialBlock>(blocks).map(([name, block]) => [
    name,
    closed(clearable(block.members), derived[name]).nullish(),
  ]);
  return Object.fromEntries(members) as never;
}

/** Members for answers: without the secrets. */
export function credentialAnswers<Name extends string>(
  blocks: Readonly<Record<Name, CredentialBlock>>,
): Record<Name, z.ZodOptional<z.ZodType<Readonly<Record<string, unknown>>>>> {
  const members = Object.entries<CredentialBlock>(blocks).map(([name, block]) => {
    const open = Object.entries(block.members).filter(([member]) => !block.secrets.includes(member));
    const read = (derived[name] ?? []).map((member) => [member, z.string()] as const);
    return [
      name,
      z
        .object(Object.fromEntries([...open, ...read]))
        .partial()
        .optional(),
    ];
  });
  return Object.fromEntries(members) as never;
}
