import { previewPage as route } from '../../contract/portal/page-preview.ts';
import { mergeSettings } from '../../configuring/apply-patch.ts';
import { previewSession } from '../../showing/preview-session.ts';
import { pageTemplateOf } from '../../showing/page-template.ts';
import { pageTenant, textsOf } from '../../showing/ui-session-view.ts';
import { loadPageLook } from '../../storage/queries/page-looks.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const previewPage = operation(route, async (context, { caller: { tenant }, body }) => {
  const { name = tenant.name, template: _stored, ...sent } = body.theme;
  const locale = body.locale ?? 'en';
  const { theme, messageOverrides } = await loadPageLook(context.db, tenant.tenantId);
  const drawn = {
    tenant: pageTenant({ ...tenant, name }, mergeSettings(theme, sent)),
    locale,
    texts: textsOf(locale, messageOverrides),
  };
  const around = omitAbsent({ template: await pageTemplateOf(context, tenant), frameAncestors: [] });
  if (body.state === 'EXPIRED') {
    const { hideAuthsignalLogo: hideWatermark } = tenant.settings;
    const nowhere = { redirectOnExpiry: false, expectedOrigins: [], expectsLocalhost: false };
    return {
      mode: 'page' as const,
      page: { kind: 'expired' as const, ...drawn, hideWatermark, ...nowhere, ...around },
    };
  }
  const session = previewSession(tenant, drawn, body.state, context.runtime.clock.now());
  return { mode: 'page' as const, page: { kind: 'session' as const, session, ...around } };
});
