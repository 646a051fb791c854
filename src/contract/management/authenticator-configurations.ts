/**
 * How each verification method works for a tenant. The wire has two generations of this resource: a list with PATCH by
 * id, and one object for each method at its own path. Both work on the same stored data.
 */
import { z } from 'zod';
import { numberTypes } from '../../core/pumping/pumping-settings.ts';
import { pageFlags } from '../../methods/manifests.ts';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { clearable, closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import {
  credentialAnswers,
  credentialRequests,
  emailCredentials,
  messageBirdV2Credentials,
  playIntegrityCredentials,
  pushCredentials,
  smsCredentials,
  whatsAppCredentials,
} from './provider-credentials.ts';
import { assetUrl, success, uiLocales, webhookUrl as targetUrl } from './values.ts';

const newSmsProviders = ['BIRD', 'MESSAGE_MEDIA', 'MODICA_GROUP', 'TNZ', 'TWILIO', 'WEBHOOK'] as const;
const newEmailProviders = ['BIRD', 'MAILGUN', 'MAILJET', 'MANDRILL', 'SENDGRID', 'SES', 'SMTP', 'WEBHOOK'] as const;
const whatsAppProviders = ['BIRD', 'TWILIO', 'WEBHOOK'] as const;
const newPushProviders = ['DEFAULT', 'FIREBASE', 'WEBHOOK'] as const;

const about = {
  isActive: 'Whether users can be asked for the method. Absent on creation: true.',
  smsProvider:
    'Service that sends text messages; `WEBHOOK` hands them to your own endpoint as the event `sms.created`. Absent: none, and text messages cannot be used but in development, where `/dev/inbox` shows them.',
  whatsAppProvider:
    'Service that sends WhatsApp messages; `WEBHOOK` hands them to your own endpoint as the event `sms.created`. Absent: none, and WhatsApp cannot be used but in development, where `/dev/inbox` shows its messages.',
  fallback:
    'A second provider with its own credentials. It is asked only if the first one certainly did not take a message: nobody gets two. Null removes it. Absent: none.',
  callbackUrl:
    'Where this provider tells what became of messages. Keep it to yourself and the provider. Absent if the provider tells nothing, or if this server is not reached by https.',
  emailProvider:
    'Service that sends the tenant’s mail; `WEBHOOK` hands it to your own endpoint as the events `email.created` and `email.notice_created`. Absent: the server’s own mail.',
  pushProvider:
    'Service that sends push messages: `DEFAULT` sends to iPhones by Apple’s service and to Android by Firebase, `FIREBASE` sends to all by Firebase, `WEBHOOK` hands each message to your server. `URBAN_AIRSHIP` is stored, and does not send.',
  webhookUrl:
    'https URL that messages are handed to, at most 2,048 characters. Required with the provider `WEBHOOK` and refused with others. Another provider removes it.',
  smsCountryCodes:
    'Countries that texts may go to, as ISO 3166-1 alpha-2 codes, at most 300. Absent or empty: none. What is absent for WHATSAPP is as for SMS.',
  defaultCountryCode:
    'Country that number fields begin with, as an ISO 3166-1 alpha-2 code; one of `smsCountryCodes` where those are set. Changing that list so that it lacks the country removes it. Absent: none.',
  rateLimit: 'How many are permitted within the window: 1 to 100.',
  windowInMinutes: 'Length of the window, in minutes: 1 to 1,440.',
  submissionLimit:
    'How many codes a user may try within a window. Absent: no such limit. Failed tries are always bounded as well.',
  sendingLimits:
    'How many messages a user, and an address, may be sent within a window: 1 to 6 limits that all apply. Absent: 12 emails or 6 text messages in 10 minutes.',
  prefixLimits:
    'Limits on texts to blocks of numbers, at most 5, in addition to those of `pumpingProtection`. Absent: none.',
  enabled: 'Whether the limit applies. Absent: true.',
  blockSize:
    'Which numbers count together: those of a `country`, or those that begin with as many digits, 1 or more. All but the last four digits are looked at, so a longer block is that range.',
  blockRateLimit: 'How many messages a block may be sent within the window: 1 to 1,000.',
  blockWindow: 'Length of the window, in minutes: above 0, at most 1,440.',
  blockCountryCodes: 'Countries that the limit is for, as ISO 3166-1 alpha-2 codes, at most 300. Absent: all.',
  pumpingProtection:
    'Protection from pumping, which is texts that are asked for only because somebody earns money by them. Replaced as a whole. Absent: on, with what each member says. The guide on pumping explains it.',
  pumpingMode:
    '`block` refuses; `monitor` sends everything, and tells what it would have refused; only a number gets no more texts than `sendingRateLimitConfigurations` permit, so that nobody is flooded. Absent: `block`.',
  pumpingRefusal:
    'What a caller sees of a refused text: an `error`, or `silent`: a response as if the code had been sent. Absent: `error`.',
  numberTypes:
    'Types of numbers that texts may go to, as their digits tell; `UNKNOWN` are those that no operator has. Absent: `MOBILE` and `FIXED_LINE_OR_MOBILE`.',
  safeNumbers:
    'Numbers in E.164 form, or beginnings of numbers, that no breaker blocks, at most 200. Limits are for them as well. Absent: none.',
  rangeLimit:
    'How many texts a range, the numbers that differ in their last four digits only, may be sent. Absent: 100 in 60 minutes.',
  addressLimit: 'How many texts may be asked for from an IPv4 address or an IPv6 /64. Absent: 60 in 60 minutes.',
  textRateLimit: 'How many texts are permitted within the window: 1 to 100,000.',
  hourlyMax: 'How many texts the tenant may send within about an hour: 1 to 1,000,000. Absent: 5,000.',
  rangeBreaker:
    'When a range is sent no more texts, except to numbers that verified before. Absent: at 5 sends within a day, if less than 20 percent of their codes were entered.',
  countryBreaker:
    'When the ranges of a country may each have only one send that is not answered, except to numbers that verified before. Absent: at 50 texts that were asked for within an hour or a day, if less than 50 percent of their codes were entered.',
  minimumSends: 'With fewer it does not judge: 1 to 100,000.',
  minimumShare: 'It opens where less than so many percent of the codes were entered: 0 to 100. At 0 it never opens.',
  senders:
    'What text messages to a country come from, by ISO 3166-1 alpha-2 code, at most 300: a number, a short code or a name, 1 to 32 characters. Many countries take only registered names. Replaced as a whole. Absent: what the provider chooses.',
  consent:
    'What users agree to before messages go to a number that they enrol. The pages show the text `sms-phone-entry.consent`, which you can reword in each language, and store it with the number. Replaced as a whole. Absent: they are asked for nothing.',
  consentVersion: 'Version of what your link leads to: change it with every change of its meaning. 1 to 64 characters.',
  consentLinks:
    'Where users can read all of it: an https URL by language of the pages, at most 9. A language without one has the English link, else any.',
  smsVariables:
    'Members of the action’s `custom` that whoever carries a text gets, at most 100 names of 1 to 128 characters: your endpoint in `customVariables` of `sms.created`, a template at Bird as variables. Texts, numbers, booleans and lists of these, as text of at most 500 characters. Absent: none.',
  emailVariables:
    'Members of the action’s `custom` that a provider’s template of codes gets as variables, at most 100 names of 1 to 128 characters. Texts, numbers, booleans and lists of these, as text of at most 500 characters; none replaces a variable of our own. Absent: none.',
  relyingParty:
    'Relying party id that passkeys belong to: a domain that contains the hosts of your pages, such as `example.com`. Existing passkeys do not work under another. Absent: the host of this server.',
  expectedOrigins:
    'Origins of the pages and apps that may use passkeys, show the pages in a frame and receive their token, 1 to 100: `https://app.example.com`, `https://*.example.com` or `android:apk-key-hash:…`. This server’s own origin always counts.',
  hints: 'Kinds of authenticator to suggest to the browser, at most 3, best first. Absent: the browser decides.',
  userVerification:
    'Whether the authenticator must verify its user, for example by a fingerprint. A demand for high assurance, and tokens that may change authenticators, always require it. Absent: `preferred`.',
  attachment:
    'Where the key may be: `platform` in the device, `cross-platform` elsewhere, `all-supported` either. Absent: what the app asks for.',
  preventRemovingLastPasskey: 'Whether users must keep at least one passkey. Absent: false.',
  requireDeviceBound:
    'Whether only keys that cannot be copied to other devices are accepted, when they are added and when they are used. Absent: false.',
  attestationTrustAnchors:
    'Certificates of the authorities that must attest a new key, 1 to 20 in PEM, each at most 8,192 characters and not expired. Absent: no attestation is asked for.',
  allowedAaguids:
    'Models of authenticator that may be added, by AAGUID, 1 to 200. They need `attestationTrustAnchors`. Absent: every model.',
  credentialLifetime:
    'How long an enrolled app stays valid, in minutes: 0 to 525,600. 0 or absent: it does not expire. Apps enrolled before keep their own time.',
  requireAppAttestation: 'Whether an app must prove that it is genuine when it enrols. Absent: false.',
  redirectUrls:
    'The only URLs that a user may continue to after confirming a mailed link in `ORIGINAL_TAB` mode, at most 100. Absent: any `redirectUrl` of an action.',
  attestationFailure:
    'What happens if an app must prove that it is genuine and cannot: `BLOCK` refuses it and blocks the action, `ALLOW_WITH_WARNING` enrols it and records the failure with it. Absent: `BLOCK`.',
  appleTeamId:
    'Id of the Apple developer team that the app is signed by: 10 letters and digits. Absent: no statement of Apple can be checked.',
  appleBundleIds: 'Bundle ids of the app, 1 to 20. Absent: no statement of Apple can be checked.',
  appAttestTrustAnchors:
    'Certificates that statements of Apple must lead to, 1 to 5 in PEM, each at most 8,192 characters: Apple’s App Attestation root. Absent: no statement of Apple can be checked.',
  allowDevelopmentEnvironment:
    'Whether statements of apps under development count: those of Apple’s development environment. Absent: false.',
  androidPackageName: 'Package name of the app. Absent: no statement of Google can be checked.',
};

const anySmsProvider = z.enum([...newSmsProviders, 'MESSAGE_BIRD', 'MESSAGE_BIRD_V2']).describe(about.smsProvider);
const anyEmailProvider = z.enum([...newEmailProviders, 'AIRNZ']).describe(about.emailProvider);
const whatsAppProvider = z.enum(whatsAppProviders).describe(about.whatsAppProvider);
const anyPushProvider = z.enum([...newPushProviders, 'URBAN_AIRSHIP']).describe(about.pushProvider);

const flag = z.boolean();
const shortText = v.text(512);
const countryCodes = z.array(z.string().regex(/^[A-Z]{2}$/, 'must be ISO 3166-1 codes such as NZ.')).max(300);
const variableNames = z.array(z.string().min(1).max(128)).max(100);

const rateLimit = closed({
  rateLimit: z.int().min(1).max(100).describe(about.rateLimit),
  windowInMinutes: z.number().min(1).max(1440).describe(about.windowInMinutes),
});
const textLimit = z.strictObject({
  rateLimit: z.int().min(1).max(100_000).describe(about.textRateLimit),
  windowInMinutes: z.number().min(1).max(1440).describe(about.windowInMinutes),
});
const breaker = z.strictObject({
  minimumSends: z.int().min(1).max(100_000).describe(about.minimumSends),
  minimumShare: z.number().min(0).max(100).describe(about.minimumShare),
});
const pumpingProtection = z
  .strictObject({
    mode: z.enum(['block', 'monitor']).describe(about.pumpingMode),
    refusal: z.enum(['error', 'silent']).describe(about.pumpingRefusal),
    numberTypes: z.array(z.enum(numberTypes)).min(1).max(numberTypes.length).describe(about.numberTypes),
    safeNumbers: z
      .array(z.string().regex(/^\+[1-9]\d{1,14}$/, 'safeNumbers must each begin with + and a country calling code.'))
      .max(200)
      .describe(about.safeNumbers),
    rangeLimit: textLimit.describe(about.rangeLimit),
    addressLimit: textLimit.describe(about.addressLimit),
    hourlyMax: z.int().min(1).max(1_000_000).describe(about.hourlyMax),
    rangeBreaker: breaker.describe(about.rangeBreaker),
    countryBreaker: breaker.describe(about.countryBreaker),
  })
  .partial()
  .describe(about.pumpingProtection);
const submissionLimit = rateLimit.nullish().describe(about.submissionLimit);
const rateLimits = z.array(rateLimit).min(1).max(6).nullish().describe(about.sendingLimits);
const prefixRateLimits = z
  .array(
    closed({
      enabled: flag.optional().describe(about.enabled),
      blockSize: z
        .union([z.literal('country'), z.int().min(1)], 'blockSize must be "country" or a number of digits.')
        .optional()
        .describe(about.blockSize),
      rateLimit: z.int().min(1).max(1000).optional().describe(about.blockRateLimit),
      windowInMinutes: z.number().gt(0).max(1440).optional().describe(about.blockWindow),
      countryCodes: countryCodes.optional().describe(about.blockCountryCodes),
    }),
  )
  .max(5);

const senders = z
  .record(
    z.string().regex(/^[A-Z]{2}$/, 'senders must be named by ISO 3166-1 codes such as NZ.'),
    z.string().regex(/^[+0-9A-Za-z][0-9A-Za-z ._&-]{0,31}$/, 'senders must each be a number, a short code or a name.'),
  )
  .refine((given) => Object.keys(given).length <= 300, 'senders may have at most 300 members.')
  .describe(about.senders);
const consent = closed({
  version: z.string().min(1).max(64).describe(about.consentVersion),
  links: z
    .partialRecord(z.enum(uiLocales), assetUrl)
    .refine((given) => Object.keys(given).length > 0, 'links must have at least one language.')
    .describe(about.consentLinks),
}).describe(about.consent);

const relyingParty = z
  .string()
  .regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'relyingParty must be a host name such as example.com.')
  // Browsers accept no IP address here.
  .regex(/(?:^|\.)(?=[a-z0-9-]*[a-z-])[a-z0-9-]+$/i, 'relyingParty must be a host name such as example.com.')
  .max(253)
  .describe(about.relyingParty);
