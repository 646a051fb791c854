/** Operators configure a tenant: every page of Settings on the real server, with nothing faked. */
import blns from 'big-list-of-naughty-strings/blns.json' with { type: 'json' };
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { ask } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { look } from './look.ts';
import { fieldFocused, startPortal } from './portal-site.ts';
import type { OpenPortal, PortalSite } from './portal-site.ts';

let site: PortalSite;
let ada: OpenPortal;
let base: string;
const isThere = { timeout: patienceMs };

beforeAll(async () => {
  site = await startPortal();
  ada = await site.admin('ada@bank.example');
  base = `${site.url}/portal/t/${site.tenantId}`;
});
afterAll(() => site.stop());

/** As another operator does it meanwhile, in the same session. */
const manage = (page: Page, method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> =>
  page.evaluate(
    async ([how, where, sent, tenantId]) => {
      const response = await fetch(`/v1/management${String(where)}`, {
        method: String(how),
        headers: { 'x-sallyport-tenant': String(tenantId), 'content-type': 'application/json' },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    },
    [method, path, body, site.tenantId] as const,
  );

test('lists: made, filled by pasting and by a file, compared before it is saved, found in rules, deleted', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings`);
  await page.getByRole('heading', { name: 'There are no lists yet' }).waitFor(isThere);
  await look(page);
  await page.keyboard.press('n');
  await fieldFocused(page);
  await page.keyboard.type('Blocked countries');
  await page.getByText('lists.blocked-countries').first().waitFor(isThere);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Blocked countries' }).waitFor(isThere);
  const text = page.getByLabel('One a line');
  await text.fill('KP\n IR \n\nKP\n');
  await page.getByRole('button', { name: 'Add to the list' }).click();
  await page.getByText('2 items taken').waitFor(isThere);
  await page.getByText('Adds 2 items').waitFor(isThere);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('List saved').first().waitFor(isThere);
  const naughty = (blns as readonly string[]).filter((one) => one.trim() !== '' && !/[\r\n]/.test(one)).slice(0, 120);
  await page.setInputFiles('input[type=file]', {
    name: 'naughty.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from(naughty.join('\n')),
  });
  await page.getByText(/items taken/).waitFor(isThere);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(async () => {
      const { body } = await manage(page, 'GET', '/value-lists/blocked-countries');
      return (body as { valueListItems: string[] }).valueListItems.length;
    })
    .toBe(2 + new Set(naughty.map((one) => one.trim())).size);
  await page.reload();
  await page.getByRole('button', { name: 'Remove KP', exact: true }).waitFor(isThere);
  await look(page, 'settings-list');

  // Somebody else changes it meanwhile: both are shown, and nothing is overwritten unseen.
  await page.getByRole('button', { name: 'Remove IR', exact: true }).click();
  await manage(page, 'PATCH', '/value-lists/blocked-countries', { valueListItems: ['KP', 'SY'] });
  await page.getByRole('button', { name: 'Save' }).click();
  const conflict = page.getByRole('alert', { name: 'Changed meanwhile' });
  await conflict.getByText('SY').waitFor(isThere);
  expect((await manage(page, 'GET', '/value-lists/blocked-countries')).body).toMatchObject({
    valueListItems: ['KP', 'SY'],
  });
  await look(page, 'settings-conflict');
  await conflict.getByRole('button', { name: 'Take over what is there now' }).click();
  await page.getByRole('button', { name: 'Remove SY', exact: true }).waitFor(isThere);

  await manage(page, 'POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'ALLOW' });
  await manage(page, 'POST', '/action-configurations/pay/rules', {
    name: 'From a blocked country',
    isActive: true,
    priority: 1,
    type: 'BLOCK',
    conditions: {
      and: [
        { in: [{ var: 'ip.countryCode' }, { var: 'lists.blocked-countries' }] },
        { '>': [{ var: 'custom.amount' }, 1] },
      ],
    },
  });
  await page.reload();
  await page.getByText('From a blocked country').waitFor(isThere);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('1 rule reads it').waitFor(isThere);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'There are no lists yet' }).waitFor(isThere);
});

test('data points: declared, described, found in rules, deleted', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings/data-points`);
  await page.getByText('Rules read “amount”').waitFor(isThere);
  await page.getByRole('button', { name: 'New data point' }).click();
  await page.getByLabel('Name').fill('amount');
  await page.getByLabel('Type').selectOption('Number');
  await look(page);
  await page.getByRole('button', { name: 'Declare' }).click();
  await page.getByRole('button', { name: 'amount', exact: true }).click();
  await page.getByRole('dialog').getByText('From a blocked country').waitFor(isThere);
  await page.getByLabel('Description').fill('"><img src=x onerror=alert(1)>');
  await page.getByRole('checkbox', { name: /Users may see it/ }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('"><img src=x onerror=alert(1)>').waitFor(isThere);
  await page.getByText('Shown to users').waitFor(isThere);
  await look(page, 'settings-data-points');
  // What is there already is said where it was entered.
  await page.keyboard.press('n');
  await fieldFocused(page);
  await page.keyboard.type('amount');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('alert').getByText(/./).waitFor(isThere);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Delete amount' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'No data point is declared yet' }).waitFor(isThere);
});

test('methods: set up with credentials that are never shown again, what is missing is said, switched off and on', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings/methods`);
  await page.getByRole('link', { name: 'Code by text message' }).waitFor(isThere);
  await look(page, 'settings-methods');
  await page.getByRole('link', { name: 'Code by text message' }).click();
  const form = page.getByRole('form', { name: 'Settings' });
  await form.getByLabel('SMS provider', { exact: true }).first().selectOption('Twilio');
  await form.getByLabel('Auth token').fill('a-secret-of-twilio');
  await form.getByLabel('Messaging service SID').fill('MG1');
  await form.getByLabel('Account SID').fill('AC1');
  await form.getByRole('button', { name: 'Save' }).click();
  // What was saved stays in the form, which begins anew for a method that is set up now.
  await page.getByText('On', { exact: true }).waitFor(isThere);
  await expect.poll(() => form.getByLabel('Account SID').inputValue()).toBe('AC1');
  await page.getByText('No country is permitted').waitFor(isThere);
  await form.getByLabel('SMS country codes').fill('NZ\nAU');
  await form.getByLabel('Default country code').fill('XX');
  await form.getByRole('button', { name: 'Save' }).click();
  await form
    .getByRole('alert')
    .getByText(/defaultCountryCode/)
    .waitFor(isThere);
  await form.getByLabel('Default country code').fill('NZ');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByText('No country is permitted').waitFor({ ...isThere, state: 'detached' });
  await page.reload();
  await form.getByLabel('Account SID').waitFor(isThere);
  expect(await page.content()).not.toContain('a-secret-of-twilio');
  expect(await form.getByLabel('Auth token').getAttribute('placeholder')).toMatch(/Stored/);
  // A member of the group is changed, and the secret stays.
  await form.getByLabel('Account SID').fill('AC2');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(async () => (await manage(page, 'GET', '/authenticator-configurations/sms')).body)
    .toMatchObject({ smsProvider: 'TWILIO', smsCountryCodes: ['NZ', 'AU'], twilioCredentials: { accountSid: 'AC2' } });
  await look(page, 'settings-method');

  const users = page.getByRole('form', { name: 'For users' });
  await users.getByLabel('Verification code length').fill('8');
  await users.getByRole('button', { name: 'Save' }).click();
  await users.getByRole('button', { name: 'Save' }).waitFor({ ...isThere, state: 'detached' });
  await page.getByRole('button', { name: 'Switch off' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('Code by text message is off').waitFor(isThere);
  await page.getByRole('button', { name: 'Switch on' }).click();
  await page.getByText('Code by text message is on').waitFor(isThere);
  const { body } = await manage(page, 'GET', '/authenticator-configurations');
  expect(body).toContainEqual(
    expect.objectContaining({ verificationMethod: 'SMS', isActive: true, verificationCodeLength: 8 }),
  );
  for (const method of ['PASSKEY', 'PUSH', 'AUTHENTICATOR_APP', 'EMAIL_OTP']) {
    await page.goto(`${base}/settings/methods/${method}`);
    await page.getByRole('heading', { name: 'Setting it up' }).waitFor(isThere);
    await look(page);
  }
  // The last of them sends: to the operator, unless they say otherwise.
  await page.getByRole('button', { name: 'Send the test' }).click();
  await page.getByText('Taken by the provider').waitFor(isThere);
  await look(page);
});

test('endpoints: made, tested, paused and resumed; deliveries with their attempts, sent again one by one and all of a time', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings/endpoints`);
  await page.getByRole('button', { name: 'New endpoint' }).click();
  await page.getByLabel('URL', { exact: true }).fill('https://nowhere.invalid/events');
  await page.getByRole('checkbox', { name: 'authenticator.created', exact: true }).check();
  await look(page);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor(isThere);
  await page.getByRole('button', { name: 'Send a test event' }).click();
  await page.getByRole('heading', { name: 'The test event was not accepted' }).waitFor(isThere);
  await ask(site.url, 'POST', '/v1/users/eve/authenticators', {
    key: site.secretKey,
    body: { verificationMethod: 'EMAIL_OTP', email: 'eve@example.com' },
  });
  await page.getByRole('button', { name: 'Look again' }).click();
  const line = page.getByRole('button', { name: /authenticator\.created/ }).first();
  await line.waitFor(isThere);
  await line.click();
  await page.getByText('eve@example.com').first().waitFor(isThere);
  await look(page, 'settings-endpoint');
  await page.getByRole('button', { name: 'Send again', exact: true }).first().click();
  await page.getByText('Sent again').first().waitFor(isThere);
  await page.getByRole('button', { name: 'Send a range again' }).click();
  await page.getByLabel('Which').selectOption('All');
  await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
  await page
    .getByText(/sent again$/)
    .first()
    .waitFor(isThere);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('An operator has paused it').waitFor(isThere);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('An operator has paused it').waitFor({ ...isThere, state: 'detached' });
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'No server is told of events yet' }).waitFor(isThere);
});

