/** Worry: an operator who signs in at the company's own issuer gets lost on the way there or back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { startOidcProvider } from '../rig/oidc-provider.ts';
import type { WholeIssuer } from '../rig/oidc-provider.ts';
import { startPortal } from './portal-site.ts';
import type { PortalSite } from './portal-site.ts';

let issuer: WholeIssuer;
let site: PortalSite;
beforeAll(async () => {
  issuer = await startOidcProvider();
  site = await startPortal(issuer.variables);
  issuer.serve(`${site.url}/portal/oidc`);
});
afterAll(async () => {
  await site.stop();
  await issuer.stop();
});

/** Says at the issuer who they are; nothing to cancel there. */
async function say(page: Page, name: string): Promise<void> {
  // The page before it may have a field of that name too.
  await page.waitForURL(`${issuer.variables['SALLYPORT_OIDC_ISSUER'] ?? ''}/who/**`);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
}

test('an invitation, a step-up, an expired session and a refusal all lead on from where one was', async () => {
  const { page, problems, close } = await site.open();
  const base = `${site.url}/portal/t/${site.tenantId}`;
  await page.goto(await site.invite('ada@bank.example'));
  await page.getByRole('button', { name: 'Sign in with Bank login instead' }).click();
  await say(page, 'ada');
  await page.getByRole('heading', { name: 'You are in' }).waitFor();
  expect(page.url()).toBe(`${site.url}/portal/oidc`);
  await page.getByRole('button', { name: 'Go on without' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  // Nothing of what came back is kept by the browser.
  expect(await page.evaluate('JSON.stringify([{ ...sessionStorage }, history.state])')).not.toMatch(/code|state=/);

  const invite = async () => {
    await page.getByText('ada@bank.example').first().waitFor();
    await page.keyboard.press('i');
    await page.getByLabel('Email address').fill('grace@bank.example');
    await page.getByLabel('Name').fill('Grace');
    await page.getByRole('button', { name: 'Send the invitation' }).click();
  };
  await page.goto(`${base}/team`);
  await invite();
  await page.getByRole('button', { name: 'Sign in again' }).click();
  // The session at the issuer is minutes old at most, and still it asks.
  await say(page, 'ada');
  await page.getByText('It is you').waitFor();
  expect(page.url()).toBe(`${base}/team`);
  await invite();
  await page.getByText('A link was mailed to grace@bank.example').waitFor();

  // The session of the portal is over; that of the issuer is not, so it asks nothing.
  const kept = (await page.context().cookies()).filter(({ name }) => !name.startsWith('__Host-'));
  await page.context().clearCookies();
  await page.context().addCookies(kept);
  await page.goto(`${base}/team`);
  await page.getByText('Your session has ended').waitFor();
  await page.getByRole('button', { name: 'Sign in with Bank login' }).click();
  await page.getByRole('heading', { name: 'Team' }).waitFor();
  expect(page.url()).toBe(`${base}/team`);

  await page.context().clearCookies();
  await page.goto(`${site.url}/portal/sign-in`);
  await page.getByRole('button', { name: 'Sign in with Bank login' }).click();
  await say(page, '');
  await page.getByText('Bank login did not let you in').waitFor();
  await page.getByRole('link', { name: 'Go to the sign-in page' }).click();
  await page.getByRole('button', { name: 'Sign in with Bank login' }).click();
  await say(page, 'mallory');
  await page.getByText('No operator here signs in with this account').waitFor();
  const issuerUrl = issuer.variables['SALLYPORT_OIDC_ISSUER'] ?? '';
  expect(problems.filter((problem) => !problem.startsWith(`asked for ${issuerUrl}`))).toEqual([]);
  await close();
});