const expectedOrigins = z
  .array(
    z
      .string()
      .max(512)
      // They are joined in a header, so separators are refused here. The rest is checked when they are stored.
      .regex(/^[^\s;,'"]+$/, 'expectedOrigins must each be one origin, such as https://app.example.com.'),
  )
  .min(1)
  .max(100)
  .describe(about.expectedOrigins);
const passkeyRegistrationHints = z
  .array(z.enum(['security-key', 'client-device', 'hybrid']))
  .max(3)
  .describe(about.hints);
const authenticatorAttachment = z.enum(['cross-platform', 'platform', 'all-supported']).describe(about.attachment);
const preventRemovingLastPasskey = flag.describe(about.preventRemovingLastPasskey);
const requireDeviceBound = flag.describe(about.requireDeviceBound);
/** Which keys are accepted. Checked when a key is added and, as far as its use reveals it, whenever it is used. */
const attestationTrustAnchors = z
  .array(
    z
      .string()
      .max(8192)
      .regex(
        /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/,
        'attestationTrustAnchors must each be one certificate in PEM.',
      ),
  )
  .min(1)
  .max(20)
  .describe(about.attestationTrustAnchors);
const allowedAaguids = z
  .array(z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'allowedAaguids must each be a UUID.'))
  .min(1)
  .max(200)
  .describe(about.allowedAaguids);
const requireAppAttestation = flag.describe(about.requireAppAttestation);
const appAttestationFailureMode = z.enum(['BLOCK', 'ALLOW_WITH_WARNING']).describe(about.attestationFailure);
const appAttestation = {
  requireAppAttestation: requireAppAttestation.nullish(),
  appAttestationFailureMode: appAttestationFailureMode.nullish(),
  appleTeamId: z
    .string()
    .regex(/^[A-Z0-9]{10}$/, 'appleTeamId must be 10 capital letters and digits.')
    .nullish()
    .describe(about.appleTeamId),
  appleBundleIds: z
    .array(z.string().regex(/^[A-Za-z0-9.-]{1,155}$/, 'appleBundleIds must be bundle ids such as com.example.app.'))
    .min(1)
    .max(20)
    .nullish()
    .describe(about.appleBundleIds),
  appAttestTrustAnchors: z.array(z.string().max(8192)).min(1).max(5).nullish().describe(about.appAttestTrustAnchors),
  allowDevelopmentEnvironment: flag.nullish().describe(about.allowDevelopmentEnvironment),
  androidPackageName: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$/,
      'androidPackageName must be a package name such as com.example.app.',
    )
    .max(255)
    .nullish()
    .describe(about.androidPackageName),
  ...credentialRequests(playIntegrityCredentials),
};
const answeredAppAttestation = {
  requireAppAttestation: requireAppAttestation.optional(),
  appAttestationFailureMode: appAttestationFailureMode.optional(),
  appleTeamId: z.string().optional().describe(about.appleTeamId),
  appleBundleIds: z.array(z.string()).optional().describe(about.appleBundleIds),
  appAttestTrustAnchors: z.array(z.string()).optional().describe(about.appAttestTrustAnchors),
  allowDevelopmentEnvironment: flag.optional().describe(about.allowDevelopmentEnvironment),
  androidPackageName: z.string().optional().describe(about.androidPackageName),
  ...credentialAnswers(playIntegrityCredentials),
};