test('alerts: made, refused with what to change, changed, deleted', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings/alerts`);
  await page.getByRole('button', { name: 'New alert' }).click();
  await page.getByLabel('Name').fill('Many blocked payments');
  await page.getByLabel('Measure').selectOption('decisions');
  await page.getByLabel('Threshold').fill('10');
  await page.getByLabel('Recipients').fill('nobody');
  await page.getByRole('button', { name: 'Create' }).click();
  await page
    .getByRole('dialog')
    .getByRole('alert')
    .getByText(/recipients/)
    .waitFor(isThere);
  await look(page);
  await page.getByLabel('Recipients').fill('oncall@example.com');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('10 decisions within 10 minutes').waitFor(isThere);
  await page.getByRole('button', { name: 'Many blocked payments', exact: true }).click();
  await page.getByLabel('Threshold').fill('20');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('20 decisions within 10 minutes').waitFor(isThere);
  await look(page, 'settings-alerts');
  await page.getByRole('button', { name: 'Delete Many blocked payments' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Nobody is told of anything yet' }).waitFor(isThere);
});

test('API keys: a key is shown once, works, and is revoked', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings/keys`);
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('Backend of the shop');
  await page.getByLabel('Ends after days').fill('30');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const shown = page.getByRole('dialog', { name: /Backend of the shop/ });
  const key = await shown.locator('code').innerText();
  const path = '/v1/users/nobody/authenticators';
  expect((await ask(site.url, 'GET', path, { key })).status).toBe(200);
  await look(page);
  await shown.getByRole('button', { name: 'I have copied it' }).click();
  expect(await page.content()).not.toContain(key);
  await page.getByText('Backend of the shop').waitFor(isThere);
  await look(page, 'settings-keys');
  await page.getByRole('button', { name: 'Revoke Backend of the shop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('Key revoked').first().waitFor(isThere);
  expect((await ask(site.url, 'GET', path, { key })).status).toBe(401);
});

