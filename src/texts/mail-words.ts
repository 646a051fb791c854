import { fillText } from './fill-text.ts';
import { mailTexts, pageTexts } from './languages.ts';
import type { CountedTextId, MailTextId } from './mail-texts.ts';
import type { PageLocale } from './page-locale.ts';

type Values = Readonly<Record<string, string>>;

/** The text of a mail, in one language. */
export interface MailWords {
  readonly locale: PageLocale;
  say(id: Exclude<MailTextId, CountedTextId>, values?: Values): string;
  /** A text with a count, in the plural of the language for that number; `{count}` is replaced with the number. */
  sayCount(id: CountedTextId, count: number): string;
  /** The name of a method, as on the pages. */
  nameWay(verificationMethod: string): string;
  /** A time to the minute with its time zone, an IANA name. */
  sayTime(timeMs: number, timeZone: string): string;
}

/** The mails of a tenant in one language. The tenant's name may contain anything, but changes nothing around it. */
export function mailWords(locale: PageLocale, tenantName: string): MailWords {
  const texts = mailTexts[locale];
  const always: Values = { tenantName: isolate(tenantName) };
  const say = (text: string, values: Values) => fillText(text, values, always);
  return {
    locale,
    say: (id, values = {}) => say(texts[id], values),
    sayCount(id, count) {
      const forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> = texts[id];
      const form = forms[new Intl.PluralRules(locale).select(count)] ?? forms.other ?? '';
      return say(form, { count: String(count) });
    },
    nameWay(verificationMethod) {
      const names: Readonly<Record<string, string>> = pageTexts[locale];
      return names[`method.${verificationMethod}`] ?? pageTexts[locale]['method.other'];
    },
    sayTime(timeMs, timeZone) {
      // The day before the month and 24 hours: no reader of English confuses the two.
      const written = locale === 'en' ? 'en-GB' : locale;
      const format = new Intl.DateTimeFormat(written, { dateStyle: 'long', timeStyle: 'short', timeZone });
      return `${format.format(new Date(timeMs))} (${timeZone})`;
    },
  };
}

// Strong characters of scripts from right to left (Unicode Standard Annex #9, table 4), and the marks that act like them.
const rightToLeft = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/**
 * A name on one line that changes nothing around it: characters that embed, override or isolate text (UAX #9 §2) or
 * break the line are removed, and a right-to-left name is isolated. Other names are not isolated, because not every
 * mail program knows the characters.
 */
export function isolate(name: string): string {
  const plain = name
    .toWellFormed()
    .replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return rightToLeft.test(plain) ? `\u2068${plain}\u2069` : plain;
}