/** Responses have plain shapes: they show what is stored, even if a request with it would be refused now. */
const answeredRateLimit = z.object({
  rateLimit: z.int().describe(about.rateLimit),
  windowInMinutes: z.number().describe(about.windowInMinutes),
});
const answeredSubmissionLimit = answeredRateLimit.optional().describe(about.submissionLimit);
const answeredRateLimits = z.array(answeredRateLimit).optional().describe(about.sendingLimits);
const identity = {
  authenticatorId: z.string().describe('Id of the configuration, a UUID that Sallyport chose.'),
  isActive: z.boolean().describe(about.isActive),
  verificationMethod: v.verificationMethod.describe('Method that the configuration is for.'),
};

const answeredConsent = z
  .object({
    version: z.string().describe(about.consentVersion),
    links: z.record(z.string(), z.string()).describe(about.consentLinks),
  })
  .optional()
  .describe(about.consent);

const refusals = ['authenticator_configuration_not_found'] as const;

/** The API reference's text about a method: its name in the plural, and its settings, as parts of a sentence. */
interface About {
  readonly name: string;
  readonly purpose: string;
  /** Whether the settings are stored before the method is built. */
  readonly isForLater?: boolean;
  /** The bodies of two requests, one after the other, and the reply to the second. */
  readonly examples: {
    readonly create: Readonly<Record<string, unknown>>;
    readonly update: Readonly<Record<string, unknown>>;
    readonly reply: object;
  };
}

