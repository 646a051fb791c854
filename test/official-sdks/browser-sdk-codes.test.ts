/** The unmodified @authsignal/browser in a real browser, with codes and links that are read from a real mail server. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { launchBrowser } from '../rig/browser.ts';
import { enableTexts, numberOf, readInboxText } from '../rig/phone.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { startSmtp } from '../rig/smtp.ts';
import type { SmtpRig } from '../rig/smtp.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const sdk = join(dirname(createRequire(import.meta.url).resolve('@authsignal/browser')), 'index.min.js');

let server: ServerProcess;
let smtp: SmtpRig;
let app: Server;
let browser: Browser;
let appUrl: string;
beforeAll(async () => {
  smtp = await startSmtp();
  server = await startServer({
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_SMTP_URL: smtp.url,
    SALLYPORT_MAIL_FROM: 'Test <test@example.com>',
    SALLYPORT_LOG_LEVEL: 'warn',
  });
  app = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>The app</title>');
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  appUrl = `http://localhost:${(app.address() as AddressInfo).port}`;
  browser = await launchBrowser();
}, 600_000);
afterAll(async () => {
  await browser.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
  await server.stop();
  await smtp.stop();
});

async function backend(path: string, body: object = {}): Promise<ApiReply['body']> {
  const reply = await ask(server.url, 'POST', path, { key, body });
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
}
const track = async (userId: string, body: object = {}) =>
  String((await backend(`/v1/users/${userId}/actions/sign-in`, body)).token);
const validate = (token: unknown) => backend('/v1/validate', { token });

/** A page of the app with the SDK, which has a token. */
async function appPage(token: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(appUrl);
  await page.addScriptTag({ path: sdk });
  await page.evaluate(
    `globalThis.sdk = new authsignal.Authsignal({ tenantId: '${credentials.SALLYPORT_TENANT_ID}', baseUrl: '${server.url}/v1' }); sdk.setToken(${JSON.stringify(token)});`,
  );
  return page;
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the SDK's results have every shape
const call = (page: Page, expression: string): Promise<any> => page.evaluate(`(async () => sdk.${expression})()`);

const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });
const mailedCode = (email: string) => /^Subject: (\d{6}) is your code/m.exec(smtp.mailTo(email)[0] ?? '')?.[1];
const mailedLink = (email: string) =>
  /http:\/\/\S+\/magic-link\?token=[\w.-]+/.exec(smtp.mailTo(email)[0] ?? '')?.[0] ?? '';

