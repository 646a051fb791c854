/**
 * Worry: something works in Chromium but not in Firefox. Journeys with WebAuthn are left out: no protocol adds a
 * virtual authenticator to Firefox.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { findFirefox, launchFirefox } from '../rig/browser.ts';
import { launch, popupFits, resultOf, startSite } from './site.ts';
import type { OpenPage, Site } from './site.ts';
import {
  byApp,
  finishByKeyboard,
  heading,
  pick,
  press,
  returnByRecoveryCode,
  signUpSignInStepUp,
  tidySettings,
} from './ways-through.ts';

const path = await findFirefox();

describe.skipIf(path === undefined)(
  path === undefined ? 'Firefox is not on this machine (apt-get install firefox-esr, or TEST_FIREFOX)' : 'in Firefox',
  () => {
    let site: Site;
    const opened: OpenPage[] = [];

    beforeAll(async () => {
      site = await startSite(undefined, () => launchFirefox(path ?? ''));
    });
    afterAll(() => site?.stop());

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

    test('by redirect, sign-up with an authenticator app, sign-in and a step-up each give the app a token that proves it', async () => {
      await signUpSignInStepUp(site, await open(), byApp);
    });

    test('sign-up by e-mail, and a return with a recovery code', async () => {
      await returnByRecoveryCode(site, await open());
    });

    test('settings: rename, choose a default, remove and add', async () => {
      await tidySettings(site, await open());
    });

    test('with the keyboard alone, the focus is always on what is visible', async () => {
      await finishByKeyboard(site, await open());
    });

    async function withMail(userId: string): Promise<string> {
      const email = `${userId}@example.com`;
      await site.api('POST', `/v1/users/${userId}/authenticators`, { verificationMethod: 'EMAIL_OTP', email });
      return email;
    }

    test('a popup reports its height, is ready, and closes with a token that proves the action', async () => {
      const email = await withMail('popup');
      const { url } = await site.track('popup', 'withdraw');
      const page = await open({ viewport: { width: 1000, height: 900 } });
      await page.goto(site.appUrl);
      await launch(page, url, 'popup');
      await page.locator('iframe.as-iframe-ready').waitFor({ timeout: 2_500 });
      const frame = page.frameLocator('#__authsignal-popup-iframe');
      await popupFits(page);
      await frame.getByLabel('Code').fill(await site.mailedCode(email));
      const { token } = await resultOf(page);
      expect(await site.validate(token ?? '')).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    });

    test('at 320 pixels nothing overflows; a wrong code is reported, and one with spaces is accepted', async () => {
      const email = await withMail('narrow');
      const { url } = await site.track('narrow', 'withdraw', { redirectUrl: `${site.appUrl}/narrow` });
      const page = await open({ viewport: { width: 320, height: 640 } });
      const isWithin = () =>
        page.evaluate(
          'document.documentElement.scrollWidth <= document.documentElement.clientWidth',
        ) as Promise<boolean>;
      await site.visit(page, url);
      await heading(page, 'Check your e-mail');
      const code = await site.mailedCode(email);
      await page.getByLabel('Code').fill(code === '000000' ? '111111' : '000000');
      await page.getByRole('alert').getByText('That code isn’t right').waitFor();
      expect(await page.evaluate('document.activeElement.id')).toBe('code');
      expect(await isWithin()).toBe(true);
      await press(page, 'Try another way');
      await heading(page, 'Confirm it’s you');
      expect(await isWithin()).toBe(true);
      await pick(page, 'E-mail code');
      await heading(page, 'Check your e-mail');
      const latest = await site.mailedCode(email, code);
      await page.getByLabel('Code').fill(`${latest.slice(0, 3)} ${latest.slice(3)}`);
      expect(await site.validate(await site.backAtApp(page))).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    });
  },
);
