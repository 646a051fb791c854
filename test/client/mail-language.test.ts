/** Worry: a person gets a mail that they cannot read, or a notice in an intruder's language. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queueNotice } from '../../src/telling/queue-notice.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';

let app: TestApp;
let people = 0;
beforeAll(async () => {
  app = await testApp('embedded');
});
afterAll(() => app.close());

const otpUri = 'otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=x';

/** A user whose address is enrolled for codes and links. */
async function person(attributes: object = {}): Promise<{ userId: string; email: string }> {
  const userId = `reader-${(people += 1)}`;
  const email = `${userId}@example.com`;
  for (const verificationMethod of ['EMAIL_OTP', 'EMAIL_MAGIC_LINK']) {
    await app.call('POST', `/v1/users/${userId}/authenticators`, { body: { verificationMethod, email } });
  }
  const body = { email, emailVerified: true, ...attributes };
  expect((await app.call('PATCH', `/v1/users/${userId}`, { body })).status).toBe(200);
  return { userId, email };
}

async function track(userId: string, body: object = {}): Promise<string> {
  const reply = await app.call('POST', `/v1/users/${userId}/actions/pay`, { body });
  expect(reply.status, reply.text).toBe(200);
  return String(reply.body.token);
}

const mailTo = (email: string) => {
  const mail = app.mail().find(({ to }) => to === email);
  if (mail === undefined) throw new Error(`Nothing was sent to ${email}.`);
  return mail;
};
const languageOf = (email: string) => /<html lang="([^"]+)" dir="ltr">/.exec(mailTo(email).html)?.[1];

const says = (language: string | undefined) =>
  language === undefined ? {} : { headers: { 'accept-language': language } };

/** Requests a code or a link through the client API, and returns its mail. */
async function challenged(userId: string, email: string, asked: { track?: object; browser?: string; way?: string }) {
  const token = await track(userId, asked.track);
  const path = `/v1/client/challenge/${asked.way ?? 'email-otp'}`;
  const reply = await app.call('POST', path, { token, body: {}, ...says(asked.browser) });
  expect(reply.status, reply.text).toBe(200);
  return mailTo(email);
}

/** Gives the user another authenticator, and returns the notice about it. */
async function notified(userId: string, email: string) {
  // Sends earlier notices now.
  await app.runtime.advance(1_000);
  const body = { verificationMethod: 'AUTHENTICATOR_APP', otpUri };
  await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
  await app.runtime.advance(1_000);
  return mailTo(email);
}