/** The four routes of one method's own path. */
function methodRoutes<Noun extends string, Create extends z.ZodType, Update extends z.ZodType, Reply extends z.ZodType>(
  noun: Noun,
  slug: string,
  {
    name,
    purpose,
    isForLater = false,
    create,
    update,
    reply,
    examples,
  }: About & { create: Create; update: Update; reply: Reply },
) {
  const note = isForLater ? ` The settings are stored for a later release: users cannot use ${name} yet.` : '';
  const path = `/authenticator-configurations/${slug}`;
  return {
    create: managementRoute({
      id: `create${noun}Configuration`,
      method: 'POST',
      path,
      title: `Configure ${name}`,
      description: `Sets ${purpose}. If ${name} are configured already, the answer is \`resource_already_exists\`: change the settings instead.${note}`,
      group: 'methods',
      example: { request: { body: examples.create }, reply: examples.reply },
      params: z.object({}),
      body: create,
      reply: json(reply),
      refusals: ['resource_already_exists'],
      audit: 'authenticator_configuration.created',
    }),
    get: managementRoute({
      id: `get${noun}Configuration`,
      method: 'GET',
      path,
      title: `Get the settings of ${name}`,
      description: `Reads how ${name} are configured. Members that were never set are left out, and so are secrets.`,
      group: 'methods',
      example: { reply: examples.reply },
      params: z.object({}),
      body: nothing,
      reply: json(reply),
      refusals,
      audit: null,
    }),
    update: managementRoute({
      id: `update${noun}Configuration`,
      method: 'PATCH',
      path,
      title: `Change the settings of ${name}`,
      description: `Changes ${purpose}. Members that you leave out stay as they are, and null clears a member.${note}`,
      group: 'methods',
      example: { request: { body: examples.update }, reply: examples.reply },
      params: z.object({}),
      body: update,
      reply: json(reply),
      refusals,
      audit: 'authenticator_configuration.updated',
    }),
    remove: managementRoute({
      id: `delete${noun}Configuration`,
      method: 'DELETE',
      path,
      title: `Remove the settings of ${name}`,
      description: `Removes the settings of ${name} and any secrets in them, so that users cannot use the method any more. They keep what they have enrolled, and can use it again once the method is configured again.`,
      group: 'methods',
      example: { reply: { success: true } },
      params: z.object({}),
      body: nothing,
      reply: json(success),
      refusals,
      audit: 'authenticator_configuration.deleted',
    }),
  };
}

const answered = ['tenantId', 'authenticatorId', 'verificationMethod', 'callbackUrl'];

const isActive = flag.optional().describe(about.isActive);
const webhookUrl = targetUrl.nullish().describe(about.webhookUrl);
const answeredWebhookUrl = z.string().optional().describe(about.webhookUrl);

const defaultCountryCode = z
  .string()
  .regex(/^[A-Z]{2}$/, 'defaultCountryCode must be a code such as NZ.')
  .nullish()
  .describe(about.defaultCountryCode);
/** What a request says of the second provider: at first the whole of it, later any part. */
function fallback(shape: z.ZodRawShape) {
  return closed({ webhookUrl, ...shape }, ['callbackUrl'])
    .nullish()
    .describe(about.fallback);
}

