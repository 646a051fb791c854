import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { MethodConfiguration } from '../../api/types.ts';
import { Failure, PageHead, Skeleton, Tag } from '../../kit/parts.tsx';
import { methodWords, methods, spaced } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { missingOf } from './method-settings.ts';

export function useMethods() {
  const { tenant, manage } = useScene();
  return useQuery({
    queryKey: [tenant.tenantId, 'methods'],
    queryFn: () => manage<MethodConfiguration[]>('GET', '/authenticator-configurations'),
  });
}

export function Methods() {
  const { tenantId } = useScene().tenant;
  const { data, error, refetch } = useMethods();
  return (
    <div className="Page">
      <PageHead title="Methods" />
      <p className="Faint">How users prove who they are. What is on can be asked for by actions and rules.</p>
      {error !== null && data === undefined ? (
        <Failure error={error} what="The methods" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Methods are" />
      ) : (
        <ul className="Things">
          {Object.keys(methods).map((method) => {
            const row = data.find(({ verificationMethod }) => verificationMethod === method);
            const [missing] = row?.isActive === true ? missingOf(method, row) : [];
            const provider = row?.smsProvider ?? row?.whatsAppProvider ?? row?.emailProvider ?? row?.pushProvider;
            return (
              <li key={method}>
                <div className="ThingMain ThingStack">
                  <Link
                    to="/t/$tenantId/settings/methods/$method"
                    params={{ tenantId, method }}
                    className="ThingLink Cut"
                    preload={false}
                  >
                    <strong>{methodWords(method)}</strong>
                  </Link>
                  {missing === undefined ? null : <span className="Warning">{missing}</span>}
                </div>
                {provider === undefined ? null : <span className="Faint ThingNote">{spaced(provider)}</span>}
                {row === undefined ? <Tag>Not set up</Tag> : row.isActive ? <Tag tone="good">On</Tag> : <Tag>Off</Tag>}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
