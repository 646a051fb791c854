/**
 * How each verification method works for a tenant. The wire has two generations of this resource: a list with PATCH by
 * id, and one object a method at a path of its own. Both work on the same stored data.
 */
import { z } from 'zod';
import * as v from '../values.ts';
import { clearable, closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import {
  credentialAnswers,
  credentialRequests,
  emailCredentials,
  messageBirdV2Credentials,
  pushCredentials,
  smsCredentials,
} from './provider-credentials.ts';
import { httpsUrl, success } from './values.ts';

const newSmsProviders = ['BIRD', 'MESSAGE_MEDIA', 'MODICA_GROUP', 'TNZ', 'TWILIO', 'WEBHOOK'] as const;
const newEmailProviders = ['BIRD', 'MAILGUN', 'MAILJET', 'MANDRILL', 'SENDGRID', 'SES', 'SMTP', 'WEBHOOK'] as const;
const newPushProviders = ['DEFAULT', 'FIREBASE', 'WEBHOOK'] as const;
const anySmsProvider = z.enum([...newSmsProviders, 'MESSAGE_BIRD', 'MESSAGE_BIRD_V2']);
const anyEmailProvider = z.enum([...newEmailProviders, 'AIRNZ']);
const anyPushProvider = z.enum([...newPushProviders, 'URBAN_AIRSHIP']);

const flag = z.boolean();
const shortText = v.text(512);
const countryCodes = z.array(z.string().regex(/^[A-Z]{2}$/, 'must be ISO 3166-1 codes such as NZ.')).max(300);
const variableNames = z.array(z.string().min(1).max(128)).max(100);

const rateLimit = closed({ rateLimit: z.int().min(1).max(100), windowInMinutes: z.number().min(1).max(1440) });
const rateLimits = z.array(rateLimit).min(1).max(6);
const prefixRateLimits = z
  .array(
    closed({
      enabled: flag.optional(),
      blockSize: z
        .union([z.literal('country'), z.int().min(1)], 'blockSize must be "country" or a number of digits.')
        .optional(),
      rateLimit: z.int().min(1).max(1000).optional(),
      windowInMinutes: z.number().gt(0).max(1440).optional(),
      countryCodes: countryCodes.optional(),
    }),
  )
  .max(5);

const relyingParty = z
  .string()
  .regex(/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'relyingParty must be a host name such as example.com.')
  // Browsers take no address for one.
  .regex(/(?:^|\.)(?=[a-z0-9-]*[a-z-])[a-z0-9-]+$/i, 'relyingParty must be a host name such as example.com.')
  .max(253);
const expectedOrigins = z
  .array(
    z
      .string()
      .max(512)
      // They stand in headers, next to each other. What else they have to be is looked at where they are stored.
      .regex(/^[^\s;,'"]+$/, 'expectedOrigins must each be one origin, such as https://app.example.com.'),
  )
  .min(1)
  .max(100);
const passkeyRegistrationHints = z.array(z.enum(['security-key', 'client-device', 'hybrid'])).max(3);
const authenticatorAttachment = z.enum(['cross-platform', 'platform', 'all-supported']);
/** Which keys are taken: checked when one is added, and as far as a use of it tells, then too. */
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
  .max(20);
const allowedAaguids = z
  .array(z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'allowedAaguids must each be a UUID.'))
  .min(1)
  .max(200);
const appAttestationFailureMode = z.enum(['BLOCK', 'ALLOW_WITH_WARNING']);

/** Answers tell what is stored, by plain shapes: what was acceptable once is answered even if it would be refused now. */
const answeredRateLimit = z.object({ rateLimit: z.int(), windowInMinutes: z.number() });
const identity = { authenticatorId: z.string(), isActive: z.boolean(), verificationMethod: v.verificationMethod };

const refusals = ['authenticator_configuration_not_found'] as const;

/** The four routes of one method's own path. */
function methodRoutes<Noun extends string, Create extends z.ZodType, Update extends z.ZodType, Reply extends z.ZodType>(
  noun: Noun,
  slug: string,
  { create, update, reply }: { create: Create; update: Update; reply: Reply },
) {
  const path = `/authenticator-configurations/${slug}`;
  return {
    create: managementRoute({
      id: `create${noun}Configuration`,
      method: 'POST',
      path,
      summary: `Configures ${slug}. Secrets are accepted and never answered.`,
      params: z.object({}),
      body: create,
      reply,
      refusals: ['resource_already_exists'],
      audit: 'authenticator_configuration.created',
    }),
    get: managementRoute({
      id: `get${noun}Configuration`,
      method: 'GET',
      path,
      summary: `Reads the configuration of ${slug}, without secrets.`,
      params: z.object({}),
      body: nothing,
      reply,
      refusals,
      audit: null,
    }),
    update: managementRoute({
      id: `update${noun}Configuration`,
      method: 'PATCH',
      path,
      summary: `Changes the configuration of ${slug}. A member left out stays; null clears it.`,
      params: z.object({}),
      body: update,
      reply,
      refusals,
      audit: 'authenticator_configuration.updated',
    }),
    remove: managementRoute({
      id: `delete${noun}Configuration`,
      method: 'DELETE',
      path,
      summary: `Removes the configuration of ${slug}, with its secrets. Users keep what they have enrolled.`,
      params: z.object({}),
      body: nothing,
      reply: success,
      refusals,
      audit: 'authenticator_configuration.deleted',
    }),
  };
}

const answered = ['tenantId', 'authenticatorId', 'verificationMethod'];

const smsMembers = {
  isActive: flag.optional(),
  webhookUrl: httpsUrl.nullish(),
  smsCountryCodes: countryCodes.nullish(),
  defaultCountryCode: z
    .string()
    .regex(/^[A-Z]{2}$/, 'defaultCountryCode must be a code such as NZ.')
    .nullish(),
  submissionRateLimitConfiguration: rateLimit.nullish(),
  sendingRateLimitConfigurations: rateLimits.nullish(),
  prefixRateLimitConfigurations: prefixRateLimits.nullish(),
  allowedCustomSmsVariables: variableNames.nullish(),
  ...credentialRequests(smsCredentials),
};

export const smsConfiguration = methodRoutes('Sms', 'sms', {
  create: closed({ smsProvider: z.enum(newSmsProviders), ...smsMembers }, answered),
  update: closed({ smsProvider: z.enum(newSmsProviders).nullish(), ...smsMembers }, answered),
  reply: z
    .object({
      ...identity,
      smsProvider: anySmsProvider.optional(),
      webhookUrl: z.string().optional(),
      smsCountryCodes: z.array(z.string()).optional(),
      defaultCountryCode: z.string().optional(),
      submissionRateLimitConfiguration: answeredRateLimit.optional(),
      sendingRateLimitConfigurations: z.array(answeredRateLimit).optional(),
      prefixRateLimitConfigurations: z
        .array(
          z
            .object({
              enabled: flag,
              blockSize: z.union([z.string(), z.int()]),
              rateLimit: z.int(),
              windowInMinutes: z.number(),
              countryCodes: z.array(z.string()),
            })
            .partial(),
        )
        .optional(),
      allowedCustomSmsVariables: z.array(z.string()).optional(),
      ...credentialAnswers(smsCredentials),
    })
    .meta({ id: 'SmsConfiguration' }),
});

const emailOtpMembers = {
  isActive: flag.optional(),
  webhookUrl: httpsUrl.nullish(),
  submissionRateLimitConfiguration: rateLimit.nullish(),
  sendingRateLimitConfigurations: rateLimits.nullish(),
  allowedCustomEmailVariables: variableNames.nullish(),
  ...credentialRequests(emailCredentials),
};

export const emailOtpConfiguration = methodRoutes('EmailOtp', 'email-otp', {
  create: closed({ emailProvider: z.enum(newEmailProviders), ...emailOtpMembers }, answered),
  update: closed({ emailProvider: z.enum(newEmailProviders).nullish(), ...emailOtpMembers }, answered),
  reply: z
    .object({
      ...identity,
      emailProvider: anyEmailProvider.optional(),
      webhookUrl: z.string().optional(),
      submissionRateLimitConfiguration: answeredRateLimit.optional(),
      sendingRateLimitConfigurations: z.array(answeredRateLimit).optional(),
      allowedCustomEmailVariables: z.array(z.string()).optional(),
      ...credentialAnswers(emailCredentials),
    })
    .meta({ id: 'EmailOtpConfiguration' }),
});

const passkeyMembers = {
  isActive: flag.optional(),
  passkeyRegistrationHints: passkeyRegistrationHints.nullish(),
  userVerificationRequirement: z.enum(['preferred', 'required']).nullish(),
  authenticatorAttachment: authenticatorAttachment.nullish(),
  preventRemovingLastPasskey: flag.nullish(),
  requireDeviceBound: flag.nullish(),
  attestationTrustAnchors: attestationTrustAnchors.nullish(),
  allowedAaguids: allowedAaguids.nullish(),
};

export const passkeyConfiguration = methodRoutes('Passkey', 'passkey', {
  create: closed({ relyingParty, expectedOrigins, ...passkeyMembers }, answered),
  update: closed(
    { relyingParty: relyingParty.optional(), expectedOrigins: expectedOrigins.optional(), ...passkeyMembers },
    answered,
  ),
  reply: z
    .object({
      ...identity,
      relyingParty: z.string(),
      expectedOrigins: z.array(z.string()),
      passkeyRegistrationHints: passkeyRegistrationHints.optional(),
      userVerificationRequirement: z.string().optional(),
      authenticatorAttachment: authenticatorAttachment.optional(),
      preventRemovingLastPasskey: flag.optional(),
      requireDeviceBound: flag.optional(),
      attestationTrustAnchors: z.array(z.string()).optional(),
      allowedAaguids: z.array(z.string()).optional(),
    })
    .meta({ id: 'PasskeyConfiguration' }),
});

const pushMembers = {
  isActive: flag.optional(),
  webhookUrl: httpsUrl.nullish(),
  credentialLifetimeInMinutes: z.int().min(0).max(525_600).nullish(),
  requireAppAttestation: flag.nullish(),
  appAttestationFailureMode: appAttestationFailureMode.nullish(),
  sendingRateLimitConfigurations: rateLimits.nullish(),
  ...credentialRequests(pushCredentials),
};

export const pushConfiguration = methodRoutes('Push', 'push', {
  create: closed({ pushProvider: z.enum(newPushProviders), ...pushMembers }, answered),
  update: closed({ pushProvider: z.enum(newPushProviders).nullish(), ...pushMembers }, answered),
  reply: z
    .object({
      ...identity,
      pushProvider: anyPushProvider.optional(),
      webhookUrl: z.string().optional(),
      credentialLifetimeInMinutes: z.int().optional(),
      requireAppAttestation: flag.optional(),
      appAttestationFailureMode: appAttestationFailureMode.optional(),
      sendingRateLimitConfigurations: z.array(answeredRateLimit).optional(),
      ...credentialAnswers(pushCredentials),
    })
    .meta({ id: 'PushConfiguration' }),
});

/** The older generation: every method has the same members, as far as they mean anything to it. */
const plainSettings = {
  isEditableByUser: flag,
  isHiddenToUser: flag,
  oobChannel: z.enum(['EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'SMS']),
  smsProvider: anySmsProvider,
  smsChannel: z.enum(['DEFAULT', 'WHATSAPP']),
  whatsAppProvider: z.enum(['BIRD']),
  emailProvider: anyEmailProvider,
  pushProvider: anyPushProvider,
  providerType: z.enum(['VERIFF', 'IPROOV', 'PALM_BIOMETRICS_RR', 'IDVERSE']),
  webhookUrl: httpsUrl,
  sender: shortText,
  messageTemplate: v.text(4096),
  issuerName: shortText,
  magicLinkMode: z.enum(['NEW_TAB', 'ORIGINAL_TAB']),
  // The wire permits 2 to 10; fewer than 6 digits can be guessed (ruling 18).
  verificationCodeLength: z.int().min(6).max(10),
  sessionTtlInMinutes: z.int().min(0).max(60),
  relyingParty,
  expectedOrigins,
  userVerificationRequirement: z.enum(['discouraged', 'preferred', 'required']),
  authenticatorAttachment,
  passkeyRegistrationHints,
  preventRemovingLastPasskey: flag,
  requireDeviceBound: flag,
  attestationTrustAnchors,
  allowedAaguids,
  enrollmentPromptInterval: z.int().min(0),
  disableEnrollmentPrompt: flag,
  recoveryMethods: z.array(v.verificationMethod).max(v.verificationMethods.length),
  smsCountryCodes: countryCodes,
  allowMultipleUserAuthenticators: flag,
  hideTotpAppDownloadScreen: flag,
  showEmailDeliveryTimeWarning: flag,
  dontSkipEnrollmentInputScreen: flag,
  redirectUrls: z.array(v.redirectUrl).max(100),
  documentTypes: z.array(shortText).max(100),
  requireAppAttestation: flag,
  appAttestationFailureMode,
};

const oldCredentials = { twilioCredentials: smsCredentials.twilioCredentials, messageBirdV2Credentials };

const authenticatorConfiguration = z
  .object({
    ...identity,
    authenticatorType: z.string(),
    ...z.object(plainSettings).partial().shape,
    redirectUrls: z.array(z.string()).optional(),
    rateLimitConfiguration: answeredRateLimit.optional(),
    sendingRateLimitConfiguration: answeredRateLimit.optional(),
    ...credentialAnswers(oldCredentials),
  })
  .meta({ id: 'AuthenticatorConfiguration' });

export const listAuthenticatorConfigurations = managementRoute({
  id: 'listAuthenticatorConfigurations',
  method: 'GET',
  path: '/authenticator-configurations',
  summary: 'Lists the configuration of every method, oldest first, without secrets.',
  params: z.object({}),
  body: nothing,
  reply: z.array(authenticatorConfiguration),
  refusals: [],
  audit: null,
});

export const updateAuthenticatorConfiguration = managementRoute({
  id: 'updateAuthenticatorConfiguration',
  method: 'PATCH',
  path: '/authenticator-configurations/:authenticatorId',
  summary: 'Changes the configuration of a method. A member left out stays; null clears it.',
  params: z.object({ authenticatorId: v.opaqueId }),
  body: closed(
    {
      isActive: flag.optional(),
      ...clearable(plainSettings),
      rateLimitConfiguration: rateLimit.nullish(),
      sendingRateLimitConfiguration: rateLimit.nullish(),
      ...credentialRequests(oldCredentials),
    },
    [...answered, 'authenticatorType'],
  ),
  reply: authenticatorConfiguration,
  refusals,
  audit: 'authenticator_configuration.updated',
});