const callbackUrl = z.string().optional().describe(about.callbackUrl);

function answeredFallback(shape: z.ZodRawShape) {
  return z
    .object({ webhookUrl: answeredWebhookUrl, callbackUrl, ...shape })
    .optional()
    .describe(about.fallback);
}

const newSmsProvider = z.enum(newSmsProviders).describe(about.smsProvider);
const smsMembers = {
  isActive,
  webhookUrl,
  smsCountryCodes: countryCodes.nullish().describe(about.smsCountryCodes),
  defaultCountryCode,
  submissionRateLimitConfiguration: submissionLimit,
  sendingRateLimitConfigurations: rateLimits,
  prefixRateLimitConfigurations: prefixRateLimits.nullish().describe(about.prefixLimits),
  pumpingProtection: pumpingProtection.nullish(),
  allowedCustomSmsVariables: variableNames.nullish().describe(about.smsVariables),
  senders: senders.nullish(),
  consent: consent.nullish(),
  ...credentialRequests(smsCredentials),
  fallback: fallback({ smsProvider: newSmsProvider.optional(), ...credentialRequests(smsCredentials) }),
};

export const smsConfiguration = methodRoutes('Sms', 'sms', {
  name: 'text messages',
  purpose: 'who sends codes by text message, to which countries and how many',
  examples: {
    create: {
      smsProvider: 'TWILIO',
      smsCountryCodes: ['NZ', 'AU'],
      defaultCountryCode: 'NZ',
      twilioCredentials: {
        authToken: '0123456789abcdef0123456789abcdef',
        messagingServiceSid: 'MG0123456789abcdef0123456789abcdef',
        accountSid: 'AC0123456789abcdef0123456789abcdef',
      },
    },
    update: { sendingRateLimitConfigurations: [{ rateLimit: 6, windowInMinutes: 10 }] },
    reply: {
      authenticatorId: '8a1f6c2d-0b0f-4d59-9a39-3f7d0c5b7e21',
      isActive: true,
      verificationMethod: 'SMS',
      smsProvider: 'TWILIO',
      smsCountryCodes: ['NZ', 'AU'],
      defaultCountryCode: 'NZ',
      sendingRateLimitConfigurations: [{ rateLimit: 6, windowInMinutes: 10 }],
      twilioCredentials: {
        messagingServiceSid: 'MG0123456789abcdef0123456789abcdef',
        accountSid: 'AC0123456789abcdef0123456789abcdef',
      },
    },
  },
  create: closed({ smsProvider: newSmsProvider.optional(), ...smsMembers }, answered),
  update: closed({ smsProvider: newSmsProvider.nullish(), ...smsMembers }, answered),
  reply: z
    .object({
      ...identity,
      smsProvider: anySmsProvider.optional(),
      webhookUrl: answeredWebhookUrl,
      smsCountryCodes: z.array(z.string()).optional().describe(about.smsCountryCodes),
      defaultCountryCode: z.string().optional().describe(about.defaultCountryCode),
      submissionRateLimitConfiguration: answeredSubmissionLimit,
      sendingRateLimitConfigurations: answeredRateLimits,
      prefixRateLimitConfigurations: z
        .array(
          z
            .object({
              enabled: flag.describe(about.enabled),
              blockSize: z.union([z.string(), z.int()]).describe(about.blockSize),
              rateLimit: z.int().describe(about.blockRateLimit),
              windowInMinutes: z.number().describe(about.blockWindow),
              countryCodes: z.array(z.string()).describe(about.blockCountryCodes),
            })
            .partial(),
        )
        .optional()
        .describe(about.prefixLimits),
      pumpingProtection: pumpingProtection.optional(),
      allowedCustomSmsVariables: z.array(z.string()).optional().describe(about.smsVariables),
      senders: z.record(z.string(), z.string()).optional().describe(about.senders),
      consent: answeredConsent,
      ...credentialAnswers(smsCredentials),
      callbackUrl,
      fallback: answeredFallback({ smsProvider: anySmsProvider, ...credentialAnswers(smsCredentials) }),
    })
    .meta({ id: 'SmsConfiguration' }),
});

const whatsAppMembers = {
  isActive,
  smsCountryCodes: countryCodes.nullish().describe(about.smsCountryCodes),
  defaultCountryCode,
  webhookUrl,
  submissionRateLimitConfiguration: submissionLimit,
  sendingRateLimitConfigurations: rateLimits,
  pumpingProtection: pumpingProtection.nullish(),
  consent: consent.nullish(),
  ...credentialRequests(whatsAppCredentials),
  fallback: fallback({ whatsAppProvider: whatsAppProvider.optional(), ...credentialRequests(whatsAppCredentials) }),
};