describe('the unmodified browser SDK', () => {
  test('enrols an authenticator app, and proves the next action with it', async () => {
    const first = await appPage(await track('totp-user'));
    const { data } = await call(first, 'totp.enroll()');
    expect(data).toMatchObject({ secret: expect.any(String), uri: expect.stringMatching(/^otpauth:/) });
    expect(await call(first, `totp.verify({ code: '00000' })`)).toMatchObject({ data: { isVerified: false } });
    const verified = await call(first, `totp.verify({ code: '${codeOf(data.secret)}' })`);
    expect(verified.data).toMatchObject({ isVerified: true, token: expect.any(String) });
    expect(await validate(verified.data.token)).toMatchObject({ isValid: true, state: 'CHALLENGE_SUCCEEDED' });

    const second = await appPage(await track('totp-user'));
    const proven = await call(second, `totp.verify({ code: '${codeOf(data.secret, 1)}' })`);
    expect(await validate(proven.data.token)).toMatchObject({ isValid: true, verificationMethod: 'AUTHENTICATOR_APP' });
  });

  test('enrols an address and proves the next action by codes from the mail server, also if it requests two at once', async () => {
    const email = 'code-user@example.com';
    const first = await appPage(await track('code-user'));
    expect((await call(first, `email.enroll({ email: '${email}' })`)).data).toMatchObject({ userId: 'code-user' });
    const wrong = mailedCode(email) === '000000' ? '000001' : '000000';
    expect(await call(first, `email.verify({ code: '${wrong}' })`)).toMatchObject({
      data: { isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' },
    });
    const verified = await call(first, `email.verify({ code: '${mailedCode(email)}' })`);
    expect(await validate(verified.data.token)).toMatchObject({ isValid: true, verificationMethod: 'EMAIL_OTP' });

    const second = await appPage(await track('code-user'));
    const both = await call(second, 'email.challenge().then(async (one) => [one, await sdk.email.challenge()])');
    expect(both).toEqual([
      expect.objectContaining({ data: { challengeId: expect.any(String) } }),
      expect.objectContaining({ data: { challengeId: expect.any(String) } }),
    ]);
    const proven = await call(second, `email.verify({ code: '${mailedCode(email)}' })`);
    expect(await validate(proven.data.token)).toMatchObject({ isValid: true, state: 'CHALLENGE_SUCCEEDED' });
  });

  test('enrols a number by a text message, and proves the next actions by text message and by WhatsApp', async () => {
    await enableTexts({ node: server, managementKey: credentials.SALLYPORT_MANAGEMENT_KEY });
    const phoneNumber = numberOf('text-user');
    const code = () => readInboxText(server.url, phoneNumber);
    const first = await appPage(await track('text-user'));
    expect((await call(first, `sms.enroll({ phoneNumber: '${phoneNumber}' })`)).data).toMatchObject({
      userId: 'text-user',
    });
    const wrong = (await code()) === '000000' ? '000001' : '000000';
    expect(await call(first, `sms.verify({ code: '${wrong}' })`)).toMatchObject({ data: { isVerified: false } });
    const verified = await call(first, `sms.verify({ code: '${await code()}' })`);
    expect(await validate(verified.data.token)).toMatchObject({ isValid: true, verificationMethod: 'SMS' });

    for (const [method, name] of [
      ['SMS', 'sms'],
      ['WHATSAPP', 'whatsapp'],
    ]) {
      const page = await appPage(await track('text-user'));
      expect((await call(page, `${name}.challenge()`)).data).toMatchObject({ challengeId: expect.any(String) });
      const proven = await call(page, `${name}.verify({ code: '${await code()}' })`);
      expect(await validate(proven.data.token)).toMatchObject({ isValid: true, verificationMethod: method });
    }
  });

  test('A20, A22: polls until a person has pressed the button behind the mailed link, in another browser', async () => {
    const email = 'link-user@example.com';
    for (const start of [`emailML.enroll({ email: '${email}' })`, 'emailML.challenge()']) {
      const page = await appPage(await track('link-user'));
      expect((await call(page, start)).data).toMatchObject({ challengeId: expect.any(String) });
      const polled = call(page, 'emailML.checkVerificationStatus()');
      const opened = await (await browser.newContext()).newPage();
      const link = mailedLink(email).replace(/^http:\/\/[^/]+/, server.url);
      await opened.goto(link);
      // A machine that opens the link, however often, is not a person.
      await opened.waitForTimeout(1_500);
      const before = await Promise.race([polled.then(() => 'done'), opened.waitForTimeout(10).then(() => 'waiting')]);
      expect(before).toBe('waiting');
      await opened.getByRole('button', { name: 'Yes, it’s me' }).click();
      await opened.getByRole('heading', { name: 'Confirmed' }).waitFor();
      expect(await opened.context().cookies()).toEqual([]);
      const { data } = await polled;
      expect(data).toMatchObject({ isVerified: true, token: expect.any(String) });
      expect(await validate(data.token)).toMatchObject({ isValid: true, verificationMethod: 'EMAIL_MAGIC_LINK' });
    }
  });

  test('A11: adds a second authenticator with a scope or after a proof, and not with a plain token', async () => {
    const userId = 'second-user';
    const email = `${userId}@example.com`;
    await backend(`/v1/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
    const plain = await appPage(await track(userId));
    expect(await call(plain, 'totp.enroll()')).toMatchObject({ errorCode: 'insufficient_scope' });
    await call(plain, 'email.challenge()');
    const proven = await call(plain, `email.verify({ code: '${mailedCode(email)}' })`);
    expect(proven.data.isVerified).toBe(true);
    // The SDK continues with the token that the proof earned.
    const { data } = await call(plain, 'totp.enroll()');
    expect(await call(plain, `totp.verify({ code: '${codeOf(data.secret)}' })`)).toMatchObject({
      data: { isVerified: true },
    });

    const scoped = await appPage(await track(userId, { scope: 'add:authenticators' }));
    expect((await call(scoped, `emailML.enroll({ email: '${email}' })`)).data).toMatchObject({ userId });
    await eventually(
      'the mail',
      5_000,
      () => Promise.resolve(mailedLink(email)),
      (link) => link !== '',
    );
  });
});