describe('messages', () => {
  test('are changed beside their default, not beyond their length, saved and returned to the default', async () => {
    const { page } = ada;
    await page.goto(`${base}/settings/messages?words=email-code-entry.heading`);
    const heading = page.getByLabel('Heading').first();
    await heading.waitFor(isThere);
    await heading.fill('x'.repeat(2_000));
    await page
      .getByText(/too long/)
      .first()
      .waitFor(isThere);
    expect(await page.getByRole('button', { name: 'Save' }).getAttribute('aria-disabled')).toBe('true');
    await heading.fill('Look into your inbox, {nobody}');
    await page.getByText('{nobody} is not known here').waitFor(isThere);
    await heading.fill('Look into your inbox');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Messages saved').first().waitFor(isThere);
    expect((await manage(page, 'GET', '/message-overrides')).body).toEqual({
      messageOverrides: { en: { 'email-code-entry.heading': 'Look into your inbox' } },
    });
    await look(page, 'settings-messages');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('German');
    await expect.poll(() => heading.inputValue()).toBe('');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('English');
    await page.getByRole('button', { name: /Return .* to its default/ }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(async () => (await manage(page, 'GET', '/message-overrides')).body)
      .toEqual({ messageOverrides: {} });
  });
});

test('branding: the real pages show a change before it is saved, in every state, mode and width; contrasts are warned of', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings/branding`);
  const preview = page.frameLocator('iframe[title="Preview of the page"]');
  await preview.getByRole('heading', { name: 'Check your e-mail' }).waitFor(isThere);
  const inFrame = (expression: string) =>
    page
      .frames()
      .find((frame) => frame.url().endsWith('/portal/preview-frame'))
      ?.evaluate(expression);
  const background = (selector: string) => () =>
    inFrame(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`);
  const form = page.getByRole('form', { name: 'Theme' });
  await form.getByLabel('Primary color', { exact: true }).first().fill('#ff0000');
  await expect.poll(background('.Button--primary')).toBe('rgb(255, 0, 0)');
  expect((await manage(page, 'GET', '/theme')).body).not.toHaveProperty('primaryColor');
  await form.getByLabel('Name', { exact: true }).fill('<b onclick="alert(1)">Bank</b>');
  await preview.getByText('<b onclick').first().waitFor(isThere);
  await page.getByRole('combobox', { name: 'Mode' }).selectOption('Dark');
  const box = background('#widget-container');
  await expect.poll(box).not.toBe('rgb(255, 255, 255)');
  await page.getByRole('combobox', { name: 'Mode' }).selectOption('Light');
  await expect.poll(box).toBe('rgb(255, 255, 255)');
  const shown = new Set<string>();
  const states = page.getByRole('combobox', { name: 'Page' });
  for (const state of await states.locator('option').allInnerTexts()) {
    const before = await preview.locator('body').innerText();
    await states.selectOption(state);
    if (shown.size > 0) await expect.poll(() => preview.locator('body').innerText()).not.toBe(before);
    shown.add(await preview.locator('body').innerText());
  }
  expect(shown.size).toBeGreaterThan(15);
  await page.getByRole('combobox', { name: 'Width' }).selectOption('1,100 pixels');
  await expect.poll(() => inFrame('document.documentElement.clientWidth')).toBe(1_100);
  // Of an origin of its own, from which nothing of the portal is reached.
  expect(await inFrame('self.origin')).toBe('null');
  await form.getByText('Colors', { exact: true }).first().click();
  await form.getByLabel('Heading text').first().fill('#eeeeee');
  await page.getByText('Headings on the box: contrast 1.16').waitFor(isThere);
  await form.getByLabel('Heading text').first().fill('nothing');
  await page.getByText('The preview shows what it showed before').waitFor(isThere);
  await form.getByRole('button', { name: 'Discard' }).click();
  await form.getByLabel('Primary color', { exact: true }).first().fill('#00ff00');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await manage(page, 'GET', '/theme')).body).toMatchObject({ primaryColor: '#00ff00' });
  // What is wider than the page scrolls within its own box.
  expect(
    await page.evaluate(`document.querySelector('.Main').scrollWidth <= document.querySelector('.Main').clientWidth`),
  ).toBe(true);
  await page.getByRole('combobox', { name: 'Width' }).selectOption('320 pixels');
  await states.selectOption('Confirming: code by email');
  await preview.getByRole('heading', { name: 'Check your e-mail' }).waitFor(isThere);
  await look(page, 'settings-branding');
});