/** Sallyport's own: the wire contract has no path for it. */
export const whatsAppConfiguration = methodRoutes('WhatsApp', 'whatsapp', {
  name: 'WhatsApp messages',
  purpose: 'who sends codes by WhatsApp, to which countries and how many',
  examples: {
    create: {
      whatsAppProvider: 'TWILIO',
      smsCountryCodes: ['NZ', 'AU'],
      twilioWhatsAppCredentials: {
        authToken: '0123456789abcdef0123456789abcdef',
        accountSid: 'AC0123456789abcdef0123456789abcdef',
        messagingServiceSid: 'MG0123456789abcdef0123456789abcdef',
        contentSid: 'HX0123456789abcdef0123456789abcdef',
      },
    },
    update: { sendingRateLimitConfigurations: [{ rateLimit: 6, windowInMinutes: 10 }] },
    reply: {
      authenticatorId: '0b6c1f5e-9a3d-4c2b-8e7f-6d5c4b3a2918',
      isActive: true,
      verificationMethod: 'WHATSAPP',
      whatsAppProvider: 'TWILIO',
      smsCountryCodes: ['NZ', 'AU'],
      sendingRateLimitConfigurations: [{ rateLimit: 6, windowInMinutes: 10 }],
      twilioWhatsAppCredentials: {
        accountSid: 'AC0123456789abcdef0123456789abcdef',
        messagingServiceSid: 'MG0123456789abcdef0123456789abcdef',
        contentSid: 'HX0123456789abcdef0123456789abcdef',
      },
    },
  },
  create: closed({ whatsAppProvider: whatsAppProvider.optional(), ...whatsAppMembers }, answered),
  update: closed({ whatsAppProvider: whatsAppProvider.nullish(), ...whatsAppMembers }, answered),
  reply: z
    .object({
      ...identity,
      whatsAppProvider: whatsAppProvider.optional(),
      webhookUrl: answeredWebhookUrl,
      smsCountryCodes: z.array(z.string()).optional().describe(about.smsCountryCodes),
      defaultCountryCode: z.string().optional().describe(about.defaultCountryCode),
      submissionRateLimitConfiguration: answeredSubmissionLimit,
      sendingRateLimitConfigurations: answeredRateLimits,
      pumpingProtection: pumpingProtection.optional(),
      consent: answeredConsent,
      ...credentialAnswers(whatsAppCredentials),
      callbackUrl,
      fallback: answeredFallback({ whatsAppProvider, ...credentialAnswers(whatsAppCredentials) }),
    })
    .meta({ id: 'WhatsAppConfiguration' }),
});

const newEmailProvider = z.enum(newEmailProviders).describe(about.emailProvider);
const emailOtpMembers = {
  isActive,
  webhookUrl,
  submissionRateLimitConfiguration: submissionLimit,
  sendingRateLimitConfigurations: rateLimits,
  allowedCustomEmailVariables: variableNames.nullish().describe(about.emailVariables),
  ...credentialRequests(emailCredentials),
  fallback: fallback({ emailProvider: newEmailProvider.optional(), ...credentialRequests(emailCredentials) }),
};

export const emailOtpConfiguration = methodRoutes('EmailOtp', 'email-otp', {
  name: 'codes by email',
  purpose: 'who sends the tenant’s mail of every kind, and how many codes may be sent and tried',
  examples: {
    create: {
      emailProvider: 'SMTP',
      smtpEmailCredentials: {
        host: 'smtp.example.com',
        port: 587,
        secure: false,
        user: 'sallyport',
        password: 'correct horse battery staple',
        from: 'login@example.com',
        fromName: 'Example Bank',
      },
    },
    update: { submissionRateLimitConfiguration: { rateLimit: 10, windowInMinutes: 5 } },
    reply: {
      authenticatorId: '1c9e4b7a-6f2d-4b8e-8d3a-5e0f9c7b2a64',
      isActive: true,
      verificationMethod: 'EMAIL_OTP',
      emailProvider: 'SMTP',
      submissionRateLimitConfiguration: { rateLimit: 10, windowInMinutes: 5 },
      smtpEmailCredentials: {
        host: 'smtp.example.com',
        port: 587,
        secure: false,
        user: 'sallyport',
        from: 'login@example.com',
        fromName: 'Example Bank',
      },
    },
  },
  create: closed({ emailProvider: newEmailProvider, ...emailOtpMembers }, answered),
  update: closed({ emailProvider: newEmailProvider.nullish(), ...emailOtpMembers }, answered),
  reply: z
    .object({
      ...identity,
      emailProvider: anyEmailProvider.optional(),
      webhookUrl: answeredWebhookUrl,
      submissionRateLimitConfiguration: answeredSubmissionLimit,
      sendingRateLimitConfigurations: answeredRateLimits,
      allowedCustomEmailVariables: z.array(z.string()).optional().describe(about.emailVariables),
      ...credentialAnswers(emailCredentials),
      callbackUrl,
      fallback: answeredFallback({ emailProvider: anyEmailProvider, ...credentialAnswers(emailCredentials) }),
    })
    .meta({ id: 'EmailOtpConfiguration' }),
});

const passkeyMembers = {
  isActive,
  passkeyRegistrationHints: passkeyRegistrationHints.nullish(),
  userVerificationRequirement: z.enum(['preferred', 'required']).nullish().describe(about.userVerification),
  authenticatorAttachment: authenticatorAttachment.nullish(),
  preventRemovingLastPasskey: preventRemovingLastPasskey.nullish(),
  requireDeviceBound: requireDeviceBound.nullish(),
  attestationTrustAnchors: attestationTrustAnchors.nullish(),
  allowedAaguids: allowedAaguids.nullish(),
};

