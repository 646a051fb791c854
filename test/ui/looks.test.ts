/** Worry: a user cannot see, read, reach or understand something on a page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { tooSmall, violations, widest } from './look-at.ts';
import { startSite } from './site.ts';
import type { Site } from './site.ts';
import { prepareStates, states } from './states.ts';

let site: Site;
const pictures = fileURLToPath(new URL('../../docs/images/pages', import.meta.url));
// UPDATE_GALLERY=1 takes new pictures for docs/pages.md. Widths beyond a phone's are for the states with the most
// complex layout.
const phones = new Set(['push', 'qr-code', 'qr-code-passkey', 'settings-phones']);
const wide = new Set(['enrolment-picker', 'recovery-codes', 'email-code', 'phone-number', 'magic-link', 'settings']);
const widths = [
  { width: undefined, suffix: '', schemes: ['light', 'dark'], of: (_name: string) => true },
  { width: 320, suffix: '-320', schemes: ['light'], of: (name: string) => phones.has(name) },
  { width: 480, suffix: '-480', schemes: ['light'], of: (name: string) => wide.has(name) },
  { width: 1100, suffix: '-1100', schemes: ['dark'], of: (name: string) => wide.has(name) || phones.has(name) },
] as const;
const isGallery = process.env['UPDATE_GALLERY'] !== undefined;

beforeAll(async () => {
  site = await startSite();
  await prepareStates(site);
});
afterAll(() => site.stop());

describe.each(states)('$name', ({ name, withoutScript, reach }) => {
  test('passes axe in light and dark, has large targets, and fits 320 pixels', async () => {
    const { page, close } = await site.open({
      reducedMotion: 'reduce',
      ...(withoutScript === true ? { javaScriptEnabled: false } : {}),
    });
    await reach(page, site, `state-${name}`);
    await page.waitForTimeout(50);
    if (isGallery) await picture(page, name);
    if (withoutScript !== true) {
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      expect(await violations(page, { inColours: true })).toEqual([]);
      expect(await tooSmall(page)).toEqual([]);
      for (const width of [1100, 640, 480, 320]) {
        await page.setViewportSize({ width, height: 640 });
        expect(await widest(page)).toBe(width);
      }
    }
    await close();
  });
});

async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  for (const { width, suffix, schemes, of } of widths) {
    if (!of(name)) continue;
    if (width !== undefined) await page.setViewportSize({ width, height: 640 });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      writeFileSync(`${pictures}/${name}${suffix}-${colorScheme}.png`, await page.screenshot({ fullPage: true }));
    }
  }
}
