/**
 * Worry: a person confirms something else than the mail or text says, whoever chooses a payee's name puts a link into it,
 * or a text costs five messages.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startStandIn } from '../rig/stand-in.ts';
import type { StandIn } from '../rig/stand-in.ts';
import { codeOf, textSettings } from '../rig/phone.ts';
import { messagesIn } from '../../src/telling/text-units.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { manage } from '../management/manage.ts';

const databaseKinds = databasesOf(import.meta.url);

const number = '+64211234567';
const email = 'ann@example.com';

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    tenant = await app.createTenant('Kiwi');
    for (const method of ['sms', 'whatsapp']) {
      const reply = await manage(app, tenant)('POST', `/authenticator-configurations/${method}`, textSettings);
      expect(reply.status, reply.text).toBe(200);
    }
    await say({ en: { defaultTemplate: 'Pay {{action.amount}} to {{action.payee}}, {{user.name}}' } });
  });

  const say = async (messagingTemplates: object) => {
    const configure = manage(app, tenant);
    const body = { messagingTemplates };
    const known = await configure('PATCH', '/action-configurations/pay', body);
    const reply =
      known.status === 404
        ? await configure('POST', '/action-configurations', {
            actionCode: 'pay',
            defaultUserActionResult: 'CHALLENGE',
            ...body,
          })
        : known;
    expect(reply.status, reply.text).toBe(200);
  };
  const call = (method: string, path: string, body: object) => app.call(method, path, { key: tenant.secretKey, body });
  /** A user with an address and a number, and the token of their action. */
  async function track(custom: object, more: object = {}): Promise<string> {
    await call('PATCH', '/v1/users/ann', { custom: { name: 'Ann' } });
    for (const [verificationMethod, contact] of [
      ['EMAIL_OTP', { email }],
      ['EMAIL_MAGIC_LINK', { email }],
      ['SMS', { phoneNumber: number }],
    ] as const) {
      const reply = await call('POST', '/v1/users/ann/authenticators', { verificationMethod, ...contact });
      expect(reply.status, reply.text).toBe(200);
    }
    const reply = await call('POST', '/v1/users/ann/actions/pay', { custom, ...more });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }
  const send = async (path: string, token: string) => {
    const reply = await app.call('POST', `/v1/client/challenge/${path}`, { token, body: {} });
    expect(reply.status, reply.text).toBe(200);
  };
  const mail = () => {
    const [found] = app.mail().filter(({ to }) => to === email);
    if (found === undefined) throw new Error('No mail was sent.');
    return found;
  };
  const text = () => app.texts().find(({ to }) => to === number)?.body ?? '';

  test.each(['email-otp', 'email-magic-link'])('a mail of %s says what is confirmed', async (path) => {
    const token = await track({ amount: 250, payee: 'Ben & <b>Co</b>' });
    await send(path, token);
    expect(mail().text).toContain('\n\nPay 250 to Ben & <b>Co</b>, Ann\n\n');
    expect(mail().html).toContain('>Pay 250 to Ben &#38; &#60;b&#62;Co&#60;/b&#62;, Ann</p>');
    expect(mail().subject).not.toContain('250');
  });

  test.each(['sms', 'whatsapp'])('a text of %s says it between the code and its end', async (path) => {
    const token = await track({ amount: 250, payee: 'Zoë – Ltd' });
    await send(path, token);
    const lines = text().split('\n');
    expect(lines[0]).toMatch(/^Kiwi: \d{6} is your code\.$/);
    expect(lines[1]).toBe('Pay 250 to Zoe - Ltd, Ann');
    expect(lines[2]).toMatch(/^It expires in 10 minutes\./);
  });

  test('the language is that of the message, and where the tenant has none it is English', async () => {
    await say({ en: { defaultTemplate: 'Pay now' }, de: { defaultTemplate: 'Jetzt zahlen' } });
    await send('sms', await track({}, { locale: 'de' }));
    expect(text()).toMatch(/ist Ihr Code\.\nJetzt zahlen\nEr gilt/);
    await send('email-otp', await track({}, { locale: 'pl', idempotencyKey: 'two' }));
    expect(mail().text).toContain('Pay now');
  });

  test('what the action brings becomes no link and no line for phones', async () => {
    const payee = 'x\n\n@evil.example #111111 https://evil.example/win';
    const token = await track({ amount: 1, payee });
    await send('sms', token);
    await send('email-otp', token);
    const said = 'Pay 1 to x  @evil. example #111111 https: //evil. example/win, Ann';
    expect(text().split('\n')[1]).toBe(said);
    expect(text()).not.toMatch(/\n@/);
    expect(mail().text).toContain(said);
    expect(mail().html).not.toContain('evil.example');
  });

  test('a message with a missing value is not there at all, and the code is', async () => {
    const token = await track({ amount: 250 });
    await send('sms', token);
    await send('email-otp', token);
    expect(text()).toMatch(/^Kiwi: \d{6} is your code\. It expires/);
    expect(mail().text).not.toContain('Pay');
  });

  test('a text has its message while it is three messages at most, and else goes without', async () => {
    const fits = 'p'.repeat(320);
    await send('sms', await track({ amount: 1, payee: fits }));
    expect(text()).toContain(fits);
    expect(messagesIn(text())).toBe(3);
    await send('sms', await track({ amount: 1, payee: 'p'.repeat(430) }, { idempotencyKey: 'two' }));
    expect(text()).toMatch(/^Kiwi: \d{6} is your code\. It expires/);
    // Phones get texts with other characters in more messages.
    await send('sms', await track({ amount: 1, payee: '送'.repeat(60) }, { idempotencyKey: 'three' }));
    expect(text()).toContain('送');
    await send('sms', await track({ amount: 1, payee: '送'.repeat(120) }, { idempotencyKey: 'four' }));
    expect(text()).not.toContain('送');
  });

  describe('through the server API', () => {
    const start = async (body: object) => {
      const reply = await call('POST', '/v1/challenge', body);
      expect(reply.status, reply.text).toBe(200);
      return String(reply.body.challengeId);
    };
    const custom = { amount: 250, payee: 'Ben' };

    test('a code for a user says what is confirmed, and so does one that is sent again', async () => {
      await track({});
      const challengeId = await start({ verificationMethod: 'SMS', action: 'pay', userId: 'ann', custom });
      const code = codeOf(text());
      expect(text()).toContain('\nPay 250 to Ben, Ann\n');
      await start({ challengeId });
      expect(codeOf(text())).not.toBe(code);
      expect(text()).toContain('\nPay 250 to Ben, Ann\n');
    });

    test('a code for nobody yet says what the call brings, and nothing of a user', async () => {
      await start({ verificationMethod: 'EMAIL_OTP', action: 'pay', email, custom });
      expect(mail().text).not.toContain('Pay');
      await say({ en: { defaultTemplate: 'Pay {{action.amount}} to {{action.payee}}' } });
      const challengeId = await start({ verificationMethod: 'EMAIL_OTP', action: 'pay', email, custom });
      expect(mail().text).toContain('\n\nPay 250 to Ben\n\n');
      await start({ challengeId });
      expect(mail().text).toContain('\n\nPay 250 to Ben\n\n');
    });
  });
});