export const passkeyConfiguration = methodRoutes('Passkey', 'passkey', {
  name: 'passkeys',
  purpose: 'the domain that passkeys belong to, the pages and apps that may use them, and which keys are accepted',
  examples: {
    create: {
      relyingParty: 'example.com',
      expectedOrigins: ['https://app.example.com', 'https://login.example.com'],
      userVerificationRequirement: 'required',
    },
    update: { preventRemovingLastPasskey: true },
    reply: {
      authenticatorId: 'e7d0b3f5-2c4a-4f6e-9b18-7a6c5d4e3f20',
      isActive: true,
      verificationMethod: 'PASSKEY',
      relyingParty: 'example.com',
      expectedOrigins: ['https://app.example.com', 'https://login.example.com'],
      userVerificationRequirement: 'required',
      preventRemovingLastPasskey: true,
    },
  },
  create: closed({ relyingParty, expectedOrigins, ...passkeyMembers }, answered),
  update: closed(
    { relyingParty: relyingParty.optional(), expectedOrigins: expectedOrigins.optional(), ...passkeyMembers },
    answered,
  ),
  reply: z
    .object({
      ...identity,
      relyingParty: z.string().describe(about.relyingParty),
      expectedOrigins: z.array(z.string()).describe(about.expectedOrigins),
      passkeyRegistrationHints: passkeyRegistrationHints.optional(),
      userVerificationRequirement: z.string().optional().describe(about.userVerification),
      authenticatorAttachment: authenticatorAttachment.optional(),
      preventRemovingLastPasskey: preventRemovingLastPasskey.optional(),
      requireDeviceBound: requireDeviceBound.optional(),
      attestationTrustAnchors: z.array(z.string()).optional().describe(about.attestationTrustAnchors),
      allowedAaguids: z.array(z.string()).optional().describe(about.allowedAaguids),
    })
    .meta({ id: 'PasskeyConfiguration' }),
});

const newPushProvider = z.enum(newPushProviders).describe(about.pushProvider);
const pushMembers = {
  isActive,
  webhookUrl,
  credentialLifetimeInMinutes: z.int().min(0).max(525_600).nullish().describe(about.credentialLifetime),
  sendingRateLimitConfigurations: rateLimits,
  ...appAttestation,
  ...credentialRequests(pushCredentials),
};

export const pushConfiguration = methodRoutes('Push', 'push', {
  name: 'push messages',
  purpose: 'who delivers push messages and how long an enrolled app stays valid',
  examples: {
    create: {
      pushProvider: 'FIREBASE',
      fcmCredentials: {
        serviceAccountKey:
          '{"type":"service_account","project_id":"example-bank","client_email":"push@example-bank.iam.gserviceaccount.com"}',
      },
    },
    update: { credentialLifetimeInMinutes: 129_600 },
    reply: {
      authenticatorId: '3b5d7f90-1a2c-4e6f-8b0d-2f4a6c8e0b1d',
      isActive: true,
      verificationMethod: 'PUSH',
      pushProvider: 'FIREBASE',
      credentialLifetimeInMinutes: 129_600,
      fcmCredentials: {
        projectId: 'example-bank',
        clientEmail: 'push@example-bank.iam.gserviceaccount.com',
      },
    },
  },
  create: closed({ pushProvider: newPushProvider, ...pushMembers }, answered),
  update: closed({ pushProvider: newPushProvider.nullish(), ...pushMembers }, answered),
  reply: z
    .object({
      ...identity,
      pushProvider: anyPushProvider.optional(),
      webhookUrl: answeredWebhookUrl,
      credentialLifetimeInMinutes: z.int().optional().describe(about.credentialLifetime),
      sendingRateLimitConfigurations: answeredRateLimits,
      ...answeredAppAttestation,
      ...credentialAnswers(pushCredentials),
    })
    .meta({ id: 'PushConfiguration' }),
});

/** The methods of apps that send nothing. */
function appConfiguration(
  noun: string,
  slug: string,
  verificationMethod: 'QR_CODE' | 'IN_APP',
  name: string,
  id: string,
) {
  const members = { isActive, ...appAttestation };
  return methodRoutes(noun, slug, {
    name,
    purpose: `whether users can be asked for ${name}, and which apps may enrol`,
    examples: {
      create: { appleTeamId: 'A1B2C3D4E5', appleBundleIds: ['com.example.bank'] },
      update: { requireAppAttestation: true },
      reply: {
        authenticatorId: '8c2e4a60-7b9d-4f1e-a3c5-6d8f0b1a2c3e',
        isActive: true,
        verificationMethod,
        appleTeamId: 'A1B2C3D4E5',
        appleBundleIds: ['com.example.bank'],
      },
    },
    create: closed(members, answered),
    update: closed(members, answered),
    reply: z.object({ ...identity, ...answeredAppAttestation }).meta({ id }),
  });
}

export const qrCodeConfiguration = appConfiguration('QrCode', 'qr-code', 'QR_CODE', 'QR codes', 'QrCodeConfiguration');
export const inAppConfiguration = appConfiguration('InApp', 'in-app', 'IN_APP', 'in-app proofs', 'InAppConfiguration');

