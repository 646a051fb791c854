/** Journeys from the app and back, in any browser: each begins with the official SDK's `launch`. */
import { expect } from 'vitest';
import type { FrameLocator, Page } from 'playwright-core';
import { eventually } from '../rig/api.ts';
import { patienceMs } from '../rig/browser.ts';
import { appCode } from './site.ts';
import type { Site } from './site.ts';

export const heading = (page: Page, text: string) => page.getByRole('heading', { name: text, exact: true }).waitFor();
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
export const pick = (page: Page, name: string) => page.getByRole('link', { name }).click();

/** Confirms that the recovery codes on the page are kept, and continues. */
export async function keepCodes(page: Page | FrameLocator): Promise<void> {
  await page.getByLabel('I’ve saved them').check();
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

/** Sets up an authenticator app on the page with the code of this time step, and returns its secret. */
async function enrolApp(page: Page, stepsAhead = 0): Promise<string> {
  await pick(page, 'Authenticator app');
  await page.getByText('Can’t scan it?').click();
  const secret = (await page.locator('.Secret').textContent()) ?? '';
  await page.getByLabel('Code', { exact: true }).fill(appCode(secret, stepsAhead));
  return secret;
}

/** A method to sign up with; `setUp` resolves with what the user does at each later visit. */
export interface Way {
  readonly name: string;
  readonly method: string;
  setUp(page: Page, site: Site, email: string): Promise<() => Promise<void>>;
}

export const byApp: Way = {
  name: 'authenticator app',
  method: 'AUTHENTICATOR_APP',
  async setUp(page) {
    // Each code is valid once, and three are needed now: of the previous step, this one and the next. The first must
    // not become a step older on its way.
    const leftMs = 30_000 - (Date.now() % 30_000);
    if (leftMs < 3_000) await page.waitForTimeout(leftMs);
    const secret = await enrolApp(page, -1);
    let stepsAhead = 0;
    return () => page.getByLabel('Code').fill(appCode(secret, stepsAhead++));
  },
};

export const byEmail: Way = {
  name: 'code by e-mail',
  method: 'EMAIL_OTP',
  async setUp(page, site, email) {
    let code = '';
    const enter = async () => {
      code = await site.mailedCode(email, code);
      await page.getByLabel('Code').fill(code);
    };
    await pick(page, 'E-mail code');
    await enter();
    return enter;
  },
};

/** Gives a page a virtual authenticator that stores passkeys. */
export const byPasskey: Way = {
  name: 'passkey',
  method: 'PASSKEY',
  async setUp(page) {
    await pick(page, 'Passkey');
    await press(page, 'Create passkey');
    // It sends its proof without a click.
    return () => Promise.resolve();
  },
};

export async function signUpSignInStepUp(site: Site, page: Page, way: Way): Promise<void> {
  const userId = `by-${way.method.toLowerCase()}`;
  const email = `${userId}@example.com`;
  const signUp = await site.track(userId, 'signIn', { email, redirectUrl: `${site.appUrl}/back?a=1&token=old` });
  await site.visit(page, signUp.url);
  await heading(page, 'Set up a way to confirm it’s you');
  const prove = await way.setUp(page, site, email);
  await heading(page, 'Save your recovery codes');
  await page.locator('.Codes li').nth(9).waitFor();
  expect(await page.locator('.Codes li').count()).toBe(10);
  await keepCodes(page);
  await heading(page, 'All set');
  await press(page, 'Continue');
  expect(await site.validate(await site.backAtApp(page))).toMatchObject({
    state: 'CHALLENGE_SUCCEEDED',
    isValid: true,
  });
  // 7.6: added to the existing query, replacing an older token.
  expect(new URL(page.url()).search).toMatch(/^\?a=1&token=[^&]+$/);

  for (const action of ['signIn', 'withdraw']) {
    const again = await site.track(userId, action, { redirectUrl: `${site.appUrl}/${action}` });
    await site.visit(page, again.url);
    await prove();
    expect(await site.validate(await site.backAtApp(page))).toMatchObject({
      actionCode: action,
      state: 'CHALLENGE_SUCCEEDED',
      verificationMethod: way.method,
    });
    expect(new URL(page.url()).pathname).toBe(`/${action}`);
  }
}

/** Loses what was set up, and returns with one of the recovery codes. */
export async function returnByRecoveryCode(site: Site, page: Page): Promise<void> {
  const email = 'rescued@example.com';
  const { url } = await site.track('rescued', 'signIn', { email });
  await site.visit(page, url);
  await byEmail.setUp(page, site, email);
  await heading(page, 'Save your recovery codes');
  const code = (await page.locator('.Codes li').first().textContent()) ?? '';

  const again = await site.track('rescued', 'withdraw', { redirectUrl: `${site.appUrl}/rescued` });
  await site.visit(page, again.url);
  await press(page, 'Try another way');
  await pick(page, 'Recovery code');
  await page.getByLabel('Recovery code').fill(code);
  await press(page, 'Confirm');
  expect(await site.validate(await site.backAtApp(page))).toMatchObject({
    state: 'CHALLENGE_SUCCEEDED',
    verificationMethod: 'RECOVERY_CODE',
  });
}

/** The scopes that a backend gives for everything in settings. */
export const settingsScope = 'add:authenticators update:authenticators remove:authenticators';

export async function openSettings(site: Site, page: Page, userId: string, body: object): Promise<void> {
  const { url } = await site.track(userId, 'settings', {
    redirectToSettings: true,
    redirectUrl: `${site.appUrl}/settings`,
    ...body,
  });
  await site.visit(page, url);
}

/** Gives a user codes and links by e-mail. */
export async function withTwo(site: Site, userId: string): Promise<void> {
  for (const verificationMethod of ['EMAIL_OTP', 'EMAIL_MAGIC_LINK']) {
    const email = `${userId}@example.com`;
    await site.api('POST', `/v1/users/${userId}/authenticators`, { verificationMethod, email });
  }
}

/** Opens the options of one of the authenticators in settings. */
export const options = (page: Page, name: string) => page.locator('summary', { hasText: name }).click();

export async function tidySettings(site: Site, page: Page): Promise<void> {
  await withTwo(site, 'settler');
  await openSettings(site, page, 'settler', { scope: settingsScope });
  await heading(page, 'How you confirm it’s you');

  await options(page, 'E-mail code');
  await press(page, 'Rename');
  await page.getByLabel('Name').fill('Post <b>office</b>');
  await press(page, 'Save');
  await page.getByRole('status').getByText('Renamed.').waitFor();
  await page.getByText('Post <b>office</b>').waitFor();

  await options(page, 'E-mail link');
  await press(page, 'Use by default');
  await page.getByRole('status').getByText('This is now your default.').waitFor();

  await options(page, 'Post');
  await press(page, 'Remove');
  await press(page, 'Remove');
  await page.getByRole('status').getByText('Removed.').waitFor();
  const left = (await site.api('GET', '/v1/users/settler/authenticators')) as readonly { verificationMethod: string }[];
  expect(left.map(({ verificationMethod }) => verificationMethod)).toEqual(['EMAIL_MAGIC_LINK']);

  await press(page, 'Add another way');
  await enrolApp(page);
  await heading(page, 'How you confirm it’s you');
  await page.locator('summary', { hasText: 'Authenticator app' }).waitFor();
  await press(page, 'Done');
  await site.backAtApp(page);
}

/** A first visit without a pointer; fails if the focus is not on a visible element. */
export async function finishByKeyboard(site: Site, page: Page): Promise<void> {
  const { url } = await site.track('keyboard', 'signIn', { redirectUrl: `${site.appUrl}/keyboard` });
  await site.visit(page, url);
  const focus = () =>
    page.evaluate(
      `document.activeElement === document.body ? ''
         : document.activeElement.textContent || document.activeElement.id || document.activeElement.type`,
    ) as Promise<string>;
  // Effects run after the paint.
  const focused = (text: string) => eventually('the focus', patienceMs, focus, (found) => found === text);
  async function tabTo(text: string): Promise<void> {
    for (let presses = 0; presses < 15; presses += 1) {
      if ((await focus()).includes(text)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches ${text}.`);
  }
  await heading(page, 'Set up a way to confirm it’s you');
  await tabTo('E-mail code');
  await page.keyboard.press('Enter');
  await page.getByLabel('E-mail address').waitFor();
  await focused('email');
  await page.keyboard.type('keyboard@example.com');
  await page.keyboard.press('Enter');
  await page.getByLabel('Code').waitFor();
  await focused('code');
  await page.keyboard.type(await site.mailedCode('keyboard@example.com'));
  await heading(page, 'Save your recovery codes');
  await focused('Save your recovery codes');
  await page.locator('.Codes li').nth(9).waitFor();
  await tabTo('checkbox');
  await page.keyboard.press('Space');
  await tabTo('Continue');
  await page.keyboard.press('Enter');
  await heading(page, 'All set');
  await focused('All set');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await site.backAtApp(page);
}
