/** What is around each page of Settings. */
import { commonTexts } from '#portal-texts/kit.ts';
import { frameTexts } from '#portal-texts/settings.ts';
import { Link, Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense } from 'react';
import { Empty, Skeleton } from '../../kit/parts.tsx';
import { settingsPlaces } from '../../shell/places.ts';
import { useScene } from '../../shell/tenant.tsx';

export function SettingsFrame() {
  const { tenant, may } = useScene();
  const { tenantId } = tenant;
  const section = useRouterState({ select: ({ location }) => location.pathname.split('/')[4] });
  return (
    <div className="Settings">
      <nav aria-label={frameTexts.settings} className="SettingsNav">
        {settingsPlaces
          .filter(({ needs }) => may(needs))
          .map(({ to, words }) => (
            <Link
              key={to}
              to={to}
              params={{ tenantId }}
              activeProps={{}}
              aria-current={to.endsWith(`/${section}`) ? 'page' : undefined}
            >
              {words}
            </Link>
          ))}
      </nav>
      <Suspense fallback={<Skeleton label={frameTexts.settingsLoading} />}>
        <Outlet />
      </Suspense>
    </div>
  );
}

/** The address without a page opens the first one that the operator may see. */
export function FirstSettings() {
  const { tenant, may } = useScene();
  const first = settingsPlaces.find(({ needs }) => may(needs));
  return first === undefined ? (
    <Empty title={commonTexts.notForYou}>
      <p>{frameTexts.notForYouText}</p>
    </Empty>
  ) : (
    <Navigate to={first.to} params={{ tenantId: tenant.tenantId }} replace />
  );
}
