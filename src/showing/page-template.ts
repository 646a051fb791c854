/** A tenant's page template, sanitised once: when it is stored, or by the first page that finds it unsanitised. */
import { z } from 'zod';
import { Refusal } from '../contract/errors.ts';
import { pageTemplate } from '../contract/pages/page-template.ts';
import type { PageTemplate } from '../contract/pages/page-template.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';
import { loadPageTemplate } from '../storage/queries/page-looks.ts';
import type { Context } from '../calls/context.ts';
import { TemplateRefused } from './template-refused.ts';

// Raised with each change of what is kept, so that what an earlier release has stored is sanitised again.
const rulesVersion = 1;

/** As it is stored: bound to the text that it was made from, which an older node may have replaced. */
const preparedTemplate = z.object({
  rulesVersion: z.literal(rulesVersion),
  madeFrom: z.string(),
  page: pageTemplate,
});

function fingerprint(template: string): string {
  return sha256(template).toString('hex');
}

/** What to store with a template. @throws {Refusal} `invalid_request` if it cannot be shown. */
export async function preparePageTemplate(template: string): Promise<z.input<typeof preparedTemplate>> {
  try {
    return { rulesVersion, madeFrom: fingerprint(template), page: await sanitised(template) };
  } catch (error) {
    if (error instanceof TemplateRefused) throw new Refusal('invalid_request', `template ${error.message}`);
    throw error;
  }
}

// Keyed by the tenant object, which is replaced as a whole when it changes.
const known = new WeakMap<Tenant, Promise<PageTemplate | undefined>>();

/**
 * The template around a tenant's pages; undefined for the default look. A template that was stored unsanitised and
 * cannot be sanitised is not shown, and the log says so.
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
  const { template, pageTemplate: stored } = await loadPageTemplate(db, tenantId);
  if (template === null) return undefined;
  const prepared = preparedTemplate.safeParse(stored);
  if (prepared.success && prepared.data.madeFrom === fingerprint(template)) return prepared.data.page;
  try {
    return await sanitised(template);
  } catch (error) {
    if (!(error instanceof TemplateRefused)) throw error;
    const subject = `template ${tenantId}`;
    warnOnceAMinute(subject, `The page template of tenant ${tenantId} is not shown: it ${error.message}`);
    return undefined;
  }
}

/** Its parser of HTML is loaded only where a tenant has a template. */
async function sanitised(template: string): Promise<PageTemplate> {
  const { sanitiseTemplate } = await import('./sanitise-template.ts');
  return sanitiseTemplate(template);
}