test('a test action is tracked, explained, passed in its own pages, and followed meanwhile', async () => {
  const { page } = ada;
  await page.goto(`${base}/settings/test-action?code=pay`);
  await page.getByRole('button', { name: 'Add a value' }).click();
  await page.getByLabel('Name 1').fill('amount');
  await page.getByLabel('Value 1').fill('18450');
  await page.getByRole('button', { name: 'Track', exact: true }).click();
  const answer = page.getByRole('region', { name: 'Answer' });
  await answer.getByText('Allowed').waitFor(isThere);
  await answer.getByText('The user has no authenticator yet').waitFor(isThere);
  await look(page, 'settings-test-action');
  const pages = page.context().waitForEvent('page');
  await answer.getByRole('button', { name: 'Open its pages beside' }).click();
  const beside = await pages;
  await beside.getByRole('heading').first().waitFor(isThere);
  expect(await beside.evaluate('window.opener')).toBe(null);
  await beside.close();
  await page.getByLabel('User id').fill('eve');
  await page.getByRole('button', { name: 'Track', exact: true }).click();
  await page
    .getByRole('alert')
    .getByText(/must begin with portal-test-/)
    .waitFor(isThere);
});

test('the tenant: a setting is changed and returned to its default; no text broke a policy anywhere', async () => {
  const { page, problems } = ada;
  await page.goto(`${base}/settings/tenant`);
  const form = page.getByRole('form', { name: 'Deciding' });
  await form.getByLabel('Token duration in minutes').fill('20');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(async () => (await manage(page, 'GET', '/tenant')).body)
    .toMatchObject({ tokenDurationInMinutes: 20 });
  // From here on the form has what is stored.
  await page.getByText('Saved').first().waitFor(isThere);
  await form.getByLabel('Token duration in minutes').fill('');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(async () => (await manage(page, 'GET', '/tenant')).body)
    .not.toHaveProperty('tokenDurationInMinutes');
  await look(page, 'settings-tenant');
  expect(problems).toEqual([]);
});
