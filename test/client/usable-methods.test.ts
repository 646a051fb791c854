/** Worry: a method is offered that cannot be used, or one API offers what another refuses. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';

let app: TestApp;
let actions = 0;
beforeAll(async () => {
  app = await testApp('embedded', { isDevelopment: false, mailer: null });
});
afterAll(() => app.close());

const withoutMail = ['PASSKEY', 'SECURITY_KEY', 'AUTHENTICATOR_APP'];
const withPush = [...withoutMail, 'PUSH'];

const manage = async (method: string, path: string, body: object) => {
  const reply = await app.call(method, `/v1/management${path}`, { key: app.tenant.managementKey, body });
  expect(reply.status, reply.text).toBe(200);
};

async function track(demand: object = {}): Promise<Record<string, unknown>> {
  const actionCode = `action-${(actions += 1)}`;
  await manage('POST', '/action-configurations', { actionCode, defaultUserActionResult: 'CHALLENGE', ...demand });
  const reply = await app.call('POST', `/v1/users/ann/actions/${actionCode}`);
  expect(reply.status, reply.text).toBe(200);
  return reply.body;
}

const warnings = (sentence: RegExp) =>
  app
    .logText()
    .split('\n')
    .filter((line) => sentence.test(line)).length;

test('ruling 39: without mail, no method by mail is allowed, for track, the user and the page alike, and a log line at startup says so', async () => {
  const { allowedVerificationMethods, token } = await track();
  expect(allowedVerificationMethods).toEqual(withoutMail);
  const user = await app.call('GET', '/v1/users/ann');
  expect(user.body.allowedVerificationMethods).toEqual(withoutMail);
  const session = await app.call('GET', '/v1/client/ui/session', { token: String(token) });
  const offered = session.body.enrolmentMethods as readonly { verificationMethod: string }[];
  expect(offered.map(({ verificationMethod }) => verificationMethod)).toEqual(withoutMail);
  for (const path of ['email-otp', 'email-magic-link']) {
    const reply = await app.call('POST', `/v1/client/user-authenticators/${path}`, {
      token: String(token),
      body: { email: 'ann@bank.example' },
    });
    expect([reply.status, reply.body.errorCode], path).toEqual([400, 'invalid_configuration']);
    expect(reply.body.errorDescription, path).toContain('SALLYPORT_SMTP_URL');
  }
  const server = await app.call('POST', '/v1/challenge', {
    body: { action: 'pay', verificationMethod: 'EMAIL_OTP', email: 'ann@bank.example' },
  });
  expect([server.status, server.body.errorCode]).toEqual([400, 'invalid_configuration']);
});

test('ruling 39: texts are offered once a country is chosen, and push once it has a provider', async () => {
  await manage('POST', '/authenticator-configurations/sms', {
    smsProvider: 'WEBHOOK',
    webhookUrl: 'https://bank.example/sms',
  });
  await manage('POST', '/authenticator-configurations/push', {
    pushProvider: 'WEBHOOK',
    webhookUrl: 'https://bank.example/push',
  });
  expect((await track()).allowedVerificationMethods).toEqual(withPush);
});

test('ruling 39: a method that is not strong enough is not allowed, whether the action or a rule makes the demand', async () => {
  expect((await track({ minimumAssurance: 'high' })).allowedVerificationMethods).toEqual(['PASSKEY', 'SECURITY_KEY']);
  expect((await track({ minimumAssurance: 'medium' })).allowedVerificationMethods).toEqual(withPush);
});

test('ruling 39: if no method is left, the action still demands a challenge, the page says so, and the operator is warned once a minute', async () => {
  const { state, allowedVerificationMethods, token } = await track({ verificationMethods: ['EMAIL_OTP'] });
  expect([state, allowedVerificationMethods]).toEqual(['CHALLENGE_REQUIRED', []]);
  await track({ verificationMethods: ['EMAIL_OTP'] });
  expect(warnings(/no method that can be used now/)).toBe(1);
  await app.runtime.advance(60_000);
  await track({ verificationMethods: ['EMAIL_OTP'] });
  expect(warnings(/no method that can be used now/)).toBe(2);
  const session = await app.call('GET', '/v1/client/ui/session', { token: String(token) });
  expect([session.body.enrolmentMethods, session.body.challengeMethods]).toEqual([[], []]);
});

test('ruling 39: the log names at startup the methods that cannot be used, and what is missing', async () => {
  const restarted = await testApp('embedded', { db: app.db, seed: 'restarted', isDevelopment: false, mailer: null });
  const line = restarted
    .logText()
    .split('\n')
    .find((text) => text.includes('nobody can use them') && text.includes(app.tenant.tenantId));
  expect(line).toContain('EMAIL_MAGIC_LINK');
  expect(line).toContain('SALLYPORT_SMTP_URL');
});

test('ruling 39: a provider of the tenant’s own makes methods by mail usable without a restart', async () => {
  const smtp = {
    host: 'mail.bank.example',
    port: 587,
    secure: false,
    user: 'u',
    password: 'p',
    from: 'a@bank.example',
  };
  await manage('PATCH', '/authenticator-configurations/email-otp', {
    emailProvider: 'SMTP',
    smtpEmailCredentials: smtp,
  });
  const all = [...withoutMail, 'EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'PUSH'];
  expect((await track()).allowedVerificationMethods).toEqual(all);
  expect((await track({ minimumAssurance: 'medium' })).allowedVerificationMethods).toEqual(withPush);
});