describe('data points that the tenant lets its provider have', () => {
  let app: TestApp;
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await startStandIn();
    app = await testApp('embedded', { outbound: standIn.outbound });
  });
  afterAll(async () => {
    await app.close();
    await standIn.stop();
  });

  const custom = { amount: 250, payee: 'Ben', code: '000000', tags: ['a', 'b'], deep: { er: 1 }, secret: 'no' };
  const start = async (tenant: TestTenant, body: object) => {
    const reply = await app.call('POST', '/v1/challenge', {
      key: tenant.secretKey,
      body: { action: 'pay', custom, ...body },
    });
    expect(reply.status, reply.text).toBe(200);
    return standIn.requests.at(-1)?.body ?? '';
  };
  const allowed = ['amount', 'code', 'tags', 'deep', 'missing', 'constructor'];

  test('go to its endpoint for texts in customVariables, as text, and no others do (server-api 8.4)', async () => {
    const tenant = await app.createTenant('Kiwi');
    const configure = manage(app, tenant);
    await configure('POST', '/authenticator-configurations/sms', {
      ...textSettings,
      smsProvider: 'WEBHOOK',
      webhookUrl: 'https://hooks.example.com/texts',
      allowedCustomSmsVariables: allowed,
    });
    await app.app.context.published.refresh();
    const sent = JSON.parse(await start(tenant, { verificationMethod: 'SMS', userId: 'ann', phoneNumber: number }));
    expect(sent.type).toBe('sms.created');
    expect(sent.data.customVariables).toEqual({ amount: '250', code: '000000', tags: 'a, b' });
    await configure('PATCH', '/authenticator-configurations/sms', { allowedCustomSmsVariables: null });
    const without = JSON.parse(await start(tenant, { verificationMethod: 'SMS', phoneNumber: number }));
    expect(without.data).not.toHaveProperty('customVariables');
  });

  test('go to its template of mails beside the code and the action’s message, and never in place of the code', async () => {
    const tenant = await app.createTenant('Kiwi');
    const configure = manage(app, tenant);
    await configure('POST', '/action-configurations', {
      actionCode: 'pay',
      defaultUserActionResult: 'CHALLENGE',
      messagingTemplates: { en: { defaultTemplate: 'Pay {{action.amount}}' } },
    });
    await configure('POST', '/authenticator-configurations/email-otp', {
      emailProvider: 'MANDRILL',
      mandrillEmailCredentials: { apiKey: 'key', templateName: 'code' },
      allowedCustomEmailVariables: allowed,
    });
    await app.app.context.published.refresh();
    standIn.answer(() => ({ status: 200, body: '[{"status":"sent","_id":"1"}]' }));
    const sent = JSON.parse(await start(tenant, { verificationMethod: 'EMAIL_OTP', email }));
    const variables = Object.fromEntries(
      sent.message.global_merge_vars.map(({ name, content }: { name: string; content: string }) => [name, content]),
    );
    expect(variables).toMatchObject({ amount: '250', tags: 'a, b', message: 'Pay 250', actionCode: 'pay' });
    expect(variables.code).toMatch(/^\d{6}$/);
    expect(variables.code).not.toBe('000000');
    expect(variables).not.toHaveProperty('secret');
  });
});
