/** Measurements of how a page looks. */
import { createRequire } from 'node:module';
import type Axe from 'axe-core';
import type { Page } from 'playwright-core';

// Each page has to read it: the shorter spelling of it takes less time.
const axe = createRequire(import.meta.url)('axe-core/axe.min.js') as typeof Axe;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/**
 * Violations that axe finds, by WCAG 2.2 AA and its own best practices; `inColours` only those of contrast, for a page that was
 * looked at whole in its other colours.
 */
export async function violations(
  page: Page,
  { inColours = false }: { inColours?: boolean } = {},
): Promise<readonly string[]> {
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(axe.source);
  const all = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
  const runOnly = inColours ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } : all;
  const found = (await page.evaluate(
    `axe.run(document, ${JSON.stringify({ runOnly })}).then(({ violations }) => violations)`,
  )) as readonly Violation[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** In CSS pixels: wider than the window, if something overflows. */
export const widest = (page: Page) => page.evaluate('document.documentElement.scrollWidth') as Promise<number>;

/** Controls that are smaller than a finger (WCAG 2.2 asks for 24 pixels; we want 44), except links in sentences. */
export const tooSmall = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll('button, input, select, summary, .List a')]
    .filter((element) => element.checkVisibility() && (element.closest('label') ?? element).getBoundingClientRect().height < 44)
    .map((element) => element.outerHTML)`) as Promise<readonly string[]>;
