/** What every screen of the portal must be: readable and usable in both themes and in narrow windows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { violations, widest } from '../ui/look-at.ts';

// UPDATE_GALLERY=1 takes new pictures for docs/portal.md.
const pictures = fileURLToPath(new URL('../../docs/images/portal', import.meta.url));
const isGallery = process.env['UPDATE_GALLERY'] !== undefined;

/**
 * The component library puts guards at the ends of what keeps the focus, which pass it on and are hidden on purpose; and
 * its menus stand outside of the page's regions, as popups do.
 */
const isOfPopups = (violation: string) =>
  /data-base-ui-focus-guard/.test(violation) || /^region: <div [^>]*role="menu"/.test(violation);

/** Passes axe in light and dark. Pictures are taken of what has a name. */
export async function lookAtColours(page: Page, name?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(60);
    const found = await violations(page, { inColours: colorScheme === 'dark' });
    expect(
      found.filter((one) => !isOfPopups(one)),
      `${page.url()} ${colorScheme}`,
    ).toEqual([]);
    if (!isGallery || name === undefined) continue;
    // Also behind a dialog, where nobody could press it.
    await page.evaluate(`for (const close of document.querySelectorAll('.Toast button')) close.click()`);
    await page.waitForFunction(`document.querySelector('.Toast') === null`);
    await page.evaluate(`document.querySelector('.Main')?.scrollTo(0, 0)`);
    mkdirSync(pictures, { recursive: true });
    writeFileSync(`${pictures}/${name}-${colorScheme}.png`, await page.screenshot());
  }
}

/** The same, and fits narrow windows. */
export async function look(page: Page, name?: string): Promise<void> {
  await lookAtColours(page, name);
  for (const width of [768, 320]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await widest(page), page.url()).toBe(width);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}
