/** Worry: a user cannot enter their number as they write it, or gets a code at another one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { eventually } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { countInboxTexts, numberOf, readInboxText, textSettings } from '../rig/phone.ts';
import { startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import { heading, pick, press, settingsScope } from './ways-through.ts';

let site: Site;
const opened: OpenPage[] = [];

beforeAll(async () => {
  site = await startSite();
  for (const path of ['sms', 'whatsapp']) {
    await site.manage('POST', `/authenticator-configurations/${path}`, textSettings);
  }
});
afterAll(() => site.stop());

async function open(...options: Parameters<Site['open']>): Promise<Page> {
  const own = await site.open(...options);
  opened.push(own);
  return own.page;
}

afterEach(async () => {
  const problems = opened.flatMap((own) => own.problems);
  await Promise.all(opened.splice(0).map((own) => own.close()));
  expect(problems).toEqual([]);
});

const texted = (number: string, not = '') =>
  eventually(
    'the text',
    patienceMs,
    () => readInboxText(site.url, number),
    (code) => code !== '' && code !== not,
  );
const texts = (number: string) => countInboxTexts(site.url, number);
const field = (page: Page) => page.getByLabel('Phone number');
const country = (page: Page) => page.getByLabel('Country or region');

/** At the form for the number of a new user. */
async function atForm(userId: string, method = 'Text message', body: object = {}): Promise<Page> {
  const { url } = await site.track(userId, 'signIn', body);
  const page = await open();
  await page.goto(url);
  await pick(page, method);
  return page;
}

describe.each([
  ['Text message', 'SMS', 'Enter the code we sent you'],
  ['WhatsApp', 'WHATSAPP', 'Check WhatsApp'],
])('by %s', (name, verificationMethod, screen) => {
  test('a number is set up as its user writes it, and proves the next visit', async () => {
    const userId = `writes-${verificationMethod.toLowerCase()}`;
    const number = verificationMethod === 'SMS' ? '+447452345601' : '+447452355602';
    const page = await atForm(userId, name);
    await heading(page, 'Your phone number');
    await country(page).selectOption('GB');
    await field(page).fill(number.replace('+44', '0'));
    await press(page, 'Continue');
    await heading(page, screen);
    await page.getByText(number.replace(/^\+44(\d{4})/, '+44 $1 ')).waitFor();
    await page.getByLabel('Code').fill(await texted(number));
    await heading(page, 'Save your recovery codes');
    expect(await texts(number)).toBe(1);

    const again = await open();
    const { url, token } = await site.track(userId, 'withdraw');
    await again.goto(url);
    await heading(again, screen);
    await again.getByText(`•••${number.slice(-3)}`).waitFor();
    await eventually(
      'the second text',
      patienceMs,
      () => texts(number),
      (count) => count === 2,
    );
    await again.getByLabel('Code').fill(await texted(number));
    await heading(again, 'Confirmed');
    expect(await site.validate(token)).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod });
  });

  test('ruling 44: sends nothing more if the page is reloaded, and to another number if that is entered', async () => {
    const userId = `reloads-${verificationMethod}`;
    const [one, two] = [numberOf(`${userId} one`), numberOf(`${userId} two`)];
    const page = await atForm(userId, name);
    await field(page).fill(one);
    await press(page, 'Continue');
    const sent = await texted(one);
    await page.reload();
    await pick(page, name);
    await page.getByText(`•••${one.slice(-3)}`).waitFor();
    expect(await texts(one)).toBe(1);
    await press(page, 'Use a different number');
    await field(page).fill(two);
    await press(page, 'Continue');
    await page.getByLabel('Code').fill(await texted(two));
    await heading(page, 'Save your recovery codes');
    expect([await texts(one), await texts(two)]).toEqual([1, 1]);
    expect(sent).not.toBe('');
  });
});

test('a number in international form chooses its country, as it is typed or pasted', async () => {
  const page = await atForm('pastes');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.url });
  await country(page).waitFor();
  expect(await country(page).locator('option').allTextContents()).toContain('New Zealand (+64)');
  for (const [text, code] of [
    ['+351 912 345 678', 'PT'],
    ['0064 21 555 111', 'NZ'],
    ['+49 (0)151 23456789', 'DE'],
  ] as const) {
    await field(page).fill('');
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await field(page).focus();
    await page.keyboard.press('Control+V');
    expect(await country(page).inputValue()).toBe(code);
    expect(await field(page).inputValue()).toBe(text);
  }
});

test('a number that is none, or has no country, sends nothing; the page says what to do, and where', async () => {
  const page = await atForm('mistypes');
  expect(await country(page).inputValue()).toBe('');
  await field(page).fill('912 345 678');
  await press(page, 'Continue');
  await page.getByText('Check the number.').waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe('country');
  await country(page).selectOption('PT');
  await field(page).fill('91234');
  await press(page, 'Continue');
  await eventually(
    'the field',
    patienceMs,
    () => page.evaluate('document.activeElement.id'),
    (id) => id === 'phoneNumber',
  );
  expect(await field(page).getAttribute('aria-invalid')).toBe('true');
  await field(page).fill('912 345 999');
  await press(page, 'Continue');
  await page.getByText('+351 912 345 999').waitFor();
  expect(await texts('+351912345999')).toBe(1);
});

test('a number that the backend gave is not asked for, unless the user has to agree to something first', async () => {
  const number = numberOf('given');
  const page = await atForm('given', 'Text message', { phoneNumber: number });
  await page.getByText(number).waitFor();
  await page.getByLabel('Code').fill(await texted(number));
  await heading(page, 'Save your recovery codes');

  const consent = { version: '7', links: { en: 'https://example.com/texts' } };
  await site.manage('PATCH', '/authenticator-configurations/sms', { consent });
  const other = numberOf('agrees');
  const asked = await atForm('agrees', 'Text message', { phoneNumber: other });
  await asked.getByText('By continuing, you agree that Sallyport sends codes to this number.').waitFor();
  expect(await asked.getByRole('link', { name: 'Learn more' }).getAttribute('href')).toBe('https://example.com/texts');
  expect(await field(asked).inputValue()).toBe(other);
  await press(asked, 'Continue');
  await asked.getByLabel('Code').fill(await texted(other));
  await heading(asked, 'Save your recovery codes');
  await site.manage('PATCH', '/authenticator-configurations/sms', { consent: null });
});

test('a number is changed in the settings, and the earlier one proves nothing any more', async () => {
  const userId = 'moves';
  const [before, after] = [numberOf('moves before'), numberOf('moves after')];
  await site.api('POST', `/v1/users/${userId}/authenticators`, { verificationMethod: 'SMS', phoneNumber: before });
  const { url } = await site.track(userId, 'settings', { redirectToSettings: true, scope: settingsScope });
  const page = await open();
  await page.goto(url);
  await page.getByText(`•••${before.slice(-3)}`).click();
  await press(page, 'Change');
  await field(page).fill(after);
  await press(page, 'Continue');
  await page.getByLabel('Code').fill(await texted(after));
  await page.getByText(`•••${after.slice(-3)}`).waitFor();
  expect(await site.api('GET', `/v1/users/${userId}/authenticators`)).toMatchObject([{ phoneNumber: after }]);
});
