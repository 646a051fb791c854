/** Every message that an end user can get, in every language: what the preview shows and the goldens keep. */
import { sayAction } from '../src/telling/action-words.ts';
import { codeText } from '../src/telling/code-text.ts';
import { codeMail } from '../src/telling/send-code-mail.ts';
import { helpMail } from '../src/telling/send-help-mail.ts';
import { magicLinkMail } from '../src/telling/send-magic-link-mail.ts';
import { noticeMail } from '../src/telling/send-notice-mail.ts';
import { plainCharacters } from '../src/telling/text-units.ts';
import type { ComposedMail } from '../src/telling/mail-bodies.ts';
import type { Notice } from '../src/core/notices/notice.ts';
import { mailTexts } from '../src/texts/languages.ts';
import { mailWords } from '../src/texts/mail-words.ts';
import type { PageLocale } from '../src/texts/page-locale.ts';

interface NamedMail extends ComposedMail {
  readonly name: string;
}

const happenedAtMs = Date.UTC(2026, 0, 15, 10, 5);
const timeZone = 'Europe/Lisbon';

const notices: Readonly<Record<string, Notice>> = {
  'authenticator added': { type: 'authenticator-added', verificationMethod: 'PASSKEY' },
  'authenticator added and held': {
    type: 'authenticator-added',
    verificationMethod: 'AUTHENTICATOR_APP',
    heldUntilMs: happenedAtMs + 86_400_000,
  },
  'authenticator removed': { type: 'authenticator-removed', verificationMethod: 'EMAIL_OTP' },
  'method locked': { type: 'method-locked', verificationMethod: 'AUTHENTICATOR_APP' },
  'action denied': { type: 'action-denied', verificationMethod: 'EMAIL_MAGIC_LINK' },
  'help sent': { type: 'help-sent', helpId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b0a', sentTo: 'a•••@example.com' },
  'device theft': { type: 'device-theft' },
  'recovery code used': { type: 'recovery-code-used', codesLeft: 3 },
  'last recovery code used': { type: 'recovery-code-used', codesLeft: 0 },
  'recovery codes made': { type: 'recovery-codes-made', codesLeft: 10 },
};

/** A tenant's own words, as its operator may write them, with what a user may have typed. */
const said = {
  messagingTemplates: { en: { defaultTemplate: 'You are sending {{action.amount}} to {{action.payee}} – now.' } },
  actionCustom: { amount: '€ 1.250,00', payee: 'Zoë <b>https://evil.example/win</b>' },
  userCustom: null,
};

export const messageLocales = Object.keys(mailTexts) as readonly PageLocale[];

export function messagesOf(locale: PageLocale, tenantName: string): readonly NamedMail[] {
  const words = mailWords(locale, tenantName);
  const message = sayAction(said, locale);
  const preview = '6f9619ff.preview';
  const url = `https://auth.example.com/magic-link?token=${preview}`;
  return [
    { name: 'code', ...codeMail(words, { code: '284901', validMinutes: 10 }) },
    { name: 'code with what is confirmed', ...codeMail(words, { code: '284901', validMinutes: 10, message }) },
    { name: 'link', ...magicLinkMail(words, { url, validMinutes: 10 }) },
    { name: 'link with what is confirmed', ...magicLinkMail(words, { url, validMinutes: 10, message }) },
    ...Object.entries(notices).map(([name, notice]) => ({
      name,
      ...noticeMail(words, notice, happenedAtMs, timeZone, () => `https://auth.example.com/help/stop#${preview}`),
    })),
    { name: 'help', ...helpMail(words, { url: `https://auth.example.com/help#${preview}`, validHours: 24 }) },
  ];
}

/** The texts with a code. */
export function textsOf(
  locale: PageLocale,
  tenantName: string,
): readonly { readonly name: string; readonly text: string }[] {
  const words = mailWords(locale, tenantName);
  const sent = { code: '284901', validMinutes: 10 };
  return [
    { name: 'text message', text: codeText(words, { ...sent, host: 'auth.example.com' }) },
    {
      name: 'text message with what is confirmed',
      text: codeText(words, { ...sent, host: 'auth.example.com', message: sayAction(said, locale, plainCharacters) }),
    },
    { name: 'WhatsApp message', text: codeText(words, sent) },
  ];
}