describe('the language of a mail', () => {
  test('is the user’s own for a code, a link and a notice, whatever their browser prefers', async () => {
    const { userId, email } = await person({ locale: 'pl-PL' });
    const code = await challenged(userId, email, { browser: 'de' });
    expect(code.subject).toMatch(/^\d{6} to Twój kod do Test tenant$/);
    expect(code.text).toContain('Działa przez 10 minut i tylko raz.');
    const link = await challenged(userId, email, { browser: 'de', way: 'email-magic-link' });
    expect(link.subject).toBe('Potwierdź w Test tenant, że to Ty');
    expect(link.html).toContain('>Potwierdzam, że to ja</a>');
    const notice = await notified(userId, email);
    expect(notice.subject).toBe('W Test tenant dodano sposób potwierdzania, że to Ty');
    expect(notice.text).toContain('Sposób: Aplikacja uwierzytelniająca\nKiedy: ');
    expect(languageOf(email)).toBe('pl');
  });

  test.each([
    ['the one that track names', { locale: 'nl' }, { track: { locale: 'it' }, browser: 'de' }, 'it'],
    ['the user’s, if track names none', { locale: 'nl' }, { browser: 'de' }, 'nl'],
    ['the first supported one', { locale: 'ja' }, { track: { locale: 'zh' }, browser: 'ko, pt-PT;q=0.5' }, 'pt-BR'],
    ['what the browser prefers', {}, { browser: 'xx, fr-CA;q=0.8, de;q=0.7' }, 'fr-CA'],
    ['English otherwise', {}, {}, 'en'],
    ['English for an empty header', {}, { browser: '*;q=x,"><script>' }, 'en'],
  ])('through the client API is %s', async (_which, attributes, asked, language) => {
    const { userId, email } = await person(attributes);
    await challenged(userId, email, asked);
    expect(languageOf(email)).toBe(language);
  });

  test.each([
    ['the one that the call names', { locale: 'nl' }, { locale: 'es' }, 'de', 'es'],
    ['the user’s', { locale: 'nl' }, {}, 'de', 'nl'],
    ['what the header prefers', {}, {}, 'de', 'de'],
    ['English otherwise', {}, {}, undefined, 'en'],
  ])(
    'through the server API is %s, and stays so when the code is sent again',
    async (_which, attributes, more, header, is) => {
      const { userId, email } = await person(attributes);
      const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, ...more };
      const started = await app.call('POST', '/v1/challenge', { body, ...says(header) });
      expect(started.status, started.text).toBe(200);
      expect(languageOf(email)).toBe(is);
      const first = mailTo(email).subject;
      const again = await app.call('POST', '/v1/challenge', {
        body: { challengeId: started.body.challengeId },
        ...says(header),
      });
      expect(again.status, again.text).toBe(200);
      expect(mailTo(email).subject).not.toBe(first);
      expect(languageOf(email)).toBe(is);
    },
  );

  test('through the server API without a user is the one that the call names', async () => {
    const email = 'stranger@example.com';
    const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', email, locale: 'pl' };
    await app.call('POST', '/v1/challenge', { body });
    expect(languageOf(email)).toBe('pl');
  });

  test('N11: of a notice is that of the last action that the user confirmed, never of an unconfirmed one', async () => {
    const { userId, email } = await person();
    const token = await track(userId, { locale: 'de' });
    await app.call('POST', '/v1/client/challenge/email-otp', { token, body: {} });
    const verificationCode = /^\d{6}/.exec(mailTo(email).subject)?.[0];
    const verified = await app.call('POST', '/v1/client/verify/email-otp', { token, body: { verificationCode } });
    expect(verified.body).toMatchObject({ isVerified: true });
    await challenged(userId, email, { track: { locale: 'it' }, browser: 'it' });
    expect((await notified(userId, email)).text).toContain('Weg: Authenticator-App\nWann: ');
  });

  test.each([
    [{ type: 'recovery-code-used', codesLeft: 2 }, 'W Test tenant użyto kodu odzyskiwania', 'Pozostały 2 kody'],
    [{ type: 'recovery-code-used', codesLeft: 0 }, 'W Test tenant użyto kodu odzyskiwania', 'Nie pozostał żaden kod'],
    [{ type: 'recovery-codes-made', codesLeft: 10 }, 'W Test tenant utworzono nowe kody', 'Masz 10 nowych kodów'],
  ] as const)('of the notice %j is the user’s, with correct plurals', async (notice, subject, said) => {
    const { userId, email } = await person({ locale: 'pl' });
    await app.runtime.advance(1_000);
    await app.db.transaction((sql) => queueNotice(sql, app.app.context, app.tenant, userId, notice));
    await app.runtime.advance(1_000);
    expect(mailTo(email).subject).toContain(subject);
    expect(mailTo(email).text).toContain(said);
  });
});

test('A27: a tenant’s name is plain text on one line, in every part of a mail', async () => {
  const other = await app.createTenant('שלום <b>$&</b>\r\nBcc: thief@example.com');
  const email = 'named@example.com';
  const body = { verificationMethod: 'EMAIL_OTP', action: 'pay', email };
  const reply = await app.call('POST', '/v1/challenge', { key: other.secretKey, body });
  expect(reply.status, reply.text).toBe(200);
  const { subject, text, html } = mailTo(email);
  expect(subject).toMatch(/^\d{6} is your code for \u2068שלום <b>\$&<\/b> Bcc: thief@example\.com\u2069$/);
  expect(text.split('\n')[0]).toBe('Your code for \u2068שלום <b>$&</b> Bcc: thief@example.com\u2069');
  expect(html).toContain('Your code for \u2068שלום &#60;b&#62;$&#38;&#60;/b&#62; Bcc: thief@example.com\u2069</h1>');
});
