import { firstTenantTexts } from '#portal-texts/shell.ts';
import { fill } from '../kit/fill.ts';
import { Navigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { Button, Empty, Failure, Skeleton } from '../kit/parts.tsx';
import { readStored } from '../kit/stored.ts';
import { useSession } from './use-session.ts';

/** Leads to the tenant where the operator was last. */
export function FirstTenant() {
  const { data: session, error, refetch } = useSession();
  const queries = useQueryClient();
  if (session !== undefined) {
    const last = session.tenants.find(({ tenantId }) => tenantId === readStored('tenant')) ?? session.tenants[0];
    if (last !== undefined) return <Navigate to="/t/$tenantId" params={{ tenantId: last.tenantId }} replace />;
    return (
      <main className="Door">
        <Empty isWholePage title={firstTenantTexts.noTenant}>
          <p>{fill(firstTenantTexts.noTenantText, { email: session.email })}</p>
          <Button
            onClick={() =>
              void call('DELETE', '/v1/portal/session').finally(() => {
                queries.clear();
                location.assign('/portal/sign-in');
              })
            }
          >
            {firstTenantTexts.signOut}
          </Button>
        </Empty>
      </main>
    );
  }
  return (
    <main className="Door">
      {error === null ? (
        <Skeleton label={firstTenantTexts.portalLoading} lines={4} />
      ) : (
        <Failure isWholePage error={error} title={firstTenantTexts.portalNotLoaded} retry={() => void refetch()} />
      )}
    </main>
  );
}
