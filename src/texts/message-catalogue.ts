/** The sentences of the pages that a tenant may replace with its own, generated from the texts themselves. */
import { enPages } from './en/pages.ts';
import { pageTexts } from './languages.ts';
import type { PageTextId } from './page-texts.ts';

interface Screen {
  readonly id: string;
  readonly label: string;
  readonly family: string;
}

interface Point {
  readonly publicId: string;
  readonly screen: string;
  readonly role: string;
  readonly item?: string;
  readonly label: string;
  /** UTF-16 units. */
  readonly maxLength: number;
  /** Written `{name}` in the text. */
  readonly allowedPlaceholders: readonly string[];
  /** Written `<name>` in the text. */
  readonly allowedTags: readonly string[];
  /** By language. */
  readonly defaultCopy: Readonly<Record<string, string>>;
}

/** Rises when a screen or a point is added, changed or removed. */
export const messageCatalogueVersion = 7;

export const messageScreens: readonly Screen[] = [
  { id: 'method-select', label: 'Choose a way to confirm', family: 'method' },
  { id: 'enroll-select', label: 'Choose a way to set up', family: 'method' },
  { id: 'method', label: 'Names of the ways', family: 'method' },
  { id: 'method-hint', label: 'What each way is', family: 'method' },
  { id: 'sms-code-entry', label: 'Enter the code sent by SMS', family: 'sms' },
  { id: 'whatsapp-code-entry', label: 'Enter the code sent by WhatsApp', family: 'sms' },
  { id: 'sms-phone-entry', label: 'Enter a phone number', family: 'sms' },
  { id: 'code', label: 'Codes: field and resending', family: 'email' },
  { id: 'email-code-entry', label: 'Enter the code sent by e-mail', family: 'email' },
  { id: 'email-address-entry', label: 'Enter an e-mail address', family: 'email' },
  { id: 'email-link-sent', label: 'Open the link sent by e-mail', family: 'email' },
  { id: 'magic-link', label: 'Confirm behind the link', family: 'email' },
  { id: 'magic-link-done', label: 'The link was confirmed', family: 'email' },
  { id: 'magic-link-denied', label: 'It was not the user who asked', family: 'email' },
  { id: 'magic-link-over', label: 'The link is no longer good', family: 'email' },
  { id: 'help-take', label: 'Get back in by a link of an operator', family: 'email' },
  { id: 'help-stop', label: 'Stop help that the user did not ask for', family: 'email' },
  { id: 'help-stopped', label: 'That help was stopped', family: 'email' },
  { id: 'totp-code-entry', label: 'Enter the code of an authenticator app', family: 'totp' },
  { id: 'totp-download', label: 'Where to get an authenticator app', family: 'totp' },
  { id: 'totp-setup', label: 'Connect an authenticator app', family: 'totp' },
  { id: 'push-wait', label: 'Answer a push on the phone', family: 'push' },
  { id: 'qr-code-verify', label: 'Scan a code with the phone', family: 'qr-code' },
  { id: 'qr-code-scanned', label: 'Answer on the phone that has scanned it', family: 'qr-code' },
  { id: 'passkey-verify', label: 'Use a passkey', family: 'passkey' },
  { id: 'passkey-create', label: 'Create a passkey', family: 'passkey' },
  { id: 'passkey-uplift', label: 'Offer a passkey after a challenge', family: 'passkey' },
  { id: 'security-key-verify', label: 'Use a security key', family: 'security-key' },
  { id: 'security-key-create', label: 'Add a security key', family: 'security-key' },
  { id: 'recovery-code-entry', label: 'Enter a recovery code', family: 'recovery-code' },
  { id: 'recovery-codes-show', label: 'Show new recovery codes', family: 'recovery-code' },
  { id: 'settings', label: 'Settings of the user', family: 'settings' },
  { id: 'enroll-success', label: 'Something was set up', family: 'result' },
  { id: 'challenge-success', label: 'The user is confirmed', family: 'result' },
  { id: 'challenge-blocked', label: 'The action is blocked', family: 'result' },
  { id: 'challenge-failed', label: 'The action was declined', family: 'result' },
  { id: 'challenge-review', label: 'The action is under review', family: 'result' },
  { id: 'challenge-quit', label: 'The user has stopped', family: 'result' },
  { id: 'cannot-confirm', label: 'Nothing that the user has can be used', family: 'result' },
  { id: 'session-expired', label: 'Session expired', family: 'session' },
  { id: 'generic-error', label: 'Something went wrong', family: 'session' },
  { id: 'problem', label: 'What went wrong, in forms', family: 'session' },
];

const roles: Readonly<Record<string, { readonly label: string; readonly maxLength: number }>> = {
  heading: { label: 'Heading', maxLength: 120 },
  description: { label: 'Description', maxLength: 500 },
  primaryCta: { label: 'Main button', maxLength: 60 },
  secondaryCta: { label: 'Second button', maxLength: 60 },
};
const other = { label: 'Text', maxLength: 300 };

function pointOf(publicId: PageTextId): Point {
  const [screen = '', name = ''] = publicId.split('.');
  const { label, maxLength } = roles[name] ?? other;
  const text: string = enPages[publicId];
  const isRole = name in roles;
  return {
    publicId,
    screen,
    role: isRole ? name : 'text',
    ...(isRole ? {} : { item: name }),
    label: isRole ? label : `${label}: ${name}`,
    maxLength,
    allowedPlaceholders: [
      ...new Set(['tenantName', ...[...text.matchAll(/\{(\w+)\}/g)].map(([, found = '']) => found)]),
    ],
    allowedTags: [...new Set([...text.matchAll(/<(\w+)>/g)].map(([, found = '']) => found))],
    defaultCopy: Object.fromEntries(Object.entries(pageTexts).map(([locale, texts]) => [locale, texts[publicId]])),
  };
}

const screenIds = new Set(messageScreens.map(({ id }) => id));

/** All texts except those shared by all screens, which a single screen must not reword. */
export const messagePoints: readonly Point[] = (Object.keys(enPages) as PageTextId[])
  .filter((id) => screenIds.has(id.split('.')[0] ?? ''))
  .map(pointOf);
