/** The sentences of the pages that a tenant may replace with its own, made from the texts themselves. */
import { en } from './en/en.ts';
import type { Texts } from './texts.ts';

interface Screen {
  readonly id: string;
  readonly label: string;
  readonly family: string;
}

interface Point {
  readonly publicId: string;
  readonly screen: string;
  readonly role: string;
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

const languages: Readonly<Record<string, Texts>> = { en };

function point(screen: string, role: string, label: string, maxLength: number, read: (texts: Texts) => string): Point {
  const defaultCopy = Object.fromEntries(Object.entries(languages).map(([locale, texts]) => [locale, read(texts)]));
  return {
    publicId: `${screen}.${role}`,
    screen,
    role,
    label,
    maxLength,
    allowedPlaceholders: ['tenantName'],
    allowedTags: [],
    defaultCopy,
  };
}

const headingMax = 120;
const descriptionMax = 500;

/** Rises when a screen or a point is added, changed or taken away. */
export const messageCatalogueVersion = 1;

export const messageScreens: readonly Screen[] = [
  { id: 'sms-code-entry', label: 'Enter the code sent by SMS', family: 'sms' },
  { id: 'session-expired', label: 'Session expired', family: 'session' },
];

export const messagePoints: readonly Point[] = [
  point('sms-code-entry', 'heading', 'Heading', headingMax, (texts) => texts.smsCodeEntry.heading),
  point('session-expired', 'heading', 'Heading', headingMax, (texts) => texts.challengePage.expired.heading),
  point('session-expired', 'description', 'Description', descriptionMax, (texts) => texts.challengePage.expired.body),
];
