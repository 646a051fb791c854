import { tenantSettingsTexts } from '#portal-texts/tenant-settings.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Field, Values } from '../../kit/described-values.ts';
import fieldsJson from '../../forms/tenant.json' with { type: 'json' };
import { Failure, PageHead, Skeleton } from '../../kit/parts.tsx';
import { ResourceForm } from '../../kit/resource-form.tsx';
import { tell } from '../../kit/toasts.tsx';
import { sessionKey } from '../../shell/use-session.ts';
import { useScene } from '../../shell/tenant.tsx';

const fields = fieldsJson as unknown as readonly Field[];

const sections: readonly (readonly [string, readonly string[]])[] = [
  [tenantSettingsTexts.theTenant, ['name', 'timeZone']],
  [tenantSettingsTexts.deciding, ['newActionResult', 'unenrolledUserState', 'tokenDurationInMinutes']],
  [
    tenantSettingsTexts.changingAuthenticators,
    [
      'factorChangePolicy',
      'recoveredFactorHoldHours',
      'inlineReEnrolment',
      'allowDeletingUserAuthenticators',
      'allowDisablingMfa',
      'disableRecoveryCodes',
      'hideRecoveryCodesOnEnrollment',
      'skipRecoveryCodesOnProgrammaticEnrollment',
      'allowPlainPushApproval',
    ],
  ],
  [
    tenantSettingsTexts.pages,
    [
      'hideSuccessScreenOnEnrollment',
      'redirectOnSessionExpiry',
      'hideAuthsignalLogo',
      'rememberDevices',
      'allowedRedirectUrls',
      'customDomains',
    ],
  ],
  [tenantSettingsTexts.twoPeople, ['reviewsNeedTwoPeople', 'rulesNeedTwoPeople']],
  [tenantSettingsTexts.access, ['ipWhitelist']],
  [tenantSettingsTexts.retention, ['retention']],
];
/** They are event endpoints, which have a page. */
const elsewhere = ['authenticatorEventsWebhookConfig', 'logEventsWebhookConfig'];
const placed = new Set([...elsewhere, ...sections.flatMap(([, names]) => names)]);
const more = fields.flatMap(({ name }) => (placed.has(name) ? [] : [name]));

export function TenantSettings() {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const read = () => manage<Values>('GET', '/tenant');
  const { data, error, refetch } = useQuery({ queryKey: [tenantId, 'tenant'], queryFn: read });
  return (
    <div className="Page Page-form">
      <PageHead title={tenantSettingsTexts.tenant} />
      {error !== null && data === undefined ? (
        <Failure error={error} title={tenantSettingsTexts.tenantNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={tenantSettingsTexts.tenantLoading} />
      ) : (
        [...sections, [tenantSettingsTexts.more, more] as const].map(([heading, names]) =>
          names.length === 0 ? null : (
            <ResourceForm
              key={heading}
              label={heading}
              fields={names.flatMap((name) => fields.filter((field) => field.name === name))}
              opened={data}
              read={read}
              save={(changes) => manage<Values>('PATCH', '/tenant', changes)}
              saved={(now) => {
                queries.setQueryData([tenantId, 'tenant'], now);
                // The name of the tenant is in the session.
                void queries.invalidateQueries({ queryKey: sessionKey });
                tell(tenantSettingsTexts.saved, heading);
              }}
              isFixed={!may('configuration:change')}
              heading={<h2>{heading}</h2>}
            />
          ),
        )
      )}
    </div>
  );
}
