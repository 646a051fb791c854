/** A tenant's page template, sanitised once: when it is stored, or by the first page that finds it was not. */
import { z } from 'zod';
import { Refusal } from '../contract/errors.ts';
import { pageTemplate } from '../contract/pages/page-template.ts';
import type { PageTemplate } from '../contract/pages/page-template.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import { loadPageTemplate } from '../storage/queries/page-looks.ts';
import type { Context } from './operation.ts';
import { TemplateRefused, sanitiseTemplate } from './sanitise-template.ts';

// Raised with each change of what is kept: what an earlier release has stored is then sanitised anew.
const rulesVersion = 1;

/** As it is stored: bound to the text that it was made of, which an older node may have replaced. */
const preparedTemplate = z.object({
  rulesVersion: z.literal(rulesVersion),
  madeFrom: z.string(),
  page: pageTemplate,
});

function fingerprint(template: string): string {
  return sha256(template).toString('hex');
}

/** What to store beside a template. @throws {Refusal} `invalid_request` if it cannot be shown. */
export function preparePageTemplate(template: string): z.input<typeof preparedTemplate> {
  try {
    return { rulesVersion, madeFrom: fingerprint(template), page: sanitiseTemplate(template) };
  } catch (error) {
    if (error instanceof TemplateRefused) throw new Refusal('invalid_request', `template ${error.message}`);
    throw error;
  }
}

// By the tenant itself, which is replaced whole when it changes.
const known = new WeakMap<Tenant, Promise<PageTemplate | undefined>>();

/**
 * The template that a tenant's pages stand in; undefined for the default look. One that was stored before it was sanitised,
 * and cannot be, is not shown, which the log says.
 */
export function pageTemplateOf(context: Context, tenant: Tenant): Promise<PageTemplate | undefined> {
  const earlier = known.get(tenant);
  if (earlier !== undefined) return earlier;
  const loading = loadSanitised(context, tenant);
  known.set(tenant, loading);
  loading.catch(() => known.delete(tenant));
  return loading;
}

async function loadSanitised(
  { db, warnOnceAMinute }: Context,
  { tenantId }: Tenant,
): Promise<PageTemplate | undefined> {
  const { template, page_template: stored } = await loadPageTemplate(db, tenantId);
  if (template === null) return undefined;
  const prepared = preparedTemplate.safeParse(stored);
  if (prepared.success && prepared.data.madeFrom === fingerprint(template)) return prepared.data.page;
  try {
    return sanitiseTemplate(template);
  } catch (error) {
    if (!(error instanceof TemplateRefused)) throw error;
    const subject = `template ${tenantId}`;
    warnOnceAMinute(subject, `The page template of tenant ${tenantId} is not shown: it ${error.message}`);
    return undefined;
  }
}
