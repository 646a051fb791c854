/** What the pages of methods show of each. */
import { manifests } from '../../../methods/manifests.ts';
import forms from '../../forms/methods.json' with { type: 'json' };
import type { Field, Values } from '../../kit/described-values.ts';
import { spaced } from '../../kit/words.ts';

interface OwnPath {
  /** Under `/authenticator-configurations`. */
  readonly slug: string;
  readonly fields: readonly Field[];
}
const ownPaths = forms.ownPath as unknown as Readonly<Record<string, OwnPath | undefined>>;
const everyMethod = forms.everyMethod as unknown as readonly Field[];

/** The settings of a method that sends or that belongs to a domain or an app; undefined for others. */
export function ownPathOf(method: string): OwnPath | undefined {
  const own = ownPaths[method];
  if (own === undefined) return undefined;
  const fields = own.fields.filter(({ name }) => name !== 'isActive');
  return { ...own, fields: fields.toSorted((one, other) => rankOf(one) - rankOf(other)) };
}

/** Who sends comes first, with what is needed for it; who stands in comes last. */
function rankOf(field: Field): number {
  if (/Provider$/.test(field.name)) return 0;
  if (field.name === 'webhookUrl' || (field.kind === 'group' && field.providers !== undefined)) return 1;
  return field.name === 'fallback' ? 3 : 2;
}

const codes = ['verificationCodeLength'];
const keys = ['userVerificationRequirement', 'requireDeviceBound', 'attestationTrustAnchors', 'allowedAaguids'];
const several = ['allowMultipleUserAuthenticators', 'recoveryMethods'];
/** Settings without a path of their own, beside those that every method has. */
const moreOf: Readonly<Record<string, readonly string[]>> = {
  SMS: codes,
  WHATSAPP: codes,
  EMAIL_OTP: codes,
  EMAIL_MAGIC_LINK: ['magicLinkMode', 'redirectUrls', 'sendingRateLimitConfiguration'],
  AUTHENTICATOR_APP: ['issuerName', 'rateLimitConfiguration'],
  PASSKEY: ['enrollmentPromptInterval', 'disableEnrollmentPrompt', ...several],
  SECURITY_KEY: [...keys, ...several],
  RECOVERY_CODE: ['rateLimitConfiguration'],
};

/** Of what users may do with the method, and what its pages show. */
export function userFieldsOf(method: string): readonly Field[] {
  const flags = manifests.find(({ verificationMethod }) => verificationMethod === method)?.pageFlags ?? {};
  const names = [
    ...(moreOf[method] ?? []),
    ...(method === 'RECOVERY_CODE' ? [] : ['isEditableByUser', 'isHiddenToUser']),
    ...Object.values(flags).map(({ setting }) => setting),
  ];
  return names.flatMap((name) => everyMethod.filter((field) => field.name === name));
}

/** How to set the method up, in the order in which it is done. */
export const helpOf: Readonly<Record<string, readonly string[]>> = {
  PASSKEY: [
    'Set the relying party to the domain of your app before the first user adds a passkey: passkeys do not move to another domain.',
    'List the origins of your pages and apps that use passkeys.',
    'Offer passkeys after a challenge: the pages do it by themselves unless the prompt is switched off.',
  ],
  SECURITY_KEY: ['Security keys use the relying party and the origins of passkeys.'],
  SMS: [
    'Choose the provider and enter its credentials.',
    'List the countries that texts may go to. None is permitted at first, because texts cost money.',
    'Give the provider the callback address, so that Sallyport knows what became of each text.',
    'Track a test action, and enrol your own phone number in its pages.',
  ],
  WHATSAPP: [
    'Have an authentication template approved by your provider.',
    'Choose the provider, enter its credentials, and list the countries.',
    'Track a test action, and enrol your own phone number in its pages.',
  ],
  EMAIL_OTP: [
    'Without a provider, mail goes out by the server’s own mail settings.',
    'Choose a provider to send from your own domain: all mail of the tenant goes there.',
    'Track a test action with your own address.',
  ],
  EMAIL_MAGIC_LINK: ['Mail is sent as that of codes by email: set the provider there.'],
  AUTHENTICATOR_APP: ['Nothing has to be set up: users scan a code with any authenticator app.'],
  PUSH: [
    'Build the SDK into your app.',
    'Enter the key for Apple’s push service and that of Firebase, or let your own server send.',
    'Require proof that the app is genuine once both stores know your app.',
  ],
  QR_CODE: ['Build the SDK into your app: it reads the code that the pages show.'],
  IN_APP: ['Build the SDK into your app: it confirms actions with a key of its own.'],
  RECOVERY_CODE: ['Users get codes with their first authenticator, unless the tenant has switched them off.'],
};

/** What keeps the method from working as people expect, in words. */
export function missingOf(method: string, own: Values): readonly string[] {
  const missing: string[] = [];
  const setting = Object.keys(own).find((name) => /^(?:sms|whatsApp|email|push)Provider$/.test(name));
  const provider = setting === undefined ? undefined : String(own[setting]);
  if (['SMS', 'WHATSAPP', 'PUSH'].includes(method) && provider === undefined)
    missing.push('There is no provider: nothing can be sent, except to /dev/inbox of a server in development.');
  const blocks = (ownPaths[method]?.fields ?? []).filter(
    (field) => field.kind === 'group' && provider !== undefined && field.providers?.includes(provider) === true,
  );
  const isOfServer = provider === 'SES';
  if (blocks.length > 0 && !isOfServer && blocks.every(({ name }) => own[name] === undefined))
    missing.push(`${spaced(provider ?? '')} has no credentials yet.`);
  if ((method === 'SMS' || method === 'WHATSAPP') && textsIn(own['smsCountryCodes']) === 0)
    missing.push('No country is permitted: every message is refused.');
  return missing;
}

const textsIn = (value: unknown) => (Array.isArray(value) ? value.length : 0);
