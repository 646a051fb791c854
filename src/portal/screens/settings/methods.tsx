import { methodsTexts } from '#portal-texts/methods.ts';
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
      <PageHead title={methodsTexts.methods} />
      <p className="Faint">{methodsTexts.text}</p>
      {error !== null && data === undefined ? (
        <Failure error={error} title={methodsTexts.methodsNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={methodsTexts.methodsLoading} />
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
                {row === undefined ? (
                  <Tag>{methodsTexts.notSetUp}</Tag>
                ) : row.isActive ? (
                  <Tag tone="good">{methodsTexts.on}</Tag>
                ) : (
                  <Tag>{methodsTexts.off}</Tag>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