/** The older generation: all methods have the same members, and each uses those that apply to it. */
const plainSettings = {
  isEditableByUser: flag.describe(
    'Whether users may add, rename and remove authenticators of the method. Absent: true.',
  ),
  isHiddenToUser: flag.describe(
    'Whether the pages leave the method out of their lists; it may still be the default of a challenge. Absent: false.',
  ),
  oobChannel: z
    .enum(['EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'SMS'])
    .describe('Channel of a method by messages. Stored and returned; the method itself decides.'),
  smsProvider: anySmsProvider,
  smsChannel: z
    .enum(['DEFAULT', 'WHATSAPP'])
    .describe('Channel of messages to phone numbers. Stored for later. Absent: `DEFAULT`.'),
  whatsAppProvider,
  emailProvider: anyEmailProvider,
  pushProvider: anyPushProvider,
  providerType: z
    .enum(['VERIFF', 'IPROOV', 'PALM_BIOMETRICS_RR', 'IDVERSE'])
    .describe('Service that checks identities. Stored for later. Absent: none.'),
  webhookUrl: targetUrl.describe(about.webhookUrl),
  sender: shortText.describe(
    'Sender of messages, at most 512 characters. Stored for later. Absent: the provider’s own.',
  ),
  messageTemplate: v
    .text(4096)
    .describe('Text of messages, at most 4,096 characters. Stored for later. Absent: the built-in text.'),
  issuerName: shortText.describe(
    'Name that authenticator apps show for the account, at most 512 characters. Absent: the name of the tenant.',
  ),
  magicLinkMode: z
    .enum(['NEW_TAB', 'ORIGINAL_TAB'])
    .describe(
      'Where a user continues after confirming a mailed link: `NEW_TAB` tells them to go back to the page that waits, `ORIGINAL_TAB` offers the `redirectUrl` of the action. Absent: `NEW_TAB`.',
    ),
  // The wire permits 2 to 10; fewer than 6 digits can be guessed (ruling 18).
  verificationCodeLength: z.int().min(6).max(10).describe('Digits of the codes that are sent: 6 to 10. Absent: 6.'),
  sessionTtlInMinutes: z
    .int()
    .min(0)
    .max(60)
    .describe(
      'How long an identity check may take, in minutes: 0 to 60. Stored for later. Absent: the provider decides.',
    ),
  relyingParty,
  expectedOrigins,
  userVerificationRequirement: z.enum(['discouraged', 'preferred', 'required']).describe(about.userVerification),
  authenticatorAttachment,
  passkeyRegistrationHints,
  preventRemovingLastPasskey,
  requireDeviceBound,
  attestationTrustAnchors,
  allowedAaguids,
  enrollmentPromptInterval: z
    .int()
    .min(0)
    .describe(
      'Days until a passkey is offered again to a user who chose “not now”, 0 or more; 0 offers it each time. Absent: 30.',
    ),
  disableEnrollmentPrompt: flag.describe(
    'Whether the pages offer no passkey after a challenge, unless the action or rule asks for it. Absent: false.',
  ),
  recoveryMethods: z
    .array(v.verificationMethod)
    .max(v.verificationMethods.length)
    .describe(
      `Methods of which a user must have enrolled one before adding a key, at most ${v.verificationMethods.length}. Empty or absent: none.`,
    ),
  smsCountryCodes: countryCodes.describe(about.smsCountryCodes),
  pumpingProtection,
  allowMultipleUserAuthenticators: flag.describe(
    'Whether a user may have several keys of the method. Absent: true. Passkeys and security keys only.',
  ),
  ...Object.fromEntries(pageFlags.map(({ setting, meaning }) => [setting, flag.describe(`${meaning} Absent: false.`)])),
  redirectUrls: z.array(v.redirectUrl).max(100).describe(about.redirectUrls),
  documentTypes: z
    .array(shortText)
    .max(100)
    .describe('Identity documents that are accepted, at most 100. Stored for later. Absent: all.'),
  requireAppAttestation,
  appAttestationFailureMode,
};

const oldCredentials = { twilioCredentials: smsCredentials.twilioCredentials, messageBirdV2Credentials };

const aboutSendingLimit =
  'How many messages a user, and an address, may be sent within a window; the first limit where the method has several. Absent: 12 emails or 6 text messages in 10 minutes.';

const authenticatorConfiguration = z
  .object({
    ...identity,
    authenticatorType: z
      .string()
      .describe('Kind of the method: `OOB` for methods by messages, else the name of the method.'),
    ...z.object(plainSettings).partial().shape,
    redirectUrls: z.array(z.string()).optional().describe(about.redirectUrls),
    rateLimitConfiguration: answeredSubmissionLimit,
    sendingRateLimitConfiguration: answeredRateLimit.optional().describe(aboutSendingLimit),
    ...credentialAnswers(oldCredentials),
  })
  .meta({ id: 'AuthenticatorConfiguration' });

const exampleConfiguration = {
  authenticatorId: '5d2f7f3a-3e70-4a53-b1a2-6d6e2f9f0d14',
  isActive: true,
  verificationMethod: 'EMAIL_OTP',
  authenticatorType: 'OOB',
  verificationCodeLength: 8,
  rateLimitConfiguration: { rateLimit: 10, windowInMinutes: 5 },
};

export const listAuthenticatorConfigurations = managementRoute({
  id: 'listAuthenticatorConfigurations',
  method: 'GET',
  path: '/authenticator-configurations',
  title: 'List method configurations',
  description: 'Returns the configuration of every method that the tenant has, oldest first. Secrets are left out.',
  group: 'methods',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(authenticatorConfiguration)),
  example: { reply: [exampleConfiguration] },
  refusals: [],
  audit: null,
});

export const updateAuthenticatorConfiguration = managementRoute({
  id: 'updateAuthenticatorConfiguration',
  method: 'PATCH',
  path: '/authenticator-configurations/:authenticatorId',
  title: 'Change a method configuration',
  description:
    'Changes the members that you send and keeps all others; null clears a member. Use it for settings that have no path of their own, such as the length of codes, and to switch a method on or off. Another provider removes the credentials of the one before. Secrets are stored encrypted and never returned.',
  group: 'methods',
  example: {
    request: {
      params: { authenticatorId: exampleConfiguration.authenticatorId },
      body: { verificationCodeLength: 8, rateLimitConfiguration: { rateLimit: 10, windowInMinutes: 5 } },
    },
    reply: exampleConfiguration,
  },
  params: z.object({ authenticatorId: v.opaqueId.describe('Id of the configuration.') }),
  body: closed(
    {
      isActive,
      ...clearable(plainSettings),
      rateLimitConfiguration: submissionLimit,
      sendingRateLimitConfiguration: rateLimit.nullish().describe(aboutSendingLimit),
      ...credentialRequests(oldCredentials),
    },
    [...answered, 'authenticatorType'],
  ),
  reply: json(authenticatorConfiguration),
  refusals,
  audit: 'authenticator_configuration.updated',
});
